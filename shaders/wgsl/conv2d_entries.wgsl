// An index ready to be multiplied: for every active weight how far into the packed source it reads, and
// its value's bits. By rows for the forward pass; by columns, taps mirrored, for the input gradient.
@group(0) @binding(0) var<storage, read_write> weight: array<f32>;
@group(0) @binding(1) var<storage, read_write> positions: array<u32>;
@group(0) @binding(2) var<storage, read_write> entries: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read> params: Conv2dParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = linear_index(group, groups, local);
    if index >= params.entries { return; }
    let position = positions[index];
    let taps = params.kernel * params.kernel;
    let pair = position / taps;
    var tap = position % taps;
    var source = pair % params.sources;
    if params.backward == 1u {
        tap = taps - 1u - tap;
        source = pair / params.results;
    }
    entries[index] = vec2<u32>(source * line_length() + shift(tap), bitcast<u32>(weight[position]));
}
