//! Training cost of a run, and testing cost of its generator.

use super::History;
use crate::{config::Role, metric::flops};

/// Training FLOPs relative to dense training, by each way of counting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelativeFlops {
    /// As computed: every pass, probes, and dense gradients.
    pub performed: f64,
    /// As ADAPT counts.
    pub paper: f64,
    /// As STU-GAN counts; unknown for older records.
    pub stu: Option<f64>,
}

impl History {
    /// Training FLOPs so far, relative to dense training. A run that prunes is compared with one
    /// dense training, whatever its later stages add.
    pub fn relative_flops(&self) -> Option<RelativeFlops> {
        let (info, stats) = (self.info.as_ref()?, self.latest()?);
        let dense = self.config.as_ref().map_or(u64::MAX, |c| c.iterations);
        let iterations = stats.iteration.min(dense) as f64;
        let share =
            |flops: f64, dense: f64| Some(flops / (dense * iterations)).filter(|s| s.is_finite());
        Some(RelativeFlops {
            performed: share(stats.flops, info.dense_flops_per_iteration)?,
            paper: share(stats.flops_paper, info.dense_flops_per_iteration_paper)?,
            stu: stats
                .flops_stu
                .and_then(|flops| share(flops, info.dense_flops_per_iteration_stu)),
        })
    }

    /// Testing FLOPs: one image from the generator under its current mask.
    pub fn testing_flops(&self) -> Option<f64> {
        let (config, info) = (self.config.as_ref()?, self.net_info(Role::G)?);
        let latest = self.masks.iter().rev().find(|m| m.net == Role::G);
        let active = |at: usize| match latest {
            Some(mask) => mask.layers.get(at).copied(),
            None => info.layers.get(at).map(|layer| layer.active),
        };
        let mut shares = Vec::new();
        for (at, layer) in info.layers.iter().enumerate() {
            let size: usize = layer.shape.iter().product();
            let name = layer.name.strip_suffix(".weight")?;
            shares.push((name, active(at)? as f64 / size as f64));
        }
        if shares.is_empty() && info.maskable > 0 {
            return None;
        }
        let data = &config.data;
        let layers = flops::layers(
            &config.model,
            Role::G,
            config.z_dim,
            data.channels(),
            data.side,
        );
        Some(flops::sparse_forward(&layers, |name| {
            shares
                .iter()
                .find(|(layer, _)| *layer == name)
                .map(|share| share.1)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, LayerInfo, MaskChange, MaskEvent, Stats};
    use crate::record::fixture;

    fn layer(name: &str, shape: [usize; 2], active: usize) -> LayerInfo {
        LayerInfo {
            name: name.to_owned(),
            shape: shape.to_vec(),
            active,
        }
    }

    #[test]
    fn testing_flops_follow_the_generators_mask() {
        let mut history = History::new(fixture::config());
        let mut info = fixture::info();
        assert_eq!(history.testing_flops(), None);
        // 2 to 8 and back, with batch norm.
        info.generator.layers = vec![
            layer("l1.weight", [8, 2], 4),
            layer("l2.weight", [2, 8], 16),
        ];
        history.apply(&Event::Started(info));
        assert_eq!(
            history.testing_flops(),
            Some(f64::from((4 + 8) + 16 + (16 + 2)))
        );
        let Event::Mask(raised) = fixture::raise(10, 60) else {
            unreachable!("the fixture is a mask change")
        };
        history.apply(&Event::Mask(MaskEvent {
            net: Role::G,
            change: MaskChange::DropGrow,
            layers: vec![8, 4],
            ..raised
        }));
        assert_eq!(
            history.testing_flops(),
            Some(f64::from((8 + 8) + 16 + (4 + 2)))
        );
    }

    #[test]
    fn records_of_before_have_two_counts() {
        let without = |value: serde_json::Value, key: &str| {
            let mut value = value;
            value.as_object_mut().and_then(|fields| fields.remove(key));
            value
        };
        let stats = serde_json::to_value(fixture::stats(10, 0.5)).expect("JSON");
        let stats: Stats = serde_json::from_value(without(stats, "flops_stu")).expect("stats");
        let info = serde_json::to_value(fixture::info()).expect("JSON");
        let info = without(info, "dense_flops_per_iteration_stu");
        let mut history = History::new(fixture::config());
        history.apply(&Event::Started(serde_json::from_value(info).expect("info")));
        history.apply(&Event::Stats(stats));
        let relative = history.relative_flops().expect("FLOPs");
        assert_eq!((relative.performed, relative.stu), (0.5, None));
    }
}
