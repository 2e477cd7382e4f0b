// y[n, o, :, :] = bias[o] + sum over active (i, ky, kx) of w[o, i, ky, kx] * x[n, i, y + ky - pad, x + kx - pad]
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> row_ptr: array<i32>;
@group(0) @binding(4) var<storage, read_write> row_pos: array<i32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> params: array<u32>; // n, c_in, c_out, h, w, k

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n_images = params[0]; let c_in = params[1]; let c_out = params[2];
    let h = params[3]; let w = params[4]; let k = params[5];
    let index = linear_index(group, groups, local);
    if index >= n_images * c_out * h * w { return; }
    let px = index % w;
    let py = (index / w) % h;
    let o = (index / (w * h)) % c_out;
    let n = index / (w * h * c_out);
    let pad = i32(k / 2u);
    let kk = k * k;
    let row = o * c_in * kk;
    var sum = bias[o];
    for (var p = row_ptr[o]; p < row_ptr[o + 1u]; p++) {
        let pos = u32(row_pos[p]);
        let tap = (pos - row) % kk;
        let i = (pos - row) / kk;
        let iy = i32(py + tap / k) - pad;
        let ix = i32(px + tap % k) - pad;
        if iy >= 0 && ix >= 0 && iy < i32(h) && ix < i32(w) {
            sum += weight[pos] * x[((n * c_in + i) * h + u32(iy)) * w + u32(ix)];
        }
    }
    y[index] = sum;
}
