// starts[i] = sum of the counts before i, for i up to and including their number. One workgroup in all,
// one run of neighbouring counts per invocation.
struct PrefixSumParams {
    count: u32, // number of counts
}

@group(0) @binding(0) var<storage, read_write> counts: array<u32>;
@group(0) @binding(1) var<storage, read_write> starts: array<u32>;
@group(0) @binding(2) var<storage, read> params: PrefixSumParams;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    let n = params.count;
    let run = (n + WORKGROUP - 1u) / WORKGROUP;
    let first = min(local * run, n);
    let end = min(first + run, n);
    var sum = 0u;
    for (var i = first; i < end; i++) { sum += counts[i]; }
    let reached = workgroup_running_sum(local, sum);
    var before = reached - sum;
    for (var i = first; i < end; i++) {
        starts[i] = before;
        before += counts[i];
    }
    if local == WORKGROUP - 1u { starts[n] = reached; }
}
