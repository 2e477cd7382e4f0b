//! Scores generated samples on the host.

use super::feed::Feed;
use crate::{
    data::Dataset,
    event::{Quality, SampleData},
    metric::{
        frechet::{FeatureMap, Gaussian, frechet_rf, gaussian},
        modes::{ModeReport, mixture_modes},
        shapes::ShapeReader,
    },
};

/// Real images behind the reference statistics.
const REFERENCE_IMAGES: usize = 4000;

/// Reference that samples of one dataset are measured against.
pub struct Judge {
    features: Option<(FeatureMap, Gaussian)>,
    shapes: Option<ShapeReader>,
}

impl Judge {
    /// Computes the real data's statistics.
    pub fn new(feed: &Feed, seed: u64) -> Self {
        let features = match feed.examples(REFERENCE_IMAGES, seed) {
            SampleData::Points(_) => None,
            SampleData::Images {
                count,
                channels,
                side,
                pixels,
            } => {
                let map = FeatureMap::new(channels, side);
                let real = gaussian(&map.features(&pixels, count), map.dim());
                Some((map, real))
            }
        };
        let (_, side) = feed.shape();
        let shapes = (feed.dataset().name() == "shapes").then(|| ShapeReader::new(side));
        Self { features, shapes }
    }

    /// Scores samples. The caller fills in `iteration` and `averaged`.
    pub fn score(&self, dataset: &Dataset, fakes: &SampleData) -> Quality {
        let mut quality = Quality::default();
        match (fakes, dataset) {
            (SampleData::Points(points), Dataset::Mixture(mixture)) => {
                quality.samples = points.len();
                fill(&mut quality, mixture_modes(mixture, points));
            }
            (SampleData::Images { count, pixels, .. }, _) => {
                quality.samples = *count;
                if let Some(reader) = &self.shapes {
                    fill(&mut quality, reader.modes(pixels));
                }
                if let Some((map, real)) = &self.features {
                    let fake = gaussian(&map.features(pixels, *count), map.dim());
                    quality.frechet_rf = Some(frechet_rf(real, &fake)).filter(|d| d.is_finite());
                }
            }
            (SampleData::Points(points), Dataset::Images(_)) => quality.samples = points.len(),
        }
        quality
    }
}

fn fill(quality: &mut Quality, report: ModeReport) {
    quality.modes = Some(report.modes);
    quality.modes_total = Some(report.total);
    quality.high_quality = Some(report.high_quality);
    quality.kl = Some(report.kl);
}
