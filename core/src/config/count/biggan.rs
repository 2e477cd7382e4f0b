//! BigGAN's parameters in closed form.

use super::{Layer, product};
use crate::config::BigganConfig;

pub(super) fn generator(m: &BigganConfig, z_dim: usize, channels: u64) -> Vec<Layer> {
    let widths: Vec<u64> = m.g_channels.iter().map(|&width| width as u64).collect();
    let (first, last) = (
        widths.first().copied().unwrap_or(0),
        widths.last().copied().unwrap_or(0),
    );
    let (classes, shared) = (m.classes as u64, m.shared_embedding as u64);
    let (chunk, bottom) = (m.chunk(z_dim) as u64, m.bottom as u64);
    let inputs = match shared {
        0 => classes,
        _ => shared.saturating_add(chunk),
    };
    let norm = |width: u64| Layer::dense(product(&[2, inputs, width]));
    let mut layers = vec![
        Layer::linear(chunk, product(&[first, bottom, bottom]), true),
        Layer::dense(product(&[classes, shared])),
    ];
    for (i, pair) in widths.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        layers.push(norm(from));
        layers.push(norm(to));
        layers.push(Layer::conv(from, to, 3));
        layers.push(Layer::conv(to, to, 3));
        layers.push(Layer::conv(from, to, 1));
        if m.g_attention == i + 1 {
            layers.extend(attention(to));
        }
    }
    layers.push(Layer::norm(last));
    layers.push(Layer::conv(last, channels, 3));
    layers
}

pub(super) fn discriminator(m: &BigganConfig, channels: u64) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut from = channels;
    for (i, (&width, &pool)) in m.d_channels.iter().zip(&m.d_pool).enumerate() {
        let to = width as u64;
        layers.push(Layer::conv(from, to, 3));
        layers.push(Layer::conv(to, to, 3));
        if i == 0 || pool || from != to {
            layers.push(Layer::conv(from, to, 1));
        }
        if m.d_attention == i + 1 {
            layers.extend(attention(to));
        }
        from = to;
    }
    layers.push(Layer::linear(from, 1, true));
    layers.push(Layer::dense(product(&[m.classes as u64, from])));
    layers
}

fn attention(channels: u64) -> impl Iterator<Item = Layer> {
    let [inner, values] =
        BigganConfig::attention_widths(channels as usize).map(|width| width as u64);
    let sizes = [
        (channels, inner),
        (channels, inner),
        (channels, values),
        (values, channels),
    ];
    let convs = sizes.map(|(from, to)| Layer {
        others: 0,
        ..Layer::conv(from, to, 1)
    });
    convs.into_iter().chain([Layer::dense(1)])
}
