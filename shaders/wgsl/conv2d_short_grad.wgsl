// dw[position] = sum along the lines of dy * x, at active positions; dw starts as zeros. For lines so short
// that one invocation walks them alone.
@group(0) @binding(0) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> row_pos: array<u32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
@group(0) @binding(4) var<storage, read> params: Conv2dParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = linear_index(group, groups, local);
    if index >= params.entries { return; }
    let position = row_pos[index];
    let taps = params.kernel * params.kernel;
    let pair = position / taps;
    let from_x = pair % params.sources * line_length() + shift(position % taps);
    let from_dy = pair / params.sources * line_length() + lead();
    var sum = 0.0;
    for (var at = 0u; at < line_content(); at++) {
        sum += dot(dy[from_dy + at], x[from_x + at]);
    }
    dw[position] = sum;
}
