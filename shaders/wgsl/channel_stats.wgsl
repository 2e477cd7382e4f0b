// stats[c] = mean, stats[channels + c] = biased variance of x[:, c, :, :]; one workgroup per channel.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<storage, read> params: ChannelParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n_images = params.images; let channels = params.channels; let area = params.area;
    let c = group_index(group, groups);
    if c >= channels { return; }
    let count = n_images * area;
    var sum = 0.0;
    for (var at = local; at < count; at += WORKGROUP) {
        sum += x[((at / area) * channels + c) * area + at % area];
    }
    let mean = workgroup_sum(local, sum) / f32(count);
    // Second pass: E[x^2] - mean^2 would cancel in float32.
    var squares = 0.0;
    for (var at = local; at < count; at += WORKGROUP) {
        let d = x[((at / area) * channels + c) * area + at % area] - mean;
        squares += d * d;
    }
    let variance = workgroup_sum(local, squares) / f32(count);
    if local == 0u {
        stats[c] = mean;
        stats[channels + c] = variance;
    }
}
