//! Procedural images: 6 shapes in 6 hues on a dark ground, drawn in code, so that 36 modes can be
//! counted.
//!
//! Place and size hardly vary and edges are soft, so a small network learns them in a minute.

use std::f32::consts::TAU;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::{Dataset, ImageSet, Request};
use crate::error::Result;

/// The shapes, in the order of their numbers.
pub const SHAPES: [&str; 6] = ["disc", "square", "triangle", "star", "cross", "arrow"];
/// The hues, RGB in [0, 1].
pub const PALETTE: [[f32; 3]; 6] = [
    [0.98, 0.36, 0.34],
    [1.00, 0.80, 0.28],
    [0.30, 0.82, 0.46],
    [0.24, 0.76, 0.98],
    [0.42, 0.42, 1.00],
    [0.94, 0.42, 0.86],
];
/// Names of the hues.
const HUES: [&str; 6] = ["red", "yellow", "green", "blue", "violet", "pink"];
/// Number of modes; mode = shape * 6 + hue.
pub const MODES: usize = SHAPES.len() * PALETTE.len();

const GROUND: [f32; 3] = [0.06, 0.07, 0.11];
const COUNT: usize = 6000;
const SEED: u64 = 20;
/// Radius and offset of a shape, in image sides.
const RADIUS: std::ops::Range<f32> = 0.385..0.415;
const OFFSET: f32 = 0.02;
/// Standard deviation of the grain, in [0, 1] intensity. Without grain the ground is a constant
/// that gives fakes away.
const GRAIN: f32 = 0.015;
/// Each shape is lighter at its top and darker at its foot by this share.
const SHADE: f32 = 0.12;

/// Draws the set, the same on every machine up to rounding.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    drawn(request, COUNT, draw)
}

/// A set of `count` procedural images, labelled by mode. Each is drawn from its number and side.
pub(super) fn drawn(
    request: &Request,
    count: usize,
    draw: fn(u64, usize) -> (u16, Vec<u8>),
) -> Result<Dataset> {
    request.check_side(matches!(request.side, 16 | 32), "16 or 32")?;
    let side = request.side;
    let drawn: Vec<(u16, Vec<u8>)> = (0..count.min(request.limit) as u64)
        .into_par_iter()
        .map(|index| draw(index, side))
        .collect();
    let labels = drawn.iter().map(|(mode, _)| *mode).collect();
    let pixels = drawn.into_iter().flat_map(|(_, image)| image).collect();
    let images = ImageSet::new(request.name, 3, side, pixels, Some(labels))?;
    Ok(Dataset::Images(images.named(names())))
}

/// Names of the modes, in order.
fn names() -> impl Iterator<Item = String> {
    let shapes = SHAPES.iter();
    shapes.flat_map(|shape| HUES.map(|hue| format!("{hue} {shape}")))
}

