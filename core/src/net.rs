//! One network: its flat parameters, masks, sparse indices, spectral vectors and batch-norm
//! buffers.
//!
//! All parameters of a net lie in one flat tensor, maskable weights first. The optimiser, the mask
//! and the average are then one kernel, and "the whole net" of a global top-k is one contiguous
//! range.

pub mod blueprint;
mod init;
mod leaves;
mod memory;
mod orthogonal;
mod param;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{
    Result,
    config::{AveragingRule, Crossover, Gradients, NetConfig, Regrown, Role, RunConfig},
    kernel::{
        adam::{AdamStep, Flat},
        choice::{Choice, Kernel},
        index::{LayerSlice, SparseIndex, build_index},
        mask::mask_apply,
    },
    rng::Stream,
    sparse::density,
};
use blueprint::Blueprint;
pub use leaves::{Leaves, View};
pub use memory::Memory;
pub use param::{Param, place};

/// Spectral norm's vectors of one weight.
#[derive(Clone, Debug)]
pub struct Spectral {
    /// The weight's place in [`Net::params`].
    pub param: usize,
    /// Left vector `[c_out, 1]`.
    pub u: Tensor<2>,
    /// Right vector `[c_in * k * k, 1]`.
    pub v: Tensor<2>,
    /// Epsilon that keeps a vanishing norm from dividing by zero.
    pub eps: f32,
}

/// One network and everything that changes while it trains.
#[derive(Clone, Debug)]
pub struct Net {
    /// Role of the network.
    pub role: Role,
    /// Parameters in the model's order.
    pub params: Vec<Param>,
    /// Places of the maskable weights in `params`, in order.
    pub maskable: Vec<usize>,
    /// Flat parameters and optimiser state.
    pub flat: Flat,
    /// 1 where a maskable weight is active, else 0: `[maskable elements]`.
    pub mask: Tensor<1>,
    /// 1 where a weight was ever active.
    pub ever: Tensor<1>,
    /// Index of every weight, by its place in `params`.
    pub indices: Vec<Option<SparseIndex>>,
    /// Kernels of a weight's layer, by the weight's place in `params`.
    pub choices: Vec<Choice>,
    /// Densities at which dense kernels overtake sparse ones.
    pub crossover: Crossover,
    /// Treatment of weights that are dropped and grown again in one update.
    pub regrown: Regrown,
    /// Number of active weights in every maskable layer.
    pub active: Vec<usize>,
    /// Number of weights that were ever active (ITOP), over the whole net.
    pub explored: usize,
    /// Spectral norm's state.
    pub spectral: Vec<Spectral>,
    /// Running mean and variance `[2, channels]` of every batch norm.
    pub running: Vec<Tensor<2>>,
    /// Names of the batch norms.
    pub norm_names: Vec<String>,
    /// Optimiser steps taken.
    pub steps: u64,
    device: Device,
}

