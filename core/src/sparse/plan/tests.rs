//! Numbers of weights that a plan keeps and grows.

use super::*;

fn drop_grow(fraction: f64, scope: Scope) -> MaskPlan {
    MaskPlan::DropGrow {
        fraction,
        scope,
        growth: Growth::Gradient,
    }
}

#[test]
fn global_rounds_the_drop_down_and_layers_round_it_up() {
    let global = counts(&drop_grow(0.3, Scope::Global), &[5, 4], &[10, 20], 0.0);
    assert_eq!(
        global.keep,
        [Group {
            start: 0,
            len: 30,
            k: 7
        }]
    );
    assert_eq!(
        global.grow,
        [Group {
            start: 0,
            len: 30,
            k: 2
        }]
    );
    let layer = counts(&drop_grow(0.3, Scope::Layer), &[5, 4], &[10, 20], 0.0);
    assert_eq!(layer.keep.iter().map(|g| g.k).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(layer.grow.iter().map(|g| g.k).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(layer.grow[1].start, 10);
}

#[test]
fn nothing_to_do_is_no_change() {
    for plan in [
        drop_grow(0.0, Scope::Global),
        drop_grow(0.0, Scope::Layer),
        drop_grow(0.1, Scope::Global),
        MaskPlan::Raise { density: 0.25 },
        MaskPlan::Lower { density: 0.35 },
    ] {
        assert!(
            counts(&plan, &[5, 4], &[10, 20], 0.0).is_empty(),
            "{plan:?}"
        );
    }
}

#[test]
fn pruning_keeps_the_share_rounded_down() {
    let ks = |scope, active: &[usize]| {
        let plan = MaskPlan::Prune {
            density: 0.25,
            scope,
        };
        let counts = counts(&plan, active, &[10, 21, 3], 0.0);
        assert!(counts.protect.is_empty() && counts.grow.is_empty());
        counts.keep.iter().map(|g| g.k).collect::<Vec<_>>()
    };
    assert_eq!(ks(Scope::Global, &[10, 21, 3]), [8]);
    assert_eq!(ks(Scope::Layer, &[10, 21, 3]), [2, 5, 1]);
    assert_eq!(ks(Scope::Layer, &[1, 21, 3]), [1, 5, 1]);
    assert!(ks(Scope::Global, &[2, 5, 1]).is_empty());
}

#[test]
fn floors_hold_back_the_drop() {
    let lower = counts(&MaskPlan::Lower { density: 0.1 }, &[5, 4], &[10, 20], 0.11);
    assert_eq!(
        lower.protect.iter().map(|g| g.k).collect::<Vec<_>>(),
        [2, 3]
    );
    assert_eq!(lower.keep[0].k, 0);
    let some = counts(&drop_grow(0.5, Scope::Global), &[5, 4], &[10, 20], 0.05);
    assert_eq!(some.protect.iter().map(|g| g.k).collect::<Vec<_>>(), [1, 1]);
    assert_eq!((some.keep[0].k, some.grow[0].k), (3, 4));
}

#[test]
fn plans_say_what_decides_where_weights_grow() {
    for scope in [Scope::Global, Scope::Layer] {
        for growth in [Growth::Gradient, Growth::Random] {
            let plan = MaskPlan::DropGrow {
                fraction: 0.3,
                scope,
                growth,
            };
            assert_eq!(plan.growth(), Some(growth));
            let by_coin = (scope, growth) == (Scope::Layer, Growth::Random);
            assert_eq!(plan.grows_by_coin(), by_coin, "{plan:?}");
        }
    }
    let density = 0.5;
    let raise = MaskPlan::Raise { density };
    assert_eq!(raise.growth(), Some(Growth::Gradient));
    assert_eq!(MaskPlan::Lower { density }.growth(), None);
    let scope = Scope::Global;
    assert_eq!(MaskPlan::Prune { density, scope }.growth(), None);
}

#[test]
fn any_group_is_a_change() {
    let group = || by_layer(&[4], &[2]);
    let none = Counts::default;
    for counts in [
        Counts {
            protect: group(),
            ..none()
        },
        Counts {
            keep: group(),
            ..none()
        },
        Counts {
            grow: group(),
            ..none()
        },
    ] {
        assert!(!counts.is_empty(), "{counts:?}");
    }
}
