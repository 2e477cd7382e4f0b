// Images travel in quads: vec4s of four images' values at one pixel. A packed tensor holds one line of
// quads per channel: group of four images, row, pixel; neighbouring rows and images share their halo
// of zeros, so that every kernel tap is one fixed shift along the line.
// params: images, source channels, result channels, h, w, k, and what the kernel adds.
fn pad() -> u32 {
    return params[5] / 2u;
}

fn row_length() -> u32 {
    return params[4] + pad();
}

fn plane_length() -> u32 {
    return (params[3] + pad()) * row_length();
}

// Quads of a line that may be other than zero.
fn line_content() -> u32 {
    return (params[0] + 3u) / 4u * plane_length();
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
    return tap / params[5] * row_length() + tap % params[5];
}
