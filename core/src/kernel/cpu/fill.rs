//! New buffers, written in parallel.
#![allow(
    unsafe_code,
    reason = "zeroing a large buffer before it is written costs as much as many a kernel"
)]

use std::mem::MaybeUninit;

use rayon::prelude::*;

/// Values of a buffer below which waking other threads costs more than it saves.
pub const MIN_SHARED: usize = 1 << 16;

/// A new buffer of `len` values. `work` writes each chunk of `chunk` values, given its number and
/// zeros, on several threads if `shared`. Zeros are written right before the work on each chunk,
/// while they stay in the cache.
pub fn filled(
    len: usize,
    chunk: usize,
    shared: bool,
    work: impl Fn(usize, &mut [f32]) + Sync + Send,
) -> Vec<f32> {
    filled_with(len, chunk, shared, || (), |(), i, out| work(i, out))
}

/// As [`filled`], with memory of its own for every thread, made by `scratch`.
pub fn filled_with<T>(
    len: usize,
    chunk: usize,
    shared: bool,
    scratch: impl Fn() -> T + Sync + Send,
    work: impl Fn(&mut T, usize, &mut [f32]) + Sync + Send,
) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    let room = &mut values.spare_capacity_mut()[..len];
    let one = |scratch: &mut T, (i, room): (usize, &mut [MaybeUninit<f32>])| {
        room.fill(MaybeUninit::new(0.0));
        // SAFETY: the line above wrote all of it.
        work(scratch, i, unsafe { room.assume_init_mut() });
    };
    let chunk = chunk.max(1);
    if shared {
        let chunks = room.par_chunks_mut(chunk).enumerate();
        chunks.for_each_init(scratch, one);
    } else {
        let mut scratch = scratch();
        let chunks = room.chunks_mut(chunk).enumerate();
        chunks.for_each(|chunk| one(&mut scratch, chunk));
    }
    // SAFETY: the chunks cover the first `len` values, and each was written.
    unsafe { values.set_len(len) };
    values
}
