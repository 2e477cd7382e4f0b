//! Settings that repeat a trace, from the authors' arguments in its file.

use serde_json::Value;
use tightrope_core::{
    config::{
        AveragingConfig, AveragingRule, BalanceConfig, Estimator, Gradients, Growth, HeadPool,
        ModelConfig, Naming, NetConfig, Policy, RunConfig, Schedule, Scope, SnganConfig,
    },
    preset,
};
use tightrope_tests::vectors::number;

use super::trace::Trace;

/// Lowest density in the authors' code, and their cap in the strict mode.
const D_MIN: f64 = 0.05;
const D_MAX_STRICT: f64 = 0.5;

impl Trace {
    /// The settings that repeat the trace.
    pub fn config(&self) -> RunConfig {
        let tiny = preset::find("tiny").unwrap_or_else(|e| panic!("{e}"));
        let mut config = (tiny.build)();
        let real = &self.get("input/real").shape;
        let adam = &self.about["adam"];
        config.iterations = self.iterations() as u64;
        config.data.side = real[4];
        config.model = ModelConfig::Sngan(self.model());
        config.z_dim = self.get("input/z_g").shape[2];
        config.batch_d = real[2];
        config.batch_g = self.get("input/z_g").shape[1];
        config.n_critic = real[1];
        config.gradients = Gradients::Dense;
        for (net, lr, density) in [
            (&mut config.generator, 0, "densG"),
            (&mut config.discriminator, 1, "densD"),
        ] {
            net.lr = number(&adam["lr"][lr]);
            net.beta1 = number(&adam["beta1"]);
            net.beta2 = number(&adam["beta2"]);
            net.eps = number(&adam["eps"]);
            net.density = number(&self.about[density]);
            net.mask_linear = true;
            net.mask_head = true;
            net.min_layer_density = 0.0;
            net.scope = Scope::Global;
            net.growth = Growth::Gradient;
            net.drop_fraction = 0.5;
            net.drop_schedule = Schedule::Cosine;
            net.drop_floor = 0.005;
        }
        self.generator_policy(&mut config.generator);
        config.balance = self.balance();
        self.discriminator_policy(&mut config.discriminator, &config.balance);
        config.averaging = AveragingConfig {
            rule: AveragingRule::Ema,
            decay: self.argument("ema").unwrap_or(0.999),
            start: 1,
        };
        config.record.log_every = 1;
        config.record.sample_every = 0;
        config.record.quality_every = 0;
        config.record.checkpoint_every = 0;
        config
    }

    fn generator_policy(&self, net: &mut NetConfig) {
        let how = &self.about["kwG"];
        net.policy = Policy::Static;
        if let Some(interval) = update_interval(how) {
            net.policy = Policy::DropGrow;
            net.mask_interval = interval;
        }
    }

    fn discriminator_policy(&self, net: &mut NetConfig, balance: &BalanceConfig) {
        let how = &self.about["kwD"];
        net.policy = Policy::Static;
        if let Some(interval) = update_interval(how) {
            // The authors count this net's updates in critic steps.
            net.mask_interval = interval / self.critic_steps() as u64;
            let steered = how["adjust_mode"]
                .as_str()
                .is_some_and(|mode| mode.starts_with("dynamic"));
            net.policy = match (steered, balance.d_max < 1.0) {
                (false, _) => Policy::DropGrow,
                (true, false) => Policy::Relax,
                (true, true) => Policy::Strict,
            };
        }
    }

