//! The CPU twin of `mask_apply`.

/// Zeroes the inactive values among the first `mask.len()`.
pub fn apply(values: &mut [f32], mask: &[f32]) {
    for (value, &mask) in values.iter_mut().zip(mask) {
        if mask == 0.0 {
            *value = 0.0;
        }
    }
}
