//! Exact top-k within groups of positions, entirely on the device: four digits of a radix select,
//! then ties by position. The counts are known beforehand, so nothing is read back.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::checkpoint::strategy::CheckpointStrategy, backend_extension, tensor::FloatTensor,
    },
    tensor::Tensor,
};
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};
use tightrope_shaders::{
    self as shaders,
    params::{PrefixSumParams, TopkParams, TopkRange},
};

use super::{
    cpu,
    launch::{empty_like, launch, launch_with, words_like, zeros_like},
};
use crate::sparse::select::{Candidates, Group};

/// Positions per workgroup; `shared/topk.wgsl` has the same number.
const CHUNK: usize = 4096;
const DIGIT_BITS: u32 = 8;

/// The primitives of selection.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait SelectOps: Backend {
    /// See [`top_k`].
    fn top_k(
        scores: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        candidates: Candidates,
        groups: Vec<Group>,
    ) -> FloatTensor<Self>;
}

/// 1 at the `k` candidates of each group with the largest `|score|`, among equals the lowest
/// positions first; 0 elsewhere. It has no gradient. Groups lie within the tensor and do not
/// overlap.
///
/// # Shapes
/// scores and mask `[n]`, where the mask (0 or 1) decides which positions are candidates; returns
/// `[n]`.
pub fn top_k(
    scores: Tensor<1>,
    mask: Tensor<1>,
    candidates: Candidates,
    groups: &[Group],
) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::top_k(
        scores.into_dispatch(),
        mask.into_dispatch(),
        candidates,
        groups.to_vec(),
    ))
}

impl SelectOps for CubeBackend {
    fn top_k(
        scores: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        candidates: Candidates,
        groups: Vec<Group>,
    ) -> FloatTensor<Self> {
        let [scores, mask] = [scores, mask].map(into_contiguous);
        let n = scores.shape().num_elements();
        let groups: Vec<Group> = groups.into_iter().filter(|group| group.len > 0).collect();
        let covered: usize = groups.iter().map(|group| group.len).sum();
        let selected = if covered == n {
            empty_like(&scores, [n])
        } else {
            zeros_like(&scores, [n])
        };
        let passes = Passes::new(&groups, candidates);
        let state = words_like(
            &scores,
            &groups
                .iter()
                .flat_map(|g| [0, g.k as u32])
                .collect::<Vec<_>>(),
        );
        let histogram = zeros_like(&scores, [groups.len() << DIGIT_BITS]);
        for shift in (0..u32::BITS).step_by(DIGIT_BITS as usize).rev() {
            let params = passes.params(shift);
            launch_with(
                shaders::TOPK_HISTOGRAM,
                passes.chunks,
                &[&scores, &mask, &state, &histogram],
                &params,
            );
            launch_with(
                shaders::TOPK_PICK,
                groups.len(),
                &[&histogram, &state],
                &params,
            );
        }
        let params = passes.params(0);
        let ties = empty_like(&scores, [passes.chunks]);
        let ties_before = empty_like(&scores, [passes.chunks + 1]);
        launch_with(
            shaders::TOPK_TIE_COUNT,
            passes.chunks,
            &[&scores, &mask, &state, &ties],
            &params,
        );
        launch(
            shaders::PREFIX_SUM,
            usize::from(passes.chunks > 0),
            &[&ties, &ties_before],
            &PrefixSumParams {
                count: passes.chunks as u32,
            },
        );
        let buffers: [&CubeTensor; 5] = [&scores, &mask, &state, &ties_before, &selected];
        launch_with(shaders::TOPK_SELECT, passes.chunks, &buffers, &params);
        selected
    }
}

/// Parameters of every pass: the groups, cut into chunks.
struct Passes {
    chunks: usize,
    candidates: Candidates,
    ranges: Vec<TopkRange>,
}

impl Passes {
    fn new(groups: &[Group], candidates: Candidates) -> Self {
        let mut chunks = 0;
        let ranges = groups
            .iter()
            .map(|group| {
                let range = TopkRange {
                    start: group.start as u32,
                    end: (group.start + group.len) as u32,
                    first_chunk: chunks as u32,
                };
                chunks += group.len.div_ceil(CHUNK);
                range
            })
            .collect();
        Self {
            chunks,
            candidates,
            ranges,
        }
    }

    fn params(&self, shift: u32) -> Vec<u8> {
        let head = TopkParams {
            groups: self.ranges.len() as u32,
            chunks: self.chunks as u32,
            candidates: u32::from(self.candidates == Candidates::Inactive),
            shift,
            known: u32::MAX.checked_shl(shift + DIGIT_BITS).unwrap_or(0),
        };
        [
            bytemuck::bytes_of(&head),
            bytemuck::cast_slice(&self.ranges),
        ]
        .concat()
    }
}

impl SelectOps for Flex {
    fn top_k(
        scores: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        candidates: Candidates,
        groups: Vec<Group>,
    ) -> FloatTensor<Self> {
        let (values, mask) = (cpu::values(&scores), cpu::values(&mask));
        let selected = cpu::select::top_k(&values, |i| candidates.admits(mask[i]), &groups);
        cpu::tensor(
            selected.into_iter().map(f32::from).collect(),
            scores.shape(),
        )
    }
}

impl<B: SelectOps, C: CheckpointStrategy> SelectOps for Autodiff<B, C> {
    fn top_k(
        scores: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        candidates: Candidates,
        groups: Vec<Group>,
    ) -> FloatTensor<Self> {
        Self::from_inner(B::top_k(
            scores.into_primitive(),
            mask.into_primitive(),
            candidates,
            groups,
        ))
    }
}
