//! Translates the ADAPT scripts' flags into settings. Some flags mean different settings under
//! different methods.

use tightrope_core::{
    Problem,
    config::{ModelConfig, RunConfig},
    method::Method,
};

use super::adapt_flags::AdaptFlags;

impl AdaptFlags {
    /// The settings these flags stand for, as `(name, value)`. Some depend on the method and on the
    /// preset's settings. Flags without a meaning here become `problems`.
    pub fn overrides(
        &self,
        base: &RunConfig,
        method: Method,
        problems: &mut Vec<Problem>,
    ) -> Vec<(String, String)> {
        let mut out = Overrides(Vec::new());
        let bottom = match base.model {
            ModelConfig::Biggan(_) => "model.biggan.bottom",
            _ => "model.sngan.bottom",
        };
        for (key, value) in [
            ("data.side", &self.img_size),
            (bottom, &self.bottom_width),
            ("model.biggan.classes", &self.num_classes),
            ("z_dim", &self.latent_dim),
            ("batch_g", &self.gen_batch_size),
            ("batch_d", &self.dis_batch_size),
            ("n_critic", &self.n_critic),
            ("generator.lr", &self.gen_lr),
            ("discriminator.lr", &self.dis_lr),
            ("generator.beta1", &self.beta1),
            ("discriminator.beta1", &self.beta1),
            ("generator.beta2", &self.beta2),
            ("discriminator.beta2", &self.beta2),
            ("averaging.decay", &self.ema),
            ("generator.drop_fraction", &self.death_rate_g),
            ("generator.drop_schedule", &self.death_rate_schedule_g),
            ("generator.mask_interval", &self.update_frequency_g),
            ("discriminator.mask_interval", &self.update_frequency_d),
            ("balance.br_low", &self.da_lb),
            ("balance.br_high", &self.da_ub),
            ("balance.probe_interval", &self.br_freq),
            ("record.log_every", &self.log_interval),
            ("record.quality_every", &self.val_freq),
            ("record.quality_samples", &self.num_eval_imgs),
        ] {
            out.put(key, value.as_deref());
        }
        if self.diff_aug {
            for part in ["color", "translation", "cutout"] {
                out.put(&format!("augment.{part}"), Some("true"));
            }
        }
        let word = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let loss = word(&self.loss).map(|name| {
            if name == "wass" {
                "wasserstein".to_owned()
            } else {
                name
            }
        });
        out.put("loss", loss.as_deref());
        let spread = word(&self.sparse_init);
        out.put("generator.distribution", spread.as_deref());
        out.put("discriminator.distribution", spread.as_deref());
        out.rule(
            "generator",
            self.growth_g.as_deref(),
            self.death_g.as_deref(),
        );
        out.rule(
            "discriminator",
            self.growth_d.as_deref(),
            self.death_d.as_deref(),
        );
        self.discriminator_rate(method, &mut out, problems);
        self.window(base, &mut out, problems);
        self.widths(base, &mut out, problems);
        out.0
    }

    /// The scripts' death rate of D is a density step for methods that move D's density, else a
    /// drop fraction.
    fn discriminator_rate(&self, method: Method, out: &mut Overrides, problems: &mut Vec<Problem>) {
        if method.info().steers {
            out.put("balance.density_step", self.death_rate_d.as_deref());
            if self
                .death_rate_schedule_d
                .as_deref()
                .is_some_and(|name| name != "constant")
            {
                problems.push(Problem::new(
                    "--death-rate-schedule-D",
                    format!(
                        "the density step of {method} is constant; leave the flag out or give constant"
                    ),
                ));
            }
        } else {
            out.put("discriminator.drop_fraction", self.death_rate_d.as_deref());
            out.put(
                "discriminator.drop_schedule",
                self.death_rate_schedule_d.as_deref(),
            );
        }
        out.put(
            "discriminator.drop_fraction",
            self.death_rate_d_dd_b.as_deref(),
        );
    }

