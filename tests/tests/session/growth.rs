//! First steps of newly grown weights.

use burn::tensor::{Int, Tensor};
use tightrope_core::{
    config::{Regrown, Role, RunConfig},
    session::Session,
};
use tightrope_tests::devices::host;

use super::{advance, config, session};

const INTERVAL: u64 = 10;
const LR: f64 = 1e-3;

fn exploring(method: &str, beta2: &str, gradients: &str) -> RunConfig {
    let interval = INTERVAL.to_string();
    let lr = LR.to_string();
    config(
        "spiral",
        method,
        &[
            ("generator.lr", lr.as_str()),
            ("discriminator.lr", lr.as_str()),
            ("generator.beta2", beta2),
            ("discriminator.beta2", beta2),
            ("generator.mask_interval", interval.as_str()),
            ("discriminator.mask_interval", interval.as_str()),
            ("generator.drop_fraction", "0.4"),
            ("discriminator.density", "0.2"),
            ("gradients", gradients),
        ],
    )
}

/// Weight and mask of a net; the mask covers the first weights only.
fn net(session: &Session, role: Role) -> [Vec<f32>; 2] {
    let net = &session.run(0).expect("a run").player(role).net;
    [net.flat.weight.clone(), net.mask.clone()].map(host)
}

/// The longest first step among weights grown by the update after `updates` intervals, in learning
/// rates.
fn longest_first_step(config: RunConfig, role: Role, updates: u64) -> f64 {
    let mut session = session([config]);
    advance(&mut session, (updates * INTERVAL - 1) as usize);
    let [_, before] = net(&session, role);
    advance(&mut session, 1);
    let [grown_at, after] = net(&session, role);
    advance(&mut session, 1);
    let [stepped, _] = net(&session, role);
    let grown = (0..before.len()).filter(|&i| before[i] == 0.0 && after[i] == 1.0);
    let steps: Vec<f64> = grown
        .map(|i| f64::from((stepped[i] - grown_at[i]).abs()) / LR)
        .collect();
    assert!(steps.len() > 10, "only {} weights grew", steps.len());
    assert!(steps.iter().any(|&step| step > 0.1), "none of them moved");
    steps.into_iter().fold(0.0, f64::max)
}

#[test]
fn a_grown_weight_takes_no_leap() {
    for beta2 in ["0.9", "0.99", "0.999"] {
        for (method, role) in [
            ("sdst-rigl", Role::G),
            ("sdst-set", Role::G),
            ("stu-gan", Role::G),
            ("dst-both-rigl", Role::D),
        ] {
            for updates in [1, 3] {
                let config = exploring(method, beta2, "active");
                let step = longest_first_step(config, role, updates);
                assert!(step <= 1.05, "{method} {role}, beta2 {beta2}: {step}");
            }
        }
    }
}

/// Dense gradients keep every second moment up to date, as in the authors' code, so the engine adds
/// nothing.
#[test]
fn dense_gradients_leave_second_moments_alone() {
    let config = exploring("sdst-rigl", "0.9", "dense");
    let mut session = session([config]);
    advance(&mut session, INTERVAL as usize);
    let v = host(session.run(0).expect("a run").g.net.flat.v.clone());
    assert!(v.iter().all(|&v| v >= 0.0));
}

#[test]
fn regrown_weights_keep_their_value_or_start_from_zero() {
    for regrown in [Regrown::Keep, Regrown::Zero] {
        let mut config = exploring("sdst-rigl", "0.9", "active");
        config.generator.drop_fraction = 0.9;
        config.regrown = regrown;
        let mut session = session([config]);
        advance(&mut session, INTERVAL as usize - 1);
        let [_, before] = net(&session, Role::G);
        advance(&mut session, 1);
        let [weight, after] = net(&session, Role::G);
        let stayed = (0..before.len()).filter(|&i| before[i] == 1.0 && after[i] == 1.0);
        let zeros = stayed.filter(|&i| weight[i] == 0.0).count();
        match regrown {
            Regrown::Keep => assert_eq!(zeros, 0),
            Regrown::Zero => assert!(zeros > 0),
        }
    }
}

#[test]
fn a_rule_of_ones_own_decides_where_weights_grow() {
    for method in ["sdst-set", "sdst-rigl", "stu-gan"] {
        let config = exploring(method, "0.9", "active");
        let mut session = session([config]);
        let run = session.run_mut(0).expect("a run");
        // The later a weight lies, the rather it grows.
        run.grow_by(
            Role::G,
            Box::new(|growing| {
                assert_eq!(growing.iteration, INTERVAL);
                let inactive = growing.gradient.clone() * (1.0 - growing.mask.clone());
                assert!(host(inactive).iter().any(|&gradient| gradient != 0.0));
                let n = growing.mask.dims()[0] as i64;
                Tensor::<1, Int>::arange(0..n, &growing.mask.device()).float()
            }),
        );
        let layers = run.info().generator.layers;
        let lengths = layers.iter().map(|layer| layer.shape.iter().product());
        let lengths: Vec<usize> = lengths.collect();
        advance(&mut session, INTERVAL as usize - 1);
        let [_, before] = net(&session, Role::G);
        advance(&mut session, 1);
        let [_, after] = net(&session, Role::G);
        // STU-GAN grows as many weights as it drops layer by layer, the others over the whole net.
        let parts = match method {
            "stu-gan" => lengths,
            _ => vec![before.len()],
        };
        assert_eq!(parts.iter().sum::<usize>(), before.len(), "{method}");
        let (mut start, mut parts_grown) = (0, 0);
        for length in &parts {
            let part = start..start + length;
            start += length;
            let (before, after) = (&before[part.clone()], &after[part]);
            assert_eq!(
                before.iter().sum::<f32>(),
                after.iter().sum::<f32>(),
                "{method}"
            );
            let Some(first) = (0..*length).find(|&i| before[i] == 0.0 && after[i] == 1.0) else {
                continue;
            };
            parts_grown += 1;
            // No weight stays inactive behind one that has grown.
            assert!(after[first..].iter().all(|&m| m == 1.0), "{method}");
        }
        assert!(
            parts_grown > parts.len() / 2,
            "{method}: {parts_grown} of {parts:?}"
        );
    }
}
