//! Memory layout of images during a convolution.
//!
//! A block is a strip of rows of some images. Its rows lie one below the other, each holding that
//! row of every image side by side, so a vertical shift is one constant step and no value of a
//! block is padding. For horizontal shifts a channel is kept once per kernel column, already
//! shifted, with zeros beyond the image's edge. Every load of the inner loops is then as aligned as
//! the block, and none needs a border case. Tensor data already in this layout are used in place.

use std::ops::Range;

use super::Conv2dShape;

/// Values of a block row that fill a processor's vectors, and values of a tile that fill its
/// registers.
const MIN_ROW: usize = 16;
const MIN_BLOCK: usize = 128;
/// Values of a block, few enough that a channel chunk and the sums stay in the second-level cache.
const MAX_BLOCK: usize = 512;
/// Bytes of a channel chunk that one tile reads; they stay in the first-level cache,
const TILE_BYTES: usize = 36 << 10;
/// unless so few weights are active that loading and storing sums would cost more.
const MIN_TAPS: usize = 20;
/// Most bytes of a packed chunk.
const CHUNK_BYTES: usize = 256 << 10;
/// The widest vector in values; lines begin and end at multiples of it.
pub(super) const WIDEST: usize = 16;

/// Readable lines of values, `pitch` apart.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    pub(super) values: &'a [f32],
    pitch: usize,
}

impl Lines<'_> {
    #[inline(always)]
    pub(super) fn line(&self, line: usize, len: usize) -> &[f32] {
        &self.values[line * self.pitch..][..len]
    }
}

/// Writable lines of values.
pub(super) struct LinesMut<'a> {
    values: &'a mut [f32],
    pitch: usize,
}

impl LinesMut<'_> {
    #[inline(always)]
    pub(super) fn part(&mut self, line: usize, at: usize, len: usize) -> &mut [f32] {
        &mut self.values[line * self.pitch + at..][..len]
    }
}

/// Memory for lines, aligned to the widest vector.
pub(super) struct Room {
    values: Vec<f32>,
    first: usize,
    pitch: usize,
}

impl Room {
    fn new(count: usize, pitch: usize) -> Self {
        // Reads of one more vector at any shift may run past the last line.
        let values = vec![0.0; count * pitch + 2 * WIDEST];
        let first = values.as_ptr().align_offset(WIDEST * size_of::<f32>());
        Self {
            values,
            first: first.min(WIDEST),
            pitch,
        }
    }

    fn line_mut(&mut self, line: usize) -> &mut [f32] {
        &mut self.values[self.first + line * self.pitch..][..self.pitch]
    }

    pub(super) fn lines(&self) -> Lines<'_> {
        Lines {
            values: &self.values[self.first..],
            pitch: self.pitch,
        }
    }

    pub(super) fn lines_mut(&mut self) -> LinesMut<'_> {
        LinesMut {
            values: &mut self.values[self.first..],
            pitch: self.pitch,
        }
    }
}

/// A strip of rows of a group of images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    /// Number of the group.
    pub(super) group: usize,
    /// First row.
    top: usize,
    rows: usize,
    /// Values of one channel.
    pub(super) len: usize,
}

/// Division of a batch into blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    pub(super) shape: Conv2dShape,
    /// Images per block.
    pub(super) images: usize,
    /// Rows per block, without those that only the kernel's edge reaches.
    rows: usize,
    /// Channels packed at a time.
    pub(super) chunk: usize,
    /// Whether threads share the work.
    pub(super) shared: bool,
    /// Whether the tensor stores a strip of one channel as a block does.
    flat: bool,
}

impl Blocks {
    /// Blocks for visiting `weights` of `shape`, from `from` channels to `to`. Threads share the
    /// images.
    pub(super) fn by_images(shape: Conv2dShape, weights: usize, from: usize, to: usize) -> Self {
        let most = if shape.is_shared(weights) {
            shape.n.div_ceil(rayon::current_num_threads())
        } else {
            shape.n
        };
        Self::new(shape, weights, from, to, most)
    }

    /// Blocks for the weight's gradient. Threads share the input channels, so no sum is split among
    /// them.
    pub(super) fn by_channels(shape: Conv2dShape, weights: usize) -> Self {
        let mut blocks = Self::new(shape, weights, shape.c_in, shape.c_out, shape.n);
        if blocks.shared {
            let share = shape.c_in.div_ceil(rayon::current_num_threads());
            let each = share.div_ceil(share.div_ceil(blocks.chunk.max(share.min(32))));
            blocks.chunk = each.max(1);
        }
        blocks
    }