    /// The scripts count the window in iterations, the config in samples.
    fn window(&self, base: &RunConfig, out: &mut Overrides, problems: &mut Vec<Problem>) {
        if self.da_iters.is_none() && self.br_freq.is_none() {
            return;
        }
        let known = base.balance.window as u64 * base.balance.probe_interval;
        let iterations = count("--da-iters", self.da_iters.as_deref(), known, problems);
        let interval = count(
            "--br_freq",
            self.br_freq.as_deref(),
            base.balance.probe_interval,
            problems,
        );
        // An interval of 0 measures nothing; validation reports it where a method needs BR.
        if let Some(window) = iterations.checked_div(interval) {
            out.put("balance.window", Some(&window.to_string()));
        }
    }

    fn widths(&self, base: &RunConfig, out: &mut Overrides, problems: &mut Vec<Problem>) {
        let flags = [("--gf-dim", &self.gf_dim), ("--df-dim", &self.df_dim)];
        for (flag, width) in flags
            .into_iter()
            .filter_map(|(flag, width)| Some((flag, width.as_deref()?)))
        {
            let sngan = match &base.model {
                ModelConfig::Sngan(sngan) => sngan,
                ModelConfig::Biggan(_) => {
                    problems.push(Problem::new(
                        flag,
                        "a biggan's blocks differ in width; set model.biggan.g_channels or model.biggan.d_channels",
                    ));
                    continue;
                }
                ModelConfig::Mlp(_) => {
                    problems.push(Problem::new(
                        flag,
                        "this preset has no convolutions; set model.mlp.g_hidden or model.mlp.d_hidden",
                    ));
                    continue;
                }
            };
            let width = count(flag, Some(width), 1, problems).to_string();
            let (key, blocks) = match flag {
                "--gf-dim" => ("model.sngan.g_channels", sngan.g_channels.len()),
                _ => ("model.sngan.d_channels", sngan.d_channels.len()),
            };
            out.put(key, Some(&vec![width; blocks].join(",")));
        }
    }
}

fn count(flag: &str, text: Option<&str>, otherwise: u64, problems: &mut Vec<Problem>) -> u64 {
    let Some(text) = text else { return otherwise };
    text.parse().unwrap_or_else(|_| {
        problems.push(Problem::new(
            flag,
            format!("`{text}` is not a whole number, 0 or more"),
        ));
        otherwise
    })
}

struct Overrides(Vec<(String, String)>);

impl Overrides {
    fn put(&mut self, key: &str, value: Option<&str>) {
        self.0
            .extend(value.map(|value| (key.to_owned(), value.to_owned())));
    }

