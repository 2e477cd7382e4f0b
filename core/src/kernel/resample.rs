//! Nearest-neighbour enlargement by two and 2x2 pooling; each is the other's gradient.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        tensor::FloatTensor,
    },
    tensor::Tensor,
};
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};
use tightrope_shaders::{self as shaders, Kernel, params::ResampleParams};

use super::{
    cpu,
    launch::{empty_like, launch, per_element},
};

/// Enlarging and shrinking by two, on `[n, c, h, w]`.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait ResampleOps: Backend {
    /// To `[n, c, h, w]` from `h / 2 x w / 2` pixels, each repeated 2x2 times and scaled by
    /// `scale`; an odd last row or column is 0.
    fn upsample(x: FloatTensor<Self>, h: usize, w: usize, scale: f32) -> FloatTensor<Self>;

    /// Sum over 2x2 blocks times `scale`; an odd last row or column is left out.
    fn downsample(x: FloatTensor<Self>, scale: f32) -> FloatTensor<Self>;
}

/// Nearest-neighbour enlargement: `[n, c, h, w]` to `[n, c, 2h, 2w]`.
pub fn upsample2(x: Tensor<4>) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    Tensor::from_dispatch(Dispatch::upsample(x.into_dispatch(), 2 * h, 2 * w, 1.0))
}

/// 2x2 mean pooling, stride 2, floor: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub fn mean_pool2(x: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::downsample(x.into_dispatch(), 0.25))
}

fn run(
    kernel: Kernel,
    x: CubeTensor,
    small: [usize; 2],
    big: [usize; 2],
    to: [usize; 2],
    scale: f32,
) -> CubeTensor {
    let x = into_contiguous(x);
    let shape = x.shape();
    let (n, c) = (shape[0], shape[1]);
    let y = empty_like(&x, [n, c, to[0], to[1]]);
    let [h, w] = small;
    let params = ResampleParams {
        planes: (n * c) as u32,
        small_height: h as u32,
        small_width: w as u32,
        big_height: big[0] as u32,
        big_width: big[1] as u32,
        scale,
    };
    launch(
        kernel,
        per_element(n * c * to[0] * to[1]),
        &[&x, &y],
        &params,
    );
    y
}

impl ResampleOps for CubeBackend {
    fn upsample(x: FloatTensor<Self>, h: usize, w: usize, scale: f32) -> FloatTensor<Self> {
        let small = [x.shape()[2], x.shape()[3]];
        run(shaders::UPSAMPLE, x, small, [h, w], [h, w], scale)
    }

    fn downsample(x: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let big = [x.shape()[2], x.shape()[3]];
        let small = big.map(|v| v / 2);
        run(shaders::DOWNSAMPLE, x, small, big, small, scale)
    }
}

impl ResampleOps for Flex {
    fn upsample(x: FloatTensor<Self>, h: usize, w: usize, scale: f32) -> FloatTensor<Self> {
        let [n, c, small_h, small_w] = x.shape().dims();
        let y = cpu::resample::upsample(&cpu::values(&x), (small_h, small_w), (h, w), scale);
        cpu::tensor(y, [n, c, h, w])
    }

    fn downsample(x: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let [n, c, h, w] = x.shape().dims();
        let y = cpu::resample::downsample(&cpu::values(&x), (h / 2, w / 2), (h, w), scale);
        cpu::tensor(y, [n, c, h / 2, w / 2])
    }
}

impl<B: ResampleOps, C: CheckpointStrategy> ResampleOps for Autodiff<B, C> {
    fn upsample(x: FloatTensor<Self>, h: usize, w: usize, scale: f32) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Upsample;
        impl<B: ResampleOps> Backward<B, 1> for Upsample {
            type State = f32;
            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let dy = grads.consume::<B>(&ops.node);
                if let [Some(node)] = ops.parents {
                    grads.register::<B>(node.id, B::downsample(dy, ops.state));
                }
            }
        }
        match Upsample.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                prep.finish(scale, B::upsample(x.into_primitive(), h, w, scale))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::upsample(x.into_primitive(), h, w, scale)),
        }
    }

    fn downsample(x: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Downsample;
        impl<B: ResampleOps> Backward<B, 1> for Downsample {
            type State = (usize, usize, f32);
            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let dy = grads.consume::<B>(&ops.node);
                let (h, w, scale) = ops.state;
                if let [Some(node)] = ops.parents {
                    grads.register::<B>(node.id, B::upsample(dy, h, w, scale));
                }
            }
        }
        let prep = Downsample
            .prepare::<C>([x.node()])
            .compute_bound()
            .stateful();
        let x = x.into_primitive();
        let [_, _, h, w] = x.shape().dims();
        match prep {
            OpsKind::Tracked(prep) => prep.finish((h, w, scale), B::downsample(x, scale)),
            OpsKind::UnTracked(prep) => prep.finish(B::downsample(x, scale)),
        }
    }
}
