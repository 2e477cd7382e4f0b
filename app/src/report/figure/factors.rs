//! Ticks of logarithmic axes.

/// Round numbers within a range of base-10 logarithms: 1, 2 and 5 of every power, or more digits to
/// reach four numbers where that many exist.
pub fn factors((low, high): (f64, f64)) -> Vec<f64> {
    let within = |digits: &[i32]| -> Vec<f64> {
        let powers = low.floor() as i32..=high.ceil() as i32;
        powers
            .flat_map(|power| digits.iter().map(move |&d| (d, power)))
            // Divides for a negative power, so that 0.3 does not become 0.30000000000000004.
            .map(|(digit, power)| match power {
                0.. => f64::from(digit) * 10_f64.powi(power),
                _ => f64::from(digit) / 10_f64.powi(-power),
            })
            .filter(|factor| (low..=high).contains(&factor.log10()))
            .collect()
    };
    let few = within(&[1, 2, 5]);
    if few.len() < 4 {
        within(&[1, 2, 3, 4, 5, 6, 8])
    } else {
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_round_and_enough() {
        assert_eq!(factors((-1.2, 0.31)), [0.1, 0.2, 0.5, 1.0, 2.0]);
        assert_eq!(factors((-0.53, -0.28)), [0.3, 0.4, 0.5]);
        assert_eq!(factors((1.0, 1.2)), [10.0]);
    }
}
