//! Tests of the methods' names, the settings they fix, and those they leave to the user.

use super::*;
use crate::preset;

#[test]
fn the_table_is_in_the_enums_order_and_spells_its_names() {
    for (index, info) in METHODS.iter().enumerate() {
        assert_eq!(info.method as usize, index, "{}", info.name);
        assert_eq!(serde_json::to_value(info.method).unwrap(), info.name);
        assert_eq!(Method::parse(info.name).unwrap(), info.method);
    }
    // The last variant closes the table: `info` indexes it.
    assert_eq!(Method::PropStrict as usize + 1, METHODS.len());
}

#[test]
fn unknown_methods_get_the_nearest() {
    let line = Method::parse("adapt").unwrap_err().to_string();
    assert!(line.contains("did you mean `adapt-"), "{line}");
    assert!(
        Method::parse("stugan")
            .unwrap_err()
            .to_string()
            .contains("`stu-gan`")
    );
    assert!(
        Strategy::parse("weak")
            .unwrap_err()
            .to_string()
            .contains("balance")
    );
}

#[test]
fn only_the_settings_named_as_a_methods_own_tell_methods_apart() {
    let mut base = (preset::find("fashion16").unwrap().build)();
    Method::Static.apply(None, &mut base);
    let keys = base.keys();
    for info in METHODS
        .iter()
        .filter(|info| !matches!(info.method, Method::Dense | Method::SmallDense))
    {
        let mut other = base.clone();
        info.method.apply(None, &mut other);
        let read = |config: &RunConfig, key: &str| {
            serde_json::to_value(config)
                .unwrap()
                .pointer(&format!("/{}", key.replace('.', "/")))
                .cloned()
        };
        for key in keys
            .iter()
            .filter(|key| read(&base, key) != read(&other, key))
        {
            let own = Method::own_keys().contains(&key.as_str());
            assert!(own, "{} changes {key}", info.name);
        }
    }
}

#[test]
fn both_nets_follow_the_policies_of_the_method() {
    use Policy::{DropGrow, Manual, Relax, Static, Strict};
    for info in METHODS {
        let expected = match info.method {
            Method::Dense | Method::SmallDense | Method::Static => (Static, Static),
            Method::PostHoc | Method::Pf | Method::GanTickets => (Static, Static),
            Method::SdstSet | Method::SdstRigl | Method::StuGan => (DropGrow, Static),
            Method::DstBothSet | Method::DstBothRigl => (DropGrow, DropGrow),
            Method::DstDOnly => (Static, DropGrow),
            Method::Dda => (Static, Relax),
            Method::AdaptRelax | Method::PropRelax => (DropGrow, Relax),
            Method::AdaptStrict | Method::PropStrict => (DropGrow, Strict),
            Method::Manual => (DropGrow, Manual),
        };
        let mut config = (preset::find("tiny").unwrap().build)();
        info.method.apply(None, &mut config);
        let policies = (config.generator.policy, config.discriminator.policy);
        assert_eq!(policies, expected, "{}", info.name);
        let steers = matches!(policies.1, Relax | Strict);
        assert_eq!(info.steers, steers, "{}", info.name);
        let prunes = config.pruning.is_some();
        assert_eq!(info.prunes, prunes, "{}", info.name);
    }
}

#[test]
fn a_method_fixes_what_it_is_made_of_and_leaves_the_rest() {
    let (density, width) = ("generator.density", "model.mlp.g_hidden");
    let (nets, rounds) = ("pruning.nets", "pruning.rounds");
    for (method, fixed) in [
        (Method::Dense, &[density, nets, rounds][..]),
        (Method::SmallDense, &[density, width, nets, rounds]),
        (Method::AdaptRelax, &[nets, rounds]),
        (Method::PostHoc, &[nets]),
        (Method::GanTickets, &[nets]),
        (Method::Pf, &[]),
    ] {
        for key in [density, width, nets, rounds, "generator.lr"] {
            assert_eq!(method.fixes(key), fixed.contains(&key), "{method} {key}");
        }
    }
}

#[test]
fn strategies_say_what_they_choose() {
    for strategy in Strategy::ALL {
        let is_half = strategy == Strategy::Half;
        let about = strategy.about();
        assert_eq!(about.contains("half the filters"), is_half, "{about}");
        assert_eq!(about.contains("dense"), !is_half, "{about}");
    }
}
