//! Checks of the pruning stages.

use super::{Check, MAX_ITERATIONS, word};
use crate::config::{Policy, Role, RunConfig};

impl RunConfig {
    pub(super) fn check_pruning(&self, check: &mut Check) {
        let Some(pruning) = &self.pruning else { return };
        check.within("pruning.rounds", pruning.rounds, 1, 100);
        check.within("pruning.iterations", pruning.iterations, 1, MAX_ITERATIONS);
        check.fraction("pruning.rate", pruning.rate, "above 0 and at most 1", |v| {
            v > 0.0 && v <= 1.0
        });
        for role in [Role::G, Role::D] {
            let policy = self.net(role).policy;
            check.that(
                policy == Policy::Static,
                &format!("{}.policy", role.key()),
                word(&policy),
                || format!("{} keeps its masks between prunings; static", self.method),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::validate::tests::{config, problems};
    use crate::method::Method;

    #[test]
    fn what_no_stage_could_be_made_of_is_named() {
        for (key, value) in [
            ("pruning.rounds", "0"),
            ("pruning.rounds", "101"),
            ("pruning.iterations", "0"),
            ("pruning.rate", "0"),
            ("pruning.rate", "1.5"),
            ("generator.policy", "drop_grow"),
            ("discriminator.policy", "relax"),
        ] {
            let mut wrong = config("tiny");
            Method::Pf.apply(None, &mut wrong);
            assert_eq!(problems(&wrong), Vec::<String>::new());
            wrong.set(key, value).unwrap();
            let lines = problems(&wrong);
            let is_named = |line: &String| line.starts_with(&format!("{key}: {value}: "));
            assert!(lines.iter().any(is_named), "{key}={value} gave {lines:?}");
        }
    }
}
