//! The layers of each architecture, in order, under the authors' module names.

use super::{FlopLayer, batch_norm, biggan, conv, linear};
use crate::config::{MlpConfig, ModelConfig, Naming, Role, SnganConfig};

/// Coordinates of a 2-D point.
const POINT: usize = 2;

/// The counted layers of one net. `channels` and `side` describe the images; a multi-layer
/// perceptron works on 2-D points and reads neither.
pub fn layers(
    model: &ModelConfig,
    role: Role,
    z_dim: usize,
    channels: usize,
    side: usize,
) -> Vec<FlopLayer> {
    match (model, role) {
        (ModelConfig::Mlp(mlp), Role::G) => mlp_generator(mlp, z_dim),
        (ModelConfig::Mlp(mlp), Role::D) => mlp_chain(POINT, &mlp.d_hidden, 1, false),
        (ModelConfig::Sngan(sngan), Role::G) => sngan_generator(sngan, z_dim, channels),
        (ModelConfig::Sngan(sngan), Role::D) => sngan_discriminator(sngan, channels, side),
        (ModelConfig::Biggan(biggan), Role::G) => biggan::generator(biggan, z_dim, channels),
        (ModelConfig::Biggan(biggan), Role::D) => biggan::discriminator(biggan, channels, side),
    }
}

fn mlp_generator(mlp: &MlpConfig, z_dim: usize) -> Vec<FlopLayer> {
    mlp_chain(z_dim, &mlp.g_hidden, POINT, mlp.g_batch_norm)
}

fn mlp_chain(inputs: usize, hidden: &[usize], outputs: usize, norm: bool) -> Vec<FlopLayer> {
    let mut layers = Vec::new();
    let mut width = inputs;
    for (i, &next) in hidden.iter().enumerate() {
        layers.push(linear(format!("l{}", i + 1), width, next, true));
        if norm {
            layers.push(batch_norm(format!("b{}", i + 1), next, 1));
        }
        width = next;
    }
    layers.push(linear(
        format!("l{}", hidden.len() + 1),
        width,
        outputs,
        true,
    ));
    layers
}

fn sngan_generator(config: &SnganConfig, z_dim: usize, channels: usize) -> Vec<FlopLayer> {
    let names = GeneratorNames::new(config.naming);
    let mut side = config.bottom;
    let first = config.g_channels.first().copied().unwrap_or(0);
    let mut layers = vec![linear(names.input, z_dim, first * side * side, true)];
    for (i, pair) in config.g_channels.windows(2).enumerate() {
        let [inputs, outputs] = [pair[0], pair[1]];
        let name = |part: &str| format!("{}.{part}", (names.block)(i));
        layers.push(batch_norm(name(names.norm1), inputs, side));
        side *= 2;
        layers.push(conv(name(names.conv1), inputs, outputs, 3, side));
        layers.push(batch_norm(name(names.norm2), outputs, side));
        layers.push(conv(name(names.conv2), outputs, outputs, 3, side));
        layers.push(conv(name(names.shortcut), inputs, outputs, 1, side));
    }
    let last = config.g_channels.last().copied().unwrap_or(0);
    layers.push(batch_norm(names.output_norm, last, side));
    layers.push(conv(names.output, last, channels, 3, side));
    layers
}

fn sngan_discriminator(config: &SnganConfig, channels: usize, side: usize) -> Vec<FlopLayer> {
    let names = DiscriminatorNames::new(config.naming);
    let (mut width, mut side) = (channels, side);
    let mut layers = Vec::new();
    for (i, (&next, &pool)) in config.d_channels.iter().zip(&config.d_pool).enumerate() {
        let name = |part: &str| format!("{}.{part}", (names.block)(i));
        let first = i == 0;
        let after = if pool { side / 2 } else { side };
        let (conv1, conv2) = if first { names.first } else { names.later };
        layers.push(conv(name(conv1), width, next, 3, side));
        layers.push(conv(name(conv2), next, next, 3, side));
        // The first block pools before its shortcut, the others after.
        if first {
            layers.push(conv(name(names.first_shortcut), width, next, 1, after));
        } else if pool || width != next {
            layers.push(conv(name(names.later_shortcut), width, next, 1, side));
        }
        (width, side) = (next, after);
    }
    layers.push(linear(names.head, width, 1, config.head_bias));
    layers
}

struct GeneratorNames {
    input: &'static str,
    block: fn(usize) -> String,
    norm1: &'static str,
    conv1: &'static str,
    norm2: &'static str,
    conv2: &'static str,
    shortcut: &'static str,
    output_norm: &'static str,
    output: &'static str,
}

impl GeneratorNames {
    fn new(naming: Naming) -> Self {
        match naming {
            Naming::Lottery => Self {
                input: "l1",
                block: |i| format!("block{}", i + 2),
                norm1: "b1",
                conv1: "c1",
                norm2: "b2",
                conv2: "c2",
                shortcut: "c_sc",
                output_norm: "b5",
                output: "c5",
            },
            Naming::Resnet48 => Self {
                input: "linear",
                block: |i| format!("blocks.{i}"),
                norm1: "residual.0",
                conv1: "residual.3",
                norm2: "residual.4",
                conv2: "residual.6",
                shortcut: "shortcut.1",
                output_norm: "output.0",
                output: "output.2",
            },
        }
    }
}

struct DiscriminatorNames {
    block: fn(usize) -> String,
    first: (&'static str, &'static str),
    first_shortcut: &'static str,
    later: (&'static str, &'static str),
    later_shortcut: &'static str,
    head: &'static str,
}

impl DiscriminatorNames {
    fn new(naming: Naming) -> Self {
        match naming {
            Naming::Lottery => Self {
                block: |i| format!("block{}", i + 1),
                first: ("c1", "c2"),
                first_shortcut: "c_sc",
                later: ("c1", "c2"),
                later_shortcut: "c_sc",
                head: "l5",
            },
            Naming::Resnet48 => Self {
                block: |i| format!("model.{i}"),
                first: ("residual.0", "residual.2"),
                first_shortcut: "shortcut.1",
                later: ("residual.1", "residual.3"),
                later_shortcut: "shortcut.0",
                head: "linear",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perceptrons_count_every_linear_layer() {
        let mlp = ModelConfig::Mlp(MlpConfig {
            g_hidden: vec![48, 32],
            d_hidden: vec![64],
            g_batch_norm: true,
            d_spectral_norm: false,
            g_leak: 0.0,
            d_leak: 0.1,
        });
        let g = layers(&mlp, Role::G, 2, 3, 32);
        let names: Vec<&str> = g.iter().map(|layer| layer.name.as_str()).collect();
        assert_eq!(names, ["l1", "b1", "l2", "b2", "l3"]);
        assert_eq!(
            g.iter().map(|l| l.weight).collect::<Vec<_>>(),
            [96, 48, 1536, 32, 64]
        );
        let d = layers(&mlp, Role::D, 2, 3, 32);
        assert_eq!(d.iter().map(|l| l.weight).collect::<Vec<_>>(), [128, 64]);
    }
}
