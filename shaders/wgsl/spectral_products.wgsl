// parts: the sum of dy * w, in as many parts as there are workgroups.
@group(0) @binding(0) var<storage, read_write> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;
@group(0) @binding(3) var<storage, read> params: SpectralParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = group_index(group, groups);
    let end = params.rows * params.columns;
    var sum = 0.0;
    for (var at = index * WORKGROUP + local; at < end; at += params.parts * WORKGROUP) {
        sum += dy[at] * w[at];
    }
    let total = workgroup_sum(local, sum);
    if local == 0u { parts[index] = total; }
}
