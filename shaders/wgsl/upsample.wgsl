// big[.., y, x] = scale * small[.., y / 2, x / 2]; an odd last row or column of `big` is 0.
@group(0) @binding(0) var<storage, read_write> small: array<f32>;
@group(0) @binding(1) var<storage, read_write> big: array<f32>;
@group(0) @binding(2) var<storage, read> params: ResampleParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let h = params.small_height; let w = params.small_width; let big_h = params.big_height; let big_w = params.big_width;
    let index = linear_index(group, groups, local);
    if index >= params.planes * big_h * big_w { return; }
    let px = (index % big_w) / 2u;
    let py = ((index / big_w) % big_h) / 2u;
    let plane = index / (big_w * big_h);
    var value = 0.0;
    if py < h && px < w { value = small[(plane * h + py) * w + px] * params.scale; }
    big[index] = value;
}
