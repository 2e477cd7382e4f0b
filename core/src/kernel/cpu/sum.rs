//! Sums that are independent of the number of threads and nearly so of their order.

/// Sum of `term(0..len)`. Sixteen running sums let the compiler use vectors without reassociating a
/// float sum.
#[inline(always)]
pub fn sum(len: usize, term: impl Fn(usize) -> f32) -> f64 {
    let mut lanes = [0.0_f32; 16];
    let whole = len - len % 16;
    let mut at = 0;
    while at < whole {
        for (j, lane) in lanes.iter_mut().enumerate() {
            *lane += term(at + j);
        }
        at += 16;
    }
    let rest: f32 = (whole..len).map(term).sum();
    lanes.iter().map(|&l| f64::from(l)).sum::<f64>() + f64::from(rest)
}
