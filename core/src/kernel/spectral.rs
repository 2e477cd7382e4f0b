//! Spectral norm: one power iteration, then division of the weight by its largest singular value.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind, unary},
        },
        backend_extension,
        tensor::FloatTensor,
    },
    tensor::{Shape, Tensor},
};
use burn_wgpu::{CubeBackend, into_contiguous};
use tightrope_shaders::{self as shaders, WORKGROUP, params::SpectralParams};

use super::{
    cpu,
    launch::{empty_like, launch},
};

/// Keeps a vanishing norm from dividing by zero: PyTorch's eps, and the default of every net.
pub const EPS: f32 = 1e-12;

/// Columns a workgroup of `spectral_columns` sums.
const TILE: usize = 32;

/// Values a workgroup of `spectral_divide` or `spectral_grad` writes.
const SPAN: usize = 4096;

/// Spectral norm's primitives. Shapes: w, y, dy `[rows, columns]`, u `[rows, 1]`, v `[columns, 1]`,
/// sigma `[1]`.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait SpectralOps: Backend {
    /// `(w / sigma, u, v, sigma)`; see [`spectral_norm`].
    fn spectral_norm(
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        iterate: bool,
        eps: f32,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    );

    /// Gradient of w: `(dy - u v^T <dy, w> / sigma) / sigma`, without the second term if sigma was
    /// clamped.
    fn spectral_grad(
        dy: FloatTensor<Self>,
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        sigma: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self>;
}

/// `weight / sigma` with `sigma = u^T weight v`, and the vectors: after one power iteration from
/// `u` if `iterate` (`v = weight^T u`, `u = weight v`, each normalised), otherwise as they are.
/// Gradients flow to the weight only; u and v count as constants. `eps` keeps vanishing norms from
/// dividing by zero.
///
/// # Shapes
/// weight `[c_out, n]`, u `[c_out, 1]`, v `[n, 1]`; returns the same.
pub fn spectral_norm(
    weight: Tensor<2>,
    u: Tensor<2>,
    v: Tensor<2>,
    iterate: bool,
    eps: f32,
) -> [Tensor<2>; 3] {
    let (y, u, v, _) = Dispatch::spectral_norm(
        weight.into_dispatch(),
        u.into_dispatch(),
        v.into_dispatch(),
        iterate,
        eps,
    );
    [y, u, v].map(Tensor::from_dispatch)
}

/// Layout of a weight as a matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix {
    /// Output channels.
    pub rows: usize,
    /// Input channels times taps.
    pub columns: usize,
}

impl Matrix {
    fn of(shape: &Shape) -> Self {
        Self {
            rows: shape[0],
            columns: shape[1],
        }
    }

    /// Number of values.
    pub fn len(self) -> usize {
        self.rows * self.columns
    }

    /// Whether it has no values.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Number of whole rows with about this many values, at least one.
    pub fn rows_of(self, values: usize) -> usize {
        (values / self.columns.max(1)).max(1)
    }

    fn params(self, epsilon: f32) -> SpectralParams {
        SpectralParams {
            rows: self.rows as u32,
            columns: self.columns as u32,
            epsilon,
            ..SpectralParams::default()
        }
    }
}

impl SpectralOps for CubeBackend {
    fn spectral_norm(
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        iterate: bool,
        eps: f32,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let [w, old, v] = [w, u, v].map(into_contiguous);
        let m = Matrix::of(&w.shape());
        let params = SpectralParams {
            iterate: u32::from(iterate),
            ..m.params(eps)
        };
        let right = if iterate {
            let right = empty_like(&v, v.shape());
            let groups = m.columns.div_ceil(TILE);
            let buffers = [&w, &old, &right];
            launch(shaders::SPECTRAL_COLUMNS, groups, &buffers, &params);
            right
        } else {
            v
        };
        let (v, left) = (empty_like(&w, right.shape()), empty_like(&w, old.shape()));
        let buffers = [&w, &right, &v, &left];
        launch(shaders::SPECTRAL_ROWS, m.rows, &buffers, &params);
        let (y, u) = (empty_like(&w, w.shape()), empty_like(&w, old.shape()));
        let sigma = empty_like(&w, [1]);
        let buffers = [&w, &left, &old, &y, &u, &sigma];
        let groups = m.len().div_ceil(SPAN);
        launch(shaders::SPECTRAL_DIVIDE, groups, &buffers, &params);
        (y, u, v, sigma)
    }

