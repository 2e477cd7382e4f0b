//! StyleGAN2-ADA's measures of how far D has memorised its training images (2006.06676, section 3).
//! ADAPT names them as replacements of the balance ratio.

use serde::{Deserialize, Serialize};

use super::ratio::{Sample, Window, mean};

/// Scores that a probe takes in addition to those of the balance ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overfitting {
    /// mean sign(D(x)) over the last critic minibatch.
    pub sign: f64,
    /// mean D(x) of held-out images, if the run has any.
    pub held_out: Option<f64>,
}

impl Window {
    /// Adds a probe's scores together with its overfitting scores.
    pub fn push_with(&mut self, sample: Sample, overfitting: Overfitting) {
        self.push(sample);
        self.overfitting.push_back(overfitting);
    }

    /// r_t, the mean sign of D's scores of training images: 0 for a D that knows nothing, 1 for one
    /// that is sure of every image.
    pub fn r_t(&self) -> Option<f64> {
        mean(self.overfitting.iter().map(|o| o.sign))
    }

    /// r_v = (D(x) - D(held out)) / (D(x) - D(G(z))), each a mean over the window: 0 for a D that
    /// scores held-out images like training images, 1 for one that takes them for fakes. A vanished
    /// gap leaves nothing to overfit and gives 0.
    pub fn r_v(&self) -> Option<f64> {
        let held_out = mean(self.overfitting.iter().filter_map(|o| o.held_out))?;
        let (real, gap) = (
            mean(self.samples().map(|s| s.real))?,
            mean(self.samples().map(Sample::gap))?,
        );
        Some(if gap > 0.0 {
            (real - held_out) / gap
        } else {
            0.0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(probes: &[(f64, f64, f64, f64)]) -> Window {
        let mut window = Window::default();
        for &(pre, real, sign, held_out) in probes {
            let held_out = Some(held_out);
            let sample = Sample {
                post: pre,
                pre,
                real,
            };
            window.push_with(sample, Overfitting { sign, held_out });
        }
        window
    }

    #[test]
    fn both_are_means_over_the_window() {
        let mut w = window(&[(-1.0, 1.0, 0.5, 1.0), (-1.0, 2.0, 1.0, 0.0)]);
        assert_eq!(w.r_t(), Some(0.75));
        assert_eq!(w.r_v(), Some((1.5 - 0.5) / 2.5));
        w.trim(1);
        assert_eq!((w.r_t(), w.r_v()), (Some(1.0), Some(2.0 / 3.0)));
        for pre in [0.0, 1.0] {
            assert_eq!(window(&[(pre, 0.0, -1.0, -3.0)]).r_v(), Some(0.0));
        }
    }

    #[test]
    fn what_was_not_measured_has_no_value() {
        let mut w = Window::default();
        w.push(Sample {
            post: 0.1,
            pre: 0.0,
            real: 1.0,
        });
        assert_eq!((w.r_t(), w.r_v()), (None, None));
    }
}
