//! A run as a checkpoint and back: everything that decides how it goes on.

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::{Run, feed::Cursor};
use crate::{
    Error, Result,
    balance::{Controller, Window},
    config::{Role, RunConfig},
    device::read,
    event::{Event, Verdict},
    net::Net,
    record::{Checkpoint, HostTensor},
    rng::Stream,
};

/// Everything that is not a tensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    config: RunConfig,
    iteration: u64,
    seconds: f64,
    images: u64,
    flops: f64,
    flops_paper: f64,
    latest: [f32; 2],
    verdict: Option<Verdict>,
    pending_density: Option<f64>,
    happened: Vec<(u64, String)>,
    z_d: Stream,
    z_g: Stream,
    /// Absent in checkpoints from before runs could learn classes; so is `labels_g`.
    #[serde(default)]
    labels_d: Option<Stream>,
    #[serde(default)]
    labels_g: Option<Stream>,
    cursor: Cursor,
    window: Window,
    g: PlayerState,
    d: PlayerState,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PlayerState {
    controller: Controller,
    growth: Stream,
    steps: u64,
    /// Absent in checkpoints from before masks were recorded.
    #[serde(default = "yes")]
    is_mask_new: bool,
}

fn yes() -> bool {
    true
}

/// The settings a checkpoint was made with.
///
/// # Errors
/// When the checkpoint does not hold a run.
pub fn config_of(checkpoint: &Checkpoint) -> Result<RunConfig> {
    Ok(state_of(checkpoint)?.config)
}

fn state_of(checkpoint: &Checkpoint) -> Result<State> {
    serde_json::from_value(checkpoint.meta.clone()).map_err(|e| {
        Error::Record(format!(
            "the checkpoint does not hold a run ({e}); use an earlier one"
        ))
    })
}

impl Run {
    /// Everything that decides how the run goes on.
    ///
    /// # Errors
    /// When a loss that waits to be read or a weight is not finite, or the device fails.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.read_losses().await?;
        self.collect_probes(false).await?;
        let player = |p: &super::Player| PlayerState {
            controller: p.controller.clone(),
            growth: p.growth.clone(),
            steps: p.net.steps,
            is_mask_new: p.is_mask_new,
        };
        let state = State {
            config: self.config.clone(),
            iteration: self.iteration,
            seconds: self.seconds,
            images: self.images,
            flops: self.flops,
            flops_paper: self.flops_paper,
            latest: self.latest,
            verdict: self.verdict,
            pending_density: self.pending_density,
            happened: self.happened.clone(),
            z_d: self.z_d.clone(),
            z_g: self.z_g.clone(),
            labels_d: Some(self.labels_d.clone()),
            labels_g: Some(self.labels_g.clone()),
            cursor: self.feed.cursor().clone(),
            window: self.window.clone(),
            g: player(&self.g),
            d: player(&self.d),
        };
        let meta = serde_json::to_value(&state)
            .map_err(|e| Error::Record(format!("the run's state: {e}")))?;
        let mut tensors = BTreeMap::new();
        for player in [&self.g, &self.d] {
            store(&player.net, &mut tensors).await?;
        }
        self.check_weights(&tensors)?;
        Ok(Checkpoint::new(meta, tensors))
    }

    /// Losses lag one update behind: weights may have left the numbers already, and such a checkpoint must not
    /// replace a good one.
    fn check_weights(&self, tensors: &BTreeMap<String, HostTensor>) -> Result<()> {
        for (name, tensor) in tensors {
            let HostTensor::F32 { data, .. } = tensor else {
                continue;
            };
            for role in [Role::G, Role::D] {
                if name.starts_with(&format!("{role}/weight/"))
                    && let Some(&value) = data.iter().find(|v| !v.is_finite())
                {
                    self.check("a weight", value)?;
                }
            }
        }
        Ok(())
    }

    /// Goes on from a checkpoint of a run with the same architecture. Settings are the checkpoint's, but for
    /// those the caller has already changed in `self.config` on purpose.
    ///
    /// # Errors
    /// When the checkpoint does not hold a run of this shape.
    pub async fn restore(&mut self, checkpoint: &Checkpoint) -> Result<Event> {
        let state = state_of(checkpoint)?;
        self.feed.restore(state.cursor)?;
        self.restore_nets(checkpoint).await?;
        for (player, stored) in [(&mut self.g, state.g), (&mut self.d, state.d)] {
            player.controller = stored.controller;
            player.growth = stored.growth;
            player.gradient = None;
            player.net.steps = stored.steps;
            player.is_mask_new = stored.is_mask_new;
        }
        self.iteration = state.iteration;
        self.seconds = state.seconds;
        self.images = state.images;
        self.flops = state.flops;
        self.flops_paper = state.flops_paper;
        self.latest = state.latest;
        self.verdict = state.verdict;
        self.pending_density = state.pending_density;
        self.happened = state.happened;
        self.z_d = state.z_d;
        self.z_g = state.z_g;
        if let (Some(d), Some(g)) = (state.labels_d, state.labels_g) {
            (self.labels_d, self.labels_g) = (d, g);
        }
        self.window = state.window;
        self.probes.clear();
        self.losses.clear();
        self.rate = self.flops_per_iteration();
        Ok(Event::Resumed {
            iteration: self.iteration,
        })
    }

    /// Takes over a checkpoint's two networks and nothing else: enough to generate, and for that the data are not
    /// needed.
    ///
    /// # Errors
    /// When the checkpoint's networks are of another shape, or the device fails.
    pub async fn restore_nets(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        for player in [&mut self.g, &mut self.d] {
            load(&mut player.net, checkpoint)?;
            player.net.count().await?;
            player.net.reindex();
        }
        Ok(())
    }
}

