// stats[c] = mean, stats[channels + c] = biased variance of x[:, c, :, :]; one workgroup per channel.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<storage, read_write> params: array<u32>; // n, channels, area

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n_images = params[0]; let channels = params[1]; let area = params[2];
    let c = group_index(group, groups);
    // No early return: barriers follow, and a bound read from a buffer does not count as uniform.
    let live = c < channels;
    let count = n_images * area;
    let end = select(0u, count, live);
    var sum = 0.0;
    for (var at = local; at < end; at += WORKGROUP) {
        sum += x[((at / area) * channels + c) * area + at % area];
    }
    let mean = workgroup_sum(local, sum) / f32(count);
    // Second pass: E[x^2] - mean^2 would cancel in float32.
    var squares = 0.0;
    for (var at = local; at < end; at += WORKGROUP) {
        let d = x[((at / area) * channels + c) * area + at % area] - mean;
        squares += d * d;
    }
    let variance = workgroup_sum(local, squares) / f32(count);
    if live && local == 0u {
        stats[c] = mean;
        stats[channels + c] = variance;
    }
}
