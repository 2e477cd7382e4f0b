//! Methods that train dense first and prune afterwards: the papers' post-training baselines.
//!
//! *Post-hoc* (ADAPT, appendix E.3) prunes the averaged generator of the best quality at once, over
//! the whole net, and trains it for half as long again; D is dense and goes on, as do both
//! optimisers. *PF* (STU-GAN) prunes the last live weights, or a BigGAN's best, and trains as long
//! again as the dense training. *GAN tickets* (Chen et al., 2106.00134, as STU-GAN compares with
//! them) prune a fifth of what is left of G in every round, take both nets back to their first
//! weights and train anew, in ten rounds at most. Sparse training from scratch saves their cost.

use crate::config::{ModelConfig, PruningConfig, RunConfig, Scope, StageWeights};

/// Share of the remaining weights that a round of tickets prunes (GAN-LTH).
const TICKET_RATE: f64 = 0.2;

/// Most rounds of tickets unless the settings say otherwise (GAN-LTH); ten leave 10.7 %.
const TICKET_ROUNDS: u64 = 10;

/// Defaults of a method for settings that are left open.
struct Rule {
    weights: StageWeights,
    rate: f64,
    iterations: u64,
}

pub(super) fn post_hoc(config: &mut RunConfig) {
    let rule = Rule {
        weights: StageWeights::BestAverage,
        rate: 1.0,
        iterations: config.iterations.div_ceil(2),
    };
    prune(config, rule);
}

pub(super) fn prune_finetune(config: &mut RunConfig) {
    let rule = Rule {
        weights: match config.model {
            ModelConfig::Biggan(_) => StageWeights::Best,
            ModelConfig::Mlp(_) | ModelConfig::Sngan(_) => StageWeights::Last,
        },
        rate: 1.0,
        iterations: config.iterations,
    };
    prune(config, rule);
}

pub(super) fn gan_tickets(config: &mut RunConfig) {
    let rule = Rule {
        weights: StageWeights::Initial,
        rate: TICKET_RATE,
        iterations: config.iterations,
    };
    prune(config, rule);
}

fn prune(config: &mut RunConfig, rule: Rule) {
    let asked = config.pruning.take().unwrap_or_default();
    let or = |number: u64, otherwise| if number == 0 { otherwise } else { number };
    let rate = if asked.rate == 0.0 {
        rule.rate
    } else {
        asked.rate
    };
    config.pruning = Some(PruningConfig {
        weights: rule.weights,
        scope: Scope::Global,
        rounds: or(asked.rounds, rounds(config.generator.density, rate)),
        iterations: or(asked.iterations, rule.iterations),
        rate,
        nets: asked.nets,
    });
}

/// Rounds until `density` is reached, up to the limit.
fn rounds(density: f64, rate: f64) -> u64 {
    if !(density > 0.0 && density < 1.0 && rate > 0.0 && rate < 1.0) {
        return 1;
    }
    // A whisker less, so that 0.8^2 takes two rounds.
    let rounds = density.ln() / (1.0 - rate).ln() - 1e-9;
    (rounds.ceil().max(1.0) as u64).min(TICKET_ROUNDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Pruned, Role};
    use crate::method::Method;
    use crate::preset;

    fn resolved(method: Method, overrides: &[(&str, &str)]) -> RunConfig {
        let pairs: Vec<(String, String)> = overrides
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        preset::resolve(preset::find("tiny").unwrap(), method, None, &pairs).unwrap()
    }

    #[test]
    fn a_round_of_tickets_prunes_a_fifth_until_the_density_is_reached() {
        assert_eq!(rounds(0.64, 0.2), 2);
        assert_eq!((rounds(0.134, 0.2), rounds(0.1, 0.2)), (10, 10));
        assert_eq!((rounds(1.0, 0.2), rounds(0.1, 1.0)), (1, 1));
        assert_eq!(rounds(0.0, 0.2), 1);
        let c = resolved(Method::GanTickets, &[("generator.density", "0.5")]);
        let pruning = c.pruning.unwrap();
        assert_eq!((pruning.rounds, pruning.iterations), (4, c.iterations));
    }

    #[test]
    fn stages_follow_the_length_of_the_first_and_settings_have_the_last_word() {
        let c = resolved(Method::PostHoc, &[("iterations", "30")]);
        assert_eq!(c.total_iterations(), 45);
        assert_eq!(c.density_of(Role::D, 1), 1.0);
        let c = resolved(
            Method::Pf,
            &[("iterations", "30"), ("pruning.iterations", "7")],
        );
        assert_eq!(c.total_iterations(), 37);
        let c = resolved(
            Method::Pf,
            &[
                ("pruning.nets", "both"),
                ("pruning.scope", "layer"),
                ("discriminator.density", "0.3"),
            ],
        );
        assert_eq!(c.discriminator.density, 0.3);
        let pruning = c.pruning.unwrap();
        assert_eq!((pruning.nets, pruning.scope), (Pruned::Both, Scope::Layer));
    }

    #[test]
    fn other_methods_take_no_notice_of_pruning() {
        let c = resolved(Method::Static, &[("pruning.rounds", "1")]);
        assert_eq!(c.pruning, None);
    }
}
