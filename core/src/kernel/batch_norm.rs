//! Batch norm over images and pixels with a leaky ReLU behind it, in one pass forward and two
//! backward.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata,
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
use tightrope_shaders::{self as shaders, params::ChannelParams};

use super::{
    cpu::{self, batch_norm::Maps},
    launch::{empty_like, launch, per_element},
};

/// Batch norm's primitives. Shapes: x, y, dy `[n, channels, h, w]`, stats and sums `[2, channels]`,
/// gamma and beta `[channels]`.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait BatchNormOps: Backend {
    /// Mean and biased variance of every channel. It carries no gradient; `batch_norm_act` accounts
    /// for it.
    fn channel_stats(x: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `leaky_relu((x - mean) / sqrt(variance + eps) * gamma + beta, slope)`, where stats are x's
    /// own.
    fn batch_norm_act(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self>;

    /// Gradients of beta and gamma.
    fn batch_norm_sums(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self>;

    /// Gradient of x.
    #[allow(clippy::too_many_arguments, reason = "what the gradient is made of")]
    fn batch_norm_input_grad(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self>;
}

/// Mean and biased variance of x `[n, channels, h, w]`, without gradient.
///
/// # Shapes
/// Returns `[2, channels]`.
pub fn channel_stats(x: &Tensor<4>) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::channel_stats(x.clone().into_dispatch()))
}

/// Batch norm of x `[n, channels, h, w]` by its own `stats`, then leaky ReLU (`slope` 1 is none, 0
/// is ReLU).
pub fn batch_norm(
    x: Tensor<4>,
    stats: Tensor<2>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    eps: f32,
    slope: f32,
) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::batch_norm_act(
        x.into_dispatch(),
        stats.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        eps,
        slope,
    ))
}

fn maps(shape: &[usize]) -> Maps {
    Maps {
        n: shape[0],
        channels: shape[1],
        area: shape[2..].iter().product(),
    }
}

fn params(m: Maps, epsilon: f32, slope: f32) -> ChannelParams {
    ChannelParams {
        images: m.n as u32,
        channels: m.channels as u32,
        area: m.area as u32,
        epsilon,
        slope,
    }
}

fn elements(x: &CubeTensor) -> usize {
    per_element(x.shape().num_elements())
}

impl BatchNormOps for CubeBackend {
    fn channel_stats(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = into_contiguous(x);
        let m = maps(&x.shape());
        let stats = empty_like(&x, [2, m.channels]);
        launch(
            shaders::CHANNEL_STATS,
            m.channels,
            &[&x, &stats],
            &params(m, 0.0, 0.0),
        );
        stats
    }

    fn batch_norm_act(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [x, stats, gamma, beta] = [x, stats, gamma, beta].map(into_contiguous);
        let y = empty_like(&x, x.shape());
        let params = params(maps(&x.shape()), eps, slope);
        launch(
            shaders::BATCH_NORM_FORWARD,
            elements(&x),
            &[&x, &stats, &gamma, &beta, &y],
            &params,
        );
        y
    }

    fn batch_norm_sums(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [x, y, dy, stats] = [x, y, dy, stats].map(into_contiguous);
        let m = maps(&x.shape());
        let sums = empty_like(&x, [2, m.channels]);
        launch(
            shaders::BATCH_NORM_SUMS,
            m.channels,
            &[&x, &y, &dy, &stats, &sums],
            &params(m, eps, slope),
        );
        sums
    }

    fn batch_norm_input_grad(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [x, y, dy, stats, gamma, sums] = [x, y, dy, stats, gamma, sums].map(into_contiguous);
        let dx = empty_like(&x, x.shape());
        let params = params(maps(&x.shape()), eps, slope);
        let buffers = [&x, &y, &dy, &stats, &gamma, &sums, &dx];
        launch(
            shaders::BATCH_NORM_INPUT_GRAD,
            elements(&x),
            &buffers,
            &params,
        );
        dx
    }
}

impl BatchNormOps for Flex {
    fn channel_stats(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let m = maps(&x.shape());
        cpu::tensor(
            cpu::batch_norm::channel_stats(m, &cpu::values(&x)),
            [2, m.channels],
        )
    }

