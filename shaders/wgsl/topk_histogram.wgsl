// Counts candidates by the digit of their key at `shift`, among those that agree with the group's
// prefix in the digits above. One workgroup per chunk.
@group(0) @binding(0) var<storage, read_write> scores: array<u32>; // f32 bits, so that none is flushed or quieted
@group(0) @binding(1) var<storage, read_write> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>; // of each group: prefix, still needed
@group(0) @binding(3) var<storage, read_write> histogram: array<atomic<u32>>; // groups x 256
@group(0) @binding(4) var<storage, read> params: TopkParams;

var<workgroup> sh_count: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let chunk = find_chunk(group_index(group, groups));
    let shift = params.shift; let known = params.known;
    let prefix = state[2u * chunk.owner];
    atomicStore(&sh_count[local], 0u);
    workgroupBarrier();
    for (var position = chunk.first + local; position < chunk.end; position += WORKGROUP) {
        let k = key(position);
        if is_candidate(position) && (k & known) == prefix {
            atomicAdd(&sh_count[(k >> shift) & 255u], 1u);
        }
    }
    workgroupBarrier();
    let count = atomicLoad(&sh_count[local]);
    if count > 0u { atomicAdd(&histogram[chunk.owner * 256u + local], count); }
}
