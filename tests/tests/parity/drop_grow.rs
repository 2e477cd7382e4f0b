//! Mask updates, bit by bit.

use std::path::Path;

use serde_json::Value;
use tightrope_core::{
    balance::{Controller, Sample, Window, controller::Clock},
    config::{
        BalanceConfig, Distribution, Estimator, Growth, MaskSampling, NetConfig, Policy, Schedule,
        Scope,
    },
    sparse::plan::MaskPlan,
};
use tightrope_tests::{
    host_update::{prune, update},
    vectors::{arrays, files, flat, json, names, number},
};

/// One file: a net's flat maskable weights before and after an update.
struct Case {
    about: Value,
    sizes: Vec<usize>,
    weights: Vec<f32>,
    mask: Vec<u8>,
    gradients: Option<Vec<f32>>,
    draws: Option<Vec<f32>>,
    weights_after: Vec<f32>,
    mask_after: Vec<u8>,
    newly_grown: Option<Vec<u8>>,
}

impl Case {
    fn read(json_path: &Path) -> Self {
        let about = json(json_path);
        let path = json_path.with_extension("safetensors");
        let arrays = arrays(&path);
        let layers = names(&about["layer_order"]);
        let maybe = |folder: &str| flat(&arrays, folder, &layers);
        let needed = |folder: &str| {
            maybe(folder).unwrap_or_else(|| panic!("{} lacks {folder}/*", path.display()))
        };
        let sizes = layers
            .iter()
            .map(|layer| arrays[&format!("in/weight/{layer}")].values.len());
        Self {
            sizes: sizes.collect(),
            weights: needed("in/weight"),
            mask: maybe("in/mask")
                .map(bits)
                .unwrap_or_else(|| bits(needed("in/weight"))),
            gradients: maybe("in/grad"),
            draws: maybe("rand"),
            weights_after: needed("out/weight"),
            mask_after: bits(needed("out/mask")),
            newly_grown: maybe("out/newly_grown").map(bits),
            about,
        }
    }

    fn number(&self, key: &str) -> f64 {
        number(&self.about[key])
    }

    fn is(&self, key: &str) -> bool {
        self.about[key].as_bool().unwrap_or(false)
    }

    fn step(&self) -> f64 {
        self.about["delta"].as_f64().unwrap_or(0.05)
    }

    fn d_max(&self) -> f64 {
        let strict = self.is("strict") || self.is("strict_dmax_0.5");
        self.about["d_max"]
            .as_f64()
            .unwrap_or(if strict { 0.5 } else { 1.0 })
    }

    fn drop_grow(&self, scope: Scope, growth: Growth) -> MaskPlan {
        MaskPlan::DropGrow {
            fraction: self.number("drop_fraction"),
            scope,
            growth,
        }
    }

    /// The plan for the file's kind; `None` means no change.
    fn plan(&self) -> Option<MaskPlan> {
        let kind = self.about["kind"].as_str().expect("a kind");
        Some(match kind {
            "dst_global_gradient" => self.drop_grow(Scope::Global, Growth::Gradient),
            "dst_global_random" => self.drop_grow(Scope::Global, Growth::Random),
            "dst_layer_gradient" => self.drop_grow(Scope::Layer, Growth::Gradient),
            "dst_layer_random" => self.drop_grow(Scope::Layer, Growth::Random),
            "density_raise" => MaskPlan::Raise {
                density: (self.number("density_before") + self.step()).min(self.d_max()),
            },
            "density_lower" => MaskPlan::Lower {
                density: (self.number("density_before") - self.step()).max(0.05),
            },
            "controller" => return self.controlled(),
            _ => panic!("unknown kind {kind:?}: teach this test what it means"),
        })
    }

    fn controlled(&self) -> Option<MaskPlan> {
        let mut window = Window::default();
        for sample in self.about["queue_post_pre_real"]
            .as_array()
            .expect("a queue")
        {
            let [post, pre, real] = [0, 1, 2].map(|i| number(&sample[i]));
            window.push(Sample { post, pre, real });
        }
        if let Some(theirs) = self.about["BR_mean_of_ratios"].as_f64() {
            let ours = window.mean_of_ratios().expect("a ratio");
            assert!(
                (ours - theirs).abs() < 1e-9,
                "BR {ours} instead of {theirs}"
            );
        }
        let balance = BalanceConfig {
            probe_interval: 1,
            window: window.len(),
            estimator: Estimator::MeanOfRatios,
            br_low: number(&self.about["bounds"][0]),
            br_high: number(&self.about["bounds"][1]),
            gap_floor: 0.0,
            density_step: self.step(),
            d_min: 0.05,
            d_max: self.d_max(),
            warmup: 0,
            ..BalanceConfig::default()
        };
        let policy = if self.d_max() < 1.0 {
            Policy::Strict
        } else {
            Policy::Relax
        };
        let net = NetConfig {
            policy,
            mask_interval: 1,
            drop_fraction: self.about["dst_drop_fraction_if_used"]
                .as_f64()
                .unwrap_or(0.5),
            drop_schedule: Schedule::Constant,
            ..adapt_discriminator()
        };
        let mut controller = Controller::new(self.number("density_before"));
        let at = Clock {
            iteration: 1,
            iterations: 2,
        };
        let plan = controller.decide(at, &net, &balance, &window);
        if let Some(theirs) = self.about["density_target_after"].as_f64() {
            assert!(
                (controller.density() - theirs).abs() < 1e-9,
                "d {}",
                controller.density()
            );
        }
        plan
    }

