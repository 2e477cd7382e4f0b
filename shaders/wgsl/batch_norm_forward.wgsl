// y = leaky_relu((x - mean) / sqrt(variance + eps) * gamma + beta, slope)
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<storage, read_write> gamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> params: ChannelParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels = params.channels; let area = params.area;
    let index = linear_index(group, groups, local);
    if index >= params.images * channels * area { return; }
    let c = (index / area) % channels;
    let z = (x[index] - stats[c]) / sqrt(stats[channels + c] + params.epsilon) * gamma[c] + beta[c];
    y[index] = select(z * params.slope, z, z > 0.0);
}