    /// A rule such as `global_gradient` names a growth rule and a scope at once.
    fn rule(&mut self, net: &str, growth: Option<&str>, death: Option<&str>) {
        let scope = |rule: &str| {
            if rule.starts_with("global_") {
                "global"
            } else {
                "layer"
            }
        };
        let rule = |rule: &str| rule.strip_prefix("global_").unwrap_or(rule).to_owned();
        self.put(&format!("{net}.growth"), growth.map(rule).as_deref());
        self.put(&format!("{net}.scope"), growth.or(death).map(scope));
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tightrope_core::config::{Distribution, Growth, Loss, Schedule, Scope};
    use tightrope_core::preset;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::cli::settings;

    fn resolve(line: &str) -> RunConfig {
        let cli =
            Cli::try_parse_from(format!("tightrope train {line}").split_whitespace()).unwrap();
        let Some(Command::Train(args)) = cli.command else {
            panic!("not train")
        };
        settings::train(&args).unwrap()
    }

    #[test]
    fn the_relax_scripts_flags_give_the_papers_preset() {
        let script = "--dataset cifar10 --data-path home --gen-lr 0.0002 --dis-lr 0.0002 --max-iter 100000 --ema 0.999 \
            --beta1 0.0 --beta2 0.9 --br_freq 10 --density-G 0.1 --density-D 0.1 --da-lb 0.45 --da-ub 0.55 --da-iters 1000 \
            --death-rate-D 0.05 --death-rate-schedule-D constant --growth-D global_gradient --update_frequency_D 1000 \
            --death-rate-G 0.5 --growth-G global_gradient --death-G global_magnitude --update_frequency_G 500 --sparse_init ERK";
        let ours = resolve("--preset sngan-cifar10 --data cifar10:home");
        let theirs = resolve(&format!("--preset sngan-cifar10 {script}"));
        assert_eq!(theirs, ours);
    }

    #[test]
    fn biggans_take_their_scripts_flags() {
        let c = resolve(
            "--preset biggan-cifar10 --dataset cifar10 --data-path here --num-classes 12 --bottom-width 4 --diff_aug",
        );
        let ModelConfig::Biggan(biggan) = &c.model else {
            panic!("a BigGAN")
        };
        assert_eq!((biggan.classes, biggan.bottom), (12, 4));
        assert!(c.augment.color && c.augment.translation && c.augment.cutout);
    }

    #[test]
    fn every_flag_reaches_its_setting() {
        let c = resolve(
            "--preset tiny --img-size 16 --bottom-width 2 --gf-dim 12 --df-dim 6 --latent-dim 9 --loss wass --gen-batch-size 5 \
             --dis-batch-size 3 --n_critic 4 --gen-lr 1e-3 --dis-lr 2e-3 --beta1 .5 --beta2 .99 --ema .9 --sparse_init uniform \
             --growth-G random --death-rate-G .2 --death-rate-D .07 --death-rate-D-dd-b .3 --death-rate-schedule-G linear \
             --update_frequency_G 7 --update-frequency-D 8 --da-lb -.1 --da-ub .2 --da-iters 30 --br_freq 3 --log-interval 2 \
             --val-freq 4 --num-eval-imgs 70 --max_iter 11",
        );
        let ModelConfig::Sngan(sngan) = &c.model else {
            panic!("an SNGAN")
        };
        assert_eq!(
            (sngan.g_channels.clone(), sngan.d_channels.clone()),
            (vec![12; 4], vec![6; 4])
        );
        assert_eq!(
            (c.z_dim, c.loss, c.batch_g, c.batch_d, c.n_critic),
            (9, Loss::Wasserstein, 5, 3, 4)
        );
        assert_eq!(
            (c.generator.lr, c.discriminator.lr, c.averaging.decay),
            (1e-3, 2e-3, 0.9)
        );
        assert_eq!(
            (
                c.generator.beta1,
                c.discriminator.beta1,
                c.discriminator.beta2
            ),
            (0.5, 0.5, 0.99)
        );
        assert_eq!(
            (c.generator.distribution, c.discriminator.distribution),
            (Distribution::Uniform, Distribution::Uniform)
        );
        assert_eq!(
            (c.generator.growth, c.generator.scope),
            (Growth::Random, Scope::Layer)
        );
        assert_eq!(
            (
                c.generator.drop_fraction,
                c.balance.density_step,
                c.discriminator.drop_fraction
            ),
            (0.2, 0.07, 0.3)
        );
        assert_eq!(
            (
                c.generator.drop_schedule,
                c.generator.mask_interval,
                c.discriminator.mask_interval
            ),
            (Schedule::Linear, 7, 8)
        );
        assert_eq!(
            (
                c.balance.br_low,
                c.balance.br_high,
                c.balance.window,
                c.balance.probe_interval
            ),
            (-0.1, 0.2, 10, 3)
        );
        assert_eq!(
            (
                c.record.log_every,
                c.record.quality_every,
                c.record.quality_samples,
                c.iterations
            ),
            (2, 4, 70, 11)
        );
    }

    #[test]
    fn ds_death_rate_means_what_the_method_does_with_it() {
        let c = resolve(
            "--preset tiny --method dst-both-rigl --death-rate-D .25 --death-rate-schedule-D linear",
        );
        assert_eq!(
            (c.discriminator.drop_fraction, c.discriminator.drop_schedule),
            (0.25, Schedule::Linear)
        );
        let base = (preset::find("tiny").unwrap().build)();
        let flags = AdaptFlags {
            death_rate_schedule_d: Some("linear".to_owned()),
            ..AdaptFlags::default()
        };
        let mut problems = Vec::new();
        flags.overrides(&base, Method::Dda, &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
