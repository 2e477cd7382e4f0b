//! What an architecture is written in, and the engine that only notes its layers.

/// A convolution with what follows it: batch norm, folded into its weights at loading, and ReLU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv {
    /// Its weight's name in the file, without `.weight`.
    pub name: String,
    /// Its batch norm's name in the file.
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
    /// Height and width of what comes out.
    pub fn side(&self, h: usize, w: usize) -> (usize, usize) {
        let side = |from: usize, axis: usize| {
            (from + 2 * self.pad[axis] - self.kernel[axis]) / self.stride + 1
        };
        (side(h, 0), side(w, 1))
    }
}

/// What a forward pass consists of. Maps are batches of images of some channels.
pub trait Engine {
    /// A batch of maps.
    type Maps: Clone;

    /// Convolution, batch norm and, where the layer has one, ReLU.
    fn conv(&mut self, conv: Conv, x: &Self::Maps) -> Self::Maps;

    /// The greatest of 3x3 pixels.
    fn max_pool(&mut self, x: &Self::Maps, stride: usize, pad: usize) -> Self::Maps;

    /// The mean of the 3x3 pixels around each, of those that exist.
    fn mean_pool(&mut self, x: &Self::Maps) -> Self::Maps;

    /// All channels, one after the other.
    fn concat(&mut self, parts: Vec<Self::Maps>) -> Self::Maps;

    /// ReLU of the sum.
    fn add_relu(&mut self, a: &Self::Maps, b: &Self::Maps) -> Self::Maps;

    /// Every second pixel both ways, with as many channels of zeros before and behind as make `channels` (He et al.
    /// 2016, option A).
    fn shortcut(&mut self, x: &Self::Maps, channels: usize) -> Self::Maps;

    /// The mean over all pixels.
    fn mean(&mut self, x: &Self::Maps) -> Self::Maps;
}

/// One layer of a network: the convolution and the channels that come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The convolution.
    pub conv: Conv,
    /// Channels that come in.
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
