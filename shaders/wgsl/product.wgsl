// c = a b for each pair; a side that is turned lies there as its transpose. A workgroup makes
// 16 x 16 values out of tiles as large.
struct ProductParams {
    pairs: u32, // of matrices
    rows: u32, // of a and c
    inner: u32, // columns of a, rows of b
    columns: u32, // of b and c
    a_turned: u32, // 1: a lies as its transpose
    b_turned: u32, // 1: so does b
    first_group: u32, // workgroups of earlier dispatches
}

@group(0) @binding(0) var<storage, read_write> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<storage, read> params: ProductParams;

const SIDE: u32 = 16u;
var<workgroup> tile_a: array<f32, 256>;
var<workgroup> tile_b: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let m = params.rows; let k = params.inner; let p = params.columns;
    let down = (m + SIDE - 1u) / SIDE; let across = (p + SIDE - 1u) / SIDE;
    let tile = group_index(group, groups) + params.first_group;
    let pair = tile / (down * across);
    if pair >= params.pairs { return; }
    let y = local / SIDE; let x = local % SIDE;
    let row = tile / across % down * SIDE + y;
    let column = tile % across * SIDE + x;
    var sum = 0.0;
    for (var at = 0u; at < k; at += SIDE) {
        let inner_a = at + x; let inner_b = at + y;
        var value = 0.0;
        if row < m && inner_a < k { value = a[pair * m * k + select(row * k + inner_a, inner_a * m + row, params.a_turned == 1u)]; }
        tile_a[local] = value;
        value = 0.0;
        if inner_b < k && column < p { value = b[pair * k * p + select(inner_b * p + column, column * k + inner_b, params.b_turned == 1u)]; }
        tile_b[local] = value;
        workgroupBarrier();
        for (var i = 0u; i < SIDE; i++) { sum += tile_a[y * SIDE + i] * tile_b[i * SIDE + x]; }
        workgroupBarrier();
    }
    if row < m && column < p { c[(pair * m + row) * p + column] = sum; }
}
