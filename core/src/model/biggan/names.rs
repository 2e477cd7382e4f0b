//! The authors' module names in their two BigGANs.

use crate::config::{BigganConfig, BigganNaming};

/// A layer of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// G's first batch norm.
    Norm1,
    /// The first 3x3 convolution.
    Conv1,
    /// G's second batch norm.
    Norm2,
    /// The second 3x3 convolution.
    Conv2,
    /// The shortcut's 1x1 convolution.
    Shortcut,
}

/// Names of the layers outside blocks.
pub struct Ends {
    /// G's first linear layer.
    pub input: &'static str,
    /// The class embedding that G's blocks share.
    pub shared: &'static str,
    /// G's last batch norm.
    pub output_norm: &'static str,
    /// G's last convolution.
    pub output: &'static str,
    /// D's last linear layer.
    pub head: &'static str,
    /// D's class embedding.
    pub embedding: &'static str,
}

impl BigganConfig {
    /// Names outside blocks.
    pub fn ends(&self) -> Ends {
        match self.naming {
            BigganNaming::Biggan32 => Ends {
                input: "linear",
                shared: "shared_embedding",
                output_norm: "output_layer.0",
                output: "output_layer.2",
                head: "classifier",
                embedding: "embedding",
            },
            BigganNaming::Biggan64 => Ends {
                input: "linear0",
                shared: "shared",
                output_norm: "bn4",
                output: "conv2d5",
                head: "linear1",
                embedding: "embedding",
            },
        }
    }

    /// Name of a layer of G's block `i`, counted from 0.
    pub fn g_part(&self, i: usize, part: Part) -> String {
        let name = match (self.naming, part) {
            (BigganNaming::Biggan32, Part::Norm1) => "bn1",
            (BigganNaming::Biggan32, Part::Conv1) => "residual1.2",
            (BigganNaming::Biggan32, Part::Norm2) => "bn2",
            (BigganNaming::Biggan32, Part::Conv2) => "residual2.1",
            (BigganNaming::Biggan32, Part::Shortcut) => "shortcut.1",
            (BigganNaming::Biggan64, part) => plain(part),
        };
        format!("{}.{name}", self.block(i, self.g_attention))
    }

    /// Name of a layer of D's block `i`, counted from 0.
    pub fn d_part(&self, i: usize, part: Part) -> String {
        let name = match (self.naming, part, i) {
            (BigganNaming::Biggan32, Part::Conv1, 0) => "residual.0",
            (BigganNaming::Biggan32, Part::Conv2, 0) => "residual.2",
            (BigganNaming::Biggan32, Part::Shortcut, 0) => "shortcut.1",
            (BigganNaming::Biggan32, Part::Conv1, _) => "residual.1",
            (BigganNaming::Biggan32, Part::Conv2, _) => "residual.3",
            (BigganNaming::Biggan32, _, _) => "shortcut.0",
            (BigganNaming::Biggan64, part, _) => plain(part),
        };
        format!("{}.{name}", self.block(i, self.d_attention))
    }

    /// Name of the self-attention behind block `after`, counted from 1, and those of theta, phi, g,
    /// out and sigma.
    pub fn attention(&self, after: usize) -> (String, [&'static str; 5]) {
        match self.naming {
            BigganNaming::Biggan32 => (
                format!("blocks.{}.attention", after - 1),
                ["q", "k", "v", "o", "gamma"],
            ),
            // The authors number self-attention among the blocks.
            BigganNaming::Biggan64 => (
                format!("blocks.{after}.0"),
                [
                    "conv1x1_theta",
                    "conv1x1_phi",
                    "conv1x1_g",
                    "conv1x1_attn",
                    "sigma",
                ],
            ),
        }
    }

    /// Name of the statistics within a conditional batch norm.
    pub fn norm_buffer(&self) -> &'static str {
        match self.naming {
            BigganNaming::Biggan32 => "batchnorm2d",
            BigganNaming::Biggan64 => "bn",
        }
    }

    fn block(&self, i: usize, attention: usize) -> String {
        match self.naming {
            BigganNaming::Biggan32 => format!("blocks.{i}"),
            BigganNaming::Biggan64 => {
                let shift = usize::from(attention > 0 && i >= attention);
                format!("blocks.{}.0", i + shift)
            }
        }
    }
}

fn plain(part: Part) -> &'static str {
    match part {
        Part::Norm1 => "bn1",
        Part::Norm2 => "bn2",
        Part::Conv1 => "conv2d1",
        Part::Conv2 => "conv2d2",
        Part::Shortcut => "conv2d0",
    }
}
