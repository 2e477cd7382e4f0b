// A column is a quad that the result has: no halo, counted along groups of four images, rows, pixels.
fn columns() -> u32 {
    return (params.images + 3u) / 4u * params.height * params.width;
}

// Place of a column in a line, without the lead; past the last column, that of the last.
fn place(column: u32) -> u32 {
    let at = min(column, columns() - 1u);
    let w = params.width;
    let h = params.height;
    let row = at / w;
    return row / h * plane_length() + row % h * row_length() + at % w;
}

fn store(channel: u32, column: u32, value: vec4<f32>) {
    if channel >= params.results || column >= columns() { return; }
    let area = params.height * params.width;
    let image = column / area * 4u;
    let next = params.results * area;
    let at = image * next + channel * area + column % area;
    y[at] = value.x;
    if image + 1u < params.images { y[at + next] = value.y; }
    if image + 2u < params.images { y[at + 2u * next] = value.z; }
    if image + 3u < params.images { y[at + 3u * next] = value.w; }
}
