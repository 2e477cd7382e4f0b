//! Two multi-layer perceptrons for 2-D data.

use burn::tensor::{Tensor, activation};

use super::Model;
use crate::{
    config::MlpConfig,
    layer::{BatchNorm, Weighted},
    net::{Leaves, Net, blueprint::Blueprint},
};

struct Mlp {
    hidden: Vec<(Weighted, Option<BatchNorm>)>,
    last: Weighted,
    leak: f32,
}

impl Model for Mlp {
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        _: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        let mut h = x;
        for (linear, norm) in &self.hidden {
            h = linear.forward(net, leaves, h);
            h = match norm {
                Some(norm) => norm.forward(net, leaves, h, self.leak),
                None if self.leak == 0.0 => activation::relu(h),
                None => activation::leaky_relu(h, f64::from(self.leak)),
            };
        }
        self.last.forward(net, leaves, h)
    }
}

fn build(
    widths: &[usize],
    from: usize,
    to: usize,
    leak: f32,
    norm: bool,
    spectral: bool,
) -> (Box<dyn Model>, Blueprint) {
    let mut b = Blueprint::new(spectral);
    let mut width = from;
    let mut hidden = Vec::new();
    for (i, &next) in widths.iter().enumerate() {
        let linear = b.linear(&format!("l{}", i + 1), width, next, true);
        hidden.push((
            linear,
            norm.then(|| b.batch_norm(&format!("b{}", i + 1), next)),
        ));
        width = next;
    }
    let last = b.linear(&format!("l{}", widths.len() + 1), width, to, true);
    (Box::new(Mlp { hidden, last, leak }), b)
}

pub fn generator(m: &MlpConfig, z_dim: usize, channels: usize) -> (Box<dyn Model>, Blueprint) {
    build(
        &m.g_hidden,
        z_dim,
        channels,
        m.g_leak,
        m.g_batch_norm,
        false,
    )
}

pub fn discriminator(m: &MlpConfig, channels: usize) -> (Box<dyn Model>, Blueprint) {
    build(&m.d_hidden, channels, 1, m.d_leak, false, m.d_spectral_norm)
}
