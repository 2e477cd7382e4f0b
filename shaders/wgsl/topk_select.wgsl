// Selects the candidates above their group's threshold and, of those equal to it, the lowest
// positions. One workgroup per chunk, one run of neighbouring positions per invocation.
@group(0) @binding(0) var<storage, read_write> scores: array<u32>;
@group(0) @binding(1) var<storage, read_write> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>; // of each group: threshold, ties to select
@group(0) @binding(3) var<storage, read_write> ties_before: array<u32>; // each chunk, from the first of all
@group(0) @binding(4) var<storage, read_write> selected: array<f32>;
@group(0) @binding(5) var<storage, read> params: TopkParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = group_index(group, groups);
    let chunk = find_chunk(index);
    let threshold = state[2u * chunk.owner];
    let first = chunk.first + local * PER_INVOCATION;
    let end = min(first + PER_INVOCATION, chunk.end);
    var count = 0u;
    for (var position = first; position < end; position++) {
        if is_candidate(position) && key(position) == threshold { count += 1u; }
    }
    let reached = workgroup_running_sum(local, count);
    if index >= params.chunks { return; }
    var rank = ties_before[index] - ties_before[chunk.group_first_chunk] + reached - count;
    let ties = state[2u * chunk.owner + 1u];
    for (var position = first; position < end; position++) {
        var take = false;
        if is_candidate(position) {
            let k = key(position);
            take = k > threshold || (k == threshold && rank < ties);
            if k == threshold { rank += 1u; }
        }
        selected[position] = select(0.0, 1.0, take);
    }
}
