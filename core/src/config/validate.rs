//! Checks settings that would crash a run or make it meaningless, before it starts.

mod biggan;
mod model;
mod pruning;

use self::model::MAX_DEPTH;
use super::{
    CONFIG_VERSION, Criterion, Crossover, DensityRule, ModelConfig, NEVER, Policy, Role, RunConfig,
    SAMPLE_BATCH,
};
use crate::{
    data::SOURCES,
    error::{Error, Problem, Result},
    hint::hint,
};

/// Largest layer, batch and latent dimension.
const MAX_WIDTH: usize = 1 << 16;
/// Longest training.
const MAX_ITERATIONS: u64 = 1_000_000_000;
/// Largest image side.
const MAX_SIDE: usize = 512;

impl RunConfig {
    /// Checks all settings and reports every wrong one with its value, the reason, and valid
    /// values.
    pub fn validate(&self) -> Result<()> {
        let mut check = Check::default();
        self.check_start(&mut check);
        self.check_all(check)
    }

    /// Checks the settings of a run that is under way: its starting densities no longer matter.
    pub fn validate_running(&self) -> Result<()> {
        self.check_all(Check::default())
    }

    fn check_all(&self, mut check: Check) -> Result<()> {
        self.check_run(&mut check);
        self.check_data(&mut check);
        self.check_net(Role::G, &mut check);
        self.check_net(Role::D, &mut check);
        self.check_balance(&mut check);
        self.check_pruning(&mut check);
        match &self.model {
            ModelConfig::Mlp(mlp) => self.check_mlp(mlp, &mut check),
            ModelConfig::Sngan(sngan) => self.check_sngan(sngan, &mut check),
            ModelConfig::Biggan(biggan) => self.check_biggan(biggan, &mut check),
        }
        // Sizes are products of the values checked above; absurd ones would overflow here.
        if check.0.is_empty() {
            self.check_size(&mut check);
        }
        if check.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Settings(check.0))
        }
    }

    /// Checks that a steered discriminator starts at or below its cap. It may start below `d_min`,
    /// as dense as its generator: that bound only stops a density from being lowered further.
    fn check_start(&self, check: &mut Check) {
        let (d_max, density) = (self.balance.d_max, self.discriminator.density);
        let steered = matches!(self.discriminator.policy, Policy::Relax | Policy::Strict);
        check.that(
            !steered || density <= d_max,
            "discriminator.density",
            density,
            || format!("it must start at or below balance.d_max, {d_max}"),
        );
    }

    fn check_run(&self, check: &mut Check) {
        check.that(
            self.version == CONFIG_VERSION,
            "version",
            self.version,
            || format!("this Tightrope writes version {CONFIG_VERSION}"),
        );
        check.within("iterations", self.iterations, 1, MAX_ITERATIONS);
        check.within("z_dim", self.z_dim, 1, MAX_WIDTH);
        check.within("batch_d", self.batch_d, 1, MAX_WIDTH);
        check.within("batch_g", self.batch_g, 1, MAX_WIDTH);
        check.within("n_critic", self.n_critic, 1, 1000);
        check.that(
            self.norm_batch > 0 && SAMPLE_BATCH.is_multiple_of(self.norm_batch),
            "norm_batch",
            self.norm_batch,
            || format!("it must divide {SAMPLE_BATCH}, such as 50 or 100"),
        );
        for (name, density) in self.crossover.iter().flat_map(Crossover::named) {
            check.that(
                (0.0..=NEVER).contains(&density),
                &format!("crossover.{name}"),
                density,
                || format!("it must lie between 0 and 1; {NEVER} means never"),
            );
        }
        check.fraction(
            "averaging.decay",
            self.averaging.decay,
            "below 1, such as 0.999",
            |v| (0.0..1.0).contains(&v),
        );
        // Also the number of points shown in a 2-D run.
        check.within(
            "record.quality_samples",
            self.record.quality_samples,
            64,
            1_000_000,
        );
        if let Some(strategy) = self.strategy {
            let method = self.method.name();
            check.that(
                self.method.takes(strategy),
                "strategy",
                word(&strategy),
                || format!("{method} does not have it; balance and strong are for a sparse, fixed discriminator, half for small-dense"),
            );
        }
    }

    fn check_data(&self, check: &mut Check) {
        let (name, path) = self
            .data
            .source
            .split_once(':')
            .unwrap_or((&self.data.source, ""));
        let Some(source) = SOURCES.iter().find(|source| source.name == name) else {
            let hint = hint(name, SOURCES.iter().map(|source| source.name));
            check.that(false, "data.source", name, || {
                format!("no such dataset{hint}")
            });
            return;
        };
        check.that(
            !source.needs_path || !path.is_empty(),
            "data.source",
            name,
            || format!("choose the files to read (on the command line: {name}:PATH)"),
        );
        match (&self.model, source.images) {
            (ModelConfig::Mlp(_), true) => check.that(false, "model", "mlp", || {
                format!(
                    "it makes 2-D points and {name} has images; \
                     take an image preset or a 2-D dataset (ring, grid, spiral)"
                )
            }),
            (ModelConfig::Sngan(_) | ModelConfig::Biggan(_), false) => {
                let model = match self.model {
                    ModelConfig::Biggan(_) => "biggan",
                    _ => "sngan",
                };
                check.that(false, "model", model, || {
                    format!(
                        "it makes images and {name} has 2-D points; \
                         take a 2-D preset or an image dataset such as shapes"
                    )
                });
            }
            (ModelConfig::Sngan(_) | ModelConfig::Biggan(_), true) => {
                check.within("data.side", self.data.side, 1, MAX_SIDE);
            }
            (ModelConfig::Mlp(_), false) => {}
        }
        let augment = self.augment;
        let augments = augment.color || augment.translation || augment.cutout;
        check.that(source.images || !augments, "augment", name, || {
            "only images are augmented; set color, translation and cutout to false".to_owned()
        });
    }

    fn check_net(&self, role: Role, check: &mut Check) {
        let net = self.net(role);
        let key = |name: &str| format!("{}.{name}", role.key());
        check.fraction(
            &key("lr"),
            net.lr,
            "above 0 and at most 10, such as 2e-4",
            |v| v > 0.0 && v <= 10.0,
        );
        check.fraction(&key("beta1"), net.beta1, "0 or more and below 1", |v| {
            (0.0..1.0).contains(&v)
        });
        check.fraction(
            &key("beta2"),
            net.beta2,
            "0 or more and below 1, such as 0.9",
            |v| (0.0..1.0).contains(&v),
        );
        check.fraction(
            &key("eps"),
            net.eps,
            "above 0 and at most 1, such as 1e-8",
            |v| v > 0.0 && v <= 1.0,
        );
        check.fraction(&key("density"), net.density, "above 0 and at most 1", |v| {
            v > 0.0 && v <= 1.0
        });
        check.fraction(
            &key("min_layer_density"),
            net.min_layer_density,
            "0 or more and at most the density",
            |v| (0.0..=net.density).contains(&v),
        );
        check.fraction(&key("drop_fraction"), net.drop_fraction, "0 to 1", |v| {
            (0.0..=1.0).contains(&v)
        });
        check.fraction(
            &key("drop_floor"),
            net.drop_floor,
            "0 or more and at most the drop_fraction",
            |v| (0.0..=net.drop_fraction).contains(&v),
        );
        let updates = !matches!(net.policy, Policy::Static | Policy::Manual);
        check.that(
            !updates || net.mask_interval > 0,
            &key("mask_interval"),
            net.mask_interval,
            || "the mask is updated every so many iterations; 1 or more".to_owned(),
        );
        check.that(
            role == Role::D || matches!(net.policy, Policy::Static | Policy::DropGrow),
            &key("policy"),
            word(&net.policy),
            || "only the discriminator's density moves; static or drop_grow".to_owned(),
        );
    }

    fn check_balance(&self, check: &mut Check) {
        let balance = &self.balance;
        let finite = |v: f64| v.is_finite();
        check.fraction("balance.br_low", balance.br_low, "a finite number", finite);
        check.fraction(
            "balance.br_high",
            balance.br_high,
            "a finite number",
            finite,
        );
        check.that(
            !finite(balance.br_low) || !finite(balance.br_high) || balance.br_low < balance.br_high,
            "balance.br_low",
            balance.br_low,
            || format!("it must lie below balance.br_high, {}", balance.br_high),
        );
        check.fraction("balance.gap_floor", balance.gap_floor, "0 or more", |v| {
            v >= 0.0 && finite(v)
        });
        check.fraction(
            "balance.density_step",
            balance.density_step,
            "above 0 and at most 1",
            |v| v > 0.0 && v <= 1.0,
        );
        check.fraction("balance.d_min", balance.d_min, "0 to 1", |v| {
            (0.0..=1.0).contains(&v)
        });
        check.fraction(
            "balance.d_max",
            balance.d_max,
            "above 0 and at most 1",
            |v| v > 0.0 && v <= 1.0,
        );
        check.that(
            balance.d_min <= balance.d_max,
            "balance.d_min",
            balance.d_min,
            || format!("it must not exceed balance.d_max, {}", balance.d_max),
        );
        check.fraction("balance.r_low", balance.r_low, "a finite number", finite);
        check.that(
            finite(balance.r_high) && balance.r_low < balance.r_high,
            "balance.r_high",
            balance.r_high,
            || format!("it must lie above balance.r_low, {}", balance.r_low),
        );
        check.fraction("balance.gain", balance.gain, "above 0", |v| {
            v > 0.0 && finite(v)
        });
        check.fraction(
            "balance.held_out",
            balance.held_out,
            "above 0 and at most 0.5",
            |v| v > 0.0 && v <= 0.5,
        );
        let (key, low, high) = match balance.criterion {
            Criterion::Br => ("balance.br_low", balance.br_low, balance.br_high),
            Criterion::RT | Criterion::RV => ("balance.r_low", balance.r_low, balance.r_high),
        };
        check.that(
            balance.rule == DensityRule::Step || low + high > 0.0,
            key,
            low,
            || "balance.rule proportional goes by the logarithm of the band's middle, which must be above 0".to_owned(),
        );
        let policy = self.discriminator.policy;
        check.that(
            balance.probe_interval == 0 || balance.window > 0,
            "balance.window",
            balance.window,
            || "BR is averaged over this many samples; 1 or more".to_owned(),
        );
        if matches!(policy, Policy::Relax | Policy::Strict) {
            check.that(
                balance.probe_interval > 0,
                "balance.probe_interval",
                0,
                || {
                    format!(
                        "discriminator.policy {} steers by BR; 1 or more",
                        word(&policy)
                    )
                },
            );
        }
    }
}

