// sums[c] = sum of x[:, c, :, :]; one workgroup per channel.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> params: ChannelParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels = params.channels; let area = params.area;
    let c = group_index(group, groups);
    if c >= channels { return; }
    let count = params.images * area;
    var sum = 0.0;
    for (var at = local; at < count; at += WORKGROUP) {
        sum += x[((at / area) * channels + c) * area + at % area];
    }
    let total = workgroup_sum(local, sum);
    if local == 0u { sums[c] = total; }
}
