// The dense weight gradient from its slices' sums.
struct CollectParams {
    slices: u32,
    size: u32,
}

@group(0) @binding(0) var<storage, read_write> sums: array<f32>; // [slices, size]
@group(0) @binding(1) var<storage, read_write> dw: array<f32>; // [size]
@group(0) @binding(2) var<storage, read> params: CollectParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = linear_index(group, groups, local);
    if index >= params.size { return; }
    var sum = 0.0;
    for (var slice = 0u; slice < params.slices; slice++) {
        sum += sums[slice * params.size + index];
    }
    dw[index] = sum;
}
