//! Enlarging and shrinking by two on the CPU.

/// `big[.., y, x] = scale * small[.., y / 2, x / 2]`, 0 in an odd last row or column.
pub fn upsample(
    small: &[f32],
    (h, w): (usize, usize),
    (big_h, big_w): (usize, usize),
    scale: f32,
) -> Vec<f32> {
    let planes = small.len() / (h * w).max(1);
    let mut big = vec![0.0; planes * big_h * big_w];
    for (from, to) in small
        .chunks_exact(h * w)
        .zip(big.chunks_exact_mut(big_h * big_w))
    {
        for (y, line) in from.chunks_exact(w).enumerate() {
            let (upper, lower) = to[2 * y * big_w..].split_at_mut(big_w);
            for ((&v, a), b) in line
                .iter()
                .zip(upper.chunks_exact_mut(2))
                .zip(lower.chunks_exact_mut(2))
            {
                let v = v * scale;
                a.copy_from_slice(&[v, v]);
                b.copy_from_slice(&[v, v]);
            }
        }
    }
    big
}

/// `small[.., y, x] = scale * sum of the 2x2 block`, leaving out an odd last row or column.
pub fn downsample(
    big: &[f32],
    (h, w): (usize, usize),
    (big_h, big_w): (usize, usize),
    scale: f32,
) -> Vec<f32> {
    let planes = big.len() / (big_h * big_w).max(1);
    let mut small = vec![0.0; planes * h * w];
    for (from, to) in big
        .chunks_exact(big_h * big_w)
        .zip(small.chunks_exact_mut(h * w))
    {
        for (y, line) in to.chunks_exact_mut(w).enumerate() {
            let (upper, lower) = from[2 * y * big_w..].split_at(big_w);
            for ((v, a), b) in line
                .iter_mut()
                .zip(upper.chunks_exact(2))
                .zip(lower.chunks_exact(2))
            {
                *v = ((a[0] + a[1]) + (b[0] + b[1])) * scale;
            }
        }
    }
    small
}
