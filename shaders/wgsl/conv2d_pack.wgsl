// Images as lines of quads. Only the source channels of the parameters count.
@group(0) @binding(0) var<storage, read_write> images: array<f32>;
@group(0) @binding(1) var<storage, read_write> packed: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> params: Conv2dParams;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n = params.images; let c = params.sources; let h = params.height; let w = params.width;
    let index = linear_index(group, groups, local);
    if index >= c * line_length() + 2u * lead() { return; }
    var quad = vec4<f32>();
    let at = index - lead();
    let channel = at / line_length();
    let place = at % line_length();
    let row = place / row_length();
    let px = place % row_length();
    let py = row % (h + pad());
    let image = row / (h + pad()) * 4u;
    if index >= lead() && channel < c && place < line_content() && px < w && py < h {
        let next = c * h * w;
        let first = ((image * c + channel) * h + py) * w + px;
        quad.x = images[first];
        if image + 1u < n { quad.y = images[first + next]; }
        if image + 2u < n { quad.z = images[first + 2u * next]; }
        if image + 3u < n { quad.w = images[first + 3u * next]; }
    }
    packed[index] = quad;
}
