//! Launching a WGSL kernel of the registry on a cubecl device.

use burn::tensor::Shape;
use burn_wgpu::{CubeTensor, KernelSource, SourceKernel, SourceTemplate, into_contiguous};
use cubecl::{
    CubeCount, CubeDim,
    prelude::KernelId,
    server::{Handle, KernelArguments},
};
use tightrope_shaders::{Kernel, WORKGROUP};

/// WebGPU's limit on workgroups along one axis.
const MAX_GROUPS: u32 = 65_535;

struct Wgsl(Kernel);

impl KernelSource for Wgsl {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(self.0.source)
    }

    fn id(&self) -> KernelId {
        // Nothing is templated into a source, so its name says everything.
        KernelId::new::<Self>().info(self.0.name)
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Runs `kernel` with `groups` workgroups; `params` become the last buffer.
pub fn launch(kernel: Kernel, groups: usize, buffers: &[&CubeTensor], params: &[u32]) {
    let Some(first) = buffers.first() else { return };
    if groups == 0 {
        return;
    }
    let groups = groups as u32;
    let x = groups.min(MAX_GROUPS);
    let client = first.client.clone();
    let params = client.create_from_slice(bytemuck::cast_slice(params));
    let mut bindings: Vec<_> = buffers.iter().map(|t| t.handle.clone().binding()).collect();
    bindings.push(params.binding());
    client.launch(
        Box::new(SourceKernel::new(Wgsl(kernel), CubeDim::new_1d(WORKGROUP))),
        CubeCount::Static(x, groups.div_ceil(x), 1),
        KernelArguments::new().with_buffers(bindings),
    );
}

/// Workgroups for one invocation per element.
pub fn per_element(n: usize) -> usize {
    n.div_ceil(WORKGROUP as usize)
}

/// A contiguous version of `tensor` that nothing else refers to, so that a kernel may write into it.
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
    let shape = shape.into();
    let zeros = vec![0u8; shape.num_elements() * like.dtype.size()];
    let buffer = like.client.create_from_slice(&zeros);
    beside(like, shape, buffer)
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
