//! Samples by the running statistics of batch norm, on every device. They equal batch samples where
//! the statistics are the batch's own, and do not depend on each other.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use tightrope_core::{
    config::{Role, RunConfig},
    method::Method,
    model::{self, Model},
    net::{Net, View},
    preset,
    rng::Stream,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    report::{Limit, Report},
};

/// Samples in a batch.
const N: usize = 6;
/// Weight of a batch's statistics in the running ones.
const MOMENTUM: f32 = 0.1;

/// A small generator, and the number of pixels each of its batch norms sees of an image.
struct Case {
    name: &'static str,
    config: RunConfig,
    channels: usize,
    areas: Vec<usize>,
}

fn cases() -> Vec<Case> {
    let images = [4, 8, 8, 16, 16].map(|side: usize| side * side).to_vec();
    let case = |name, preset: &str, settings: &[(&str, &str)], channels, areas| {
        let own = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
        let settings: Vec<(String, String)> = settings.iter().map(own).collect();
        let preset = preset::find(preset).expect("a preset");
        let config = preset::resolve(preset, Method::Static, None, &settings);
        Case {
            name,
            config: config.expect("settings that fit"),
            channels,
            areas,
        }
    };
    let sngan = [
        ("model.sngan.g_channels", "12,8,8"),
        ("generator.density", "0.5"),
    ];
    let tables = [
        ("data.source", "shapes"),
        ("model.biggan.classes", "36"),
        ("model.biggan.g_channels", "12,8,8"),
        ("generator.density", "0.5"),
    ];
    let embedding = [
        ("data.source", "shapes"),
        ("model.biggan.classes", "36"),
        ("model.biggan.g_channels", "12,8,8"),
        ("model.biggan.shared_embedding", "6"),
        ("model.biggan.g_attention", "1"),
        ("z_dim", "12"),
    ];
    vec![
        case("points", "bn", &[], 2, Vec::new()),
        case("SNGAN", "shapes16", &sngan, 3, images.clone()),
        case(
            "BigGAN, tables",
            "biggan-fashion16",
            &tables,
            3,
            images.clone(),
        ),
        case(
            "BigGAN, one embedding",
            "biggan-fashion16",
            &embedding,
            3,
            images,
        ),
    ]
}

/// The generator of a case, and one batch of its inputs.
struct Generator {
    model: Box<dyn Model>,
    net: Net,
    z: Tensor<4>,
    classes: Option<Tensor<2>>,
}

impl Generator {
    /// Sets the running statistics to those of the batch, biased as the batch's own are.
    fn new(case: &Case, device: &Device) -> Self {
        let config = &case.config;
        let (model, blueprint) = model::build(config, Role::G, case.channels);
        let mut net = Net::new(Role::G, blueprint, config, device);
        block_on(net.count()).expect("counts");
        net.reindex();
        let z = Stream::new(3, "z").normal(N * config.z_dim);
        let count = config.model.classes();
        let one_hot: Vec<f32> = (0..N * count)
            .map(|at| f32::from(at % count.max(1) == at / count.max(1)))
            .collect();
        let mut made = Self {
            model,
            net,
            z: tensor(&z, [N, config.z_dim, 1, 1], device),
            classes: (count > 0).then(|| tensor(&one_hot, [N, count], device)),
        };
        for running in &mut made.net.running {
            *running = running.zeros_like();
        }
        made.batch(View::Plain);
        for (at, running) in made.net.running.iter_mut().enumerate() {
            let [_, c] = running.dims();
            let count = (N * case.areas.get(at).copied().unwrap_or(1)) as f32;
            let [mean, variance] =
                [0, 1].map(|row| running.clone().slice([row..row + 1, 0..c]) / MOMENTUM);
            *running = Tensor::cat(vec![mean, variance * ((count - 1.0) / count)], 0);
        }
        made
    }

    fn batch(&mut self, view: View) -> Vec<f32> {
        let (z, classes) = (self.z.clone(), self.classes.clone());
        self.pass(view, z, classes)
    }

    /// Sample `at` of the batch, in a batch of its own.
    fn alone(&mut self, view: View, at: usize) -> Vec<f32> {
        let z = self.z.clone().narrow(0, at, 1);
        let classes = self.classes.clone().map(|all| all.narrow(0, at, 1));
        self.pass(view, z, classes)
    }

    fn pass(&mut self, view: View, z: Tensor<4>, classes: Option<Tensor<2>>) -> Vec<f32> {
        let leaves = self.net.leaves(view);
        host(
            self.model
                .forward(&mut self.net, &leaves, z, classes.as_ref()),
        )
    }
}

#[test]
fn running_statistics_that_are_a_batchs_own_give_its_samples() {
    let mut report = Report::new("samples by running statistics");
    for (on, device) in devices::all() {
        for case in cases() {
            let mut generator = Generator::new(&case, &device);
            assert!(generator.net.running.len() > 1, "{}", case.name);
            let batch = generator.batch(View::Frozen);
            let running = generator.batch(View::Running);
            report.close(on, case.name, &running, &batch, Limit::Mixed(1e-4));
        }
    }
    report.finish();
}

#[test]
fn by_running_statistics_a_sample_alone_is_the_one_of_the_batch() {
    let mut report = Report::new("samples alone");
    for (on, device) in devices::all() {
        for case in cases() {
            let mut generator = Generator::new(&case, &device);
            let before: Vec<Vec<f32>> = generator.net.running.iter().cloned().map(host).collect();
            let batch = generator.batch(View::Running);
            let size = batch.len() / N;
            for at in 0..N {
                let own = &batch[at * size..(at + 1) * size];
                let alone = generator.alone(View::Running, at);
                report.close(on, case.name, &alone, own, Limit::Mixed(1e-5));
            }
            // By its own statistics the sample would differ.
            let own = generator.alone(View::Frozen, 0);
            let far = own.iter().zip(&batch).map(|(a, b)| (a - b).abs());
            assert!(far.fold(0.0, f32::max) > 0.01, "{} on {on}", case.name);
            let after: Vec<Vec<f32>> = generator.net.running.iter().cloned().map(host).collect();
            assert!(before == after, "{} on {on}: they have moved", case.name);
        }
    }
    report.finish();
}
