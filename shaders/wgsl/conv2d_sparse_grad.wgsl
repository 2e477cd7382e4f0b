// dw[position] = sum along the lines of dy * x, at active positions (dw starts as zeros) or at every one. A
// workgroup takes a run of one row's positions, four at a time by each of its slots of `lanes` invocations.
@group(0) @binding(0) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> row_ptr: array<u32>;
@group(0) @binding(3) var<storage, read_write> row_pos: array<u32>;
@group(0) @binding(4) var<storage, read_write> dw: array<f32>;
@group(0) @binding(5) var<storage, read> params: Conv2dParams;

var<workgroup> sh_sum: array<vec4<f32>, 256>;

fn row_start(o: u32) -> u32 {
    if params.everywhere == 1u { return o * params.sources * params.kernel * params.kernel; }
    return row_ptr[o];
}

fn position_at(at: u32) -> u32 {
    if params.everywhere == 1u { return at; }
    return row_pos[at];
}

// Runs are counted so that row `o` owns those from here on: enough for its positions, whatever the
// other rows hold.
fn first_run(o: u32, run: u32) -> u32 {
    return row_start(o) / run + o;
}

fn offset(at: u32, end: u32) -> u32 {
    if at >= end { return 0u; }
    let taps = params.kernel * params.kernel;
    let position = position_at(at);
    return position / taps % params.sources * line_length() + shift(position % taps);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let lanes = params.lanes;
    let run = WORKGROUP / lanes * 4u;
    let lane = local % lanes;
    let index = params.first_group + group_index(group, groups);
    var o = 0u;
    var last = params.results - 1u;
    while o < last {
        let middle = (o + last + 1u) / 2u;
        if first_run(middle, run) <= index { o = middle; } else { last = middle - 1u; }
    }
    let end = row_start(o + 1u);
    let first = row_start(o) + (index - first_run(o, run)) * run + local / lanes * 4u;
    let a = offset(first, end);
    let b = offset(first + 1u, end);
    let c = offset(first + 2u, end);
    let d = offset(first + 3u, end);
    let from_dy = o * line_length() + lead();
    let length = select(0u, line_content(), first < end);
    var sum = vec4<f32>();
    for (var at = lane; at < length; at += lanes) {
        let slope = dy[from_dy + at];
        sum.x += dot(slope, x[a + at]);
        sum.y += dot(slope, x[b + at]);
        sum.z += dot(slope, x[c + at]);
        sum.w += dot(slope, x[d + at]);
    }
    sh_sum[local] = sum;
    workgroupBarrier();
    for (var step = lanes / 2u; step > 0u; step >>= 1u) {
        if lane < step { sh_sum[local] += sh_sum[local + step]; }
        workgroupBarrier();
    }
    if lane < 4u && first + lane < end {
        dw[position_at(first + lane)] = sh_sum[local - lane][lane];
    }
}