async fn floats<const D: usize>(tensor: &Tensor<D>) -> Result<HostTensor> {
    Ok(HostTensor::F32 {
        shape: tensor.dims().to_vec(),
        data: read(tensor.clone()).await?,
    })
}

async fn bits(tensor: &Tensor<1>) -> Result<HostTensor> {
    let data = read(tensor.clone())
        .await?
        .into_iter()
        .map(|v| u8::from(v != 0.0))
        .collect();
    Ok(HostTensor::U8 {
        shape: tensor.dims().to_vec(),
        data,
    })
}

async fn store(net: &Net, tensors: &mut BTreeMap<String, HostTensor>) -> Result<()> {
    let role = net.role;
    // By the authors' names, so that other tools can read a checkpoint.
    let mut parts = vec![("weight", &net.flat.weight), ("adam_v", &net.flat.v)];
    if net.has_average() {
        parts.push(("average", &net.flat.average));
    }
    for (part, flat) in parts {
        let values = read(flat.clone()).await?;
        for p in &net.params {
            let data = values[p.offset..p.offset + p.len()].to_vec();
            let tensor = HostTensor::F32 {
                shape: p.shape.clone(),
                data,
            };
            tensors.insert(format!("{role}/{part}/{}", p.name), tensor);
        }
    }
    tensors.insert(format!("{role}/adam_m"), floats(&net.flat.m).await?);
    tensors.insert(format!("{role}/mask"), bits(&net.mask).await?);
    tensors.insert(format!("{role}/ever"), bits(&net.ever).await?);
    for s in &net.spectral {
        let name = &net.params[s.param].name;
        tensors.insert(format!("{role}/spectral_u/{name}"), floats(&s.u).await?);
        tensors.insert(format!("{role}/spectral_v/{name}"), floats(&s.v).await?);
    }
    for (name, running) in net.norm_names.iter().zip(&net.running) {
        tensors.insert(format!("{role}/running/{name}"), floats(running).await?);
    }
    Ok(())
}

fn load(net: &mut Net, checkpoint: &Checkpoint) -> Result<()> {
    let role: Role = net.role;
    let device = net.device().clone();
    let values = |name: &str, len: usize| -> Result<Vec<f32>> {
        let data: Vec<f32> = match checkpoint.tensors.get(name) {
            Some(HostTensor::F32 { data, .. }) => data.clone(),
            Some(HostTensor::U8 { data, .. }) => data.iter().map(|&v| f32::from(v)).collect(),
            None => {
                return Err(Error::Record(format!(
                    "the checkpoint lacks {name}; it belongs to another run"
                )));
            }
        };
        if data.len() == len {
            Ok(data)
        } else {
            let has = data.len();
            Err(Error::Record(format!(
                "the checkpoint's {name} has {has} values instead of {len}; it belongs to another run"
            )))
        }
    };
    let tensor = |name: &str, like: usize| -> Result<Tensor<1>> {
        let data = values(name, like)?;
        Ok(Tensor::from_data(TensorData::new(data, [like]), &device))
    };
    let flat = |part: &str| -> Result<Tensor<1>> {
        let mut all = vec![0.0; net.len()];
        for p in &net.params {
            all[p.offset..p.offset + p.len()]
                .copy_from_slice(&values(&format!("{role}/{part}/{}", p.name), p.len())?);
        }
        let n = all.len();
        Ok(Tensor::from_data(TensorData::new(all, [n]), &device))
    };
    let (weight, v) = (flat("weight")?, flat("adam_v")?);
    let average = if net.has_average() {
        flat("average")?
    } else {
        net.flat.average.clone()
    };
    let m = tensor(&format!("{role}/adam_m"), net.flat.m.dims()[0])?;
    let masked = net.masked_len();
    let (mask, ever) = (
        tensor(&format!("{role}/mask"), masked)?,
        tensor(&format!("{role}/ever"), masked)?,
    );
    let mut vectors = Vec::new();
    for s in &net.spectral {
        let name = &net.params[s.param].name;
        let (nu, nv) = (s.u.dims()[0], s.v.dims()[0]);
        let u = tensor(&format!("{role}/spectral_u/{name}"), nu)?.reshape([nu, 1]);
        vectors.push((
            u,
            tensor(&format!("{role}/spectral_v/{name}"), nv)?.reshape([nv, 1]),
        ));
    }
    let mut running = Vec::new();
    for (name, old) in net.norm_names.iter().zip(&net.running) {
        let [two, c] = old.dims();
        running.push(tensor(&format!("{role}/running/{name}"), two * c)?.reshape([two, c]));
    }
    net.flat.weight = weight;
    net.flat.v = v;
    net.flat.m = m;
    net.flat.average = average;
    net.mask = mask;
    net.ever = ever;
    for (s, (u, v)) in net.spectral.iter_mut().zip(vectors) {
        s.u = u;
        s.v = v;
    }
    net.running = running;
    Ok(())
}
