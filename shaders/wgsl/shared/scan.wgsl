// Running sum of one value per invocation of a workgroup, its own included; the last entry of
// `sh_scan` holds the total.
var<workgroup> sh_scan: array<u32, 256>;

fn workgroup_running_sum(local: u32, value: u32) -> u32 {
    workgroupBarrier();
    sh_scan[local] = value;
    workgroupBarrier();
    for (var step = 1u; step < WORKGROUP; step <<= 1u) {
        var before = 0u;
        if local >= step { before = sh_scan[local - step]; }
        workgroupBarrier();
        sh_scan[local] += before;
        workgroupBarrier();
    }
    return sh_scan[local];
}
