//! Gradients against finite differences: of float64 definitions where they exist, of the engine
//! itself for whole networks.

mod layers;
mod losses;
mod networks;

/// Central differences of `f` at `at`, one coordinate after another.
fn differences(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    const STEP: f64 = 1e-6;
    let mut moved = at.to_vec();
    let mut slope = |i: usize| {
        let [above, below] = [STEP, -STEP].map(|step| {
            moved[i] = at[i] + step;
            f(&moved)
        });
        moved[i] = at[i];
        (above - below) / (2.0 * STEP)
    };
    (0..at.len()).map(&mut slope).collect()
}

/// `sum of a * b`: a loss whose gradient with respect to `a` is `b`.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
