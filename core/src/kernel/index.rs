//! Builds a layer's sparse index on the device whenever its mask changes.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex,
        autodiff::checkpoint::strategy::CheckpointStrategy,
        backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{Int, Tensor},
};
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};
use tightrope_shaders::{
    self as shaders,
    params::{IndexParams, PrefixSumParams},
};

use super::{
    cpu::{self, index::LayerIndex},
    launch::{empty_like, integers_like, launch},
};

/// Active positions of one masked layer, in the form of [`LayerIndex`].
#[derive(Clone, Debug)]
pub struct SparseIndex {
    /// `[out + 1]`: row `o` owns entries `row_ptr[o]..row_ptr[o + 1]` of `row_pos`.
    pub row_ptr: Tensor<1, Int>,
    /// `[nnz]`: flat positions in the weight by output, then input, then tap.
    pub row_pos: Tensor<1, Int>,
    /// `[in + 1]`: column `i` owns entries `col_ptr[i]..col_ptr[i + 1]` of `col_pos`.
    pub col_ptr: Tensor<1, Int>,
    /// `[nnz]`: flat positions by input, then output, then tap.
    pub col_pos: Tensor<1, Int>,
    /// Active weights.
    pub nnz: usize,
}

/// A layer's place in its net's flat mask, and its weight's shape `[out, inputs, taps]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerSlice {
    /// First flat position.
    pub start: usize,
    /// Output channels or features.
    pub out: usize,
    /// Input channels or features.
    pub inputs: usize,
    /// Kernel positions: height times width, 1 for a linear layer.
    pub taps: usize,
}

impl LayerSlice {
    /// Number of weights.
    pub fn size(&self) -> usize {
        self.out * self.inputs * self.taps
    }
}

/// The primitive of index building.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait IndexOps: Backend {
    /// Row pointers and positions, then column pointers and positions. The caller knows `nnz`, the
    /// layer's number of active weights.
    fn layer_index(
        mask: FloatTensor<Self>,
        layer: LayerSlice,
        nnz: usize,
    ) -> (
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
    );
}

/// The index of one layer from its net's flat mask.
///
/// # Shapes
/// mask `[n]`, 0 or 1, of which the layer is a slice with `nnz` ones.
pub fn build_index(mask: Tensor<1>, layer: LayerSlice, nnz: usize) -> SparseIndex {
    let (row_ptr, row_pos, col_ptr, col_pos) =
        Dispatch::layer_index(mask.into_dispatch(), layer, nnz);
    SparseIndex {
        row_ptr: Tensor::from_dispatch(row_ptr),
        row_pos: Tensor::from_dispatch(row_pos),
        col_ptr: Tensor::from_dispatch(col_ptr),
        col_pos: Tensor::from_dispatch(col_pos),
        nnz,
    }
}

/// Layout of a line's entries (a row or a column of the index) in the weight: runs of `run`
/// neighbours, `jump` apart. Line `i` starts at `i * step`.
struct Lines {
    count: usize,
    entries: usize,
    run: usize,
    jump: usize,
    step: usize,
}

impl Lines {
    fn rows(layer: &LayerSlice) -> Self {
        let entries = layer.inputs * layer.taps;
        Self {
            count: layer.out,
            entries,
            run: entries,
            jump: 0,
            step: entries,
        }
    }

    fn columns(layer: &LayerSlice) -> Self {
        let entries = layer.out * layer.taps;
        let jump = layer.inputs * layer.taps;
        Self {
            count: layer.inputs,
            entries,
            run: layer.taps,
            jump,
            step: layer.taps,
        }
    }

    /// Pointers `[count + 1]` and positions `[nnz]`.
    fn index(&self, mask: &CubeTensor, start: usize, nnz: usize) -> (CubeTensor, CubeTensor) {
        let params = IndexParams {
            offset: start as u32,
            lines: self.count as u32,
            entries: self.entries as u32,
            run: self.run as u32,
            jump: self.jump as u32,
            step: self.step as u32,
        };
        let counts = empty_like(mask, [self.count]);
        let ptr = integers_like(mask, self.count + 1);
        let positions = integers_like(mask, nnz);
        launch(shaders::INDEX_COUNT, self.count, &[mask, &counts], &params);
        launch(
            shaders::PREFIX_SUM,
            1,
            &[&counts, &ptr],
            &PrefixSumParams {
                count: self.count as u32,
            },
        );
        launch(
            shaders::INDEX_FILL,
            self.count,
            &[mask, &ptr, &positions],
            &params,
        );
        (ptr, positions)
    }
}

impl IndexOps for CubeBackend {
    fn layer_index(
        mask: FloatTensor<Self>,
        layer: LayerSlice,
        nnz: usize,
    ) -> (
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
    ) {
        let mask = into_contiguous(mask);
        let (row_ptr, row_pos) = Lines::rows(&layer).index(&mask, layer.start, nnz);
        let (col_ptr, col_pos) = Lines::columns(&layer).index(&mask, layer.start, nnz);
        (row_ptr, row_pos, col_ptr, col_pos)
    }
}

impl IndexOps for Flex {
    fn layer_index(
        mask: FloatTensor<Self>,
        layer: LayerSlice,
        _nnz: usize,
    ) -> (
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
    ) {
        let mask = &cpu::values(&mask)[layer.start..layer.start + layer.size()];
        let index = LayerIndex::new(mask, layer.out, layer.inputs, layer.taps);
        let [row_ptr, row_pos, col_ptr, col_pos] =
            [index.row_ptr, index.row_pos, index.col_ptr, index.col_pos].map(cpu::integer_tensor);
        (row_ptr, row_pos, col_ptr, col_pos)
    }
}

impl<B: IndexOps, C: CheckpointStrategy> IndexOps for Autodiff<B, C> {
    fn layer_index(
        mask: FloatTensor<Self>,
        layer: LayerSlice,
        nnz: usize,
    ) -> (
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
    ) {
        B::layer_index(mask.into_primitive(), layer, nnz)
    }
}
