// The weight gradient everywhere: a matrix product of tiles, 64 outputs by 128 pairs of input channel
// and tap a workgroup, 4 by 8 an invocation, 4 quads a step. Lines are cut into slices, so that few tiles
// still make many workgroups; each slice has its own sums.
@group(0) @binding(0) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>; // [slices, c_out, c_in * taps]
@group(0) @binding(3) var<storage, read> params: Conv2dParams;

const OUTPUTS: u32 = 64u;
const PAIRS: u32 = 128u;
const STEP: u32 = 4u;

var<workgroup> sh_dy: array<vec4<f32>, 256>; // [step][outputs]
var<workgroup> sh_x: array<vec4<f32>, 512>; // [step][pairs]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let c_out = params.results;
    let taps = params.kernel * params.kernel;
    let pairs = params.sources * taps;
    let down = (c_out + OUTPUTS - 1u) / OUTPUTS;
    let across = (pairs + PAIRS - 1u) / PAIRS;
    let index = params.first_group + group_index(group, groups);
    let slice = index / (down * across);
    let first_output = index % down * OUTPUTS;
    let first_pair = index / down % across * PAIRS;
    let line = line_length();
    let start = slice * params.slice_length;
    let end = min(start + params.slice_length, line_content());

    let loaded = local / STEP;
    let step_loaded = local % STEP;
    let from_dy = min(first_output + loaded, c_out - 1u) * line + lead();
    let near_pair = min(first_pair + loaded, pairs - 1u);
    let from_near = near_pair / taps * line + shift(near_pair % taps);
    let far_pair = min(first_pair + loaded + 64u, pairs - 1u);
    let from_far = far_pair / taps * line + shift(far_pair % taps);
    let output = local / 16u;
    let pair = local % 16u;
    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    for (var at = start; at < end; at += STEP) {
        workgroupBarrier();
        let here = at + step_loaded;
        var slope = vec4<f32>();
        if here < end { slope = dy[from_dy + here]; }
        sh_dy[step_loaded * OUTPUTS + loaded] = slope;
        // Past the end any value does: its slope is zero.
        let there = min(here, end - 1u);
        sh_x[step_loaded * PAIRS + loaded] = x[from_near + there];
        sh_x[step_loaded * PAIRS + loaded + 64u] = x[from_far + there];
        workgroupBarrier();
        for (var step = 0u; step < STEP; step++) {
            let o = step * OUTPUTS + output;
            let d0 = sh_dy[o]; let d1 = sh_dy[o + 16u]; let d2 = sh_dy[o + 32u]; let d3 = sh_dy[o + 48u];
            var p = step * PAIRS + pair;
            var x0 = sh_x[p]; var x1 = sh_x[p + 16u]; var x2 = sh_x[p + 32u]; var x3 = sh_x[p + 48u];
            a0 += vec4<f32>(dot(d0, x0), dot(d0, x1), dot(d0, x2), dot(d0, x3));
            a1 += vec4<f32>(dot(d1, x0), dot(d1, x1), dot(d1, x2), dot(d1, x3));
            a2 += vec4<f32>(dot(d2, x0), dot(d2, x1), dot(d2, x2), dot(d2, x3));
            a3 += vec4<f32>(dot(d3, x0), dot(d3, x1), dot(d3, x2), dot(d3, x3));
            p += 64u;
            x0 = sh_x[p]; x1 = sh_x[p + 16u]; x2 = sh_x[p + 32u]; x3 = sh_x[p + 48u];
            b0 += vec4<f32>(dot(d0, x0), dot(d0, x1), dot(d0, x2), dot(d0, x3));
            b1 += vec4<f32>(dot(d1, x0), dot(d1, x1), dot(d1, x2), dot(d1, x3));
            b2 += vec4<f32>(dot(d2, x0), dot(d2, x1), dot(d2, x2), dot(d2, x3));
            b3 += vec4<f32>(dot(d3, x0), dot(d3, x1), dot(d3, x2), dot(d3, x3));
        }
    }
    let to = slice * c_out * pairs;
    let o = first_output + output;
    let p = first_pair + pair;
    finish(to, o, p, a0); finish(to, o, p + 64u, b0);
    finish(to, o + 16u, p, a1); finish(to, o + 16u, p + 64u, b1);
    finish(to, o + 32u, p, a2); finish(to, o + 32u, p + 64u, b2);
    finish(to, o + 48u, p, a3); finish(to, o + 48u, p + 64u, b3);
}

fn finish(to: u32, output: u32, pair: u32, sum: vec4<f32>) {
    let pairs = params.sources * params.kernel * params.kernel;
    if output >= params.results { return; }
    let at = to + output * pairs + pair;
    if pair < pairs { sums[at] = sum.x; }
    if pair + 16u < pairs { sums[at + 16u] = sum.y; }
    if pair + 32u < pairs { sums[at + 32u] = sum.z; }
    if pair + 48u < pairs { sums[at + 48u] = sum.w; }
}
