//! Enlarging and shrinking by two on the CPU.

use super::fill::{MIN_SHARED, filled};

/// Values that a task writes.
const TASK: usize = 1 << 14;

/// `big[.., y, x] = scale * small[.., y / 2, x / 2]`, 0 in an odd last row or column.
pub fn upsample(
    small: &[f32],
    (h, w): (usize, usize),
    (big_h, big_w): (usize, usize),
    scale: f32,
) -> Vec<f32> {
    per_plane(small, h * w, big_h * big_w, |from, to| {
        for (y, line) in from.chunks_exact(w).enumerate() {
            let (upper, lower) = to[2 * y * big_w..].split_at_mut(big_w);
            double(line, upper, scale);
            lower[..big_w].copy_from_slice(upper);
        }
    })
}

vectorised! {
    fn double(line: &[f32], to: &mut [f32], scale: f32) -> () {
        for (&v, pair) in line.iter().zip(to.chunks_exact_mut(2)) {
            pair.copy_from_slice(&[v * scale, v * scale]);
        }
    }
}

/// `small[.., y, x] = scale * sum of the 2x2 block`, leaving out an odd last row or column.
pub fn downsample(
    big: &[f32],
    (h, w): (usize, usize),
    (big_h, big_w): (usize, usize),
    scale: f32,
) -> Vec<f32> {
    per_plane(big, big_h * big_w, h * w, |from, to| {
        for (y, line) in to.chunks_exact_mut(w).enumerate() {
            let (upper, lower) = from[2 * y * big_w..].split_at(big_w);
            pool(upper, lower, line, scale);
        }
    })
}

vectorised! {
    fn pool(upper: &[f32], lower: &[f32], line: &mut [f32], scale: f32) -> () {
        let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (v, (a, b)) in line.iter_mut().zip(pairs) {
            *v = ((a[0] + a[1]) + (b[0] + b[1])) * scale;
        }
    }
}

/// New planes of `to` values, each made from one of `from` values.
fn per_plane(
    x: &[f32],
    from: usize,
    to: usize,
    work: impl Fn(&[f32], &mut [f32]) + Sync + Send,
) -> Vec<f32> {
    let (from, to) = (from.max(1), to.max(1));
    let len = x.len() / from * to;
    let planes = (TASK / to).max(1);
    filled(len, planes * to, len >= MIN_SHARED, |task, out| {
        let planes = x[task * planes * from..].chunks_exact(from);
        for (from, to) in planes.zip(out.chunks_exact_mut(to)) {
            work(from, to);
        }
    })
}