/// One image and its mode. Each image has its own stream, so neither threads nor `limit` change it.
fn draw(index: u64, side: usize) -> (u16, Vec<u8>) {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(index);
    let mode = rng.random_range(0..MODES as u32) as usize;
    let radius = rng.random_range(RADIUS);
    let center = [0.0; 2].map(|_: f32| 0.5 + rng.random_range(-OFFSET..OFFSET));
    let cover = coverage(mode / PALETTE.len(), side, center, radius);
    let hue = PALETTE[mode % PALETTE.len()];
    let mut image = Vec::with_capacity(3 * side * side);
    for channel in 0..3 {
        for (i, cover) in cover.iter().enumerate() {
            let height = 1.0 - 2.0 * ((i / side) as f32 + 0.5) / side as f32;
            let ink = (hue[channel] * (1.0 + SHADE * height)).min(1.0);
            let grain: f32 = rng.sample(StandardNormal);
            let value = GROUND[channel] + cover * (ink - GROUND[channel]) + GRAIN * grain;
            image.push((value.clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }
    (mode as u16, image)
}

/// Share of each pixel that a shape covers, [side, side], with soft edges. Center and radius are in
/// image sides.
pub(crate) fn coverage(shape: usize, side: usize, center: [f32; 2], radius: f32) -> Vec<f32> {
    const FINE: usize = 4;
    let place = |i: usize, center: f32| ((i as f32 + 0.5) / (side * FINE) as f32 - center) / radius;
    let mut hard = vec![0.0; side * side];
    for row in 0..side * FINE {
        let v = place(row, center[1]);
        for column in 0..side * FINE {
            if inside(shape, place(column, center[0]), v) {
                hard[row / FINE * side + column / FINE] += 1.0 / (FINE * FINE) as f32;
            }
        }
    }
    soften(&hard, side)
}

/// 3 x 3 binomial blur; nothing lies beyond the border.
fn soften(image: &[f32], side: usize) -> Vec<f32> {
    let blur = |image: &[f32], step: usize, along: fn(usize, usize) -> usize| -> Vec<f32> {
        (0..side * side)
            .map(|i| {
                let at = along(i, side);
                let before = if at > 0 { image[i - step] } else { 0.0 };
                let after = if at + 1 < side { image[i + step] } else { 0.0 };
                0.25 * before + 0.5 * image[i] + 0.25 * after
            })
            .collect()
    };
    blur(&blur(image, 1, |i, side| i % side), side, |i, side| {
        i / side
    })
}

/// Whether (u right, v down) lies in a shape that fits the unit circle.
fn inside(shape: usize, u: f32, v: f32) -> bool {
    let square = u * u + v * v;
    let (au, av) = (u.abs(), v.abs());
    if square > 1.4 {
        return false;
    }
    match shape {
        0 => square < 0.95 * 0.95,
        1 => au.max(av) < 0.80,
        2 => v < 0.72 && v > -0.98 + 1.9 * au,
        3 => {
            // Fat enough for its five points to survive at 16 px.
            let turn = u.atan2(-v).rem_euclid(TAU / 5.0);
            let angle = turn.min(TAU / 5.0 - turn);
            square.sqrt() * (angle.cos() + 1.45 * angle.sin()) < 1.02
        }
        4 => au.min(av) < 0.33 && au.max(av) < 0.95,
        _ => (av < 0.28 && u < 0.15 && u > -0.95) || (u >= 0.0 && av < 0.95 - u),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(side: usize, limit: usize) -> Result<Dataset> {
        open(&Request {
            progress: &(),
            name: "shapes",
            path: "".as_ref(),
            side,
            limit,
            memory: 1 << 30,
        })
    }

    #[test]
    fn a_limit_keeps_the_first_images() {
        let (Dataset::Images(all), Dataset::Images(some)) =
            (shapes(16, 500).unwrap(), shapes(16, 100).unwrap())
        else {
            panic!("shapes are images");
        };
        assert_eq!((all.len(), some.len()), (500, 100));
        assert!((0..100).all(|i| all.image(i) == some.image(i)));
    }

    #[test]
    fn every_mode_occurs_about_equally() {
        let Dataset::Images(images) = shapes(16, usize::MAX).unwrap() else {
            panic!("shapes are images")
        };
        let mut counts = [0; MODES];
        images
            .labels
            .unwrap()
            .iter()
            .for_each(|mode| counts[usize::from(*mode)] += 1);
        assert!(
            counts.iter().all(|&n| (120..220).contains(&n)),
            "{counts:?}"
        );
    }

    #[test]
    fn other_sides_are_refused() {
        assert!(
            shapes(24, usize::MAX)
                .unwrap_err()
                .to_string()
                .contains("16 or 32")
        );
    }

    #[test]
    fn shapes_stay_within_the_frame() {
        for (shape, name) in SHAPES.iter().enumerate() {
            let cover = coverage(shape, 16, [0.5, 0.5], 0.4);
            let border =
                (0..16).flat_map(|i| [cover[i], cover[240 + i], cover[16 * i], cover[16 * i + 15]]);
            assert!(border.into_iter().all(|c| c < 0.1), "{name}");
            assert!((20.0..150.0).contains(&cover.iter().sum::<f32>()), "{name}");
        }
    }
}
