//! Masked convolution. Every pass has a sparse kernel, which visits active weights only, and a
//! dense one. The dense weight gradient also serves growth and parity with dense Adam. A masked
//! linear layer is the same operation on images of one pixel.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        ops::FloatTensorOps,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::Tensor,
};
use burn_wgpu::CubeBackend;

use super::{
    choice::{Choice, Kernel},
    cpu::{
        self,
        conv2d::{Conv2dShape, Weights},
    },
    cube,
    index::SparseIndex,
};

/// The convolution's primitives. Shapes: x `[n, c_in, h, w]`, weight `[c_out, c_in, k, k]`, bias
/// `[c_out]`, y and dy `[n, c_out, h, w]`; stride 1, padding `k / 2`. The index is that of
/// [`SparseIndex`].
#[backend_extension(Cube, Flex, Autodiff)]
pub trait Conv2dOps: Backend {
    /// The masked convolution.
    #[allow(clippy::too_many_arguments, reason = "an index is four tensors")]
    fn masked_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        choice: Choice,
    ) -> FloatTensor<Self>;

    /// Gradient with respect to x.
    fn conv2d_input_grad(
        dy: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        kernel: Kernel,
    ) -> FloatTensor<Self>;

    /// Gradient with respect to the weight; the sparse kernel leaves 0 at inactive weights.
    fn conv2d_weight_grad(
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        k: usize,
        kernel: Kernel,
    ) -> FloatTensor<Self>;

    /// Gradient with respect to the bias.
    fn conv2d_bias_grad(dy: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Masked convolution of x `[n, c_in, h, w]` with weight `[c_out, c_in, k, k]` and bias `[c_out]`.
///
/// # Shapes
/// Returns `[n, c_out, h, w]`.
pub fn masked_conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    index: &SparseIndex,
    choice: Choice,
) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::masked_conv2d(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        index.row_ptr.clone().into_dispatch(),
        index.row_pos.clone().into_dispatch(),
        index.col_ptr.clone().into_dispatch(),
        index.col_pos.clone().into_dispatch(),
        choice,
    ))
}

/// Masked linear layer: x `[n, c_in]`, weight `[c_out, c_in]`, bias `[c_out]`.
///
/// # Shapes
/// Returns `[n, c_out]`.
pub fn masked_linear(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    index: &SparseIndex,
    choice: Choice,
) -> Tensor<2> {
    let [n, c_in] = x.dims();
    let [c_out, _] = weight.dims();
    let y = masked_conv2d(
        x.reshape([n, c_in, 1, 1]),
        weight.reshape([c_out, c_in, 1, 1]),
        bias,
        index,
        choice,
    );
    y.reshape([n, c_out])
}

fn shape_of(images: &[usize], weight: &[usize]) -> Conv2dShape {
    Conv2dShape {
        n: images[0],
        c_in: weight[1],
        c_out: weight[0],
        h: images[2],
        w: images[3],
        k: weight[2],
    }
}

fn weights<'a>(kernel: Kernel, ptr: &'a [i32], pos: &'a [i32]) -> Weights<'a> {
    match kernel {
        Kernel::Dense => Weights::Dense,
        Kernel::Sparse => Weights::Active(ptr, pos),
    }
}

impl Conv2dOps for CubeBackend {
    fn masked_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        _col_ptr: IntTensor<Self>,
        _col_pos: IntTensor<Self>,
        choice: Choice,
    ) -> FloatTensor<Self> {
        let s = shape_of(&x.shape(), &weight.shape());
        let index = [&row_ptr, &row_pos];
        cube::conv2d::forward(s, x, weight, bias, index, choice.forward)
    }

    fn conv2d_input_grad(
        dy: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        let s = shape_of(&dy.shape(), &weight.shape());
        cube::conv2d::input_grad(s, dy, weight, [&col_ptr, &col_pos], kernel)
    }

    fn conv2d_weight_grad(
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        k: usize,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        let weight = [dy.shape()[1], x.shape()[1], k, k];
        let s = shape_of(&x.shape(), &weight);
        cube::conv2d::weight_grad(s, x, dy, [&row_ptr, &row_pos], kernel)
    }

    fn conv2d_bias_grad(dy: FloatTensor<Self>) -> FloatTensor<Self> {
        cube::conv2d::bias_grad(dy)
    }
}