    fn balance(&self) -> BalanceConfig {
        let how = &self.about["kwD"];
        let bounds: Vec<f64> = how["da_bound"]
            .as_str()
            .unwrap_or_default()
            .trim_matches(['(', ')'])
            .split(',')
            .filter_map(|bound| bound.trim().parse().ok())
            .collect();
        let probe_interval = self.probe_interval();
        let window =
            self.argument("da_iters").unwrap_or(1.0) as usize / (probe_interval as usize).max(1);
        BalanceConfig {
            probe_interval,
            window: window.max(1),
            estimator: Estimator::MeanOfRatios,
            br_low: bounds.first().copied().unwrap_or(0.45),
            br_high: bounds.get(1).copied().unwrap_or(0.55),
            gap_floor: 0.0,
            density_step: setting(how, "death_rate").unwrap_or(0.05),
            d_min: D_MIN,
            d_max: self.d_max(),
            warmup: 0,
            ..BalanceConfig::default()
        }
    }

    fn d_max(&self) -> f64 {
        let strict = [&self.about["name"], &self.about["kwD"]["adjust_mode"]]
            .iter()
            .any(|text| text.as_str().is_some_and(|text| text.contains("strict")));
        let given = [&self.about, &self.about["args"], &self.about["kwD"]]
            .iter()
            .find_map(|place| setting(place, "d_max"));
        given.unwrap_or(if strict { D_MAX_STRICT } else { 1.0 })
    }

    /// Widths and blocks, derived from the arrays' shapes.
    fn model(&self) -> SnganConfig {
        let naming = if self.about["arch"] == "lottery" {
            Naming::Lottery
        } else {
            Naming::Resnet48
        };
        let shape = |key: String| self.find(&key).map(|array| array.shape.clone());
        let g_blocks: Vec<Vec<usize>> = (0..)
            .map_while(|i| {
                shape(match naming {
                    Naming::Lottery => format!("init/G/block{}.c1.weight", i + 2),
                    Naming::Resnet48 => format!("init/G/blocks.{i}.residual.3.weight"),
                })
            })
            .collect();
        let d_channels: Vec<usize> = (0..)
            .map_while(|i| {
                shape(match naming {
                    Naming::Lottery => format!("init/D/block{}.c1.weight_orig", i + 1),
                    Naming::Resnet48 if i == 0 => "init/D/model.0.residual.0.weight_orig".into(),
                    Naming::Resnet48 => format!("init/D/model.{i}.residual.1.weight_orig"),
                })
            })
            .map(|shape| shape[0])
            .collect();
        let (first, head) = match naming {
            Naming::Lottery => ("init/G/l1.weight", HeadPool::Sum),
            Naming::Resnet48 => ("init/G/linear.weight", HeadPool::Mean),
        };
        let c_first = g_blocks[0][1];
        SnganConfig {
            bottom: (self.get(first).shape[0] / c_first).isqrt(),
            g_channels: std::iter::once(c_first)
                .chain(g_blocks.iter().map(|shape| shape[0]))
                .collect(),
            // In the CIFAR-10 family only blocks that pool have a shortcut convolution.
            d_pool: (1..=d_channels.len())
                .map(|i| {
                    let shortcut = shape(format!("init/D/block{i}.c_sc.bias"));
                    naming == Naming::Resnet48 || shortcut.is_some()
                })
                .collect(),
            d_channels,
            head,
            head_bias: self.find("init/D/linear.bias").is_some(),
            naming,
        }
    }

    /// An argument of the authors' program, if the file gives it.
    fn argument(&self, key: &str) -> Option<f64> {
        self.about["args"][key].as_f64()
    }

    /// Iterations between balance probes; 0 if the trace measures none.
    fn probe_interval(&self) -> u64 {
        if self.find("out/br").is_none() {
            return 0;
        }
        self.argument("br_freq").unwrap_or(1.0) as u64
    }
}

/// A number that the authors' keyword arguments hold as text or as a number.
fn setting(place: &Value, key: &str) -> Option<f64> {
    let value = &place[key];
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// Interval of a net's mask updates, in steps of its own optimiser; `None` for a fixed mask.
fn update_interval(how: &Value) -> Option<u64> {
    let interval = setting(how, "update_frequency")?;
    (how["fix"] != "True").then_some(interval as u64)
}
