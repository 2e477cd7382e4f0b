// The same as conv2d_dense where results are too few for its tiles: 8 results by 256 columns a workgroup, one
// column an invocation.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> params: Conv2dParams;

const OCTET: u32 = 8u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let results = params.results;
    let across = (results + OCTET - 1u) / OCTET;
    let index = params.first_group + group_index(group, groups);
    let first = index % across * OCTET;
    let column = index / across * WORKGROUP + local;
    if column >= columns() { return; }
    let taps = params.kernel * params.kernel;
    let line = line_length();
    // From one result to the next in the weight; past the last result, that result once more.
    let jump = select(params.sources * taps, taps, params.backward == 1u);
    let r0 = first * jump;
    let r1 = min(first + 1u, results - 1u) * jump;
    let r2 = min(first + 2u, results - 1u) * jump;
    let r3 = min(first + 3u, results - 1u) * jump;
    let r4 = min(first + 4u, results - 1u) * jump;
    let r5 = min(first + 5u, results - 1u) * jump;
    let r6 = min(first + 6u, results - 1u) * jump;
    let r7 = min(first + 7u, results - 1u) * jump;
    var s0 = vec4<f32>(); var s1 = vec4<f32>(); var s2 = vec4<f32>(); var s3 = vec4<f32>();
    var s4 = vec4<f32>(); var s5 = vec4<f32>(); var s6 = vec4<f32>(); var s7 = vec4<f32>();
    let here = place(column);
    for (var channel = 0u; channel < params.sources; channel++) {
        // Backwards, channels of the source are the weight's outputs, and taps are mirrored.
        let from_weight = channel * select(taps, results * taps, params.backward == 1u);
        for (var tap = 0u; tap < taps; tap++) {
            let at = from_weight + select(tap, taps - 1u - tap, params.backward == 1u);
            let quad = source[channel * line + shift(tap) + here];
            s0 += weight[at + r0] * quad; s1 += weight[at + r1] * quad;
            s2 += weight[at + r2] * quad; s3 += weight[at + r3] * quad;
            s4 += weight[at + r4] * quad; s5 += weight[at + r5] * quad;
            s6 += weight[at + r6] * quad; s7 += weight[at + r7] * quad;
        }
    }
    finish(first, column, s0);
    finish(first + 1u, column, s1);
    finish(first + 2u, column, s2);
    finish(first + 3u, column, s3);
    finish(first + 4u, column, s4);
    finish(first + 5u, column, s5);
    finish(first + 6u, column, s6);
    finish(first + 7u, column, s7);
}

fn finish(result: u32, column: u32, sum: vec4<f32>) {
    if result >= params.results { return; }
    var start = 0.0;
    if params.biased == 1u { start = bias[result]; }
    store(result, column, start + sum);
}
