//! Reads one layer back from the device for inspection.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::{Result, config::Role, device::read};

/// A maskable layer at one moment, on the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerState {
    /// Iterations finished.
    pub iteration: u64,
    /// The weight's shape in PyTorch's layout; everything below is row-major in it.
    pub shape: Vec<usize>,
    /// Whether each weight is active.
    pub mask: Vec<bool>,
    /// |w| of each weight, with 255 for `largest`.
    #[serde(with = "serde_bytes")]
    pub magnitudes: Vec<u8>,
    /// The largest |w|.
    pub largest: f32,
}

impl LayerState {
    /// Builds the state from unscaled weights; `mask` has 0 where a weight is inactive.
    pub fn new(iteration: u64, shape: Vec<usize>, mask: &[f32], weights: &[f32]) -> Self {
        let largest = weights.iter().fold(0.0, |most: f32, w| most.max(w.abs()));
        let scale = if largest > 0.0 { 255.0 / largest } else { 0.0 };
        Self {
            iteration,
            shape,
            mask: mask.iter().map(|&m| m != 0.0).collect(),
            magnitudes: weights
                .iter()
                .map(|w| (w.abs() * scale).round() as u8)
                .collect(),
            largest,
        }
    }
}

impl Run {
    /// Maskable layer `layer` of a network, in the order of [`crate::event::NetInfo::layers`];
    /// `None` if it does not exist. Training is not disturbed.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn layer_state(&self, role: Role, layer: usize) -> Result<Option<LayerState>> {
        let net = match role {
            Role::G => &self.g.net,
            Role::D => &self.d.net,
        };
        let Some(param) = net.maskable.get(layer).map(|&place| &net.params[place]) else {
            return Ok(None);
        };
        let place = param.offset..param.offset + param.len();
        let pieces = [&net.mask, &net.flat.weight].map(|flat| flat.clone().slice(place.clone()));
        let values = read(Tensor::cat(pieces.into(), 0)).await?;
        let (mask, weights) = values.split_at(param.len());
        let shape = param.shape.clone();
        Ok(Some(LayerState::new(self.iteration, shape, mask, weights)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_are_shares_of_the_largest() {
        let state = LayerState::new(
            7,
            vec![2, 2],
            &[1.0, 0.0, 1.0, 1.0],
            &[-0.5, 0.0, 1.0, 0.25],
        );
        assert_eq!(state.mask, [true, false, true, true]);
        assert_eq!(state.magnitudes, [128, 0, 255, 64]);
        assert_eq!(state.largest, 1.0);
        let nothing = LayerState::new(0, vec![2], &[0.0, 0.0], &[0.0, 0.0]);
        assert_eq!(nothing.magnitudes, [0, 0]);
    }
}
