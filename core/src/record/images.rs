//! Pictures of samples: grids of images and scatters of points.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use crate::{
    error::{Error, Result},
    event::SampleData,
};

/// Colour of generated points, as everywhere for the generator.
const FAKE: Rgb<u8> = Rgb([0xCC, 0x79, 0xA7]);
/// Colour of real points, as everywhere for real data.
const REAL: Rgb<u8> = Rgb([0x00, 0x9E, 0x73]);
const PAPER: Rgb<u8> = Rgb([0xFF, 0xFF, 0xFF]);
const GAP: Rgb<u8> = Rgb([0x20, 0x22, 0x26]);
/// Pixels between the images of a [`grid`].
pub const GRID_GAP: usize = 2;
const GAP_WIDTH: u32 = GRID_GAP as u32;
/// Side of a scatter in pixels at scale 1.
const SCATTER_SIDE: u16 = 480;

/// Draws images side by side, `columns` to a row, every pixel `scale` screen pixels wide; points as
/// a [`Scatter`].
pub fn grid(data: &SampleData, columns: usize, scale: usize) -> RgbImage {
    let (count, channels, side, pixels) = match data {
        SampleData::Points(points) => return Scatter::of(points).draw(&[], points),
        SampleData::Images {
            count,
            channels,
            side,
            pixels,
        } => (*count, *channels, *side, pixels),
    };
    let (columns, scale) = (columns.clamp(1, count.max(1)), scale.max(1));
    let rows = count.div_ceil(columns).max(1);
    let cell = (side * scale) as u32 + GAP_WIDTH;
    let (width, height) = (
        columns as u32 * cell + GAP_WIDTH,
        rows as u32 * cell + GAP_WIDTH,
    );
    let mut canvas = RgbImage::from_pixel(width, height, GAP);
    for image in 0..count {
        let left = (image % columns) as u32 * cell + GAP_WIDTH;
        let top = (image / columns) as u32 * cell + GAP_WIDTH;
        for y in 0..side * scale {
            for x in 0..side * scale {
                let at = |c: usize| {
                    let plane = image * channels + c.min(channels - 1);
                    let value = pixels.get((plane * side + y / scale) * side + x / scale);
                    to_byte(value.copied().unwrap_or(0.0))
                };
                canvas.put_pixel(left + x as u32, top + y as u32, Rgb([at(0), at(1), at(2)]));
            }
        }
    }
    canvas
}

/// Reads back the images of a [`grid`] from a run folder, each value to the nearest of 256.
///
/// # Errors
/// When the picture is no PNG, or no grid of this size.
pub fn ungrid(png: &[u8], channels: usize, side: usize) -> Result<SampleData> {
    let picture = image::load_from_memory_with_format(png, ImageFormat::Png)
        .map_err(|e| Error::Record(format!("not a PNG picture ({e})")))?
        .into_rgb8();
    let (_, scale) = layout(1, side);
    let cell = (side * scale) as u32 + GAP_WIDTH;
    let cells = |pixels: u32| (pixels.saturating_sub(GAP_WIDTH) / cell) as usize;
    let (columns, rows) = (cells(picture.width()), cells(picture.height()));
    if side == 0 || columns * rows == 0 {
        return Err(Error::Record(format!(
            "not a grid of images of {side}x{side} pixels"
        )));
    }
    let count = columns * rows;
    let mut pixels = Vec::with_capacity(count * channels * side * side);
    for image in 0..count {
        let corner = |index: usize| index as u32 * cell + GAP_WIDTH;
        let (left, top) = (corner(image % columns), corner(image / columns));
        for channel in 0..channels {
            for at in 0..side * side {
                let x = left + (at % side * scale) as u32;
                let y = top + (at / side * scale) as u32;
                pixels.push(from_byte(picture.get_pixel(x, y).0[channel.min(2)]));
            }
        }
    }
    Ok(SampleData::Images {
        count,
        channels,
        side,
        pixels,
    })
}

