//! Converts decoded pixels to planar bytes at the wanted side.

use image::{DynamicImage, Rgb, RgbImage, imageops::FilterType};

/// Box-averages square planes, [channels, from, from] to [channels, to, to], and appends them to
/// `out`. `to` must divide `from`.
pub(super) fn box_average(planes: &[u8], from: usize, to: usize, out: &mut Vec<u8>) {
    let step = from / to;
    let area = step * step;
    for plane in planes.chunks_exact(from * from) {
        for block in 0..to * to {
            let corner = block / to * step * from + block % to * step;
            let sum: usize = (0..area)
                .map(|i| usize::from(plane[corner + i / step * from + i % step]))
                .sum();
            out.push(((sum + area / 2) / area) as u8);
        }
    }
}

/// Crops the central square, resizes it (antialiased bilinear, as PIL does) and appends it,
/// [3, side, side].
///
/// Grey becomes RGB; transparent parts become white.
pub(super) fn append_square(image: &DynamicImage, side: usize, out: &mut Vec<u8>) {
    let edge = image.width().min(image.height());
    let square = image.crop_imm(
        (image.width() - edge) / 2,
        (image.height() - edge) / 2,
        edge,
        edge,
    );
    let rgb = if square.color().has_alpha() {
        over_white(&square)
    } else {
        square.into_rgb8()
    };
    let side = side as u32;
    let sized = if edge == side {
        rgb
    } else {
        image::imageops::resize(&rgb, side, side, FilterType::Triangle)
    };
    for channel in 0..3 {
        out.extend(sized.pixels().map(|pixel| pixel[channel]));
    }
}

fn over_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0.map(u32::from);
        Rgb([r, g, b].map(|c| ((c * a + 255 * (255 - a) + 127) / 255) as u8))
    })
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn boxes_are_averaged_and_rounded() {
        let mut out = Vec::new();
        let plane = [0, 1, 10, 10, 1, 0, 10, 12, 4, 4, 255, 255, 4, 4, 255, 255];
        box_average(&plane, 4, 2, &mut out);
        assert_eq!(out, [1, 11, 4, 255]);
    }

    #[test]
    fn the_middle_is_kept_and_grey_becomes_rgb() {
        let grey = GrayImage::from_fn(6, 2, |x, _| Luma([x as u8 * 10]));
        let mut out = Vec::new();
        append_square(&grey.into(), 2, &mut out);
        assert_eq!(out, [20, 30].repeat(6));
    }

    #[test]
    fn transparency_turns_white() {
        let rgba = RgbaImage::from_pixel(4, 4, Rgba([255, 0, 0, 51]));
        let mut out = Vec::new();
        append_square(&rgba.into(), 1, &mut out);
        assert_eq!(out, [255, 204, 204]);
    }
}
