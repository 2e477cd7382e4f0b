struct SpectralParams {
    rows: u32,
    columns: u32,
    iterate: u32, // 1: a power iteration comes first
    parts: u32, // partial sums of the gradient's product with the weight
    epsilon: f32, // least norm
}

// Values a workgroup writes: enough that a sum over the rows before them costs little.
const SPAN: u32 = 4096u;

// Unlike max, keeps what is not a number.
fn clamp_min(value: f32, least: f32) -> f32 {
    return select(value, least, value < least);
}

// Vectors that were never iterated may give a negative norm, which is one too.
fn clamp_size(value: f32, least: f32) -> f32 {
    return select(value, least, abs(value) < least);
}
