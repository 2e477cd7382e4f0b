// Images travel in quads: vec4s of four images' values at one pixel. A packed tensor holds one line of
// quads per channel: group of four images, row, pixel; neighbouring rows and images share their halo
// of zeros, so that every kernel tap is one fixed shift along the line.
struct Conv2dParams {
    images: u32,
    sources: u32, // channels of the source
    results: u32, // channels of the result
    height: u32,
    width: u32,
    kernel: u32, // its side
    backward: u32, // 1: results are the weight's input channels, taps are mirrored
    biased: u32, // 1: results start at the bias
    everywhere: u32, // 1: weight gradient at every position, 0: at those of the index
    entries: u32, // active weights
    lanes: u32, // invocations that share a result
    slice_length: u32, // quads along which a workgroup sums
    first_group: u32, // workgroups of earlier dispatches
}

fn pad() -> u32 {
    return params.kernel / 2u;
}

fn row_length() -> u32 {
    return params.width + pad();
}

fn plane_length() -> u32 {
    return (params.height + pad()) * row_length();
}

// Quads of a line that may be other than zero.
fn line_content() -> u32 {
    return (params.images + 3u) / 4u * plane_length();
}

// From one line to the next: whole 128 bytes, and no power of two, for which caches have few places.
fn line_length() -> u32 {
    return (line_content() / 8u + 1u) * 8u;
}

// Zeros in front of the first line.
fn lead() -> u32 {
    return pad() * (row_length() + 1u);
}

// From a line's place without its lead to what `tap` reads.
fn shift(tap: u32) -> u32 {
    return tap / params.kernel * row_length() + tap % params.kernel;
}
