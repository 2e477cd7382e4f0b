//! Launches a WGSL kernel of the registry on a cubecl device.

use burn::{
    backend::ops::FloatTensorOps,
    tensor::{DType, Shape},
};
use burn_wgpu::{
    CubeBackend, CubeTensor, KernelSource, SourceKernel, SourceTemplate, into_contiguous,
};
use cubecl::{
    CubeCount, CubeDim, ExecutionMode,
    prelude::KernelId,
    server::{Handle, KernelArguments, MetadataBindingInfo},
};
use tightrope_shaders::{
    Kernel, WORKGROUP,
    params::{InParts, Params},
};

/// WebGPU's limit on workgroups along one axis.
const MAX_GROUPS: u32 = 65_535;

/// Most work of one dispatch, in multiplications and additions: a second on a GPU of 20 GFLOP/s.
/// Systems reset a GPU after two.
#[cfg(not(test))]
const MAX_FLOPS: f64 = 2e10;
/// Small enough to cut the self-test's layers into parts.
#[cfg(test)]
const MAX_FLOPS: f64 = 1e4;

struct Wgsl(Kernel);

impl KernelSource for Wgsl {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(self.0.source)
    }

    fn id(&self) -> KernelId {
        // Sources are not templated, so the name identifies a kernel. All our loops end, and
        // checked mode would count their turns.
        KernelId::new::<Self>()
            .info(self.0.name)
            .mode(ExecutionMode::Unchecked)
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Runs `kernel` with `groups` workgroups; `params` become the last buffer.
pub fn launch(kernel: Kernel, groups: usize, buffers: &[&CubeTensor], params: &impl Params) {
    launch_with(kernel, groups, buffers, bytemuck::bytes_of(params));
}

/// [`launch`] with parameters whose head is followed by a list, as bytes.
pub fn launch_with(kernel: Kernel, groups: usize, buffers: &[&CubeTensor], params: &[u8]) {
    let Some(first) = buffers.first() else { return };
    if groups == 0 {
        return;
    }
    let groups = groups as u32;
    let x = groups.min(MAX_GROUPS);
    let bindings = buffers.iter().map(|t| t.handle.clone().binding()).collect();
    // As launch information, equal parameters are uploaded once and kept. A buffer of their own
    // would cost an upload each time, and all queued work would have to be submitted before it.
    let words = params.chunks(size_of::<u64>()).map(|bytes| {
        let mut word = [0; size_of::<u64>()];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_ne_bytes(word)
    });
    first.client.launch(
        Box::new(SourceKernel::new(Wgsl(kernel), CubeDim::new_1d(WORKGROUP))),
        CubeCount::Static(x, groups.div_ceil(x), 1),
        KernelArguments::new()
            .with_buffers(bindings)
            .with_info(MetadataBindingInfo::custom(words.collect())),
    );
}

/// Runs `kernel` in enough dispatches to keep each one short.
pub fn launch_in_parts(
    kernel: Kernel,
    groups: usize,
    flops: f64,
    buffers: &[&CubeTensor],
    params: impl InParts,
) {
    let parts = (flops / MAX_FLOPS).ceil().max(1.0) as usize;
    let part = groups.div_ceil(parts).max(1);
    for first in (0..groups).step_by(part) {
        let params = params.starting_at(first as u32);
        launch(kernel, part.min(groups - first), buffers, &params);
    }
}

/// Workgroups for one invocation per element.
pub fn per_element(n: usize) -> usize {
    n.div_ceil(WORKGROUP as usize)
}

/// A contiguous version of `tensor` without other references, so that a kernel may write into it.
pub fn exclusive(tensor: CubeTensor) -> CubeTensor {
    let tensor = into_contiguous(tensor);
    if tensor.can_mut() {
        tensor
    } else {
        tensor.copy()
    }
}

/// An uninitialised tensor beside `like`.
pub fn empty_like(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let shape = shape.into();
    let buffer = like.client.empty(shape.num_elements() * like.dtype.size());
    beside(like, shape, buffer)
}

/// A tensor of zeros beside `like`.
pub fn zeros_like(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    CubeBackend::float_zeros(shape.into(), &like.device, like.dtype.into())
}

/// Uninitialised integers beside `like`. Even zero integers get a buffer, since a kernel must bind
/// one.
pub fn integers_like(like: &CubeTensor, len: usize) -> CubeTensor {
    let dtype = DType::I32;
    let buffer = like.client.empty(len.max(1) * dtype.size());
    CubeTensor::new_contiguous(
        like.client.clone(),
        like.device.clone(),
        [len].into(),
        buffer,
        dtype,
    )
}

/// Words as a tensor beside `like`, for a kernel to read and write.
pub fn words_like(like: &CubeTensor, words: &[u32]) -> CubeTensor {
    let buffer = like.client.create_from_slice(bytemuck::cast_slice(words));
    beside(like, [words.len()].into(), buffer)
}

fn beside(like: &CubeTensor, shape: Shape, buffer: Handle) -> CubeTensor {
    CubeTensor::new_contiguous(
        like.client.clone(),
        like.device.clone(),
        shape,
        buffer,
        like.dtype,
    )
}
