// One optimiser step over a net's flat parameters: Adam, then the mask, then the average, in place.
// The mask covers the first `masked` parameters; `m` has length 1 when beta1 is 0.
struct AdamParams {
    len: u32,
    masked: u32, // parameters that the mask covers
    mask_gradient: u32, // 1: gradients of inactive weights count as zero
    averaging: u32, // 0: none, 1: EMA, 2: SEMA
    rate: f32, // lr / (1 - beta1^t)
    beta1: f32,
    beta2: f32,
    second_correction: f32, // 1 / (1 - beta2^t)
    epsilon: f32,
    decay: f32, // of the average
}

@group(0) @binding(0) var<storage, read_write> weight: array<f32>;
@group(0) @binding(1) var<storage, read_write> grad: array<f32>;
@group(0) @binding(2) var<storage, read_write> mask: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@group(0) @binding(5) var<storage, read_write> average: array<f32>;
@group(0) @binding(6) var<storage, read> params: AdamParams;

fn averaged(old: f32, fresh: f32, live: f32, rule: u32, decay: f32) -> f32 {
    if rule == 2u && old == 0.0 && live > 0.0 { return fresh; }
    let mean = decay * old + (1.0 - decay) * fresh;
    return select(mean, mean * live, rule == 2u);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = linear_index(group, groups, local);
    if index >= params.len { return; }
    var live = 1.0;
    if index < params.masked { live = mask[index]; }
    var g = grad[index];
    if params.mask_gradient != 0u { g *= live; }
    var first = g;
    if params.beta1 > 0.0 {
        first = params.beta1 * m[index] + (1.0 - params.beta1) * g;
        m[index] = first;
    }
    let old = v[index];
    // Negative: a weight that has grown and had no gradient since. Its first one can only raise the estimate.
    let is_new = old < 0.0;
    let second = select(params.beta2 * old + (1.0 - params.beta2) * g * g, max(-old, g * g / params.second_correction), is_new);
    v[index] = select(second, old, is_new && g == 0.0);
    let step = params.rate * first / (sqrt(second * params.second_correction) + params.epsilon);
    let fresh = (weight[index] - step) * live;
    weight[index] = fresh;
    if params.averaging != 0u {
        average[index] = averaged(average[index], fresh, live, params.averaging, params.decay);
    }
}
