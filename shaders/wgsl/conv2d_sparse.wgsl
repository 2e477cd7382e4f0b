// y[result, column] = bias[result] + sum over the result's entries of weight * packed source. A workgroup
// covers a few results and `lanes` invocations for each; an invocation keeps four columns in registers.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> entries: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32>;
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> params: Conv2dParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let lanes = params.lanes;
    let results = WORKGROUP / lanes;
    let across = (params.results + results - 1u) / results;
    let index = params.first_group + group_index(group, groups);
    // Results are the fast axis, so that neighbouring workgroups read the same pixels.
    let result = index % across * results + local / lanes;
    let column = index / across * lanes * 4u + local % lanes;
    if result >= params.results || column >= columns() { return; }
    let a = place(column);
    let b = place(column + lanes);
    let c = place(column + 2u * lanes);
    let d = place(column + 3u * lanes);
    var start = vec4<f32>();
    if params.biased == 1u { start += bias[result]; }
    var sum_a = start;
    var sum_b = start;
    var sum_c = start;
    var sum_d = start;
    let end = starts[result + 1u];
    var at = starts[result];
    // In pairs, so that more reads are on their way at a time.
    for (; at + 1u < end; at += 2u) {
        let entry = entries[at];
        let other = entries[at + 1u];
        let weight = bitcast<f32>(entry.y);
        let other_weight = bitcast<f32>(other.y);
        sum_a += weight * source[entry.x + a] + other_weight * source[other.x + a];
        sum_b += weight * source[entry.x + b] + other_weight * source[other.x + b];
        sum_c += weight * source[entry.x + c] + other_weight * source[other.x + c];
        sum_d += weight * source[entry.x + d] + other_weight * source[other.x + d];
    }
    if at < end {
        let entry = entries[at];
        let weight = bitcast<f32>(entry.y);
        sum_a += weight * source[entry.x + a];
        sum_b += weight * source[entry.x + b];
        sum_c += weight * source[entry.x + c];
        sum_d += weight * source[entry.x + d];
    }
    store(result, column, sum_a);
    store(result, column + lanes, sum_b);
    store(result, column + 2u * lanes, sum_c);
    store(result, column + 3u * lanes, sum_d);
}
