//! Records of the networks taken with samples: the field of 2-D data, and masks.

use pollster::block_on;
use tightrope_core::{
    config::Role,
    event::{Event, Masks},
    record::Checkpoint,
    run::Run,
};

use super::{config, run, state};

const SETTINGS: [(&str, &str); 6] = [
    ("generator.mask_interval", "10"),
    ("discriminator.mask_interval", "10"),
    ("balance.window", "3"),
    ("balance.warmup", "0"),
    ("record.quality_every", "0"),
    ("record.checkpoint_every", "0"),
];

fn short(preset: &str, method: &str, sample_every: &str) -> Run {
    let mut settings = SETTINGS.to_vec();
    settings.push(("record.sample_every", sample_every));
    let mut config = config(preset, method, &settings);
    config.iterations = 24;
    run(config)
}

fn masks(events: &[Event]) -> Vec<&Masks> {
    let masks = events.iter().filter_map(|event| match event {
        Event::Masks(masks) => Some(masks),
        _ => None,
    });
    masks.collect()
}

/// Checks that the recorded masks are those of the run.
fn assert_masks(run: &Run, told: &Masks) {
    let info = run.info();
    let net = match told.net {
        Role::G => &info.generator,
        Role::D => &info.discriminator,
    };
    assert_eq!(told.layers.len(), net.layers.len());
    for (layer, bits) in told.layers.iter().enumerate() {
        let own = block_on(run.layer_state(told.net, layer))
            .expect("read")
            .expect("a layer");
        for (at, &active) in own.mask.iter().enumerate() {
            assert_eq!(bits.get(at), active, "{} layer {layer}, {at}", told.net);
        }
    }
}

#[test]
fn masks_are_told_with_samples_where_they_have_changed() {
    for preset in ["spiral", "tiny"] {
        let mut run = short(preset, "stu-gan", "4");
        let opening = block_on(run.opening()).expect("an opening");
        let told = masks(&opening);
        let nets: Vec<Role> = told.iter().map(|masks| masks.net).collect();
        assert_eq!(nets, [Role::G, Role::D], "{preset}");
        told.iter().for_each(|masks| assert_masks(&run, masks));
        let mut at = Vec::new();
        for iteration in 1..=24 {
            let events = block_on(run.step()).expect("a step");
            for masks in masks(&events) {
                assert_eq!(
                    (masks.iteration, masks.net),
                    (iteration, Role::G),
                    "{preset}"
                );
                assert_masks(&run, masks);
                at.push(iteration);
            }
        }
        // G's mask changes at 10 and 20; D's is static.
        assert_eq!(at, [12, 20], "{preset}");
    }
}

#[test]
fn recording_changes_no_number() {
    for (preset, method) in [("spiral", "adapt-relax"), ("tiny", "stu-gan")] {
        let [often, never] = ["1", "0"].map(|sample_every| -> Checkpoint {
            let mut run = short(preset, method, sample_every);
            let mut fields = 0;
            for _ in 0..24 {
                let events = block_on(run.step()).expect("a step");
                let is_field = |event: &&Event| matches!(event, Event::Field(_));
                fields += events.iter().filter(is_field).count();
            }
            let expected = match (preset, sample_every) {
                ("spiral", "1") => 24,
                _ => 0,
            };
            assert_eq!(fields, expected, "{preset} {sample_every}");
            let mut state = state(&mut run);
            // These differ on purpose.
            state.meta["config"]["record"] = 0.into();
            for net in ["g", "d"] {
                state.meta[net]["is_mask_new"] = 0.into();
            }
            state
        });
        assert_eq!(super::difference(&often, &never), None, "{preset}");
    }
}
