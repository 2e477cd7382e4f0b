// dx[n, i, :, :] = sum over active (o, ky, kx) of w[o, i, ky, kx] * dy[n, o, y - ky + pad, x - kx + pad]
@group(0) @binding(0) var<storage, read_write> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> col_ptr: array<i32>;
@group(0) @binding(3) var<storage, read_write> col_pos: array<i32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> params: array<u32>; // n, c_in, c_out, h, w, k

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n_images = params[0]; let c_in = params[1]; let c_out = params[2];
    let h = params[3]; let w = params[4]; let k = params[5];
    let index = linear_index(group, groups, local);
    if index >= n_images * c_in * h * w { return; }
    let px = index % w;
    let py = (index / w) % h;
    let i = (index / (w * h)) % c_in;
    let n = index / (w * h * c_in);
    let pad = i32(k / 2u);
    let kk = k * k;
    var sum = 0.0;
    for (var p = col_ptr[i]; p < col_ptr[i + 1u]; p++) {
        let pos = u32(col_pos[p]);
        let tap = pos % kk;
        let o = pos / (kk * c_in);
        let oy = i32(py) - i32(tap / k) + pad;
        let ox = i32(px) - i32(tap % k) + pad;
        if oy >= 0 && ox >= 0 && oy < i32(h) && ox < i32(w) {
            sum += weight[pos] * dy[((n * c_out + o) * h + u32(oy)) * w + u32(ox)];
        }
    }
    dx[index] = sum;
}
