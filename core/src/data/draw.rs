//! Selection of the images to keep where not all are wanted: a sample over all of them. Files are
//! often sorted by class, so the first ones would show the first classes only.

use std::vec::IntoIter;

use rand::RngExt;

use super::Request;
use crate::{error::Result, rng::Stream};

/// Independent of a run's seed: all runs of a comparison learn from the same images.
const SEED: u64 = 0;

/// A draw without replacement that decides image by image; drawn images keep their order.
pub(crate) struct Draw {
    /// `None` if all are wanted.
    kept: Option<IntoIter<bool>>,
    left: usize,
}

impl Draw {
    /// Draws `count` of `total`. A larger `count` draws the same images and more.
    pub(crate) fn new(total: usize, count: usize) -> Self {
        if count >= total {
            return Self {
                kept: None,
                left: total,
            };
        }
        let mut stream = Stream::new(SEED, "data.limit");
        let mut keys: Vec<(u64, usize)> = (0..total)
            .map(|index| (stream.rng().random(), index))
            .collect();
        keys.select_nth_unstable(count);
        let mut kept = vec![false; total];
        for (_, index) in &keys[..count] {
            kept[*index] = true;
        }
        Self {
            kept: Some(kept.into_iter()),
            left: count,
        }
    }

    /// Whether the next image is drawn.
    pub(crate) fn takes(&mut self) -> bool {
        let takes = match &mut self.kept {
            Some(kept) => kept.next().unwrap_or(false),
            None => true,
        };
        self.left = self.left.saturating_sub(usize::from(takes));
        takes
    }

    /// Whether no more images will be drawn.
    pub(crate) fn is_over(&self) -> bool {
        self.left == 0
    }
}

impl Request<'_> {
    /// The draw of the wanted number of images. `total` is asked for only under a limit.
    pub(super) fn draw(&self, total: impl FnOnce() -> Result<usize>) -> Result<Draw> {
        Ok(match self.limit {
            usize::MAX => Draw::new(usize::MAX, usize::MAX),
            limit => Draw::new(total()?, limit),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(total: usize, count: usize) -> Vec<usize> {
        let mut draw = Draw::new(total, count);
        let drawn: Vec<usize> = (0..total).filter(|_| draw.takes()).collect();
        assert!(draw.is_over());
        drawn
    }

    #[test]
    fn a_draw_is_spread_over_all_and_always_the_same() {
        let some = drawn(24_000, 1000);
        assert_eq!(some.len(), 1000);
        assert_eq!(some, drawn(24_000, 1000));
        for third in 0..3 {
            let inside = some.iter().filter(|index| *index / 8000 == third).count();
            assert!((270..400).contains(&inside), "{inside}");
        }
        let more = drawn(24_000, 2000);
        assert!(some.iter().all(|index| more.contains(index)));
    }

    #[test]
    fn all_are_drawn_where_no_more_are_there() {
        assert_eq!(drawn(5, 5), [0, 1, 2, 3, 4]);
        assert_eq!(drawn(3, 9), [0, 1, 2]);
        assert!(drawn(0, 9).is_empty());
    }
}
