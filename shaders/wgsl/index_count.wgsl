// Active entries of each line. One workgroup per line.
@group(0) @binding(0) var<storage, read_write> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> counts: array<u32>;
@group(0) @binding(2) var<storage, read> params: IndexParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let line = group_index(group, groups);
    var count = 0u;
    if line < params.lines {
        for (var entry = local; entry < params.entries; entry += WORKGROUP) {
            if is_active(place(line, entry)) { count += 1u; }
        }
    }
    let reached = workgroup_running_sum(local, count);
    if local == WORKGROUP - 1u && line < params.lines { counts[line] = reached; }
}
