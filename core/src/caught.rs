//! Catches panics of third-party code.

use std::{
    any::Any,
    cell::Cell,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Turns a panic within `work` into its message, so that one broken run does not take the others
/// down.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // The caller ends the run and never steps it again, whatever state it was left in.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(message(&*payload))),
        }
    })
    .await
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic within `work` into its message. It is expected of third-party code that reads
/// broken files; the caller reports it.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let was_quiet = IS_QUIET.replace(true);
    // Half-done values of `work` are dropped with it.
    let outcome = catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(was_quiet);
    outcome.map_err(|payload| message(&*payload))
}

/// Whether a panic on this thread is expected, and will be reported as the error that it is. For a
/// program's panic hook.
pub fn is_expected() -> bool {
    IS_QUIET.get()
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.and_then(|text| text.lines().next())
        .unwrap_or("no message")
        .to_owned()
}
