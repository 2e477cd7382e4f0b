//! DiffAugment's functions with the draws from the vectors, forward and as adjoints.

use burn::tensor::{Device, Tensor};
use tightrope_core::augment::{
    brightness, contrast, holes, per_image, saturation, shifts, translation,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    random::Random,
    report::{Limit, Report},
    vectors::{Array, arrays, files, integers},
};

/// Applies one function of the file to x `[n, channels, height, width]`.
fn apply(
    name: &str,
    x: Tensor<4>,
    floats: Option<&Array>,
    whole: &[&Vec<i64>],
    device: &Device,
) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let lift = |tensor| Tensor::<4>::from_inner(tensor);
    let draws = || {
        let draws = floats.unwrap_or_else(|| panic!("{name} has no draws"));
        lift(per_image(&draws.floats(), device))
    };
    match name {
        "rand_brightness" => brightness(x, draws()),
        "rand_saturation" => saturation(x, draws()),
        "rand_contrast" => contrast(x, draws()),
        "rand_translation" => translation(
            x,
            lift(shifts(whole[0], height, device)),
            lift(shifts(whole[1], width, device)),
        ),
        "rand_cutout" => x * lift(holes([whole[0], whole[1]], [height, width], device)),
        _ => panic!("unknown function {name}: teach this test what it is"),
    }
}

#[test]
fn augmentations_follow_the_authors() {
    let mut report = Report::new("augmentation");
    for file in files("diffaug", "safetensors") {
        let (arrays, integers) = (arrays(&file), integers(&file));
        let input = &arrays["in"];
        let shape: [usize; 4] = input.shape.clone().try_into().expect("images");
        let names = arrays.keys().filter_map(|key| key.strip_suffix("/out"));
        for name in names {
            let floats = arrays.get(&format!("{name}/draw0"));
            let whole: Vec<&Vec<i64>> = (0..2)
                .filter_map(|i| integers.get(&format!("{name}/draw{i}")))
                .collect();
            for (on, device) in devices::all() {
                let x = tensor(&input.floats(), shape, &device);
                let x: Tensor<4> = Tensor::from_inner(x).require_grad();
                let out = apply(name, x.clone(), floats, &whole, &device);
                let theirs = &arrays[&format!("{name}/out")].values;
                report.close(on, name, &host(out.clone()), theirs, Limit::Relative(1e-6));

                // All are affine in x: along d the output moves exactly as the gradient says.
                let mut random = Random::new(31);
                let size = input.values.len();
                let (cotangent, along) = (random.values(size), random.values(size));
                let lift = |values: &[f32]| -> Tensor<4> {
                    Tensor::from_inner(tensor(values, shape, &device))
                };
                let grads = (out.clone() * lift(&cotangent)).sum().backward();
                let gradient = host(x.grad(&grads).expect("a gradient"));
                let moved = apply(name, x + lift(&along), floats, &whole, &device);
                let change = host(moved - out);
                let sum = |a: &[f32], b: &[f32]| -> f64 {
                    let pairs = a.iter().zip(b);
                    pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
                };
                let (ours, theirs) = (sum(&gradient, &along), sum(&change, &cotangent));
                let kind = format!("gradient on {on}");
                report.close(&kind, name, &[ours], &[theirs], Limit::Mixed(1e-4));
            }
        }
    }
    report.finish();
}
