//! The Inception Score (Salimans et al. 2016), and a classifier's mean confidence.

/// A mean with its standard deviation (of the population).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
}

impl Spread {
    /// Mean and deviation of these values.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / count;
        Self {
            mean,
            deviation: variance.sqrt(),
        }
    }
}

/// Probabilities of logits `[n, classes]`.
pub fn softmax(logits: &[f32], classes: usize) -> Vec<f64> {
    let mut probabilities = Vec::with_capacity(logits.len());
    for row in logits.chunks_exact(classes) {
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let start = probabilities.len();
        probabilities.extend(row.iter().map(|logit| f64::from(logit - top).exp()));
        let sum: f64 = probabilities[start..].iter().sum();
        probabilities[start..].iter_mut().for_each(|p| *p /= sum);
    }
    probabilities
}

/// exp of the mean KL divergence of `p(class | image)` from its mean over the images. It is taken
/// over `splits` parts in the order of the images, unshuffled as in the authors' code.
/// `probabilities` are `[n, classes]`; `None` if a part would be empty.
pub fn inception_score(probabilities: &[f64], classes: usize, splits: usize) -> Option<Spread> {
    let count = probabilities.len() / classes;
    if count < splits || splits == 0 {
        return None;
    }
    let score = |split: usize| {
        let part = split * count / splits..(split + 1) * count / splits;
        let part = &probabilities[part.start * classes..part.end * classes];
        let rows = part.len() / classes;
        let mut mean = vec![0.0; classes];
        for row in part.chunks_exact(classes) {
            mean.iter_mut()
                .zip(row)
                .for_each(|(mean, p)| *mean += p / rows as f64);
        }
        let terms = part
            .chunks_exact(classes)
            .flat_map(|row| row.iter().zip(&mean));
        let divergence: f64 = terms
            .filter(|(p, _)| **p > 0.0)
            .map(|(p, mean)| p * (p.ln() - mean.ln()))
            .sum();
        (divergence / rows as f64).exp()
    };
    let scores: Vec<f64> = (0..splits).map(score).collect();
    Some(Spread::of(&scores))
}

/// The mean of the greatest probability of each image. If a classifier is less confident of
/// generated images than of real ones, they look like no class. The figure says nothing of their
/// variety.
pub fn confidence(probabilities: &[f64], classes: usize) -> f64 {
    let rows = probabilities.chunks_exact(classes);
    let count = rows.len().max(1) as f64;
    rows.map(|row| row.iter().copied().fold(0.0, f64::max))
        .sum::<f64>()
        / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_and_varied_images_score_as_many_as_there_are_classes() {
        let sure: Vec<f64> = (0..40)
            .flat_map(|i| (0..4).map(move |c| f64::from(i % 4 == c)))
            .collect();
        let score = inception_score(&sure, 4, 10).unwrap();
        assert!((score.mean - 4.0).abs() < 1e-12 && score.deviation < 1e-12);
        assert_eq!(confidence(&sure, 4), 1.0);
        let same = inception_score(&[0.7, 0.3].repeat(10), 2, 1).unwrap();
        assert!((same.mean - 1.0).abs() < 1e-12);
        assert_eq!(inception_score(&sure, 4, 41), None);
    }

    #[test]
    fn great_logits_do_not_overflow() {
        let p = softmax(&[1000.0, 1000.0, -1000.0, 0.0, 0.0, 0.0], 3);
        assert_eq!(p[..3], [0.5, 0.5, 0.0]);
        assert!((p[3] - 1.0 / 3.0).abs() < 1e-12);
    }
}
