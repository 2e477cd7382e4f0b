// One invocation per element; dispatches above 65,535 workgroups are folded into y.
const WORKGROUP: u32 = 256u;

fn group_index(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

fn linear_index(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return group_index(group, groups) * WORKGROUP + local;
}
