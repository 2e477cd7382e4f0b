//! What is wrong about stages.

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
