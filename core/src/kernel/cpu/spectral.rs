//! Spectral norm on the CPU: two streaming passes over the weight make a power iteration, a third
//! divides.

use rayon::prelude::*;

use super::{
    super::spectral::Matrix,
    fill::{MIN_SHARED, filled},
    sum::sum,
};

/// Values of the weight that a task reads.
const TASK: usize = 1 << 14;

/// Columns that a task sums at once; its sums stay in the nearest cache.
const STRIP: usize = 512;

/// A weight under spectral norm, with its vectors and its divisor.
pub struct Normalised {
    /// The weight divided by `sigma`.
    pub y: Vec<f32>,
    /// Left vector.
    pub u: Vec<f32>,
    /// Right vector.
    pub v: Vec<f32>,
    /// `u^T W v`, or eps if its magnitude is smaller.
    pub sigma: f32,
}

/// Unlike `max`, keeps a NaN.
fn clamp_min(value: f32, least: f32) -> f32 {
    if value < least { least } else { value }
}

/// Vectors that were never iterated may give a negative norm, which is valid.
fn clamp_size(value: f32, least: f32) -> f32 {
    if value.abs() < least { least } else { value }
}

/// `W / sigma` after one power iteration, or with the vectors as given.
pub fn norm(m: Matrix, w: &[f32], u: &[f32], v: &[f32], iterate: bool, eps: f32) -> Normalised {
    let v = if iterate {
        unit(transposed_product(m, w, u), eps)
    } else {
        v.to_vec()
    };
    let left = product(m, w, &v);
    let u = if iterate {
        unit(left.clone(), eps)
    } else {
        u.to_vec()
    };
    let sigma = clamp_size(dot(&left, &u) as f32, eps);
    let y = filled(m.len(), TASK, m.len() >= MIN_SHARED, |task, out| {
        divide(&w[task * TASK..], out, sigma);
    });
    Normalised { y, u, v, sigma }
}

/// `W^T u`.
fn transposed_product(m: Matrix, w: &[f32], u: &[f32]) -> Vec<f32> {
    filled(m.columns, STRIP, m.len() >= MIN_SHARED, |strip, out| {
        add_rows(&w[strip * STRIP..], m.columns, u, out);
    })
}

vectorised! {
    /// Adds the first columns of all rows, each times its value of `u`. Taking four rows at a time
    /// loads and stores the sums less often.
    fn add_rows(w: &[f32], columns: usize, u: &[f32], out: &mut [f32]) -> () {
        let n = out.len();
        let row = |i: usize| &w[i * columns..][..n];
        let (fours, rest) = u.as_chunks::<4>();
        for (i, u) in fours.iter().enumerate() {
            let [a, b, c, d] = [0, 1, 2, 3].map(|j| row(4 * i + j));
            for (j, out) in out.iter_mut().enumerate() {
                *out += (a[j] * u[0] + b[j] * u[1]) + (c[j] * u[2] + d[j] * u[3]);
            }
        }
        for (i, u) in rest.iter().enumerate() {
            for (out, w) in out.iter_mut().zip(row(4 * fours.len() + i)) {
                *out += w * u;
            }
        }
    }
}

/// `W v`.
fn product(m: Matrix, w: &[f32], v: &[f32]) -> Vec<f32> {
    let rows = m.rows_of(TASK);
    filled(m.rows, rows, m.len() >= MIN_SHARED, |task, out| {
        multiply_rows(&w[task * rows * m.columns..], v, out);
    })
}

vectorised! {
    fn multiply_rows(w: &[f32], v: &[f32], out: &mut [f32]) -> () {
        for (out, row) in out.iter_mut().zip(w.chunks_exact(v.len())) {
            *out = sum(row.len(), |j| row[j] * v[j]) as f32;
        }
    }
}

vectorised! {
    fn dot(a: &[f32], b: &[f32]) -> f64 {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        sum(n, |i| a[i] * b[i])
    }
}

fn unit(mut vector: Vec<f32>, eps: f32) -> Vec<f32> {
    let length = clamp_min(dot(&vector, &vector).sqrt() as f32, eps);
    vector.iter_mut().for_each(|v| *v /= length);
    vector
}

vectorised! {
    fn divide(w: &[f32], out: &mut [f32], sigma: f32) -> () {
        for (out, w) in out.iter_mut().zip(w) {
            *out = w / sigma;
        }
    }
}

/// `(dY - u v^T <dY, W> / sigma) / sigma`; a sigma clamped to eps does not depend on W.
pub fn grad(
    m: Matrix,
    dy: &[f32],
    w: &[f32],
    u: &[f32],
    v: &[f32],
    [sigma, eps]: [f32; 2],
) -> Vec<f32> {
    let shared = m.len() >= MIN_SHARED;
    let pull = if sigma.abs() <= eps {
        0.0
    } else {
        (products(dy, w, shared) / f64::from(sigma)) as f32
    };
    let rows = m.rows_of(TASK);
    filled(m.len(), rows * m.columns, shared, |task, out| {
        let dy = dy[task * rows * m.columns..].chunks_exact(m.columns);
        let out = out.chunks_exact_mut(m.columns);
        for ((dy, out), u) in dy.zip(out).zip(&u[task * rows..]) {
            pull_back(dy, v, out, [u * pull, sigma]);
        }
    })
}

/// `<a, b>`, summed task by task, so that it does not depend on the number of threads.
fn products(a: &[f32], b: &[f32], shared: bool) -> f64 {
    if shared {
        let tasks = a.par_chunks(TASK).zip(b.par_chunks(TASK));
        let parts: Vec<f64> = tasks.map(|(a, b)| dot(a, b)).collect();
        parts.iter().sum()
    } else {
        dot(a, b)
    }
}

vectorised! {
    fn pull_back(dy: &[f32], v: &[f32], out: &mut [f32], terms: [f32; 2]) -> () {
        let [pull, sigma] = terms;
        for ((out, dy), v) in out.iter_mut().zip(dy).zip(v) {
            *out = (dy - v * pull) / sigma;
        }
    }
}
