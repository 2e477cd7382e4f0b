// Planes of two sizes, one twice the other.
struct ResampleParams {
    planes: u32,
    small_height: u32,
    small_width: u32,
    big_height: u32,
    big_width: u32,
    scale: f32,
}

