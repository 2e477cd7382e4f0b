//! Parameters of the two networks in closed form, without building them.

mod biggan;

use super::{MlpConfig, ModelConfig, NetConfig, Role, SnganConfig};

/// Size of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetCount {
    /// All parameters.
    pub params: u64,
    /// Parameters that a mask covers.
    pub maskable: u64,
}

impl NetCount {
    /// Active parameters at `density`: the unmasked ones, and that share of the maskable ones.
    pub fn active(&self, density: f64) -> u64 {
        self.params
            .saturating_sub(self.maskable)
            .saturating_add((density * self.maskable as f64).round() as u64)
    }
}

/// Parameters of generator and discriminator (ADAPT, tables 4 and 5). `channels` are the data's: 1
/// or 3 for images. An MLP ignores it, since its points are 2-D.
pub fn param_count(model: &ModelConfig, z_dim: usize, channels: usize) -> (u64, u64) {
    let total = |role| {
        sum(layers(model, role, z_dim, channels)
            .iter()
            .map(Layer::params))
    };
    (total(Role::G), total(Role::D))
}

/// Parameters of one network, and the number that its mask settings cover.
pub fn net_count(
    model: &ModelConfig,
    role: Role,
    z_dim: usize,
    channels: usize,
    net: &NetConfig,
) -> NetCount {
    let layers = layers(model, role, z_dim, channels);
    let last = layers.iter().rposition(|layer| layer.kind != Kind::Dense);
    let masked = |index: usize, layer: &Layer| match layer.kind {
        Kind::Dense => false,
        Kind::Linear => net.mask_linear && (net.mask_head || last != Some(index)),
        Kind::Conv => net.mask_head || last != Some(index),
    };
    let maskable = layers
        .iter()
        .enumerate()
        .filter(|(i, layer)| masked(*i, layer))
        .map(|(_, layer)| layer.weights);
    NetCount {
        maskable: sum(maskable),
        params: sum(layers.iter().map(Layer::params)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Conv,
    Linear,
    Dense,
}

struct Layer {
    kind: Kind,
    weights: u64,
    others: u64,
}

impl Layer {
    fn conv(input: u64, output: u64, kernel: u64) -> Self {
        Self {
            kind: Kind::Conv,
            weights: product(&[input, output, kernel, kernel]),
            others: output,
        }
    }

    fn linear(input: u64, output: u64, bias: bool) -> Self {
        Self {
            kind: Kind::Linear,
            weights: product(&[input, output]),
            others: if bias { output } else { 0 },
        }
    }

    fn norm(width: u64) -> Self {
        Self::dense(product(&[2, width]))
    }

    /// Parameters that no mask covers.
    fn dense(values: u64) -> Self {
        Self {
            kind: Kind::Dense,
            weights: 0,
            others: values,
        }
    }

    fn params(&self) -> u64 {
        self.weights.saturating_add(self.others)
    }
}

/// Saturates, because settings are counted before they are checked and may be absurd.
fn product(factors: &[u64]) -> u64 {
    factors
        .iter()
        .fold(1, |product, factor| product.saturating_mul(*factor))
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0, u64::saturating_add)
}

fn layers(model: &ModelConfig, role: Role, z_dim: usize, channels: usize) -> Vec<Layer> {
    match (model, role) {
        (ModelConfig::Mlp(mlp), Role::G) => mlp_layers(z_dim, &mlp.g_hidden, 2, mlp.g_batch_norm),
        (ModelConfig::Mlp(mlp), Role::D) => mlp_discriminator(mlp),
        (ModelConfig::Sngan(sngan), Role::G) => {
            sngan_generator(sngan, z_dim as u64, channels as u64)
        }
        (ModelConfig::Sngan(sngan), Role::D) => sngan_discriminator(sngan, channels as u64),
        (ModelConfig::Biggan(m), Role::G) => biggan::generator(m, z_dim, channels as u64),
        (ModelConfig::Biggan(m), Role::D) => biggan::discriminator(m, channels as u64),
    }
}

fn mlp_discriminator(mlp: &MlpConfig) -> Vec<Layer> {
    mlp_layers(2, &mlp.d_hidden, 1, false)
}

fn mlp_layers(input: usize, hidden: &[usize], output: usize, batch_norm: bool) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut width = input as u64;
    for &next in hidden {
        layers.push(Layer::linear(width, next as u64, true));
        if batch_norm {
            layers.push(Layer::norm(next as u64));
        }
        width = next as u64;
    }
    layers.push(Layer::linear(width, output as u64, true));
    layers
}

