//! The SNGAN ResNet family (ADAPT, appendix tables 4 and 5; STU-GAN's SNGAN). Generator blocks
//! enlarge by two, discriminator blocks may pool by two, and every discriminator weight is under
//! spectral norm. Weights are listed in the authors' order, which decides ties: shortcuts last in
//! the CIFAR-10 code, first in the STL-10 code.

use burn::tensor::{Tensor, activation::relu};

use super::{Model, block::DBlock};
use crate::{
    config::{HeadPool, Naming, SnganConfig},
    kernel::resample::upsample2,
    layer::{BatchNorm, Weighted},
    net::{Leaves, Net, blueprint::Blueprint},
};

struct Generator {
    bottom: usize,
    first: Weighted,
    blocks: Vec<GBlock>,
    norm: BatchNorm,
    last: Weighted,
}

struct GBlock {
    b1: BatchNorm,
    c1: Weighted,
    b2: BatchNorm,
    c2: Weighted,
    shortcut: Weighted,
}

impl Model for Generator {
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        z: Tensor<4>,
        _: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        let h = self.first.forward(net, leaves, z);
        let [n, features, _, _] = h.dims();
        let mut h = h.reshape([
            n,
            features / (self.bottom * self.bottom),
            self.bottom,
            self.bottom,
        ]);
        for block in &self.blocks {
            h = block.forward(net, leaves, h);
        }
        let h = self.norm.forward(net, leaves, h, 0.0);
        self.last.forward(net, leaves, h).tanh()
    }
}

impl GBlock {
    fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>) -> Tensor<4> {
        let r = self.b1.forward(net, leaves, x.clone(), 0.0);
        let r = self.c1.forward(net, leaves, upsample2(r));
        let r = self.b2.forward(net, leaves, r, 0.0);
        let r = self.c2.forward(net, leaves, r);
        // A 1x1 convolution commutes with enlarging; convolving first costs a quarter.
        r + upsample2(self.shortcut.forward(net, leaves, x))
    }
}

/// Builds the generator's net; `channels` are the images'.
pub fn generator(m: &SnganConfig, z_dim: usize, channels: usize) -> (Box<dyn Model>, Blueprint) {
    let mut b = Blueprint::new(false);
    let blocks = m.g_channels.len() - 1;
    let names = |i: usize, part: &str| match m.naming {
        Naming::Lottery => format!("block{}.{part}", i + 2),
        Naming::Resnet48 => {
            let part = match part {
                "b1" => "residual.0",
                "c1" => "residual.3",
                "b2" => "residual.4",
                "c2" => "residual.6",
                _ => "shortcut.1",
            };
            format!("blocks.{i}.{part}")
        }
    };
    let (first, norm, last) = match m.naming {
        Naming::Lottery => ("l1", "b5", "c5"),
        Naming::Resnet48 => ("linear", "output.0", "output.2"),
    };
    let c = &m.g_channels;
    let first = b.linear(first, z_dim, c[0] * m.bottom * m.bottom, true);
    let blocks = (0..blocks)
        .map(|i| {
            let early = (m.naming == Naming::Resnet48)
                .then(|| b.conv(&names(i, "c_sc"), c[i], c[i + 1], 1));
            GBlock {
                b1: b.batch_norm(&names(i, "b1"), c[i]),
                c1: b.conv(&names(i, "c1"), c[i], c[i + 1], 3),
                b2: b.batch_norm(&names(i, "b2"), c[i + 1]),
                c2: b.conv(&names(i, "c2"), c[i + 1], c[i + 1], 3),
                shortcut: early.unwrap_or_else(|| b.conv(&names(i, "c_sc"), c[i], c[i + 1], 1)),
            }
        })
        .collect();
    let width = c[c.len() - 1];
    let norm = b.batch_norm(norm, width);
    let last = b.conv(last, width, channels, 3);
    (
        Box::new(Generator {
            bottom: m.bottom,
            first,
            blocks,
            norm,
            last,
        }),
        b,
    )
}

struct Discriminator {
    blocks: Vec<DBlock>,
    head: HeadPool,
    last: Weighted,
}

impl Model for Discriminator {
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        _: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        let mut h = x;
        for block in &self.blocks {
            h = block.forward(net, leaves, h);
        }
        let h = relu(h);
        let [n, c, height, width] = h.dims();
        let h = h.reshape([n, c, height * width]);
        let h = match self.head {
            HeadPool::Sum => h.sum_dim(2),
            HeadPool::Mean => h.mean_dim(2),
        };
        self.last.forward(net, leaves, h.reshape([n, c, 1, 1]))
    }
}

/// Builds the discriminator's net; `channels` are the images'.
pub fn discriminator(m: &SnganConfig, channels: usize) -> (Box<dyn Model>, Blueprint) {
    let mut b = Blueprint::new(true);
    let mut c_in = channels;
    let mut blocks = Vec::new();
    for (i, (&c_out, &pool)) in m.d_channels.iter().zip(&m.d_pool).enumerate() {
        let first = i == 0;
        let names = |part: &str| match m.naming {
            Naming::Lottery => format!("block{}.{part}", i + 1),
            Naming::Resnet48 => {
                let part = match (part, first) {
                    ("c1", true) => "residual.0",
                    ("c2", true) => "residual.2",
                    ("c1", false) => "residual.1",
                    ("c2", false) => "residual.3",
                    (_, true) => "shortcut.1",
                    (_, false) => "shortcut.0",
                };
                format!("model.{i}.{part}")
            }
        };
        let has_shortcut = first || pool || c_in != c_out;
        let early = has_shortcut && m.naming == Naming::Resnet48;
        let early = early.then(|| b.conv(&names("c_sc"), c_in, c_out, 1));
        let c1 = b.conv(&names("c1"), c_in, c_out, 3);
        let c2 = b.conv(&names("c2"), c_out, c_out, 3);
        let shortcut =
            early.or_else(|| has_shortcut.then(|| b.conv(&names("c_sc"), c_in, c_out, 1)));
        blocks.push(DBlock {
            first,
            pool,
            relu_shortcut: false,
            c1,
            c2,
            shortcut,
        });
        c_in = c_out;
    }
    let last = match m.naming {
        Naming::Lottery => "l5",
        Naming::Resnet48 => "linear",
    };
    let last = b.linear(last, c_in, 1, m.head_bias);
    (
        Box::new(Discriminator {
            blocks,
            head: m.head,
            last,
        }),
        b,
    )
}
