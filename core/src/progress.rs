//! How far long work has come, and whether it should go on.

use crate::error::Result;

/// Told how far work has come, as often as it gets a piece done.
pub trait Progress: Sync {
    /// `done` pieces are done of `total`; 0 where only the end tells.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled) when the work is called off: it leaves nothing behind.
    fn at(&self, done: usize, total: usize) -> Result<()>;
}

/// Nobody watches.
impl Progress for () {
    fn at(&self, _: usize, _: usize) -> Result<()> {
        Ok(())
    }
}

/// One of the pieces that a whole is counted in: nothing it says moves the whole, but it can be called off inside.
pub struct Piece<'a> {
    /// The whole.
    pub whole: &'a dyn Progress,
    /// Pieces done before this one.
    pub done: usize,
    /// Pieces in all.
    pub total: usize,
}

impl Progress for Piece<'_> {
    fn at(&self, _: usize, _: usize) -> Result<()> {
        self.whole.at(self.done, self.total)
    }
}