impl Conv2dOps for Flex {
    fn masked_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        _col_ptr: IntTensor<Self>,
        _col_pos: IntTensor<Self>,
        choice: Choice,
    ) -> FloatTensor<Self> {
        let s = shape_of(&x.shape(), &weight.shape());
        let (ptr, pos) = (cpu::integers(&row_ptr), cpu::integers(&row_pos));
        let y = cpu::conv2d::forward(
            s,
            &cpu::values(&x),
            &cpu::values(&weight),
            &cpu::values(&bias),
            weights(choice.forward, &ptr, &pos),
        );
        cpu::tensor(y, [s.n, s.c_out, s.h, s.w])
    }

    fn conv2d_input_grad(
        dy: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        let s = shape_of(&dy.shape(), &weight.shape());
        let (ptr, pos) = (cpu::integers(&col_ptr), cpu::integers(&col_pos));
        let dx = cpu::conv2d::input_grad(
            s,
            &cpu::values(&dy),
            &cpu::values(&weight),
            weights(kernel, &ptr, &pos),
        );
        cpu::tensor(dx, [s.n, s.c_in, s.h, s.w])
    }

    fn conv2d_weight_grad(
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        k: usize,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        let weight = [dy.shape()[1], x.shape()[1], k, k];
        let s = shape_of(&x.shape(), &weight);
        let (ptr, pos) = (cpu::integers(&row_ptr), cpu::integers(&row_pos));
        let dw = cpu::conv2d::weight_grad(
            s,
            &cpu::values(&x),
            &cpu::values(&dy),
            weights(kernel, &ptr, &pos),
        );
        cpu::tensor(dw, weight)
    }

    /// Sums the innermost axis first, which needs no transposed copy.
    fn conv2d_bias_grad(dy: FloatTensor<Self>) -> FloatTensor<Self> {
        let [n, c, h, w] = dy.shape().dims();
        let per_image = Self::float_sum_dim(Self::float_reshape(dy, [n * c, h * w].into()), 1);
        let total = Self::float_sum_dim(Self::float_reshape(per_image, [n, c].into()), 0);
        Self::float_reshape(total, [c].into())
    }
}

#[derive(Clone, Debug)]
struct Saved<B: Backend> {
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    index: [IntTensor<B>; 4],
    choice: Choice,
}

impl<B: Conv2dOps, C: CheckpointStrategy> Conv2dOps for Autodiff<B, C> {
    fn masked_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        choice: Choice,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct MaskedConv2d;
        impl<B: Conv2dOps> Backward<B, 3> for MaskedConv2d {
            type State = Saved<B>;
            fn backward(
                self,
                ops: Ops<Self::State, 3>,
                grads: &mut Gradients,
                _: &mut Checkpointer,
            ) {
                let [node_x, node_weight, node_bias] = ops.parents;
                let dy = grads.consume::<B>(&ops.node);
                let s = ops.state;
                let [row_ptr, row_pos, col_ptr, col_pos] = s.index;
                if let Some(node) = node_x {
                    let dx = B::conv2d_input_grad(
                        dy.clone(),
                        s.weight.clone(),
                        col_ptr,
                        col_pos,
                        s.choice.input_grad,
                    );
                    grads.register::<B>(node.id, dx);
                }
                if let Some(node) = node_weight {
                    let k = s.weight.shape()[2];
                    let dw = B::conv2d_weight_grad(
                        s.x.clone(),
                        dy.clone(),
                        row_ptr,
                        row_pos,
                        k,
                        s.choice.weight_grad,
                    );
                    grads.register::<B>(node.id, dw);
                }
                if let Some(node) = node_bias {
                    grads.register::<B>(node.id, B::conv2d_bias_grad(dy));
                }
            }
        }
        let prep = MaskedConv2d
            .prepare::<C>([x.node(), weight.node(), bias.node()])
            .compute_bound()
            .stateful();
        let (x, weight, bias) = (
            x.into_primitive(),
            weight.into_primitive(),
            bias.into_primitive(),
        );
        let y = B::masked_conv2d(
            x.clone(),
            weight.clone(),
            bias,
            row_ptr.clone(),
            row_pos.clone(),
            col_ptr.clone(),
            col_pos.clone(),
            choice,
        );
        match prep {
            OpsKind::Tracked(prep) => prep.finish(
                Saved {
                    x,
                    weight,
                    index: [row_ptr, row_pos, col_ptr, col_pos],
                    choice,
                },
                y,
            ),
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }

    fn conv2d_input_grad(
        dy: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        col_ptr: IntTensor<Self>,
        col_pos: IntTensor<Self>,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        Self::from_inner(B::conv2d_input_grad(
            dy.into_primitive(),
            weight.into_primitive(),
            col_ptr,
            col_pos,
            kernel,
        ))
    }

    fn conv2d_weight_grad(
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        row_ptr: IntTensor<Self>,
        row_pos: IntTensor<Self>,
        k: usize,
        kernel: Kernel,
    ) -> FloatTensor<Self> {
        Self::from_inner(B::conv2d_weight_grad(
            x.into_primitive(),
            dy.into_primitive(),
            row_ptr,
            row_pos,
            k,
            kernel,
        ))
    }

    fn conv2d_bias_grad(dy: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::from_inner(B::conv2d_bias_grad(dy.into_primitive()))
    }
}
