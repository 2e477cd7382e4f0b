// Zeroes the inactive among the first `masked` values, in place; what follows them has no mask.
struct MaskParams {
    masked: u32, // values that the mask covers
}

@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> mask: array<f32>;
@group(0) @binding(2) var<storage, read> params: MaskParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = linear_index(group, groups, local);
    // Not a product: -w * 0 would leave a negative zero.
    if index < params.masked && mask[index] == 0.0 { values[index] = 0.0; }
}