/// The middle of the values that [`to_byte`] maps to this byte.
fn from_byte(byte: u8) -> f32 {
    ((f32::from(byte) - 127.0) / 127.5).clamp(-1.0, 1.0)
}

/// [-1, 1] to a byte as the authors do: clamp, then truncate.
fn to_byte(value: f32) -> u8 {
    (127.5 * value + 127.5).clamp(0.0, 255.0) as u8
}

/// Columns of a nearly square grid, and a scale at which small images are visible.
pub fn layout(count: usize, side: usize) -> (usize, usize) {
    let columns = (count as f64).sqrt().ceil() as usize;
    (columns.max(1), 48_usize.div_ceil(side.max(1)).max(1))
}

/// A window on the plane, and the size of its picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scatter {
    /// Lower left corner.
    pub low: [f32; 2],
    /// Upper right corner.
    pub high: [f32; 2],
    /// Side of the picture in pixels.
    pub size: u32,
}

impl Scatter {
    /// A square window on these points with a margin around them.
    pub fn of(points: &[[f32; 2]]) -> Self {
        let finite = || points.iter().filter(|p| p.iter().all(|v| v.is_finite()));
        let bound = |axis: usize| {
            finite().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), p| {
                (low.min(p[axis]), high.max(p[axis]))
            })
        };
        let (x, y) = if finite().next().is_some() {
            (bound(0), bound(1))
        } else {
            ((-1.0, 1.0), (-1.0, 1.0))
        };
        let half = 0.56 * (x.1 - x.0).max(y.1 - y.0).max(1e-6);
        let (cx, cy) = ((x.0 + x.1) / 2.0, (y.0 + y.1) / 2.0);
        Self {
            low: [cx - half, cy - half],
            high: [cx + half, cy + half],
            size: SCATTER_SIDE.into(),
        }
    }

    /// Draws soft dots, real points under generated ones. Points outside the window are left out.
    pub fn draw(&self, real: &[[f32; 2]], fake: &[[f32; 2]]) -> RgbImage {
        let mut canvas = RgbImage::from_pixel(self.size, self.size, PAPER);
        for (points, colour, opacity) in [(real, REAL, 0.35), (fake, FAKE, 0.6)] {
            for &point in points {
                self.dot(&mut canvas, point, colour, opacity);
            }
        }
        canvas
    }

    fn dot(&self, canvas: &mut RgbImage, point: [f32; 2], colour: Rgb<u8>, opacity: f32) {
        let size = self.size as f32;
        let radius = 2.6 * size / f32::from(SCATTER_SIDE);
        let across =
            |axis: usize| (point[axis] - self.low[axis]) / (self.high[axis] - self.low[axis]);
        let (cx, cy) = (across(0) * size, (1.0 - across(1)) * size);
        if !(cx > 0.0 && cx < size && cy > 0.0 && cy < size) {
            return;
        }
        let reach = |centre: f32| {
            let from = (centre - radius - 1.0).max(0.0) as u32;
            from..((centre + radius + 2.0) as u32).min(self.size)
        };
        for y in reach(cy) {
            for x in reach(cx) {
                let distance = (x as f32 + 0.5 - cx).hypot(y as f32 + 0.5 - cy);
                let cover = (radius + 0.5 - distance).clamp(0.0, 1.0) * opacity;
                let under = canvas.get_pixel_mut(x, y);
                for (under, over) in under.0.iter_mut().zip(colour.0) {
                    let mixed = f32::from(*under) * (1.0 - cover) + f32::from(over) * cover;
                    // On plain x86-64, `round` is a function call, far slower than the rest of this
                    // loop.
                    *under = (mixed + 0.5) as u8;
                }
            }
        }
    }
}

/// Draws generated points over real ones, in a window on the real ones if any are given.
pub fn scatter(real: &[[f32; 2]], fake: &[[f32; 2]]) -> RgbImage {
    Scatter::of(if real.is_empty() { fake } else { real }).draw(real, fake)
}

