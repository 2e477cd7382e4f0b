use super::*;

#[test]
fn figures_compare_under_one_protocol_only() {
    let evaluation = |iteration, count, weights: &str| Evaluation {
        samples: Samples {
            iteration,
            count,
            ..Samples::default()
        },
        weights: weights.into(),
        frechet: iteration as f64,
        ..Evaluation::default()
    };
    let first = evaluation(100, 5000, "a");
    assert!(first.is_comparable(&evaluation(200, 5000, "a")));
    assert!(!first.is_comparable(&evaluation(100, 4000, "a")));
    assert!(!first.is_comparable(&evaluation(100, 5000, "b")));
}

#[test]
fn few_samples_or_few_real_images_are_doubted() {
    let evaluation = |samples, reals, network: &str| Evaluation {
        samples: Samples {
            count: samples,
            ..Samples::default()
        },
        real: Real {
            count: reals,
            ..Real::default()
        },
        network: network.into(),
        ..Evaluation::default()
    };
    let doubt = |samples, reals| evaluation(samples, reals, "inception").doubt();
    assert_eq!(doubt(2048, Some(2048)), None);
    assert_eq!(doubt(2048, None), None);
    assert!(doubt(2047, Some(50_000)).is_some_and(|doubt| doubt.contains("2047 samples")));
    assert!(doubt(50_000, Some(1000)).is_some_and(|doubt| doubt.contains("1000 real images")));
    assert_eq!(evaluation(10, None, "resnet20").doubt(), None);
}

#[test]
fn the_protocol_names_the_published_weights() {
    let evaluation = Evaluation {
        network: "inception".into(),
        weights: PUBLISHED.into(),
        ..Evaluation::default()
    };
    let protocol = evaluation.protocol();
    assert!(
        protocol.contains("inception as published (sha256 6726825d0af5)"),
        "{protocol}"
    );
    assert!(protocol.contains("live weights") && protocol.contains("? real images of ?x? pixels"));
}
