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
    // Another program's statistics come without features.
    let mut few = evaluation(100, None, "inception");
    assert!(
        few.doubt()
            .is_some_and(|doubt| doubt.contains("`tightrope stats`"))
    );
    few.kid = Some(Kernel {
        distance: Spread::of(&[0.5]),
        subsets: 1,
        size: 2,
    });
    assert!(
        few.doubt()
            .is_some_and(|doubt| doubt.ends_with("by their number"))
    );
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

#[test]
fn the_protocol_says_what_batch_norm_went_by() {
    let mut evaluation = Evaluation::default();
    evaluation.samples.norm_batch = 100;
    assert!(evaluation.protocol().contains("batch statistics of 100"));
    // A line from before the choice existed.
    let mut line = serde_json::to_value(&evaluation).unwrap();
    let samples = line["samples"].as_object_mut().unwrap();
    assert_eq!(samples.remove("batch_norm"), Some("batch".into()));
    let older: Evaluation = serde_json::from_value(line).unwrap();
    assert_eq!(older, evaluation);
    evaluation.samples.batch_norm = NormStatistics::Running;
    let protocol = evaluation.protocol();
    assert!(protocol.contains(", running statistics,"), "{protocol}");
    assert!(!evaluation.is_comparable(&older));
}
