// dx = gamma / sqrt(variance + eps) * (dz - (d_beta + x_hat * d_gamma) / count)
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<f32>;
@group(0) @binding(4) var<storage, read_write> gamma: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read> params: ChannelParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels = params.channels; let area = params.area;
    let index = linear_index(group, groups, local);
    if index >= params.images * channels * area { return; }
    let c = (index / area) % channels;
    let inverse = 1.0 / sqrt(stats[channels + c] + params.epsilon);
    let x_hat = (x[index] - stats[c]) * inverse;
    let dz = select(dy[index] * params.slope, dy[index], y[index] > 0.0);
    let count = f32(params.images * area);
    dx[index] = gamma[c] * inverse * (dz - (sums[c] + x_hat * sums[channels + c]) / count);
}
