//! Runs that learn classes: resumed, sampled, refused where the data have none; and the inputs of
//! their critic.

use std::sync::{Arc, Mutex};

use pollster::block_on;
use tightrope_core::{
    config::RunConfig,
    data::{self, Dataset},
    device::read,
    event::{Event, SampleData},
    layer::NormStatistics,
    run::{Classes, Draw, Phase, Run},
};

use super::{config, cpu, difference, run, state};

const LAST: u64 = 9;

/// A small BigGAN on the procedural images, with a class for each kind.
pub(super) fn small(method: &str, settings: &[(&str, &str)]) -> RunConfig {
    let mut all = vec![
        ("data.source", "shapes"),
        ("data.limit", "200"),
        ("model.biggan.classes", "36"),
        ("model.biggan.g_channels", "8,8,8"),
        ("model.biggan.d_channels", "8,8,8"),
        ("generator.density", "0.5"),
        ("discriminator.density", "0.5"),
        ("generator.mask_interval", "3"),
        ("discriminator.mask_interval", "4"),
        ("batch_d", "8"),
        ("batch_g", "8"),
        ("n_critic", "2"),
        ("balance.window", "2"),
        ("balance.warmup", "0"),
        ("balance.probe_interval", "1"),
        ("averaging.start", "2"),
        ("record.sample_every", "0"),
        ("record.quality_every", "0"),
    ];
    all.extend(settings);
    let mut config = config("biggan-fashion16", method, &all);
    config.iterations = LAST;
    config
}

/// Every option of a conditional run at once.
const FULL: [(&str, &str); 8] = [
    ("critic_pass", "joined"),
    ("augment.color", "true"),
    ("augment.translation", "true"),
    ("augment.cutout", "true"),
    ("model.biggan.shared_embedding", "6"),
    ("model.biggan.g_attention", "1"),
    ("model.biggan.d_attention", "1"),
    ("z_dim", "12"),
];

fn steps(run: &mut Run, to: u64) {
    while run.iteration() < to {
        block_on(run.step()).expect("a step");
    }
}

#[test]
fn runs_with_classes_go_on_bit_for_bit() {
    for (method, settings) in [("adapt-relax", &[][..]), ("stu-gan", &FULL)] {
        let config = small(method, settings);
        let mut whole = run(config.clone());
        steps(&mut whole, LAST);
        let whole = state(&mut whole);
        let mut first = run(config.clone());
        steps(&mut first, 4);
        let stored = block_on(first.checkpoint()).expect("a checkpoint");
        let mut second = run(config);
        block_on(second.restore(&stored)).expect("restored");
        steps(&mut second, LAST);
        assert_eq!(difference(&whole, &state(&mut second)), None, "{method}");
    }
}

fn images(samples: SampleData) -> (usize, Vec<f32>) {
    match samples {
        SampleData::Images { count, pixels, .. } => (count, pixels),
        SampleData::Points(_) => panic!("points of an image run"),
    }
}

#[test]
fn classes_are_shown_by_rows_and_asked_for() {
    let mut run = run(small("static", &FULL));
    steps(&mut run, 2);
    let before = state(&mut run);
    let events = block_on(run.samples_now()).expect("samples");
    let counts = events.iter().filter_map(|event| match event {
        Event::Samples(samples) => Some(images(samples.data.clone()).0),
        _ => None,
    });
    assert_eq!(counts.collect::<Vec<_>>(), [100, 100]);
    assert_eq!(run.info().classes.len(), 36);
    assert_eq!(run.info().classes[7], "yellow square");

    let mut of = |classes| block_on(run.generate_of(classes, 12, "look", true));
    let (count, third) = images(of(Classes::Only(3)).expect("samples"));
    let (_, fourth) = images(of(Classes::Only(4)).expect("samples"));
    assert_eq!(count, 12);
    assert!(third.iter().all(|v| v.is_finite()) && third != fourth);
    let refusal = of(Classes::Only(36)).expect_err("there are 36").to_string();
    assert!(refusal.contains("36 classes; 0 to 35"), "{refusal}");
    assert_eq!(difference(&before, &state(&mut run)), None);
}

#[test]
fn samples_by_either_statistics_disturb_nothing() {
    let mut run = run(small("static", &FULL));
    steps(&mut run, 3);
    let before = state(&mut run);
    let mut drawn = |norm, count| {
        let draw = Draw {
            classes: Classes::Only(3),
            count,
            stream: "look",
            averaged: true,
            norm,
        };
        images(block_on(run.draw(draw)).expect("samples")).1
    };
    let [batch, running] =
        [NormStatistics::Batch, NormStatistics::Running].map(|norm| drawn(norm, 4));
    assert!(running.iter().all(|v| v.is_finite()) && running != batch);
    // A sample is the same alone as among others.
    assert_eq!(
        drawn(NormStatistics::Running, 1),
        running[..running.len() / 4]
    );
    assert_eq!(difference(&before, &state(&mut run)), None);
}

#[test]
fn data_must_have_the_classes() {
    let refusal = |config: RunConfig, dataset: Dataset| -> String {
        let run = block_on(Run::new(config, Arc::new(dataset), &cpu()));
        run.err().expect("refused").to_string()
    };
    let mut config = small("static", &[]);
    let Dataset::Images(mut shapes) = data::open(&config.data).expect("built-in data") else {
        panic!("shapes are images")
    };
    let wrong = small("static", &[("model.biggan.classes", "10")]);
    let line = refusal(wrong, Dataset::Images(shapes.clone()));
    assert!(
        line.contains("36 classes") && line.contains("set it to 36"),
        "{line}"
    );
    (shapes.labels, shapes.classes) = (None, Vec::new());
    config.data.limit = 0;
    let line = refusal(config, Dataset::Images(shapes));
    assert!(
        line.contains("no classes") && !line.contains('\n'),
        "{line}"
    );
}

/// The first scores of this phase.
fn first(config: RunConfig, wanted: Phase) -> Vec<f32> {
    let mut run = run(config);
    let seen: Arc<Mutex<Vec<f32>>> = Arc::default();
    let notes = Arc::clone(&seen);
    run.watch(Box::new(move |phase, tensor| {
        let notes = Arc::clone(&notes);
        Box::pin(async move {
            let mut notes = notes.lock().expect("no holder panics");
            if phase == wanted && notes.is_empty() {
                *notes = block_on(read(tensor)).expect("the CPU reads");
            }
        })
    }));
    steps(&mut run, 1);
    drop(run);
    let seen = seen.lock().expect("no holder panics");
    seen.clone()
}

/// One joined pass makes one power iteration. The real images come first either way; the fakes see
/// another norm.
#[test]
fn a_joined_pass_scores_as_two_do_but_for_the_power_iterations() {
    let joined = small("static", &[("critic_pass", "joined")]);
    let separate = small("static", &[]);
    for (phase, alike) in [(Phase::RealScores, true), (Phase::FakeScores, false)] {
        let [a, b] = [&joined, &separate].map(|config| first(config.clone(), phase));
        assert_eq!((a.len(), b.len()), (8, 8));
        let far = a
            .iter()
            .zip(&b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        let size = b.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        assert_eq!(far <= 1e-5 * size, alike, "{phase:?}: {a:?} {b:?}");
    }
}

#[test]
fn augmentation_is_the_same_for_all_batches_of_an_iteration_and_changes_what_d_sees() {
    let plain = first(small("static", &[]), Phase::RealScores);
    let augmented = || {
        first(
            small("static", &[("augment.cutout", "true")]),
            Phase::RealScores,
        )
    };
    assert_eq!(augmented(), augmented());
    assert_ne!(plain, augmented());
}
