//! Gives layers their places in a blueprint as they are built.

use super::{BatchNorm, ConditionalNorm, Lookup, SelfAttention, Weighted, norm::Statistics};
use crate::{
    config::BigganConfig,
    net::blueprint::{Blueprint, ParamKind},
};

impl Blueprint {
    /// A convolution with bias.
    pub fn conv(&mut self, name: &str, c_in: usize, c_out: usize, k: usize) -> Weighted {
        self.weighted(name, ParamKind::Conv, vec![c_out, c_in, k, k], true)
    }

    /// A 1x1 convolution without bias.
    pub fn pointwise(&mut self, name: &str, c_in: usize, c_out: usize) -> Weighted {
        self.weighted(name, ParamKind::Conv, vec![c_out, c_in, 1, 1], false)
    }

    /// A linear layer.
    pub fn linear(&mut self, name: &str, c_in: usize, c_out: usize, bias: bool) -> Weighted {
        self.weighted(name, ParamKind::Linear, vec![c_out, c_in], bias)
    }

    /// A batch norm.
    pub fn batch_norm(&mut self, name: &str, channels: usize) -> BatchNorm {
        let gain = self.push(format!("{name}.weight"), ParamKind::Gain, vec![channels]);
        let shift = self.push(format!("{name}.bias"), ParamKind::Shift, vec![channels]);
        let statistics = self.statistics(name, channels);
        BatchNorm {
            gain,
            shift,
            statistics,
        }
    }

    /// A batch norm whose gain and bias depend on a condition of `inputs` values (`kind`
    /// [`ParamKind::Condition`]), or on one of `inputs` classes (`kind` [`ParamKind::Embedding`],
    /// without spectral norm). Its statistics are named `NAME.buffer`.
    pub fn conditional_norm(
        &mut self,
        name: &str,
        buffer: &str,
        kind: ParamKind,
        inputs: usize,
        channels: usize,
    ) -> ConditionalNorm {
        let mut table = |part: &str| {
            let name = format!("{name}.{part}");
            match kind {
                ParamKind::Embedding => self.embedding(&name, inputs, channels, false),
                _ => self.lookup(&name, kind, vec![channels, inputs], self.spectral_norm),
            }
        };
        ConditionalNorm {
            gain: table("gain"),
            shift: table("bias"),
            statistics: self.statistics(&format!("{name}.{buffer}"), channels),
        }
    }

    /// A table with a row of `width` values for each of `classes`.
    pub fn embedding(
        &mut self,
        name: &str,
        classes: usize,
        width: usize,
        spectral_norm: bool,
    ) -> Lookup {
        let shape = vec![classes, width];
        self.lookup(name, ParamKind::Embedding, shape, spectral_norm)
    }

    /// Self-attention over maps of `channels`; `parts` name the convolutions theta, phi, g and out,
    /// then sigma.
    pub fn self_attention(
        &mut self,
        name: &str,
        parts: [&str; 5],
        channels: usize,
    ) -> SelfAttention {
        let [theta, phi, g, out, sigma] = parts.map(|part| format!("{name}.{part}"));
        let [inner, values] = BigganConfig::attention_widths(channels);
        SelfAttention {
            theta: self.pointwise(&theta, channels, inner),
            phi: self.pointwise(&phi, channels, inner),
            g: self.pointwise(&g, channels, values),
            out: self.pointwise(&out, values, channels),
            sigma: self.push(sigma, ParamKind::Scale, vec![1]),
        }
    }

    fn lookup(
        &mut self,
        name: &str,
        kind: ParamKind,
        shape: Vec<usize>,
        spectral_norm: bool,
    ) -> Lookup {
        let weight = self.push(format!("{name}.weight"), kind, shape);
        Lookup {
            weight,
            spectral: self.under_spectral_norm(weight, spectral_norm),
        }
    }

    fn statistics(&mut self, name: &str, channels: usize) -> Statistics {
        self.norms.push((name.to_owned(), channels));
        Statistics {
            buffer: self.norms.len() - 1,
            eps: self.norm_eps,
        }
    }

    fn under_spectral_norm(&mut self, weight: usize, wanted: bool) -> Option<usize> {
        wanted.then(|| {
            self.spectral.push(weight);
            self.spectral.len() - 1
        })
    }

    fn weighted(&mut self, name: &str, kind: ParamKind, shape: Vec<usize>, bias: bool) -> Weighted {
        let c_out = shape[0];
        let fan_in = shape[1..].iter().product();
        let weight = self.push(format!("{name}.weight"), kind, shape);
        let bias = bias.then(|| {
            self.push(
                format!("{name}.bias"),
                ParamKind::Bias { fan_in },
                vec![c_out],
            )
        });
        let spectral = self.under_spectral_norm(weight, self.spectral_norm);
        Weighted {
            weight,
            bias,
            spectral,
        }
    }
}