/// Draws samples as a run folder shows them: images in a nearly square grid, points over `reals`. A
/// `scale` of `None` is the folder's own.
pub fn picture(data: &SampleData, reals: &[[f32; 2]], scale: Option<u32>) -> RgbImage {
    match data {
        SampleData::Points(points) => {
            let window = Scatter::of(if reals.is_empty() { points } else { reals });
            let size = window.size * scale.unwrap_or(1).max(1);
            Scatter { size, ..window }.draw(reals, points)
        }
        SampleData::Images { count, side, .. } => {
            let (columns, own) = layout(*count, *side);
            grid(data, columns, scale.map_or(own, |scale| scale as usize))
        }
    }
}

/// Encodes pixels, given row by row, as a PNG file.
pub fn png_of(width: u32, height: u32, rgb: Vec<u8>) -> Result<Vec<u8>> {
    let picture = RgbImage::from_raw(width, height, rgb);
    let short = || Error::Record(format!("{width}x{height} pixels are not all there"));
    png_bytes(&picture.ok_or_else(short)?)
}

/// Encodes a picture as a PNG file.
pub fn png_bytes(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|e| Error::Record(format!("a picture could not be encoded as PNG: {e}")))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(channels: usize, pixels: Vec<f32>) -> SampleData {
        SampleData::Images {
            count: 3,
            channels,
            side: 1,
            pixels,
        }
    }

    #[test]
    fn a_grid_enlarges_pixels_and_keeps_rows_in_order() {
        let picture = grid(&images(1, vec![-1.0, 0.0, 1.0]), 2, 3);
        assert_eq!(picture.dimensions(), (2 * 5 + 2, 2 * 5 + 2));
        assert_eq!(picture.get_pixel(2, 2).0, [0, 0, 0]);
        assert_eq!(picture.get_pixel(9, 4).0, [127, 127, 127]);
        assert_eq!(picture.get_pixel(4, 9).0, [255, 255, 255]);
        assert_eq!(picture.get_pixel(9, 9), &GAP);
    }

    #[test]
    fn images_come_back_out_of_their_grid() {
        let (channels, side) = (3, 2);
        let pixels: Vec<f32> = (0..4 * channels * side * side)
            .map(|i| from_byte((i * 5) as u8))
            .collect();
        let data = SampleData::Images {
            count: 4,
            channels,
            side,
            pixels,
        };
        let (columns, scale) = layout(4, side);
        let png = png_bytes(&grid(&data, columns, scale)).unwrap();
        assert_eq!(ungrid(&png, channels, side).unwrap(), data);
        for (png, side) in [(&b"no picture"[..], 2), (&png, 0), (&png, 1000)] {
            assert!(ungrid(png, 3, side).is_err());
        }
        assert!((0..=255).all(|byte| to_byte(from_byte(byte)) == byte));
    }

    #[test]
    fn colour_planes_are_read_in_nchw_order_and_clamped() {
        let mut pixels = vec![-1.0; 9];
        pixels[3..6].copy_from_slice(&[9.0, 0.0, -9.0]);
        let picture = grid(&images(3, pixels), 3, 1);
        assert_eq!(picture.get_pixel(2 + 3, 2).0, [255, 127, 0]);
    }

    #[test]
    fn fewer_pixels_than_promised_do_not_panic() {
        assert_eq!(grid(&images(1, vec![]), 0, 0).dimensions(), (5, 11));
    }

    #[test]
    fn dots_land_where_the_points_are() {
        let picture = scatter(
            &[[-1.0, -1.0], [1.0, 1.0]],
            &[[0.0, 0.0], [9.0, 9.0], [f32::NAN, 0.0]],
        );
        let middle = picture.get_pixel(240, 240).0;
        assert!(
            middle[0] > middle[1],
            "the fake in the middle is purple: {middle:?}"
        );
        let upper_right = picture.get_pixel(454, 25).0;
        assert!(
            upper_right[1] > upper_right[0],
            "the real one up right is green: {upper_right:?}"
        );
        assert_eq!(picture.get_pixel(454, 454), &PAPER);
        assert!(png_bytes(&picture).unwrap().starts_with(b"\x89PNG"));
    }
}
