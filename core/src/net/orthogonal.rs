//! Orthogonal initial weights (Saxe et al., 2013), as PyTorch draws them: a Gaussian matrix whose
//! shorter side is made orthonormal, with the signs that keep the draw uniform over all such
//! matrices.

use rayon::prelude::*;

use crate::rng::Stream;

/// Draws `rows * columns` values, row-major. The rows, or the columns if fewer, are orthonormal.
pub fn draw(rows: usize, columns: usize, stream: &mut Stream) -> Vec<f32> {
    let (short, long) = (rows.min(columns), rows.max(columns));
    let mut vectors = stream.normal(short * long);
    orthonormalise(&mut vectors, long);
    // Nearly square matrices are nearly singular, so rounding leaves a remainder.
    if long < 2 * short {
        orthonormalise(&mut vectors, long);
    }
    if rows <= columns {
        return vectors;
    }
    (0..rows * columns)
        .map(|at| vectors[(at % columns) * long + at / columns])
        .collect()
}

/// Modified Gram-Schmidt: the factor Q of a QR decomposition whose R has a positive diagonal.
fn orthonormalise(vectors: &mut [f32], long: usize) {
    for at in 0..vectors.len() / long {
        let (done, rest) = vectors[at * long..].split_at_mut(long);
        let length = dot(done, done).sqrt().max(f64::MIN_POSITIVE);
        done.iter_mut()
            .for_each(|v| *v = (f64::from(*v) / length) as f32);
        let done = &*done;
        rest.par_chunks_exact_mut(long).for_each(|vector| {
            let along = dot(done, vector) as f32;
            for (v, d) in vector.iter_mut().zip(done) {
                *v -= along * d;
            }
        });
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // In strands, so that the compiler may use wide registers; rounded only within one.
    const STRANDS: usize = 16;
    let mut total = 0.0;
    for (a, b) in a.chunks(1024).zip(b.chunks(1024)) {
        let mut strands = [0.0_f32; STRANDS];
        let (a_wide, a_rest) = a.as_chunks::<STRANDS>();
        let (b_wide, b_rest) = b.as_chunks::<STRANDS>();
        for (a, b) in a_wide.iter().zip(b_wide) {
            for (sum, (a, b)) in strands.iter_mut().zip(a.iter().zip(b)) {
                *sum += a * b;
            }
        }
        total += strands.iter().map(|&sum| f64::from(sum)).sum::<f64>();
        total += a_rest
            .iter()
            .zip(b_rest)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_is_orthonormal() {
        for (rows, columns) in [(1, 1), (3, 40), (40, 3), (64, 64), (96, 1100)] {
            let weight = draw(rows, columns, &mut Stream::new(3, "orthogonal"));
            let vector = |i: usize| -> Vec<f32> {
                match rows <= columns {
                    true => weight[i * columns..(i + 1) * columns].to_vec(),
                    false => (0..rows).map(|row| weight[row * columns + i]).collect(),
                }
            };
            let count = rows.min(columns);
            for i in 0..count {
                for j in 0..=i {
                    let wanted = if i == j { 1.0 } else { 0.0 };
                    let product = dot(&vector(i), &vector(j));
                    assert!(
                        (product - wanted).abs() < 1e-4,
                        "{rows}x{columns}: {i} {j} {product}"
                    );
                }
            }
        }
    }
}
