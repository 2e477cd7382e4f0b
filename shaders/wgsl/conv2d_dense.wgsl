// The same with every weight: a matrix product of tiles, 64 results by 64 columns a workgroup, 8 results
// by 2 columns an invocation, 8 pairs of source channel and tap a step.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> params: Conv2dParams;

const TILE: u32 = 64u;
const STEP: u32 = 8u;

var<workgroup> sh_weight: array<vec4<f32>, 128>; // [step][results / 4]
var<workgroup> sh_source: array<vec4<f32>, 512>; // [step][columns]

// Weight `depth`, counted along source channels and taps, of a result. Backwards, results are the
// weight's input channels, and taps are mirrored.
fn weight_at(result: u32, depth: u32) -> f32 {
    let taps = params.kernel * params.kernel;
    let source_channel = depth / taps;
    let tap = depth % taps;
    if result >= params.results || source_channel >= params.sources { return 0.0; }
    if params.backward == 1u {
        return weight[(source_channel * params.results + result) * taps + taps - 1u - tap];
    }
    return weight[(result * params.sources + source_channel) * taps + tap];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let across = (params.results + TILE - 1u) / TILE;
    let index = params.first_group + group_index(group, groups);
    let first_result = index % across * TILE;
    let taps = params.kernel * params.kernel;
    let depth = params.sources * taps;
    let line = line_length();
    let octet = local / 32u;
    let column = index / across * TILE + local % 32u;
    let near = place(column);
    let far = place(column + 32u);
    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    let loaded = local / 4u;
    let pair = local % 4u * 2u;
    for (var start = 0u; start < depth; start += STEP) {
        workgroupBarrier();
        sh_weight[pair * 16u + loaded / 4u][loaded % 4u] = weight_at(first_result + loaded, start + pair);
        sh_weight[(pair + 1u) * 16u + loaded / 4u][loaded % 4u] = weight_at(first_result + loaded, start + pair + 1u);
        // Past the end any value does: its weight is zero.
        let at = min(start + octet, depth - 1u);
        let offset = at / taps * line + shift(at % taps);
        sh_source[octet * TILE + local % 32u] = source[offset + near];
        sh_source[octet * TILE + local % 32u + 32u] = source[offset + far];
        workgroupBarrier();
        for (var step = 0u; step < STEP; step++) {
            let low = sh_weight[step * 16u + octet * 2u];
            let high = sh_weight[step * 16u + octet * 2u + 1u];
            let a = sh_source[step * TILE + local % 32u];
            let b = sh_source[step * TILE + local % 32u + 32u];
            a0 += low.x * a; a1 += low.y * a; a2 += low.z * a; a3 += low.w * a;
            a4 += high.x * a; a5 += high.y * a; a6 += high.z * a; a7 += high.w * a;
            b0 += low.x * b; b1 += low.y * b; b2 += low.z * b; b3 += low.w * b;
            b4 += high.x * b; b5 += high.y * b; b6 += high.z * b; b7 += high.w * b;
        }
    }
    let result = first_result + octet * 8u;
    finish(result, column, a0, b0);
    finish(result + 1u, column, a1, b1);
    finish(result + 2u, column, a2, b2);
    finish(result + 3u, column, a3, b3);
    finish(result + 4u, column, a4, b4);
    finish(result + 5u, column, a5, b5);
    finish(result + 6u, column, a6, b6);
    finish(result + 7u, column, a7, b7);
}

fn finish(result: u32, column: u32, a: vec4<f32>, b: vec4<f32>) {
    if result >= params.results { return; }
    var start = 0.0;
    if params.biased == 1u { start = bias[result]; }
    store(result, column, start + a);
    store(result, column + 32u, start + b);
}
