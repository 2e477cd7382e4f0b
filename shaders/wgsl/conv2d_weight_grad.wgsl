// dw[o, i, ky, kx] = sum over n, y, x of dy[n, o, y, x] * x[n, i, y + ky - pad, x + kx - pad]
// One workgroup per position: the active ones (`every` = 0; dw starts as zeros) or all of them.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> row_pos: array<i32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
@group(0) @binding(4) var<storage, read_write> params: array<u32>; // n, c_in, c_out, h, w, k, positions, every

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let n_images = params[0]; let c_in = params[1]; let c_out = params[2];
    let h = params[3]; let w = params[4]; let k = params[5];
    let place = group_index(group, groups);
    // No early return: barriers follow, and a bound read from a buffer does not count as uniform.
    let live = place < params[6];
    var pos = place;
    if params[7] == 0u && live { pos = u32(row_pos[place]); }
    let kk = k * k;
    let tap = pos % kk;
    let i = (pos / kk) % c_in;
    let o = pos / (kk * c_in);
    let pad = i32(k / 2u);
    var sum = 0.0;
    let end = select(0u, n_images * h * w, live);
    for (var at = local; at < end; at += WORKGROUP) {
        let px = at % w;
        let py = (at / w) % h;
        let n = at / (w * h);
        let iy = i32(py + tap / k) - pad;
        let ix = i32(px + tap % k) - pad;
        if iy >= 0 && ix >= 0 && iy < i32(h) && ix < i32(w) {
            sum += dy[((n * c_out + o) * h + py) * w + px] * x[((n * c_in + i) * h + u32(iy)) * w + u32(ix)];
        }
    }
    let total = workgroup_sum(local, sum);
    if live && local == 0u { dw[pos] = total; }
}
