//! BigGAN: conditional batch norm in the generator, a projection in the discriminator, spectral
//! norm in both. ADAPT has two, for CIFAR-10 (`biggan.32`) and TinyImageNet (`biggan.64`: a shared
//! class embedding, z in chunks, self-attention). Weights are listed in the authors' order, which
//! decides ties.

mod names;

use burn::tensor::{Tensor, activation::relu};

use super::{
    Model,
    block::{ConditionalGBlock, DBlock},
};
use crate::{
    config::{BigganConfig, BigganNaming},
    layer::{BatchNorm, Lookup, SelfAttention, Weighted},
    net::{
        Leaves, Net,
        blueprint::{Blueprint, ParamKind},
    },
};
pub use names::{Ends, Part};

struct Generator {
    bottom: usize,
    shared: Option<Lookup>,
    first: Weighted,
    blocks: Vec<ConditionalGBlock>,
    attention: Option<(usize, SelfAttention)>,
    norm: BatchNorm,
    last: Weighted,
}

impl Model for Generator {
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        z: Tensor<4>,
        classes: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        let classes = leaves.lift(known(classes));
        let [n, z_dim, _, _] = z.dims();
        let chunk = match self.shared {
            Some(_) => z_dim / (self.blocks.len() + 1),
            None => z_dim,
        };
        let chunk_of = |i: usize| z.clone().narrow(1, i * chunk, chunk);
        let h = self.first.forward(net, leaves, chunk_of(0));
        let [_, features, _, _] = h.dims();
        let channels = features / (self.bottom * self.bottom);
        let mut h = h.reshape([n, channels, self.bottom, self.bottom]);
        let shared = self
            .shared
            .map(|table| table.forward(net, leaves, classes.clone()));
        for (i, block) in self.blocks.iter().enumerate() {
            let condition = match &shared {
                Some(row) => {
                    let chunk = chunk_of(i + 1).reshape([n, chunk]);
                    Tensor::cat(vec![row.clone(), chunk], 1)
                }
                None => classes.clone(),
            };
            h = block.forward(net, leaves, h, &condition);
            h = attend(&self.attention, i, net, leaves, h);
        }
        let h = self.norm.forward(net, leaves, h, 0.0);
        self.last.forward(net, leaves, h).tanh()
    }
}

/// Applies self-attention if it follows block `i`.
fn attend(
    attention: &Option<(usize, SelfAttention)>,
    i: usize,
    net: &mut Net,
    leaves: &Leaves,
    h: Tensor<4>,
) -> Tensor<4> {
    match attention {
        Some((after, attention)) if *after == i + 1 => attention.forward(net, leaves, h),
        _ => h,
    }
}

fn known(classes: Option<&Tensor<2>>) -> Tensor<2> {
    match classes {
        Some(classes) => classes.clone(),
        None => unreachable!("a run with this model has classes: its feed was checked"),
    }
}

fn blueprint(m: &BigganConfig, spectral_norm: bool) -> Blueprint {
    let mut b = Blueprint::new(spectral_norm);
    b.spectral_eps = m.spectral_eps as f32;
    b.norm_eps = m.norm_eps as f32;
    b
}

/// Builds the generator's net; `channels` are the images'.
pub fn generator(m: &BigganConfig, z_dim: usize, channels: usize) -> (Box<dyn Model>, Blueprint) {
    let mut b = blueprint(m, true);
    let (ends, c) = (m.ends(), &m.g_channels);
    let first = b.linear(ends.input, m.chunk(z_dim), c[0] * m.bottom * m.bottom, true);
    let shared = (m.shared_embedding > 0)
        .then(|| b.embedding(ends.shared, m.classes, m.shared_embedding, false));
    let (kind, inputs) = match shared {
        Some(_) => (ParamKind::Condition, m.shared_embedding + m.chunk(z_dim)),
        None => (ParamKind::Embedding, m.classes),
    };
    let mut blocks = Vec::new();
    let mut attention = None;
    for i in 0..c.len() - 1 {
        let (from, to) = (c[i], c[i + 1]);
        let name = |part| m.g_part(i, part);
        let shortcut = |b: &mut Blueprint| b.conv(&name(Part::Shortcut), from, to, 1);
        let norm = |b: &mut Blueprint, part, width| {
            b.conditional_norm(&name(part), m.norm_buffer(), kind, inputs, width)
        };
        let b1 = norm(&mut b, Part::Norm1, from);
        let early = (m.naming == BigganNaming::Biggan64).then(|| shortcut(&mut b));
        let c1 = b.conv(&name(Part::Conv1), from, to, 3);
        let b2 = norm(&mut b, Part::Norm2, to);
        let c2 = b.conv(&name(Part::Conv2), to, to, 3);
        let shortcut = early.unwrap_or_else(|| shortcut(&mut b));
        blocks.push(ConditionalGBlock {
            b1,
            c1,
            b2,
            c2,
            shortcut,
        });
        if m.g_attention == i + 1 {
            let (name, parts) = m.attention(i + 1);
            attention = Some((i + 1, b.self_attention(&name, parts, to)));
        }
    }
    let width = c[c.len() - 1];
    let norm = b.batch_norm(ends.output_norm, width);
    let last = b.conv(ends.output, width, channels, 3);
    let model = Generator {
        bottom: m.bottom,
        shared,
        first,
        blocks,
        attention,
        norm,
        last,
    };
    (Box::new(model), b)
}

struct Discriminator {
    blocks: Vec<DBlock>,
    attention: Option<(usize, SelfAttention)>,
    head: Weighted,
    embedding: Lookup,
}

impl Model for Discriminator {
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        classes: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        let classes = leaves.lift(known(classes));
        let mut h = x;
        for (i, block) in self.blocks.iter().enumerate() {
            h = block.forward(net, leaves, h);
            h = attend(&self.attention, i, net, leaves, h);
        }
        let h = relu(h);
        let [n, c, height, width] = h.dims();
        let h = h.reshape([n, c, height * width]).sum_dim(2);
        let score = self
            .head
            .forward(net, leaves, h.clone().reshape([n, c, 1, 1]));
        let row = self.embedding.forward(net, leaves, classes);
        let projection = (row * h.reshape([n, c])).sum_dim(1);
        score + projection.reshape([n, 1, 1, 1])
    }
}

/// Builds the discriminator's net; `channels` are the images'.
pub fn discriminator(m: &BigganConfig, channels: usize) -> (Box<dyn Model>, Blueprint) {
    let mut b = blueprint(m, m.d_spectral_norm);
    let ends = m.ends();
    let mut from = channels;
    let mut blocks = Vec::new();
    let mut attention = None;
    for (i, (&to, &pool)) in m.d_channels.iter().zip(&m.d_pool).enumerate() {
        let name = |part| m.d_part(i, part);
        let first = i == 0;
        let shortcut =
            (first || pool || from != to).then(|| b.conv(&name(Part::Shortcut), from, to, 1));
        blocks.push(DBlock {
            first,
            pool,
            relu_shortcut: m.relu_shortcut && !first,
            c1: b.conv(&name(Part::Conv1), from, to, 3),
            c2: b.conv(&name(Part::Conv2), to, to, 3),
            shortcut,
        });
        if m.d_attention == i + 1 {
            let (name, parts) = m.attention(i + 1);
            attention = Some((i + 1, b.self_attention(&name, parts, to)));
        }
        from = to;
    }
    let head = b.linear(ends.head, from, 1, true);
    let embedding = b.embedding(ends.embedding, m.classes, from, true);
    let model = Discriminator {
        blocks,
        attention,
        head,
        embedding,
    };
    (Box::new(model), b)
}
