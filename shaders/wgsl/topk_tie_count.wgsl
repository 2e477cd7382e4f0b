// Counts the candidates of each chunk whose key equals the threshold. One workgroup per chunk.
@group(0) @binding(0) var<storage, read_write> scores: array<u32>;
@group(0) @binding(1) var<storage, read_write> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>; // of each group: threshold, ties to select
@group(0) @binding(3) var<storage, read_write> ties: array<u32>; // per chunk
@group(0) @binding(4) var<storage, read> params: TopkParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = group_index(group, groups);
    let chunk = find_chunk(index);
    let threshold = state[2u * chunk.owner];
    var count = 0u;
    for (var position = chunk.first + local; position < chunk.end; position += WORKGROUP) {
        if is_candidate(position) && key(position) == threshold { count += 1u; }
    }
    let reached = workgroup_running_sum(local, count);
    if local == WORKGROUP - 1u && index < params.chunks { ties[index] = reached; }
}
