//! Compares the scores, losses, gradients and snapshots of a run with its trace.

use serde_json::Value;
use tightrope_core::{
    config::Role,
    event::MaskEvent,
    record::{Checkpoint, HostTensor},
    run::{Phase, Run},
};
use tightrope_tests::{
    report::{Limit, Report},
    vectors::number,
};

use super::{
    Seen,
    bounds::{Bounds, is_dead},
    trace::Trace,
};

/// The comparison with one trace.
pub struct Check<'a> {
    pub trace: &'a Trace,
    pub bounds: Bounds,
    pub report: Report,
    pub updates: Vec<MaskEvent>,
    /// Whether a mask has begun to differ. From then on the weights differ, too.
    pub parted: bool,
}

impl<'a> Check<'a> {
    pub fn new(trace: &'a Trace, on: &str, bounds: Bounds) -> Self {
        Self {
            report: Report::new(format!("{} on {on}", trace.name)),
            trace,
            bounds,
            updates: Vec::new(),
            parted: false,
        }
    }

    /// Compares scores, losses and first gradients of one iteration.
    pub fn phases(&mut self, iteration: usize, phases: &[Seen], run: &Run) {
        let of = |wanted: Phase| -> Vec<&[f32]> {
            let all = phases.iter().filter(|(phase, _)| *phase == wanted);
            all.map(|(_, values)| values.as_slice()).collect()
        };
        let folder = format!("logits/it{iteration}/");
        for (name, theirs) in self.trace.folder(&folder) {
            let (phase, step) = match name {
                "g_fake_pre" => (Phase::GeneratorScores, 0),
                "br_fake_post" => (Phase::ProbeFake, 0),
                "br_real" => (Phase::ProbeReal, 0),
                _ => critic_scores(name).unwrap_or_else(|| panic!("unknown scores {name}")),
            };
            let place = format!("{folder}{name}");
            let ours = of(phase).get(step).copied().unwrap_or_default();
            self.report
                .close("scores", &place, ours, &theirs.values, self.bounds.scores);
        }
        let row = iteration - 1;
        for (key, phase) in [
            ("out/d_loss", Phase::CriticLoss),
            ("out/g_loss", Phase::GeneratorLoss),
        ] {
            let place = format!("{key} {iteration}");
            let per_iteration = if phase == Phase::CriticLoss {
                self.trace.critic_steps()
            } else {
                1
            };
            let theirs = &self.trace.get(key).values[row * per_iteration..][..per_iteration];
            let ours = of(phase).concat();
            self.report
                .close("losses", &place, &ours, theirs, self.bounds.scores);
        }
        if let Some(theirs) = self.trace.find("out/br_post_pre_real") {
            let mean = |phase| {
                let scores = of(phase).concat();
                scores.iter().map(|&s| f64::from(s)).sum::<f64>() / scores.len() as f64
            };
            let ours = [Phase::ProbeFake, Phase::GeneratorScores, Phase::ProbeReal].map(mean);
            self.report.close(
                "BR's means",
                &format!("iteration {iteration}"),
                &ours,
                &theirs.row(row).values,
                self.bounds.scores,
            );
        }
        if iteration == 1 {
            for (role, phase) in [
                (Role::D, Phase::CriticGradient),
                (Role::G, Phase::GeneratorGradient),
            ] {
                self.gradients(role, of(phase).first().copied().unwrap_or_default(), run);
            }
        }
    }

    fn gradients(&mut self, role: Role, flat: &[f32], run: &Run) {
        let net = &run.player(role).net;
        for (place, param) in net.params.iter().enumerate() {
            let key = format!("grad1/{role}/{}", Trace::parameter(net, place));
            let Some(theirs) = self.trace.find(&key) else {
                continue;
            };
            let ours = flat.get(param.offset..param.offset + param.len());
            let limit = if is_dead(role, &param.name) {
                self.bounds.dead
            } else {
                self.bounds.gradients
            };
            self.report.close(
                "first gradients",
                &key,
                ours.unwrap_or_default(),
                &theirs.values,
                limit,
            );
        }
    }

    /// Compares the balance ratio and D's density variable after one iteration.
    pub fn numbers(&mut self, iteration: usize, run: &Run, checkpoint: &Checkpoint) {
        let place = format!("iteration {iteration}");
        if let (Some(theirs), Some(limit)) = (self.trace.find("out/br"), self.bounds.ratio) {
            let theirs = [theirs.values[iteration - 1]];
            let ours = run.stats().br.unwrap_or(f64::NAN);
            let limit = Limit::Relative(limit.max(self.rounding_of_ratio(iteration)));
            self.report.close("BR", &place, &[ours], &theirs, limit);
        }
        if let Some(theirs) = self.trace.find("out/density_D_var") {
            let theirs = [theirs.values[iteration - 1]];
            let ours = [density_of(checkpoint)];
            let limit = Limit::Absolute(1e-12);
            self.report.close("d", &place, &ours, &theirs, limit);
        }
    }

