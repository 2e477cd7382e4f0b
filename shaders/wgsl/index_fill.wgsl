// Flat positions of the active entries of each line, in order. One workgroup per line, one run of
// neighbouring entries per invocation.
@group(0) @binding(0) var<storage, read_write> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> positions: array<u32>;
@group(0) @binding(3) var<storage, read> params: IndexParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let line = group_index(group, groups);
    let entries = select(0u, params.entries, line < params.lines);
    let run = (entries + WORKGROUP - 1u) / WORKGROUP;
    let first = min(local * run, entries);
    let end = min(first + run, entries);
    var count = 0u;
    for (var entry = first; entry < end; entry++) {
        if is_active(place(line, entry)) { count += 1u; }
    }
    let reached = workgroup_running_sum(local, count);
    if count == 0u { return; }
    var next = starts[line] + reached - count;
    for (var entry = first; entry < end; entry++) {
        let position = place(line, entry);
        if is_active(position) {
            positions[next] = position;
            next += 1u;
        }
    }
}
