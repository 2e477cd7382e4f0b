// sums[c] = d_beta = sum dz, sums[channels + c] = d_gamma = sum dz * x_hat, with dz = dy * leaky_relu'(z);
// one workgroup per channel. The sign of y is the sign of z for slopes >= 0.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read> params: ChannelParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels = params.channels; let area = params.area; let slope = params.slope;
    let c = group_index(group, groups);
    if c >= channels { return; }
    let end = params.images * area;
    let mean = stats[c];
    let inverse = 1.0 / sqrt(stats[channels + c] + params.epsilon);
    var d_beta = 0.0;
    var d_gamma = 0.0;
    for (var at = local; at < end; at += WORKGROUP) {
        let index = ((at / area) * channels + c) * area + at % area;
        let dz = select(dy[index] * slope, dy[index], y[index] > 0.0);
        d_beta += dz;
        d_gamma += dz * (x[index] - mean) * inverse;
    }
    let total_beta = workgroup_sum(local, d_beta);
    let total_gamma = workgroup_sum(local, d_gamma);
    if local == 0u {
        sums[c] = total_beta;
        sums[channels + c] = total_gamma;
    }
}
