//! Operations that architectures are written in, and the engine that only notes their layers.

/// A convolution with batch norm, folded into its weights at loading, and optional ReLU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv {
    /// Name of its weight in the file, without `.weight`.
    pub name: String,
    /// Name of its batch norm in the file.
    pub norm: String,
    /// Output channels.
    pub outputs: usize,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Stride, both ways.
    pub stride: usize,
    /// Zeros above and below, left and right.
    pub pad: [usize; 2],
    /// Whether ReLU follows.
    pub relu: bool,
}

impl Conv {
    /// Height and width of the output.
    pub fn side(&self, h: usize, w: usize) -> (usize, usize) {
        let side = |from: usize, axis: usize| {
            (from + 2 * self.pad[axis] - self.kernel[axis]) / self.stride + 1
        };
        (side(h, 0), side(w, 1))
    }
}

/// Operations of a forward pass. Maps are batches of images with some number of channels.
pub trait Engine {
    /// A batch of maps.
    type Maps: Clone;

    /// Convolution, batch norm and, if the layer has one, ReLU.
    fn conv(&mut self, conv: Conv, x: &Self::Maps) -> Self::Maps;

    /// The greatest of 3x3 pixels.
    fn max_pool(&mut self, x: &Self::Maps, stride: usize, pad: usize) -> Self::Maps;

    /// The mean of the existing pixels among the 3x3 around each.
    fn mean_pool(&mut self, x: &Self::Maps) -> Self::Maps;

    /// Joins the channels of all parts, in order.
    fn concat(&mut self, parts: Vec<Self::Maps>) -> Self::Maps;

    /// ReLU of the sum.
    fn add_relu(&mut self, a: &Self::Maps, b: &Self::Maps) -> Self::Maps;

    /// Every second pixel both ways, padded with channels of zeros on both sides to `channels` (He
    /// et al. 2016, option A).
    fn shortcut(&mut self, x: &Self::Maps, channels: usize) -> Self::Maps;

    /// The mean over all pixels.
    fn mean(&mut self, x: &Self::Maps) -> Self::Maps;
}

/// One layer of a network: the convolution and its input channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The convolution.
    pub conv: Conv,
    /// Input channels.
    pub inputs: usize,
}

/// Computes shapes only, and notes every layer it meets.
#[derive(Debug, Default)]
pub struct Plan {
    /// The layers, in order.
    pub layers: Vec<Layer>,
}

/// Channels, height and width.
pub type Shape = [usize; 3];

impl Engine for Plan {
    type Maps = Shape;

    fn conv(&mut self, conv: Conv, &[inputs, h, w]: &Shape) -> Shape {
        let (outputs, (h, w)) = (conv.outputs, conv.side(h, w));
        self.layers.push(Layer { conv, inputs });
        [outputs, h, w]
    }

    fn max_pool(&mut self, &[channels, h, w]: &Shape, stride: usize, pad: usize) -> Shape {
        let side = |from: usize| (from + 2 * pad - 3) / stride + 1;
        [channels, side(h), side(w)]
    }

    fn mean_pool(&mut self, x: &Shape) -> Shape {
        *x
    }

    fn concat(&mut self, parts: Vec<Shape>) -> Shape {
        let channels = parts.iter().map(|part| part[0]).sum();
        let [_, h, w] = parts.first().copied().unwrap_or_default();
        [channels, h, w]
    }

    fn add_relu(&mut self, a: &Shape, _: &Shape) -> Shape {
        *a
    }

    fn shortcut(&mut self, &[_, h, w]: &Shape, channels: usize) -> Shape {
        [channels, h.div_ceil(2), w.div_ceil(2)]
    }

    fn mean(&mut self, &[channels, ..]: &Shape) -> Shape {
        [channels, 1, 1]
    }
}
