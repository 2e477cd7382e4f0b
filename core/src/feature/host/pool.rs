//! Pooling over 3x3 pixels: first across three rows, then along the row.

use super::Maps;

/// The greatest of 3x3 pixels.
pub fn max(x: &Maps, stride: usize, pad: usize) -> Maps {
    let side = |from: usize| (from + 2 * pad - 3) / stride + 1;
    let mut y = Maps::new(x.channels, x.n, side(x.h), side(x.w));
    let rule = Rule {
        stride,
        pad,
        start: f32::NEG_INFINITY,
    };
    pool(x, &mut y, rule, f32::max, |value, _| value);
    y
}

/// The mean of the existing pixels among the 3x3 around each.
pub fn mean(x: &Maps) -> Maps {
    let mut y = Maps::new(x.channels, x.n, x.h, x.w);
    let rule = Rule {
        stride: 1,
        pad: 1,
        start: 0.0,
    };
    pool(
        x,
        &mut y,
        rule,
        |a, b| a + b,
        |sum, count| sum / count as f32,
    );
    y
}

#[derive(Clone, Copy)]
struct Rule {
    stride: usize,
    pad: usize,
    /// Neutral value that pooling starts from.
    start: f32,
}

/// The existing pixels among three, the first of which is `at * stride - pad`.
fn reach(rule: Rule, at: usize, len: usize) -> std::ops::Range<usize> {
    let first = (at * rule.stride) as isize - rule.pad as isize;
    first.max(0) as usize..((first + 3).max(0) as usize).min(len)
}

fn pool(
    x: &Maps,
    y: &mut Maps,
    rule: Rule,
    join: impl Fn(f32, f32) -> f32,
    finish: impl Fn(f32, usize) -> f32,
) {
    let (h, w) = (y.h, y.w);
    let mut row = vec![0.0; x.w];
    let images = x.all().chunks_exact(x.h * x.w);
    for (from, to) in images.zip(y.all_mut().chunks_exact_mut(h * w)) {
        for (down, to) in to.chunks_exact_mut(w).enumerate() {
            let rows = reach(rule, down, x.h);
            row.fill(rule.start);
            for from in from.chunks_exact(x.w).take(rows.end).skip(rows.start) {
                row.iter_mut()
                    .zip(from)
                    .for_each(|(row, from)| *row = join(*row, *from));
            }
            for (across, to) in to.iter_mut().enumerate() {
                let columns = reach(rule, across, x.w);
                let count = rows.len() * columns.len();
                let all = row[columns]
                    .iter()
                    .fold(rule.start, |all, value| join(all, *value));
                *to = finish(all, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_outside_count_for_nothing() {
        let mut x = Maps::new(1, 1, 3, 3);
        x.all_mut()
            .copy_from_slice(&[-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0]);
        assert_eq!(
            max(&x, 1, 1).all(),
            [-1.0, -1.0, -2.0, -1.0, -1.0, -2.0, -4.0, -4.0, -5.0]
        );
        assert_eq!(max(&x, 2, 0).all(), [-1.0]);
        assert_eq!(mean(&x).all()[..2], [-3.0, -3.5]);
    }
}