/// An enum's value as the config file writes it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Collects the problems.
#[derive(Default)]
struct Check(Vec<Problem>);

impl Check {
    fn that(
        &mut self,
        holds: bool,
        key: &str,
        value: impl std::fmt::Display,
        why: impl FnOnce() -> String,
    ) {
        if !holds {
            self.0
                .push(Problem::new(key, format!("{value}: {}", why())));
        }
    }

    fn within<T: PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        key: &str,
        value: T,
        low: T,
        high: T,
    ) {
        self.that(value >= low && value <= high, key, value, || {
            format!("must be {low} to {high}")
        });
    }

    /// The kernels compute with single precision, in which the value must not become 0 or 1.
    fn fraction(&mut self, key: &str, value: f64, wanted: &str, holds: impl Fn(f64) -> bool) {
        let becomes = |bound: f64| value != bound && f64::from(value as f32) == bound;
        self.that(holds(value), key, value, || format!("must be {wanted}"));
        self.that(!becomes(0.0) && !becomes(1.0), key, value, || {
            format!("is {} in single precision; must be {wanted}", value as f32)
        });
    }

    fn widths(&mut self, key: &str, widths: &[usize], least: usize) {
        let fits = widths.len() >= least && widths.len() <= MAX_DEPTH + 1;
        let positive = widths.iter().all(|width| (1..=MAX_WIDTH).contains(width));
        self.that(fits && positive, key, format!("{widths:?}"), || {
            format!(
                "must be {least} to {} widths of 1 to {MAX_WIDTH}",
                MAX_DEPTH + 1
            )
        });
    }
}

#[cfg(test)]
mod tests;