    /// Blocks with at most `most` images each.
    fn new(shape: Conv2dShape, weights: usize, from: usize, to: usize, most: usize) -> Self {
        let Conv2dShape { h, w, k, .. } = shape;
        let fill = MIN_ROW.div_ceil(w).max(MIN_BLOCK.div_ceil(h * w));
        let images = fill.min(most).max(1);
        let rows = (MAX_BLOCK / (images * w)).clamp(1, h);
        let tile_rows = (MIN_BLOCK / (images * w)).clamp(1, rows) + k - 1;
        let fit = TILE_BYTES / (4 * k * tile_rows * images * w);
        let enough = (MIN_TAPS * from * to).div_ceil(weights.max(1));
        let most = CHUNK_BYTES / (4 * k * (rows + k - 1) * images * w);
        Self {
            shape,
            images,
            rows,
            chunk: enough.min(most).max(fit).clamp(1, from.max(1)),
            shared: shape.is_shared(weights),
            flat: images == 1
                && (h * w).is_multiple_of(WIDEST)
                && (rows * w).is_multiple_of(WIDEST),
        }
    }

    /// Values of one row of a block.
    fn row(&self) -> usize {
        self.images * self.shape.w
    }

    /// Number of groups of images.
    pub(super) fn groups(&self) -> usize {
        self.shape.n.div_ceil(self.images)
    }

    /// The strips of one group.
    pub(super) fn strips(&self, group: usize) -> impl Iterator<Item = Strip> {
        let (h, rows, row) = (self.shape.h, self.rows, self.row());
        (0..h).step_by(rows).map(move |top| {
            let rows = rows.min(h - top);
            Strip {
                group,
                top,
                rows,
                len: rows * row,
            }
        })
    }

    /// Number of chunks in `channels`.
    pub(super) fn chunks(&self, channels: usize) -> usize {
        channels.div_ceil(self.chunk)
    }

    /// Values of one shifted copy of a channel.
    fn copy(&self) -> usize {
        (self.rows + self.shape.k - 1) * self.row()
    }

    /// Whether a chunk can be read where it lies in the tensor.
    fn in_place(&self) -> bool {
        self.flat && self.shape.k == 1
    }

    fn packed_pitch(&self) -> usize {
        if self.in_place() {
            return self.shape.area();
        }
        (self.shape.k * self.copy()).next_multiple_of(WIDEST)
    }

    /// Offset, within a chunk, of the input that kernel tap `tap` of channel `channel` gives to
    /// output value 0.
    pub(super) fn shift(&self, channel: usize, tap: usize) -> u32 {
        let k = self.shape.k;
        (channel * self.packed_pitch() + tap % k * self.copy() + tap / k * self.row()) as u32
    }

    /// Memory for one packed chunk.
    pub(super) fn packed(&self) -> Room {
        let count = if self.in_place() { 0 } else { self.chunk };
        Room::new(count, self.packed_pitch())
    }

    /// Memory for a strip of `channels`.
    pub(super) fn room(&self, channels: usize) -> Room {
        let count = if self.flat { 0 } else { channels };
        Room::new(count, (self.rows * self.row()).next_multiple_of(WIDEST))
    }

    /// The images of `group`: the first, and their number.
    fn members(&self, group: usize) -> (usize, usize) {
        let first = group * self.images;
        (first, self.images.min(self.shape.n - first))
    }

