//! Progress of long work, and its cancellation.

use crate::error::Result;

/// Receives the progress of work, as often as a piece is done.
pub trait Progress: Sync {
    /// `done` of `total` pieces are done; a `total` of 0 is unknown.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled) when the work is cancelled: it leaves nothing
    /// behind.
    fn at(&self, done: usize, total: usize) -> Result<()>;
}

/// Ignores all progress and never cancels.
impl Progress for () {
    fn at(&self, _: usize, _: usize) -> Result<()> {
        Ok(())
    }
}

/// A piece of a larger whole. Its own progress does not move the whole, but it can be cancelled
/// midway.
pub struct Piece<'a> {
    /// The whole.
    pub whole: &'a dyn Progress,
    /// Pieces done before this one.
    pub done: usize,
    /// Total number of pieces.
    pub total: usize,
}

impl Progress for Piece<'_> {
    fn at(&self, _: usize, _: usize) -> Result<()> {
        self.whole.at(self.done, self.total)
    }
}
