//! BigGAN's counted layers, under the authors' names: convolutions, linear layers (also those of
//! conditional batch norms) and the one affine batch norm; neither embeddings nor attention's
//! products.

use super::{FlopLayer, batch_norm, conv, linear};
use crate::{config::BigganConfig, model::biggan::Part};

pub(super) fn generator(m: &BigganConfig, z_dim: usize, channels: usize) -> Vec<FlopLayer> {
    let (ends, mut side) = (m.ends(), m.bottom);
    let first = m.g_channels.first().copied().unwrap_or(0);
    let mut layers = vec![linear(
        ends.input,
        m.chunk(z_dim),
        first * side * side,
        true,
    )];
    for (i, pair) in m.g_channels.windows(2).enumerate() {
        let [from, to] = [pair[0], pair[1]];
        if m.shared_embedding > 0 {
            let inputs = m.shared_embedding + m.chunk(z_dim);
            for (part, width) in [(Part::Norm1, from), (Part::Norm2, to)] {
                for table in ["gain", "bias"] {
                    let name = format!("{}.{table}", m.g_part(i, part));
                    layers.push(FlopLayer {
                        maskable: false,
                        ..linear(name, inputs, width, false)
                    });
                }
            }
        }
        side *= 2;
        layers.push(conv(m.g_part(i, Part::Conv1), from, to, 3, side));
        layers.push(conv(m.g_part(i, Part::Conv2), to, to, 3, side));
        layers.push(conv(m.g_part(i, Part::Shortcut), from, to, 1, side));
        if m.g_attention == i + 1 {
            layers.extend(attention(m, i + 1, to, side));
        }
    }
    let last = m.g_channels.last().copied().unwrap_or(0);
    layers.push(batch_norm(ends.output_norm, last, side));
    layers.push(conv(ends.output, last, channels, 3, side));
    layers
}

pub(super) fn discriminator(m: &BigganConfig, channels: usize, side: usize) -> Vec<FlopLayer> {
    let (mut from, mut side) = (channels, side);
    let mut layers = Vec::new();
    for (i, (&to, &pool)) in m.d_channels.iter().zip(&m.d_pool).enumerate() {
        let first = i == 0;
        let after = if pool { side / 2 } else { side };
        layers.push(conv(m.d_part(i, Part::Conv1), from, to, 3, side));
        layers.push(conv(m.d_part(i, Part::Conv2), to, to, 3, side));
        // The first block pools before its shortcut, the others after.
        if first || pool || from != to {
            let side = if first { after } else { side };
            layers.push(conv(m.d_part(i, Part::Shortcut), from, to, 1, side));
        }
        if m.d_attention == i + 1 {
            layers.extend(attention(m, i + 1, to, after));
        }
        (from, side) = (to, after);
    }
    layers.push(linear(m.ends().head, from, 1, true));
    layers
}

/// Four 1x1 convolutions without bias, all at full resolution.
fn attention(
    m: &BigganConfig,
    after: usize,
    channels: usize,
    side: usize,
) -> impl Iterator<Item = FlopLayer> {
    let (name, [theta, phi, g, out, _]) = m.attention(after);
    let [inner, values] = BigganConfig::attention_widths(channels);
    let sizes = [
        (theta, channels, inner),
        (phi, channels, inner),
        (g, channels, values),
        (out, values, channels),
    ];
    sizes.into_iter().map(move |(part, from, to)| FlopLayer {
        bias: 0,
        ..conv(format!("{name}.{part}"), from, to, 1, side)
    })
}