    /// Weights and mask after our update.
    fn ours(&self) -> (Vec<f32>, Vec<u8>) {
        let (mut weights, mut mask) = (self.weights.clone(), self.mask.clone());
        if self.about["kind"] == "one_shot_global" {
            mask = prune(self.number("density"), &mut weights);
            return (weights, mask);
        }
        let Some(plan) = self.plan() else {
            return (weights, mask);
        };
        let scores = match plan.growth() {
            Some(Growth::Random) => self.draws.as_ref().expect("recorded draws"),
            Some(Growth::Gradient) => self.gradients.as_ref().expect("gradients"),
            None => &Vec::new(),
        };
        let delta = update(&plan, &self.sizes, 0.0, &mut weights, &mut mask, scores);
        assert_eq!(delta.layers.iter().sum::<usize>(), count(&mask));
        assert_eq!(delta.grown, count(&newly(&self.mask, &mask)));
        assert_eq!(delta.dropped, count(&newly(&mask, &self.mask)));
        (weights, mask)
    }

    /// Applies the rule by its definition, for cases in which the authors' thresholds let ties
    /// through.
    fn by_definition(&self) -> (Vec<f32>, Vec<u8>) {
        let plan = self.plan();
        let Some(MaskPlan::DropGrow {
            fraction,
            scope: Scope::Global,
            growth,
        }) = plan
        else {
            panic!("no exact rule to compare with for {plan:?}");
        };
        let scores = match growth {
            Growth::Random => self.draws.as_ref(),
            Growth::Gradient => self.gradients.as_ref(),
        };
        let before = count(&self.mask);
        let dropped = (before as f64 * fraction) as usize;
        let mut mask = vec![0; self.mask.len()];
        for i in ranked(&self.weights, |i| self.mask[i] == 1).take(before - dropped) {
            mask[i] = 1;
        }
        let kept = mask.clone();
        for i in ranked(scores.expect("scores"), |i| kept[i] == 0).take(dropped) {
            mask[i] = 1;
        }
        let weights = self
            .weights
            .iter()
            .zip(&mask)
            .map(|(w, &m)| if m == 1 { *w } else { 0.0 });
        (weights.collect(), mask)
    }

    fn check(&self) {
        let (weights, mask) = self.ours();
        if self.about["exact_top_k_matches"] == false {
            let (weights_by_rule, mask_by_rule) = self.by_definition();
            same("mask, by our rule", &mask, &mask_by_rule);
            same("weights, by our rule", &weights, &weights_by_rule);
            assert_eq!(
                count(&mask),
                count(&self.mask),
                "drop and grow keep the count"
            );
            return;
        }
        same("mask", &mask, &self.mask_after);
        same("weights", &weights, &self.weights_after);
        // Where nothing changes, the authors' record shows an earlier update.
        if let Some(newly_grown) = self.newly_grown.as_ref().filter(|_| mask != self.mask) {
            same("newly grown", &newly(&self.mask, &mask), newly_grown);
        }
    }
}

fn adapt_discriminator() -> NetConfig {
    NetConfig {
        lr: 2e-4,
        beta1: 0.0,
        beta2: 0.9,
        eps: 1e-8,
        density: 0.1,
        distribution: Distribution::Erk,
        mask_sampling: MaskSampling::Bernoulli,
        mask_linear: true,
        mask_head: true,
        min_layer_density: 0.0,
        policy: Policy::Relax,
        mask_interval: 1000,
        scope: Scope::Global,
        growth: Growth::Gradient,
        drop_fraction: 0.5,
        drop_schedule: Schedule::Cosine,
        drop_floor: 0.005,
    }
}

/// Candidates by falling magnitude, ties by position.
fn ranked(scores: &[f32], candidate: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|&i| candidate(i)).collect();
    order.sort_by(|&a, &b| scores[b].abs().total_cmp(&scores[a].abs()).then(a.cmp(&b)));
    order.into_iter()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: &[T], theirs: &[T]) {
    assert_eq!(ours.len(), theirs.len(), "{what}: length");
    let differing: Vec<usize> = (0..ours.len()).filter(|&i| ours[i] != theirs[i]).collect();
    if let Some(&first) = differing.first() {
        let count = differing.len();
        panic!(
            "{what}: {count} differ, the first at {first}: {:?} instead of {:?}",
            ours[first], theirs[first]
        );
    }
}

fn bits(values: Vec<f32>) -> Vec<u8> {
    values
        .into_iter()
        .map(|value| u8::from(value != 0.0))
        .collect()
}

fn newly(before: &[u8], after: &[u8]) -> Vec<u8> {
    before
        .iter()
        .zip(after)
        .map(|(&b, &a)| u8::from(b == 0 && a == 1))
        .collect()
}

fn count(mask: &[u8]) -> usize {
    mask.iter().filter(|&&m| m == 1).count()
}

#[test]
fn mask_updates() {
    let mut failures = Vec::new();
    for path in files("dropgrow_", "json") {
        let outcome = std::panic::catch_unwind(|| Case::read(&path).check());
        if outcome.is_err() {
            failures.push(
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    assert!(failures.is_empty(), "differing: {}", failures.join(", "));
}