    /// Relative uncertainty of a ratio whose gap nearly vanishes, from float32 scores.
    fn rounding_of_ratio(&self, iteration: usize) -> f64 {
        let means = self.trace.get("out/br_post_pre_real").row(iteration - 1);
        let [pre, real] = [means.values[1], means.values[2]];
        4.0 * f64::from(f32::EPSILON) * pre.abs().max(real.abs()) / (real - pre).abs()
    }

    /// Compares a whole snapshot, where the trace has one.
    pub fn state(&mut self, iteration: usize, run: &Run, checkpoint: &Checkpoint) {
        let snapshots = self.trace.about["snapshots"].as_array();
        let is_snapshot = snapshots.is_some_and(|all| all.contains(&Value::from(iteration)));
        if !is_snapshot || self.parted {
            return;
        }
        let at = format!("it{iteration}");
        for role in [Role::G, Role::D] {
            let net = &run.player(role).net;
            self.masks(net, &format!("{at}/mask"), checkpoint);
            for (place, param) in net.params.iter().enumerate() {
                let (name, theirs) = (&param.name, Trace::parameter(net, place));
                let limit = if is_dead(role, name) {
                    self.bounds.dead
                } else {
                    self.bounds.weights
                };
                let weight = format!("{at}/{role}/{theirs}");
                self.array(
                    "weights",
                    &weight,
                    checkpoint,
                    &format!("{role}/weight/{name}"),
                    limit,
                );
                let moment = format!("{at}/adam_v/{role}/{theirs}");
                let ours = format!("{role}/adam_v/{name}");
                let state = if is_dead(role, name) {
                    self.bounds.dead
                } else {
                    self.bounds.state
                };
                self.array("adam_v", &moment, checkpoint, &ours, state);
                if role == Role::G {
                    let average = format!("{at}/ema/{theirs}");
                    let ours = format!("{role}/average/{name}");
                    self.array("averages", &average, checkpoint, &ours, limit);
                }
            }
            for s in &net.spectral {
                let name = &net.params[s.param].name;
                for side in ["u", "v"] {
                    let theirs = format!("{at}/{role}/{name}_{side}");
                    let ours = format!("{role}/spectral_{side}/{name}");
                    self.array(
                        "spectral vectors",
                        &theirs,
                        checkpoint,
                        &ours,
                        self.bounds.state,
                    );
                }
            }
            for name in &net.norm_names {
                let running = floats(checkpoint, &format!("{role}/running/{name}"));
                let (mean, variance) = running.split_at(running.len() / 2);
                for (what, ours, limit) in [
                    ("running_mean", mean, self.bounds.dead),
                    ("running_var", variance, self.bounds.state),
                ] {
                    let key = format!("{at}/{role}/{name}.{what}");
                    let theirs = &self.trace.get(&key).values;
                    self.report.close(what, &key, ours, theirs, limit);
                }
            }
        }
    }

    fn array(
        &mut self,
        kind: &str,
        theirs: &str,
        checkpoint: &Checkpoint,
        ours: &str,
        limit: Limit,
    ) {
        let values = &self.trace.get(theirs).values;
        let kind = match limit {
            Limit::Absolute(1e-2) => format!("{kind} without gradient"),
            _ => kind.to_owned(),
        };
        self.report
            .close(&kind, theirs, &floats(checkpoint, ours), values, limit);
    }
}

/// Parses names such as `d0_real` and `d1_fake`: the scores of a critic step.
fn critic_scores(name: &str) -> Option<(Phase, usize)> {
    let (step, which) = name.strip_prefix('d')?.split_once('_')?;
    let phase = match which {
        "real" => Phase::RealScores,
        "fake" => Phase::FakeScores,
        _ => return None,
    };
    Some((phase, step.parse().ok()?))
}

pub fn floats(checkpoint: &Checkpoint, key: &str) -> Vec<f32> {
    match checkpoint.tensors.get(key) {
        Some(HostTensor::F32 { data, .. }) => data.clone(),
        Some(HostTensor::U8 { data, .. }) => data.iter().map(|&v| f32::from(v)).collect(),
        None => panic!("the checkpoint has no {key}"),
    }
}

/// The density variable of D's controller.
fn density_of(checkpoint: &Checkpoint) -> f64 {
    number(&checkpoint.meta["d"]["controller"]["density"])
}