fn sngan_generator(sngan: &SnganConfig, z_dim: u64, channels: u64) -> Vec<Layer> {
    let widths: Vec<u64> = sngan.g_channels.iter().map(|&width| width as u64).collect();
    let (first, last) = (
        widths.first().copied().unwrap_or(0),
        widths.last().copied().unwrap_or(0),
    );
    let mut layers = vec![Layer::linear(
        z_dim,
        product(&[first, sngan.bottom as u64, sngan.bottom as u64]),
        true,
    )];
    for pair in widths.windows(2) {
        let (input, output) = (pair[0], pair[1]);
        layers.push(Layer::norm(input));
        layers.push(Layer::conv(input, output, 3));
        layers.push(Layer::norm(output));
        layers.push(Layer::conv(output, output, 3));
        layers.push(Layer::conv(input, output, 1));
    }
    layers.push(Layer::norm(last));
    layers.push(Layer::conv(last, channels, 3));
    layers
}

fn sngan_discriminator(sngan: &SnganConfig, channels: u64) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut input = channels;
    for (block, (&width, &pool)) in sngan.d_channels.iter().zip(&sngan.d_pool).enumerate() {
        let output = width as u64;
        layers.push(Layer::conv(input, output, 3));
        layers.push(Layer::conv(output, output, 3));
        if block == 0 || pool || input != output {
            layers.push(Layer::conv(input, output, 1));
        }
        input = output;
    }
    layers.push(Layer::linear(input, 1, sngan.head_bias));
    layers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    fn counts(name: &str) -> (NetCount, NetCount) {
        let config = (preset::find(name).unwrap().build)();
        let count = |role| net_count(&config.model, role, config.z_dim, 3, config.net(role));
        let pair = (count(Role::G), count(Role::D));
        assert_eq!(
            (pair.0.params, pair.1.params),
            param_count(&config.model, config.z_dim, 3)
        );
        pair
    }

    #[test]
    fn the_closed_form_counts_what_is_built() {
        for preset in preset::PRESETS {
            let config = (preset.build)();
            for role in [Role::G, Role::D] {
                let channels = match config.model {
                    ModelConfig::Mlp(_) => 2,
                    ModelConfig::Sngan(_) | ModelConfig::Biggan(_) => 3,
                };
                let (_, blueprint) = crate::model::build(&config, role, channels);
                let (params, maskable) = crate::net::place(&blueprint, config.net(role));
                let built = NetCount {
                    params: params.iter().map(|p| p.len() as u64).sum(),
                    maskable: maskable.iter().map(|&p| params[p].len() as u64).sum(),
                };
                let counted = net_count(&config.model, role, config.z_dim, 3, config.net(role));
                assert_eq!(counted, built, "{} {role}", preset.name);
                let flops = crate::metric::flops::layers(
                    &config.model,
                    role,
                    config.z_dim,
                    3,
                    config.data.side,
                );
                for &place in &maskable {
                    let name = params[place].name.trim_end_matches(".weight");
                    assert!(
                        flops.iter().any(|l| l.name == name && l.maskable),
                        "{} {name}",
                        preset.name
                    );
                }
            }
        }
    }

    #[test]
    fn full_networks_have_the_authors_totals() {
        let (g, d) = counts("sngan-cifar10");
        assert_eq!((g.params, d.params), (4_276_739, 1_053_824));
        assert_eq!((g.maskable, d.maskable), (4_266_752, 1_052_544));
        let (g, d) = counts("sngan-stl10");
        assert_eq!((g.params, d.params), (4_878_083, 19_542_721));
        assert_eq!((g.maskable, d.maskable), (4_855_488, 19_536_768));
        for name in ["biggan-cifar10", "stu-biggan-cifar10"] {
            let (g, d) = counts(name);
            assert_eq!((g.params, d.params), (4_304_387, 4_207_361));
        }
        let (g, d) = counts("biggan-tinyimagenet");
        assert_eq!((g.params, d.params), (17_335_204, 30_796_722));
    }

    #[test]
    fn the_traces_discriminator_has_their_maskable_count() {
        // The authors' code printed 1520 active weights for it at a density of 0.35.
        let (_, d) = counts("tiny");
        assert_eq!(d.maskable, 4344);
        assert_eq!((0.35 * d.maskable as f64).floor(), 1520.0);
    }

    #[test]
    fn mask_settings_decide_what_is_maskable() {
        let mut config = (preset::find("sngan-cifar10").unwrap().build)();
        config.generator.mask_linear = false;
        config.discriminator.mask_head = false;
        let count = |role| net_count(&config.model, role, 128, 3, config.net(role));
        assert_eq!(count(Role::G).maskable, 4_266_752 - 128 * 4096);
        assert_eq!(count(Role::D).maskable, 1_052_544 - 128);
        assert_eq!(count(Role::D).active(0.5), 1280 + 128 + 526_208);
    }

    #[test]
    fn an_mlp_counts_its_batch_norm() {
        let config = (preset::find("bn").unwrap().build)();
        let linear = 4 * 48 + 2 * 48 * 48 + 48 * 2 + 3 * 48 + 2;
        assert_eq!(
            param_count(&config.model, config.z_dim, 3).0,
            linear + 3 * 2 * 48
        );
    }
}
