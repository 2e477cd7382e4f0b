//! Procedural scenes: two shapes, one in front of the other, anywhere on a striped ground of
//! changing colour.
//!
//! Harder than `shapes`: place, size, overlap, two hues and the ground vary freely, so a
//! discriminator that is too thin to judge them cannot teach a generator.

use std::f32::consts::TAU;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::{
    Dataset, Request,
    shapes::{MODES, PALETTE, coverage, drawn},
};
use crate::error::Result;

const COUNT: usize = 8000;
const SEED: u64 = 21;
/// Radii of the rear and the front shape, in image sides.
const RADII: [std::ops::Range<f32>; 2] = [0.26..0.36, 0.20..0.30];
/// Largest distance of a shape's middle from the image's, in image sides.
const OFFSETS: [f32; 2] = [0.16, 0.24];
/// Brightness of the ground, and the amplitude of its stripes.
const GROUND: std::ops::Range<f32> = 0.15..0.45;
const STRIPES: f32 = 0.12;
/// Standard deviation of the grain, in [0, 1] intensity.
const GRAIN: f32 = 0.02;

/// Draws the set, the same on every machine up to rounding.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    drawn(request, COUNT, draw)
}

/// One image and its class, that of the front shape: shape * 6 + hue. Each image has its own
/// stream, so neither threads nor `limit` change it.
fn draw(index: u64, side: usize) -> (u16, Vec<u8>) {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(index);
    let mut image = ground(&mut rng, side);
    let mut front = 0;
    for (radii, offset) in RADII.into_iter().zip(OFFSETS) {
        front = rng.random_range(0..MODES as u32) as usize;
        let radius = rng.random_range(radii);
        let center = [0.0; 2].map(|_: f32| 0.5 + rng.random_range(-offset..offset));
        let cover = coverage(front / PALETTE.len(), side, center, radius);
        let hue = PALETTE[front % PALETTE.len()];
        for (plane, ink) in image.chunks_exact_mut(side * side).zip(hue) {
            for (value, cover) in plane.iter_mut().zip(&cover) {
                *value += cover * (ink - *value);
            }
        }
    }
    let mut byte = |value: f32| {
        let grain: f32 = rng.sample(StandardNormal);
        ((value + GRAIN * grain).clamp(0.0, 1.0) * 255.0).round() as u8
    };
    (front as u16, image.into_iter().map(&mut byte).collect())
}

/// A striped ground `[3, side, side]`, in [0, 1].
fn ground(rng: &mut ChaCha8Rng, side: usize) -> Vec<f32> {
    let colour = [0.0; 3].map(|_: f32| rng.random_range(GROUND));
    let (angle, phase) = (rng.random_range(0.0..TAU), rng.random_range(0.0..TAU));
    let waves = rng.random_range(1.5..3.0_f32);
    let place = |i: usize| (i as f32 + 0.5) / side as f32;
    let stripes: Vec<f32> = (0..side * side)
        .map(|i| {
            let along = place(i % side) * angle.cos() + place(i / side) * angle.sin();
            STRIPES * (TAU * waves * along + phase).sin()
        })
        .collect();
    colour
        .iter()
        .flat_map(|c| stripes.iter().map(move |s| c + s))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageSet;

    fn scenes(limit: usize) -> ImageSet {
        let request = Request {
            progress: &(),
            name: "scenes",
            path: "".as_ref(),
            side: 16,
            limit,
            memory: 1 << 30,
        };
        match open(&request).unwrap() {
            Dataset::Images(images) => images,
            Dataset::Mixture(_) => panic!("scenes are images"),
        }
    }

    #[test]
    fn each_image_has_a_stream_of_its_own() {
        let (all, some) = (scenes(300), scenes(100));
        assert!((0..100).all(|i| all.image(i) == some.image(i)));
        assert_ne!(all.image(0), all.image(1));
    }

    #[test]
    fn grounds_and_labels_vary() {
        let images = scenes(500);
        let corner: Vec<u8> = (0..500).map(|i| images.image(i)[0]).collect();
        let (least, most) = (corner.iter().min().unwrap(), corner.iter().max().unwrap());
        assert!(most - least > 60, "{least} to {most}");
        let mut labels = images.labels.unwrap();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), MODES);
    }
}
