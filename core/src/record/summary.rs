//! `summary.json`: the outcome of a run in one small file.

use serde::{Deserialize, Serialize};

use crate::{
    config::Role,
    event::{EndReason, Quality, Stats},
    history::History,
};

/// The outcome of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Version of this layout.
    pub version: u32,
    /// Reason the run ended.
    pub reason: EndReason,
    /// The last finished iteration.
    pub iteration: u64,
    /// The state at the end.
    pub last: Option<Stats>,
    /// Quality at the last measurement.
    pub last_quality: Option<Quality>,
    /// Quality at the best measurement.
    pub best_quality: Option<Quality>,
    /// Share of the recorded states with BR in its band.
    pub share_in_band: Option<f64>,
    /// Median windowed BR of the last third of the iterations.
    pub late_br: Option<f64>,
    /// Training FLOPs relative to dense, as computed.
    pub relative_flops: Option<f64>,
    /// Training FLOPs relative to dense, as ADAPT counts.
    pub relative_flops_paper: Option<f64>,
    /// Training FLOPs relative to dense, as STU-GAN counts.
    #[serde(default)]
    pub relative_flops_stu: Option<f64>,
    /// Testing FLOPs: one image from the generator at the end.
    #[serde(default)]
    pub testing_flops: Option<f64>,
    /// Parameters of the generator: all, and active at the end.
    pub params_g: Option<[usize; 2]>,
    /// Parameters of the discriminator: all, and active at the end.
    pub params_d: Option<[usize; 2]>,
    /// Drop-and-grow rounds and density changes.
    pub mask_changes: usize,
}

impl Summary {
    /// The summary of a run that has ended; `None` before that.
    pub fn of(history: &History) -> Option<Self> {
        let ended = history.ended.as_ref()?;
        let flops = history.relative_flops();
        let params = |role| {
            let all = history.net_info(role)?.params;
            Some([all, history.active_params(role)?])
        };
        Some(Self {
            version: 1,
            reason: ended.reason.clone(),
            iteration: ended.iteration,
            last: history.latest().cloned(),
            last_quality: history.last_quality().cloned(),
            best_quality: history.best_quality().cloned(),
            share_in_band: history.share_in_band(),
            late_br: history.late_br(),
            relative_flops: flops.map(|f| f.performed),
            relative_flops_paper: flops.map(|f| f.paper),
            relative_flops_stu: flops.and_then(|f| f.stu),
            testing_flops: history.testing_flops(),
            params_g: params(Role::G),
            params_d: params(Role::D),
            mask_changes: history.masks.len(),
        })
    }
}
