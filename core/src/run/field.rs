//! D's scores over the plane, for 2-D data, and the directions in which they push samples.

use burn::tensor::{Tensor, TensorData};

use super::Run;
use crate::{
    Result,
    data::Dataset,
    device::read,
    event::{Event, Field, Push, SampleData, Samples},
    net::View,
    record::Scatter,
};

/// Cells along each side of the window.
const SIDE: usize = 30;
/// Samples with a recorded push: the first of the fixed z.
const PUSHED: usize = 60;
/// Real points that span the window, as many as a run folder keeps.
const REALS: usize = 1000;

impl Run {
    /// D's scores over the window on the real points, and its push on the first of these samples.
    /// Training is not disturbed. `None` for images, and if a score is not finite.
    pub(super) async fn field(&mut self, samples: &[Event]) -> Result<Option<Field>> {
        let Dataset::Mixture(_) = self.feed.dataset() else {
            return Ok(None);
        };
        let SampleData::Points(reals) = self.feed.examples(REALS, self.config.seed) else {
            return Ok(None);
        };
        let Scatter { low, high, .. } = Scatter::of(&reals);
        let mut field = Field {
            iteration: self.iteration,
            low,
            high,
            ..Field::default()
        };
        let (raw, averaged) = (first(samples, false), first(samples, true));
        let points = [raw, averaged].concat();
        let scores = self.scores(&middles(low, high));
        let slopes = self.slopes(&points);
        let mut values = read(Tensor::cat(vec![scores, slopes], 0)).await?;
        let slopes = values.split_off(SIDE * SIDE);
        if values.iter().any(|score| !score.is_finite()) {
            return Ok(None);
        }
        let pushes = points.iter().zip(slopes.chunks_exact(2));
        let mut pushes = pushes.map(|(&at, by)| Push {
            at,
            by: [by[0], by[1]],
        });
        let is_finite = |push: &Push| push.at.iter().chain(&push.by).all(|v| v.is_finite());
        field.raw = pushes.by_ref().take(raw.len()).filter(is_finite).collect();
        field.averaged = pushes.filter(is_finite).collect();
        field.scores = values;
        Ok(Some(field))
    }

    /// D's scores `[n]` of points.
    fn scores(&mut self, points: &[[f32; 2]]) -> Tensor<1> {
        let input = self.input(points);
        let leaves = self.d.net.leaves(View::Frozen);
        self.scores_of(&leaves, input, None)
    }

    /// The negative gradient of each point's own generator loss, `[2 n]`.
    fn slopes(&mut self, points: &[[f32; 2]]) -> Tensor<1> {
        let count = points.len();
        let empty = Tensor::zeros([2 * count], &self.device);
        if count == 0 {
            return empty;
        }
        let input = Tensor::from_inner(self.input(points)).require_grad();
        let leaves = self.d.net.leaves(View::FrozenConstant);
        let scores = self.scores_of(&leaves, input.clone(), None);
        let grads = self.config.loss.generator(scores).backward();
        // The loss is a mean over all points.
        let scale = -(count as f32);
        input
            .grad(&grads)
            .map_or(empty, |gradient| (gradient * scale).reshape([2 * count]))
    }

    /// Points as a tensor `[n, 2, 1, 1]`.
    fn input(&self, points: &[[f32; 2]]) -> Tensor<4> {
        let values = points.as_flattened().to_vec();
        Tensor::from_data(
            TensorData::new(values, [points.len(), 2, 1, 1]),
            &self.device,
        )
    }
}

/// The first points among one generator's samples.
fn first(samples: &[Event], of_average: bool) -> &[[f32; 2]] {
    let points = samples.iter().find_map(|event| match event {
        Event::Samples(Samples {
            averaged,
            data: SampleData::Points(points),
            ..
        }) if *averaged == of_average => Some(points.as_slice()),
        _ => None,
    });
    points.map_or(&[], |points| &points[..points.len().min(PUSHED)])
}

/// Middles of the cells, in the order of [`Field::scores`].
fn middles(low: [f32; 2], high: [f32; 2]) -> Vec<[f32; 2]> {
    let middle = |axis: usize, cell: usize| {
        low[axis] + (high[axis] - low[axis]) * (cell as f32 + 0.5) / SIDE as f32
    };
    (0..SIDE * SIDE)
        .map(|at| [middle(0, at % SIDE), middle(1, at / SIDE)])
        .collect()
}

#[cfg(test)]
mod tests;