    fn batch_norm_act(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [xs, stats, gamma, beta] = [&x, &stats, &gamma, &beta].map(cpu::values);
        cpu::tensor(
            cpu::batch_norm::forward(maps(&x.shape()), &xs, &stats, &gamma, &beta, eps, slope),
            x.shape(),
        )
    }

    fn batch_norm_sums(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let m = maps(&x.shape());
        let [xs, y, dy, stats] = [&x, &y, &dy, &stats].map(cpu::values);
        cpu::tensor(
            cpu::batch_norm::sums(m, &xs, &y, &dy, &stats, eps, slope),
            [2, m.channels],
        )
    }

    fn batch_norm_input_grad(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let m = maps(&x.shape());
        let [xs, y, dy, stats, gamma, sums] = [&x, &y, &dy, &stats, &gamma, &sums].map(cpu::values);
        let dx = cpu::batch_norm::input_grad(m, &xs, &y, &dy, &stats, &gamma, &sums, eps, slope);
        cpu::tensor(dx, x.shape())
    }
}

#[derive(Clone, Debug)]
struct Saved<B: Backend> {
    x: FloatTensor<B>,
    y: FloatTensor<B>,
    stats: FloatTensor<B>,
    gamma: FloatTensor<B>,
    eps: f32,
    slope: f32,
}

impl<B: BatchNormOps, C: CheckpointStrategy> BatchNormOps for Autodiff<B, C> {
    fn channel_stats(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::from_inner(B::channel_stats(x.into_primitive()))
    }

    fn batch_norm_act(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct BatchNorm;
        impl<B: BatchNormOps> Backward<B, 3> for BatchNorm {
            type State = Saved<B>;
            fn backward(
                self,
                ops: Ops<Self::State, 3>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let [node_x, node_gamma, node_beta] = ops.parents;
                let dy = grads.consume::<B>(&ops.node);
                let s = ops.state;
                let sums = B::batch_norm_sums(
                    s.x.clone(),
                    s.y.clone(),
                    dy.clone(),
                    s.stats.clone(),
                    s.eps,
                    s.slope,
                );
                let channels = sums.shape()[1];
                let row = |i: usize| {
                    let part =
                        B::float_slice(sums.clone(), &[(i..i + 1).into(), (0..channels).into()]);
                    B::float_reshape(part, [channels].into())
                };
                if let Some(node) = node_gamma {
                    grads.register::<B>(node.id, row(1));
                }
                if let Some(node) = node_beta {
                    grads.register::<B>(node.id, row(0));
                }
                if let Some(node) = node_x {
                    let dx = B::batch_norm_input_grad(
                        s.x, s.y, dy, s.stats, s.gamma, sums, s.eps, s.slope,
                    );
                    grads.register::<B>(node.id, dx);
                }
            }
        }
        let prep = BatchNorm
            .prepare::<C>([x.node(), gamma.node(), beta.node()])
            .compute_bound()
            .stateful();
        let [x, stats, gamma, beta] = [x, stats, gamma, beta].map(|t| t.into_primitive());
        let y = B::batch_norm_act(x.clone(), stats.clone(), gamma.clone(), beta, eps, slope);
        match prep {
            OpsKind::Tracked(prep) => prep.finish(
                Saved {
                    x,
                    y: y.clone(),
                    stats,
                    gamma,
                    eps,
                    slope,
                },
                y,
            ),
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }

    fn batch_norm_sums(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [x, y, dy, stats] = [x, y, dy, stats].map(|t| t.into_primitive());
        Self::from_inner(B::batch_norm_sums(x, y, dy, stats, eps, slope))
    }

    fn batch_norm_input_grad(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        eps: f32,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [x, y, dy, stats, gamma, sums] =
            [x, y, dy, stats, gamma, sums].map(|t| t.into_primitive());
        Self::from_inner(B::batch_norm_input_grad(
            x, y, dy, stats, gamma, sums, eps, slope,
        ))
    }
}
