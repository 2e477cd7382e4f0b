// v = right, normalised when iterating, and left = w v; one workgroup per row.
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> left: array<f32>;
@group(0) @binding(4) var<storage, read> params: SpectralParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let rows = params.rows; let columns = params.columns;
    let row = group_index(group, groups);
    if row >= rows { return; }
    var product = 0.0;
    var squares = 0.0;
    for (var at = local; at < columns; at += WORKGROUP) {
        product += w[row * columns + at] * right[at];
        squares += right[at] * right[at];
    }
    let along = workgroup_sum(local, product);
    let length = clamp_min(sqrt(workgroup_sum(local, squares)), params.epsilon);
    // All workgroups know the length, so none waits for another.
    let scale = select(1.0, length, params.iterate != 0u);
    for (var at = row * WORKGROUP + local; at < columns; at += rows * WORKGROUP) {
        v[at] = right[at] / scale;
    }
    if local == 0u { left[row] = along / scale; }
}
