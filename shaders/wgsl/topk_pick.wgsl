// Extends each group's prefix by the digit that holds the k-th largest key, and leaves the histogram
// empty for the next digit. One workgroup per group. After the last digit the prefix is the threshold
// and `needed` the number of keys equal to it that are selected.
@group(0) @binding(0) var<storage, read_write> histogram: array<u32>; // groups x 256
@group(0) @binding(1) var<storage, read_write> state: array<u32>; // of each group: prefix, still needed
@group(0) @binding(2) var<storage, read> params: TopkParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let owner = group_index(group, groups);
    let exists = owner < params.groups;
    let digit = 255u - local;
    var count = 0u;
    var wanted = 0u;
    if exists {
        count = histogram[owner * 256u + digit];
        histogram[owner * 256u + digit] = 0u;
        wanted = state[2u * owner + 1u];
    }
    let reached = workgroup_running_sum(local, count);
    // A group with fewer candidates than its k selects them all.
    let needed = min(wanted, sh_scan[WORKGROUP - 1u]);
    if !exists { return; }
    if needed == 0u {
        // Above every key: nothing is selected.
        if local == 0u { state[2u * owner] = 0xffffffffu; state[2u * owner + 1u] = 0u; }
    } else if reached >= needed && reached - count < needed {
        state[2u * owner] |= digit << params.shift;
        state[2u * owner + 1u] = needed - (reached - count);
    }
}
