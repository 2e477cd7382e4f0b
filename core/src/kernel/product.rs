//! Products of matrices, pair by pair. burn's own kernels for them would make up a tenth of the
//! page's program.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        ops::FloatTensorOps,
        tensor::FloatTensor,
    },
    tensor::{Shape, Tensor},
};
use burn_wgpu::{CubeBackend, into_contiguous};
use tightrope_shaders::{self as shaders, params::ProductParams};

use super::launch::{empty_like, launch_in_parts};

/// Side of the square that a workgroup computes.
const SIDE: usize = 16;

/// Products of matrices.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait ProductOps: Backend {
    /// `[n, m, k]` times `[n, k, p]`: `[n, m, p]`. A `turned` side is stored as its transpose.
    fn matrix_product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        turned: [bool; 2],
    ) -> FloatTensor<Self>;
}

/// `a b` for each of `n` pairs: `[n, m, k]` times `[n, k, p]` to `[n, m, p]`. A `turned` side is
/// given as its transpose: `[n, k, m]`, `[n, p, k]`.
pub fn product(a: Tensor<3>, b: Tensor<3>, turned: [bool; 2]) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::matrix_product(
        a.into_dispatch(),
        b.into_dispatch(),
        turned,
    ))
}

/// Sizes `n`, `m`, `k` and `p`.
fn sizes(a: &Shape, b: &Shape, turned: [bool; 2]) -> [usize; 4] {
    let [m, k] = if turned[0] {
        [a[2], a[1]]
    } else {
        [a[1], a[2]]
    };
    [a[0], m, k, if turned[1] { b[1] } else { b[2] }]
}

impl ProductOps for CubeBackend {
    fn matrix_product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        turned: [bool; 2],
    ) -> FloatTensor<Self> {
        let (a, b) = (into_contiguous(a), into_contiguous(b));
        let [n, m, k, p] = sizes(&a.shape(), &b.shape(), turned);
        let c = empty_like(&a, [n, m, p]);
        let [a_turned, b_turned] = turned.map(u32::from);
        let params = ProductParams {
            pairs: n as u32,
            rows: m as u32,
            inner: k as u32,
            columns: p as u32,
            a_turned,
            b_turned,
            first_group: 0,
        };
        launch_in_parts(
            shaders::PRODUCT,
            n * m.div_ceil(SIDE) * p.div_ceil(SIDE),
            (n * m * k) as f64 * p as f64,
            &[&a, &b, &c],
            params,
        );
        c
    }
}

impl ProductOps for Flex {
    fn matrix_product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        turned: [bool; 2],
    ) -> FloatTensor<Self> {
        let turn = |side, turned| match turned {
            true => Self::float_swap_dims(side, 1, 2),
            false => side,
        };
        Self::float_matmul(turn(a, turned[0]), turn(b, turned[1]))
    }
}

impl<B: ProductOps, C: CheckpointStrategy> ProductOps for Autodiff<B, C> {
    fn matrix_product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        turned: [bool; 2],
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Product;
        impl<B: ProductOps> Backward<B, 2> for Product {
            type State = (FloatTensor<B>, FloatTensor<B>, [bool; 2]);
            fn backward(
                self,
                ops: Ops<Self::State, 2>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let dc = grads.consume::<B>(&ops.node);
                let [node_a, node_b] = ops.parents;
                let (a, b, [a_turned, b_turned]) = ops.state;
                if let Some(node) = node_a {
                    let (b, dc) = (b, dc.clone());
                    let da = match a_turned {
                        true => B::matrix_product(b, dc, [b_turned, true]),
                        false => B::matrix_product(dc, b, [false, !b_turned]),
                    };
                    grads.register::<B>(node.id, da);
                }
                if let Some(node) = node_b {
                    let db = match b_turned {
                        true => B::matrix_product(dc, a, [true, a_turned]),
                        false => B::matrix_product(a, dc, [!a_turned, false]),
                    };
                    grads.register::<B>(node.id, db);
                }
            }
        }
        let prep = Product
            .prepare::<C>([a.node(), b.node()])
            .compute_bound()
            .stateful();
        let (a, b) = (a.into_primitive(), b.into_primitive());
        let c = B::matrix_product(a.clone(), b.clone(), turned);
        match prep {
            OpsKind::Tracked(prep) => prep.finish((a, b, turned), c),
            OpsKind::UnTracked(prep) => prep.finish(c),
        }
    }
}
