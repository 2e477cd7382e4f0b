// dw = (dy - u v^T <dy, w> / sigma) / sigma, where <dy, w> is the sum of at most 256 parts; a clamped sigma does
// not depend on w.
@group(0) @binding(0) var<storage, read_write> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> u: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;
@group(0) @binding(5) var<storage, read_write> dw: array<f32>;
@group(0) @binding(6) var<storage, read> params: SpectralParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let columns = params.columns;
    let index = group_index(group, groups);
    var part = 0.0;
    if local < params.parts { part = parts[local]; }
    let along = workgroup_sum(local, part);
    let largest = sigma[0];
    let pull = select(along / largest, 0.0, abs(largest) <= params.epsilon);
    let first = index * SPAN + local;
    let end = min((index + 1u) * SPAN, params.rows * columns);
    for (var at = first; at < end; at += WORKGROUP) {
        dw[at] = (dy[at] - u[at / columns] * v[at % columns] * pull) / largest;
    }
}
