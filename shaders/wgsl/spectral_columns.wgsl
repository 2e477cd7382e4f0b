// right = w^T u, not normalised; one workgroup per 32 columns, whose rows its 8 strands share.
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> u: array<f32>;
@group(0) @binding(2) var<storage, read_write> right: array<f32>;
@group(0) @binding(3) var<storage, read> params: SpectralParams;

const TILE: u32 = 32u;
const STRANDS: u32 = 8u;
var<workgroup> sh_strand: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let columns = params.columns;
    let column = group_index(group, groups) * TILE + local % TILE;
    let end = select(0u, params.rows, column < columns);
    var sum = 0.0;
    for (var row = local / TILE; row < end; row += STRANDS) {
        sum += w[row * columns + column] * u[row];
    }
    sh_strand[local] = sum;
    workgroupBarrier();
    if local < TILE && column < columns {
        for (var strand = 1u; strand < STRANDS; strand++) {
            sum += sh_strand[strand * TILE + local];
        }
        right[column] = sum;
    }
}