    fn spectral_grad(
        dy: FloatTensor<Self>,
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        sigma: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self> {
        let [dy, w, u, v, sigma] = [dy, w, u, v, sigma].map(into_contiguous);
        let m = Matrix::of(&w.shape());
        let groups = m.len().div_ceil(SPAN);
        // Each workgroup of the next kernel adds them up, one per invocation.
        let parts = groups.min(WORKGROUP as usize);
        let params = SpectralParams {
            parts: parts as u32,
            ..m.params(eps)
        };
        let sums = empty_like(&w, [parts]);
        let buffers = [&dy, &w, &sums];
        launch(shaders::SPECTRAL_PRODUCTS, parts, &buffers, &params);
        let dw = empty_like(&w, w.shape());
        let buffers = [&dy, &u, &v, &sigma, &sums, &dw];
        launch(shaders::SPECTRAL_GRAD, groups, &buffers, &params);
        dw
    }
}

impl SpectralOps for Flex {
    fn spectral_norm(
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        iterate: bool,
        eps: f32,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let m = Matrix::of(&w.shape());
        let [ws, us, vs] = [&w, &u, &v].map(cpu::values);
        let made = cpu::spectral::norm(m, &ws, &us, &vs, iterate, eps);
        (
            cpu::tensor(made.y, w.shape()),
            cpu::tensor(made.u, u.shape()),
            cpu::tensor(made.v, v.shape()),
            cpu::tensor(vec![made.sigma], [1]),
        )
    }

    fn spectral_grad(
        dy: FloatTensor<Self>,
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        sigma: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self> {
        let m = Matrix::of(&w.shape());
        let [dys, ws, us, vs, sigma] = [&dy, &w, &u, &v, &sigma].map(cpu::values);
        let dw = cpu::spectral::grad(m, &dys, &ws, &us, &vs, [sigma[0], eps]);
        cpu::tensor(dw, w.shape())
    }
}

#[derive(Clone, Debug)]
struct Saved<B: Backend> {
    w: FloatTensor<B>,
    u: FloatTensor<B>,
    v: FloatTensor<B>,
    sigma: FloatTensor<B>,
    eps: f32,
}

impl<B: SpectralOps, C: CheckpointStrategy> SpectralOps for Autodiff<B, C> {
    fn spectral_norm(
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        iterate: bool,
        eps: f32,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        #[derive(Debug)]
        struct SpectralNorm;
        impl<B: SpectralOps> Backward<B, 1> for SpectralNorm {
            type State = Saved<B>;
            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let Saved {
                    w,
                    u,
                    v,
                    sigma,
                    eps,
                } = ops.state;
                unary::<B, _>(ops.parents, ops.node, grads, |dy| {
                    B::spectral_grad(dy, w, u, v, sigma, eps)
                });
            }
        }
        let prep = SpectralNorm
            .prepare::<C>([w.node()])
            .compute_bound()
            .stateful();
        let [w, u, v] = [w, u, v].map(|t| t.into_primitive());
        let (y, u, v, sigma) = B::spectral_norm(w.clone(), u, v, iterate, eps);
        let constants = [&u, &v, &sigma].map(|t| Self::from_inner(t.clone()));
        let y = match prep {
            OpsKind::Tracked(prep) => prep.finish(
                Saved {
                    w,
                    u,
                    v,
                    sigma,
                    eps,
                },
                y,
            ),
            OpsKind::UnTracked(prep) => prep.finish(y),
        };
        let [u, v, sigma] = constants;
        (y, u, v, sigma)
    }

    fn spectral_grad(
        dy: FloatTensor<Self>,
        w: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        sigma: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self> {
        let [dy, w, u, v, sigma] = [dy, w, u, v, sigma].map(|t| t.into_primitive());
        Self::from_inner(B::spectral_grad(dy, w, u, v, sigma, eps))
    }
}
