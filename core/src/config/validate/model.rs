//! Checks of the two architectures against the data, the batches and each other.

use super::{Check, MAX_SIDE};
use crate::config::{
    MlpConfig, ModelConfig, NetConfig, Policy, Role, RunConfig, SnganConfig, count::net_count,
};

/// Most blocks or hidden layers.
pub(super) const MAX_DEPTH: usize = 16;
/// Most parameters of a net, and most values of one activation: kernels index with 32 bits.
const MAX_VALUES: u64 = 1 << 31;

impl RunConfig {
    pub(super) fn check_mlp(&self, mlp: &MlpConfig, check: &mut Check) {
        check.widths("model.mlp.g_hidden", &mlp.g_hidden, 1);
        check.widths("model.mlp.d_hidden", &mlp.d_hidden, 1);
        for (key, leak) in [
            ("model.mlp.g_leak", mlp.g_leak),
            ("model.mlp.d_leak", mlp.d_leak),
        ] {
            check.fraction(key, f64::from(leak), "0 or more and below 1", |v| {
                (0.0..1.0).contains(&v)
            });
        }
        for (key, batch) in [("batch_g", self.batch_g), ("batch_d", self.batch_d)] {
            check.that(!mlp.g_batch_norm || batch != 1, key, batch, || {
                "batch norm has nothing to normalise over one sample; 2 or more".to_owned()
            });
        }
    }

    pub(super) fn check_sngan(&self, sngan: &SnganConfig, check: &mut Check) {
        check.widths("model.sngan.g_channels", &sngan.g_channels, 2);
        check.widths("model.sngan.d_channels", &sngan.d_channels, 1);
        check.within("model.sngan.bottom", sngan.bottom, 1, MAX_SIDE);
        let (blocks, pools) = (sngan.d_channels.len(), sngan.d_pool.len());
        check.that(
            blocks == pools,
            "model.sngan.d_pool",
            format!("{:?}", sngan.d_pool),
            || {
                format!(
                    "{pools} entries for the {blocks} blocks of model.sngan.d_channels; \
                 one true or false each"
                )
            },
        );
        self.check_sides(
            "model.sngan",
            sngan.bottom,
            &sngan.g_channels,
            &sngan.d_pool,
            check,
        );
    }

    /// Checks that G's blocks make images of the data's side, and that D's pools leave a map of
    /// them; `model` is the key.
    pub(super) fn check_sides(
        &self,
        model: &str,
        bottom: usize,
        g_channels: &[usize],
        d_pool: &[bool],
        check: &mut Check,
    ) {
        let (bottom_key, pool_key) = (format!("{model}.bottom"), format!("{model}.d_pool"));
        let doublings = g_channels.len().saturating_sub(1);
        if doublings <= MAX_DEPTH && bottom <= MAX_SIDE {
            let made = bottom << doublings;
            check.that(made == self.data.side, &bottom_key, bottom, || {
                format!(
                    "doubled by {doublings} generator blocks it makes {made} px images, \
                     but data.side is {}; change bottom, g_channels or side",
                    self.data.side
                )
            });
        }
        let mut side = self.data.side;
        for (block, _) in d_pool.iter().enumerate().filter(|(_, pool)| **pool) {
            check.that(side != 1, &pool_key, format!("{d_pool:?}"), || {
                format!(
                    "block {} would pool a map of one pixel; fewer pools or larger images",
                    block + 1
                )
            });
            side /= 2;
            if side == 0 {
                break;
            }
        }
    }

    pub(super) fn check_size(&self, check: &mut Check) {
        let channels = self.data.channels();
        for role in [Role::G, Role::D] {
            let net = self.net(role);
            let count = net_count(&self.model, role, self.z_dim, channels, net);
            check.that(
                count.params <= MAX_VALUES,
                "model",
                format!("{} parameters in {role}", count.params),
                || format!("more than {MAX_VALUES} cannot be indexed; narrow it"),
            );
            let key = format!("{}.mask_linear", role.key());
            check.that(
                count.maskable > 0 || !masked(net),
                &key,
                net.mask_linear,
                || {
                    "that leaves no weight to mask; set it to true, or density 1 and policy static"
                        .to_owned()
                },
            );
        }
        let widths = match &self.model {
            ModelConfig::Mlp(_) => None,
            ModelConfig::Sngan(m) => Some((&m.g_channels, &m.d_channels)),
            ModelConfig::Biggan(m) => Some((&m.g_channels, &m.d_channels)),
        };
        if let Some((g_channels, d_channels)) = widths {
            let batch = self.batch_g.max(self.batch_d) as u64;
            let widest = g_channels
                .iter()
                .chain(d_channels)
                .max()
                .copied()
                .unwrap_or(0) as u64;
            let values = batch * widest * (self.data.side * self.data.side) as u64;
            check.that(values <= MAX_VALUES, "batch_d and batch_g", batch, || {
                format!("a feature map of {values} values is more than the {MAX_VALUES} that can be indexed; \
                     smaller batches or widths")
            });
        }
    }
}

fn masked(net: &NetConfig) -> bool {
    net.density < 1.0 || net.policy != Policy::Static
}

#[cfg(test)]
mod tests {
    use crate::config::validate::tests::{config, problems};
    use crate::method::{Method, Strategy};

    #[test]
    fn pools_must_not_outrun_the_image() {
        let mut wrong = config("tiny");
        wrong.set("d_channels", "8,8,8,8,8,8").unwrap();
        wrong
            .set("d_pool", "[true,true,true,true,true,false]")
            .unwrap();
        let lines = problems(&wrong);
        assert!(
            lines.len() == 1 && lines[0].contains("block 5 would pool"),
            "{lines:?}"
        );
        // STL's last pool halves 3 px to 1 by dropping a row.
        assert_eq!(problems(&config("sngan-stl10")), Vec::<String>::new());
    }

    #[test]
    fn absurd_sizes_and_empty_masks_are_refused() {
        let mut wrong = config("tiny");
        wrong.set("g_channels", "65536,65536,65536,65536").unwrap();
        assert!(
            problems(&wrong)
                .iter()
                .any(|line| line.starts_with("model: ")),
            "{:?}",
            problems(&wrong)
        );
        let mut wrong = config("spiral");
        wrong.generator.mask_linear = false;
        assert!(problems(&wrong)[0].starts_with("generator.mask_linear"));
        let mut wrong = config("tiny");
        wrong.method = Method::Dda;
        wrong.strategy = Some(Strategy::Strong);
        assert!(problems(&wrong)[0].starts_with("strategy: strong"));
    }
}
