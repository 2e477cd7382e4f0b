// Sum of one value per invocation of a workgroup; every invocation receives it.
var<workgroup> sh_sum: array<f32, 256>;

fn workgroup_sum(local: u32, value: f32) -> f32 {
    workgroupBarrier();
    sh_sum[local] = value;
    workgroupBarrier();
    for (var step = WORKGROUP / 2u; step > 0u; step >>= 1u) {
        if local < step {
            sh_sum[local] += sh_sum[local + step];
        }
        workgroupBarrier();
    }
    return sh_sum[0];
}
