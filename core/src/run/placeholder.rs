//! Placeholder data for code that only runs a network.

use crate::{
    Result,
    config::{ModelConfig, RunConfig},
    data::{self, Dataset, ImageSet, MIN_IMAGES},
    rng::Stream,
};

/// Random images of the right shape. 2-D data stand for themselves, since they need no files.
pub fn placeholder_data(config: &RunConfig) -> Result<Dataset> {
    if matches!(config.model, ModelConfig::Mlp(_)) {
        return data::open(&config.data);
    }
    let (channels, side) = (config.data.channels(), config.data.side);
    let count = MIN_IMAGES.max(config.batch_d);
    let mut stream = Stream::new(config.seed, "stand-in");
    let pixels = (0..count * channels * side * side)
        .map(|_| stream.below(256) as u8)
        .collect();
    let classes = config.model.classes();
    let labels = (classes > 0).then(|| (0..count).map(|i| (i % classes) as u16).collect());
    let images = ImageSet::new("random", channels, side, pixels, labels)?;
    let names = (0..classes).map(|class| class.to_string());
    Ok(Dataset::Images(images.named(names)))
}
