//! Checks of a BigGAN against the data and z.

use super::{Check, MAX_SIDE, MAX_WIDTH};
use crate::config::{BigganConfig, RunConfig};

impl RunConfig {
    pub(super) fn check_biggan(&self, m: &BigganConfig, check: &mut Check) {
        check.widths("model.biggan.g_channels", &m.g_channels, 2);
        check.widths("model.biggan.d_channels", &m.d_channels, 1);
        check.within("model.biggan.bottom", m.bottom, 1, MAX_SIDE);
        check.within("model.biggan.classes", m.classes, 1, MAX_WIDTH);
        check.within(
            "model.biggan.shared_embedding",
            m.shared_embedding,
            0,
            MAX_WIDTH,
        );
        let (blocks, pools) = (m.d_channels.len(), m.d_pool.len());
        check.that(
            blocks == pools,
            "model.biggan.d_pool",
            format!("{:?}", m.d_pool),
            || {
                format!(
                    "{pools} entries for the {blocks} blocks of model.biggan.d_channels; \
                     one true or false each"
                )
            },
        );
        self.check_sides("model.biggan", m.bottom, &m.g_channels, &m.d_pool, check);
        let chunks = m.g_channels.len();
        check.that(
            m.shared_embedding == 0 || self.z_dim.is_multiple_of(chunks.max(1)),
            "z_dim",
            self.z_dim,
            || {
                format!(
                    "with model.biggan.shared_embedding z is cut into {chunks} equal chunks, \
                     one for the bottom and one for each generator block; a multiple of {chunks}"
                )
            },
        );
        self.check_attention(
            "g_attention",
            m.g_attention,
            chunks.saturating_sub(1),
            check,
        );
        self.check_attention("d_attention", m.d_attention, m.d_channels.len(), check);
        for (key, eps) in [("norm_eps", m.norm_eps), ("spectral_eps", m.spectral_eps)] {
            let key = format!("model.biggan.{key}");
            check.fraction(&key, eps, "above 0 and at most 0.1, such as 1e-5", |v| {
                v > 0.0 && v <= 0.1
            });
        }
    }

    fn check_attention(&self, key: &str, after: usize, blocks: usize, check: &mut Check) {
        check.that(
            after <= blocks,
            &format!("model.biggan.{key}"),
            after,
            || format!("there are {blocks} blocks; 1 to {blocks}, or 0 for no self-attention"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::config::validate::tests::{config, problems};

    #[test]
    fn wrong_settings_are_named() {
        for (key, value) in [
            ("model.biggan.classes", "0"),
            ("model.biggan.g_channels", "[]"),
            ("model.biggan.d_channels", "[8,0,8,8,8]"),
            ("model.biggan.d_pool", "[true]"),
            ("model.biggan.bottom", "3"),
            ("model.biggan.g_attention", "5"),
            ("model.biggan.d_attention", "6"),
            ("model.biggan.norm_eps", "0"),
            ("model.biggan.spectral_eps", "1"),
            ("z_dim", "101"),
        ] {
            let mut wrong = config("biggan-tinyimagenet");
            wrong.set(key, value).unwrap();
            let lines = problems(&wrong);
            assert!(
                lines.iter().any(|l| l.starts_with(&format!("{key}: "))),
                "{key}={value} gave {lines:?}"
            );
        }
    }

    #[test]
    fn points_are_neither_learned_nor_augmented() {
        let mut wrong = config("biggan-cifar10");
        wrong.data.source = "ring".to_owned();
        assert!(problems(&wrong)[0].starts_with("model: biggan"));
        let mut wrong = config("spiral");
        wrong.augment.cutout = true;
        assert!(problems(&wrong)[0].starts_with("augment: "));
    }
}
