// small[.., y, x] = scale * sum of the 2x2 block of `big`; an odd last row or column is left out.
@group(0) @binding(0) var<storage, read_write> big: array<f32>;
@group(0) @binding(1) var<storage, read_write> small: array<f32>;
@group(0) @binding(2) var<storage, read> params: ResampleParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let h = params.small_height; let w = params.small_width; let big_w = params.big_width;
    let index = linear_index(group, groups, local);
    if index >= params.planes * h * w { return; }
    let px = index % w;
    let py = (index / w) % h;
    let plane = index / (w * h);
    let at = (plane * params.big_height + 2u * py) * big_w + 2u * px;
    small[index] = ((big[at] + big[at + 1u]) + (big[at + big_w] + big[at + big_w + 1u])) * params.scale;
}