impl Net {
    /// Builds a network, with parameters from the seed's init streams and masks from its mask
    /// stream.
    pub fn new(role: Role, blueprint: Blueprint, config: &RunConfig, device: &Device) -> Self {
        let own = config.net(role);
        let (params, maskable) = place(&blueprint, own);
        let total: usize = params.iter().map(Param::len).sum();
        let masked: usize = maskable.iter().map(|&p| params[p].len()).sum();

        let mut mask_stream = Stream::new(config.seed, &format!("mask.{role}"));
        let shapes: Vec<Vec<usize>> = maskable.iter().map(|&p| params[p].shape.clone()).collect();
        let densities = density::densities(own.distribution, &shapes, config.density_of(role, 0));
        let mut mask = Vec::with_capacity(masked);
        for (shape, d) in shapes.iter().zip(densities) {
            let n = shape.iter().product();
            mask.extend(density::sample_mask(
                own.mask_sampling,
                d,
                n,
                mask_stream.rng(),
            ));
        }

        let mut weight = vec![0.0; total];
        for p in &params {
            let mut stream = Stream::new(config.seed, &format!("init.{role}.{}", p.name));
            let values = init::draw(config.init, p, &mut stream);
            weight[p.offset..p.offset + p.len()].copy_from_slice(&values);
        }
        for (w, &m) in weight.iter_mut().zip(&mask) {
            *w *= f32::from(m);
        }

        let vector = |values: Vec<f32>| {
            let n = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [n]), device)
        };
        let spectral = blueprint
            .spectral
            .iter()
            .map(|&param| {
                let (c_out, c_in, k) = params[param].weight_dims();
                let mut stream = Stream::new(
                    config.seed,
                    &format!("spectral.{role}.{}", params[param].name),
                );
                let unit = |stream: &mut Stream, n: usize| {
                    let values = stream.normal(n);
                    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
                    vector(values.into_iter().map(|v| v / norm).collect()).reshape([n, 1])
                };
                let u = unit(&mut stream, c_out);
                Spectral {
                    param,
                    u,
                    v: unit(&mut stream, c_in * k * k),
                    eps: blueprint.spectral_eps,
                }
            })
            .collect();
        let running = blueprint
            .norms
            .iter()
            .map(|(_, channels)| {
                let zeros = Tensor::<2>::zeros([1, *channels], device);
                Tensor::cat(vec![zeros.clone(), zeros + 1.0], 0)
            })
            .collect();

        let weight = vector(weight);
        let mask = vector(mask.into_iter().map(f32::from).collect());
        let first_moment = if own.beta1 > 0.0 { total } else { 1 };
        let averages = role == Role::G && config.averaging.rule != AveragingRule::None;
        let average = if averages {
            weight.clone()
        } else {
            Tensor::zeros([1], device)
        };
        let mut net = Self {
            role,
            indices: vec![None; params.len()],
            choices: vec![Choice::all(Kernel::Dense); params.len()],
            crossover: Crossover::typical(false),
            regrown: config.regrown,
            active: Vec::new(),
            explored: 0,
            flat: Flat {
                m: Tensor::zeros([first_moment], device),
                v: Tensor::zeros([total], device),
                average,
                weight,
            },
            ever: mask.clone(),
            mask,
            params,
            maskable,
            spectral,
            running,
            norm_names: blueprint.norms.into_iter().map(|n| n.0).collect(),
            steps: 0,
            device: device.clone(),
        };
        net.index_unmasked();
        net
    }

    /// Whether averaged parameters are kept beside the live ones.
    pub fn has_average(&self) -> bool {
        self.flat.average.dims()[0] == self.len()
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.params.iter().map(Param::len).sum()
    }

    /// Whether it has no parameters.
    pub fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// Number of maskable weights.
    pub fn masked_len(&self) -> usize {
        self.maskable.iter().map(|&p| self.params[p].len()).sum()
    }

    /// Number of weights in every maskable layer.
    pub fn layer_sizes(&self) -> Vec<usize> {
        self.maskable
            .iter()
            .map(|&p| self.params[p].len())
            .collect()
    }

    /// Realised density; 1 if nothing can be masked.
    pub fn density(&self) -> f64 {
        match self.masked_len() {
            0 => 1.0,
            n => self.active.iter().sum::<usize>() as f64 / n as f64,
        }
    }

    /// Share of maskable weights that were ever active (ITOP's exploration rate).
    pub fn exploration(&self) -> f64 {
        match self.masked_len() {
            0 => 1.0,
            n => self.explored as f64 / n as f64,
        }
    }

    /// The device that holds all tensors.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The parameters for forward passes.
    pub fn leaves(&self, view: View) -> Leaves {
        self.cut(&self.flat.weight, view)
    }

    /// The averaged parameters for forward passes, or the live ones of a net that keeps no average.
    pub fn averaged_leaves(&self, view: View) -> Leaves {
        if self.has_average() {
            self.cut(&self.flat.average, view)
        } else {
            self.leaves(view)
        }
    }

    fn cut(&self, flat: &Tensor<1>, view: View) -> Leaves {
        let pieces = self
            .params
            .iter()
            .map(|p| {
                let piece = flat.clone().slice(p.offset..p.offset + p.len());
                match view {
                    View::Plain | View::Frozen | View::Running => piece,
                    View::Constant | View::FrozenConstant => Tensor::from_inner(piece),
                    View::Tracked => Tensor::from_inner(piece).require_grad(),
                }
            })
            .collect();
        Leaves {
            pieces,
            dense_grad: false,
            view,
        }
    }

    /// One Adam step with the flat gradient. The `averaging` rule is `None` if the mask changes
    /// right after.
    pub fn adam(
        &mut self,
        grad: Tensor<1>,
        own: &NetConfig,
        config: &RunConfig,
        averaging: (AveragingRule, f64),
    ) {
        self.steps += 1;
        let step = AdamStep {
            t: self.steps,
            lr: own.lr,
            beta1: own.beta1 as f32,
            beta2: own.beta2 as f32,
            eps: own.eps as f32,
            mask_gradient: config.gradients == Gradients::Active,
            averaging: averaging.0,
            decay: averaging.1 as f32,
        };
        // Moved out, so that the kernel may write in place.
        let empty = Tensor::zeros([1], &self.device);
        let flat = Flat {
            weight: empty.clone(),
            m: empty.clone(),
            v: empty.clone(),
            average: empty,
        };
        self.flat = std::mem::replace(&mut self.flat, flat).step(grad, self.mask.clone(), step);
    }

    /// Gives weights that have just grown a second moment of their own, since inactive ones have
    /// kept none (`gradients: active`). Without it their first step would be `1 / sqrt(1 - beta2)`
    /// learning rates long, because the bias correction is that of the whole net.
    ///
    /// grown: `[maskable]`, 1 where a weight has grown. gradient: `[>= maskable]` if growth went by
    /// it; without one, the mean second moment of the layer serves. The sign marks the estimate as
    /// such for the next step.
    pub fn warm_moments(&mut self, grown: Tensor<1>, gradient: Option<Tensor<1>>, beta2: f64) {
        let masked = self.masked_len();
        let v = self.flat.v.clone();
        let old = v.clone().slice(0..masked);
        let estimate = match gradient {
            Some(gradient) => {
                // As if every gradient so far had been this one.
                let share = 1.0 - beta2.powf(self.steps as f64);
                gradient.slice(0..masked).square() * share
            }
            None => self.layer_means(old.clone().abs(), self.mask.clone() - grown.clone()),
        };
        let estimate = estimate.clamp_min(f32::MIN_POSITIVE);
        let warm = old * (1.0 - grown.clone()) - estimate * grown;
        let rest = v.slice(masked..self.len());
        self.flat.v = Tensor::cat(vec![warm, rest], 0);
    }

    /// Mean of each layer's values over those with a `mask` of 1, repeated at all its places:
    /// `[maskable]`.
    fn layer_means(&self, values: Tensor<1>, mask: Tensor<1>) -> Tensor<1> {
        let layers = self.maskable.iter().map(|&p| {
            let p = &self.params[p];
            let layer = p.offset..p.offset + p.len();
            let [values, mask] = [&values, &mask].map(|t| t.clone().slice(layer.clone()));
            let mean = (values * mask.clone()).sum() / mask.sum().clamp_min(1.0);
            mean.expand([p.len()])
        });
        Tensor::cat(layers.collect(), 0)
    }

    /// One step of the average alone: dropped weights leave it, newly grown ones enter it by
    /// `rule`.
    pub fn average(&mut self, rule: AveragingRule, decay: f64) {
        let restart = match rule {
            AveragingRule::None => return,
            AveragingRule::Ema => false,
            AveragingRule::Sema => true,
        };
        let weight = self.flat.weight.clone();
        let old = mask_apply(self.flat.average.clone(), self.mask.clone());
        let mean = old.clone() * decay + weight.clone() * (1.0 - decay);
        self.flat.average = if restart {
            // Inactive weights are 0 in both, so they need no case of their own.
            let new = old.equal_elem(0.0).float();
            mean * (1.0 - new.clone()) + weight * new
        } else {
            mean
        };
    }

    /// Resets the net to `first`, an untrained net of the same shape; masks stay.
    pub fn rewind(&mut self, first: Self) {
        self.flat = first.flat;
        self.flat.weight = mask_apply(self.flat.weight.clone(), self.mask.clone());
        self.spectral = first.spectral;
        self.running = first.running;
        self.steps = 0;
    }

    /// Rebuilds the indices of all maskable layers and chooses their kernels. `active` must hold
    /// their counts beforehand.
    pub fn reindex(&mut self) {
        for (layer, &place) in self.maskable.iter().enumerate() {
            let slice = self.params[place].slice();
            let active = self.active[layer];
            self.indices[place] = Some(build_index(self.mask.clone(), slice, active));
            let density = active as f64 / slice.size() as f64;
            self.choices[place] = self.crossover.choose(self.params[place].class(), density);
        }
    }

    /// Reads the counts of active and ever-active weights back from the device.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn count(&mut self) -> Result<()> {
        self.active.clear();
        if self.maskable.is_empty() {
            return Ok(());
        }
        let sums = [&self.mask, &self.ever]
            .into_iter()
            .flat_map(|t| self.layer_sums(t))
            .collect();
        let mut counts = crate::device::read_counts(Tensor::cat(sums, 0)).await?;
        self.explored = counts.split_off(self.maskable.len()).iter().sum();
        self.active = counts;
        Ok(())
    }

    /// Number of ones in each maskable layer among values `[maskable]` of 0 and 1: `[1]` each.
    pub fn layer_sums(&self, values: &Tensor<1>) -> Vec<Tensor<1, Int>> {
        self.maskable
            .iter()
            .map(|&p| {
                let p = &self.params[p];
                let layer = values.clone().slice(p.offset..p.offset + p.len());
                // Summed as integers, because float32 stops counting at 2^24.
                layer.int().sum()
            })
            .collect()
    }

    fn index_unmasked(&mut self) {
        for place in 0..self.params.len() {
            let p = &self.params[place];
            if p.kind.is_weight() && p.masked.is_none() {
                let slice = LayerSlice {
                    start: 0,
                    ..p.slice()
                };
                let every = Tensor::ones([p.len()], &self.device);
                self.indices[place] = Some(build_index(every, slice, p.len()));
            }
        }
    }
}