    /// A strip of a chunk of the channels of x `[n, channels, h, w]`, as [`Self::shift`] expects
    /// it.
    pub(super) fn pack<'a>(
        &self,
        x: &'a [f32],
        channels: usize,
        strip: Strip,
        chunk: usize,
        room: &'a mut Room,
    ) -> &'a [f32] {
        let Conv2dShape { w, k, .. } = self.shape;
        let (pad, copy) = (k / 2, self.copy());
        let first = chunk * self.chunk;
        if self.in_place() {
            return &x[(strip.group * channels + first) * self.shape.area() + strip.top * w..];
        }
        if self.is_linear() {
            let some = first..(first + self.chunk).min(channels);
            self.columns(x, channels, some, strip, room);
            return &room.values[room.first..];
        }
        let used = strip.len + (k - 1) * self.row();
        for c in first..(first + self.chunk).min(channels) {
            let line = room.line_mut(c - first);
            let centre = pad * copy;
            self.rows_of(x, channels, c, strip, k, &mut line[centre..centre + used]);
            for kx in (0..k).filter(|&kx| kx != pad) {
                // A shift as a whole takes the ends of rows from their neighbours, where the image
                // has no pixels.
                let by = kx.abs_diff(pad).min(used);
                let (to, lacking) = (kx * copy, by.min(w));
                if kx > pad {
                    line.copy_within(centre + by..centre + used, to);
                    for row in line[to..to + used].chunks_exact_mut(w) {
                        row[w - lacking..].fill(0.0);
                    }
                } else {
                    line.copy_within(centre..centre + used - by, to + by);
                    for row in line[to..to + used].chunks_exact_mut(w) {
                        row[..lacking].fill(0.0);
                    }
                }
            }
        }
        &room.values[room.first..]
    }

    /// Whether images and kernels have one pixel: a linear layer.
    fn is_linear(&self) -> bool {
        self.shape.area() == 1 && self.shape.k == 1
    }

    /// Some channels of a linear layer's strip, one line each.
    fn columns(
        &self,
        x: &[f32],
        channels: usize,
        some: Range<usize>,
        strip: Strip,
        room: &mut Room,
    ) {
        let (first, count) = self.members(strip.group);
        if count < self.images {
            room.values.fill(0.0);
        }
        let size = [count, some.len()];
        let x = &x[first * channels + some.start..];
        transpose(
            x,
            channels,
            size,
            &mut room.values[room.first..],
            room.pitch,
        );
    }

    /// The rows of a strip of one channel, and `k / 2` more above and below; zeros outside the
    /// images.
    fn rows_of(
        &self,
        x: &[f32],
        channels: usize,
        c: usize,
        strip: Strip,
        k: usize,
        out: &mut [f32],
    ) {
        let Conv2dShape { h, w, .. } = self.shape;
        let (area, pad, row) = (h * w, k / 2, self.row());
        let (first, count) = self.members(strip.group);
        // Rows of the strip that lie in the image.
        let from = pad.saturating_sub(strip.top);
        let to = (h + pad - strip.top).min(strip.rows + k - 1);
        out[..from * row].fill(0.0);
        out[to * row..].fill(0.0);
        let inside = &mut out[from * row..to * row];
        if count < self.images {
            inside.fill(0.0);
        }
        let source = (strip.top + from - pad) * w;
        for n in 0..count {
            let image = &x[((first + n) * channels + c) * area + source..][..(to - from) * w];
            if self.images == 1 {
                inside.copy_from_slice(image);
                continue;
            }
            let lines = inside.chunks_exact_mut(row);
            for (line, from) in lines.zip(image.chunks_exact(w)) {
                line[n * w..][..w].copy_from_slice(from);
            }
        }
    }

    /// A strip of all channels of x `[n, channels, h, w]`, without the rows that only the kernel's
    /// edge reaches.
    pub(super) fn gather<'a>(
        &self,
        x: &'a [f32],
        channels: usize,
        strip: Strip,
        room: &'a mut Room,
    ) -> Lines<'a> {
        if self.flat {
            let area = self.shape.area();
            return Lines {
                values: &x[strip.group * channels * area + strip.top * self.shape.w..],
                pitch: area,
            };
        }
        if self.is_linear() {
            self.columns(x, channels, 0..channels, strip, room);
            return room.lines();
        }
        for c in 0..channels {
            let (line, tail) = room.line_mut(c).split_at_mut(strip.len);
            self.rows_of(x, channels, c, strip, 1, line);
            tail.fill(0.0);
        }
        room.lines()
    }

    /// Lines for the sums of a strip: in the group's images `[images, channels, h, w]`, or in the
    /// room.
    pub(super) fn target<'a>(
        &self,
        strip: Strip,
        images: &'a mut [f32],
        room: &'a mut Room,
    ) -> LinesMut<'a> {
        if self.flat {
            return LinesMut {
                values: &mut images[strip.top * self.shape.w..],
                pitch: self.shape.area(),
            };
        }
        room.lines_mut()
    }

    /// Copies a strip from the room to the group's images, unless the sums are already there.
    pub(super) fn unpack(&self, room: &Room, channels: usize, strip: Strip, images: &mut [f32]) {
        if self.flat {
            return;
        }
        let (area, w, row) = (self.shape.area(), self.shape.w, self.row());
        let lines = room.lines();
        if area == 1 {
            let size = [channels, images.len() / channels.max(1)];
            transpose(lines.values, lines.pitch, size, images, channels);
            return;
        }
        for (n, image) in images.chunks_exact_mut(channels * area).enumerate() {
            for (c, plane) in image.chunks_exact_mut(area).enumerate() {
                let to = &mut plane[strip.top * w..(strip.top + strip.rows) * w];
                let from = lines.line(c, strip.len).chunks_exact(row);
                for (to, from) in to.chunks_exact_mut(w).zip(from) {
                    to.copy_from_slice(&from[n * w..][..w]);
                }
            }
        }
    }
}

/// `to[column][row] = from[row][column]` for `[rows, columns]`, square by square, so that reads and
/// writes stay on a few pages at a time.
fn transpose(
    from: &[f32],
    from_pitch: usize,
    [rows, columns]: [usize; 2],
    to: &mut [f32],
    to_pitch: usize,
) {
    const SIDE: usize = 16;
    for top in (0..rows).step_by(SIDE) {
        for left in (0..columns).step_by(SIDE) {
            for column in left..(left + SIDE).min(columns) {
                let to = &mut to[column * to_pitch + top..][..SIDE.min(rows - top)];
                for (row, to) in to.iter_mut().enumerate() {
                    *to = from[(top + row) * from_pitch + column];
                }
            }
        }
    }
}
