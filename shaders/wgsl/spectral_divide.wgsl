// u = left = w v, normalised, when iterating; sigma = u^T w v, then y = w / sigma. Every workgroup sums sigma
// for itself, the first one keeps it.
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> left: array<f32>;
@group(0) @binding(2) var<storage, read_write> old: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> u: array<f32>;
@group(0) @binding(5) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(6) var<storage, read> params: SpectralParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let rows = params.rows; let iterate = params.iterate != 0u; let eps = params.epsilon;
    let index = group_index(group, groups);
    var product = 0.0;
    for (var row = local; row < rows; row += WORKGROUP) {
        product += left[row] * select(old[row], left[row], iterate);
    }
    let along = workgroup_sum(local, product);
    let length = select(1.0, clamp_min(sqrt(along), eps), iterate);
    let largest = clamp_size(along / length, eps);
    let first = index * SPAN + local;
    let end = min((index + 1u) * SPAN, rows * params.columns);
    for (var at = first; at < end; at += WORKGROUP) {
        y[at] = w[at] / largest;
    }
    if index == 0u {
        for (var row = local; row < rows; row += WORKGROUP) {
            u[row] = select(old[row], left[row] / length, iterate);
        }
        if local == 0u { sigma[0] = largest; }
    }
}
