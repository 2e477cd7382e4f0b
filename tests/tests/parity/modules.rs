//! Single modules and whole small networks of the authors' code: outputs, all gradients, and the
//! state after a pass.

mod build;
mod case;

use burn::tensor::{Device, Tensor, TensorData};
use tightrope_core::{
    config::Role,
    kernel::spectral::spectral_norm,
    net::{
        Net, View,
        blueprint::{Blueprint, ParamKind},
    },
};
use tightrope_tests::{
    devices::{self, host, tensor},
    report::{Limit, Report},
    vectors::Array,
};

use build::{Inputs, M, base, build};
use case::{Case, cases};

/// A relative limit, for float32 against float64.
const CLOSE: Limit = Limit::Relative(1e-5);

/// A net of this blueprint with the case's parameters and spectral vectors.
fn load(case: &Case, blueprint: Blueprint, device: &Device) -> Net {
    let mut config = base();
    config.generator.density = 1.0;
    let mut net = Net::new(Role::G, blueprint, &config, device);
    pollster::block_on(net.count()).unwrap_or_else(|e| panic!("{e}"));
    net.reindex();
    let mut flat = vec![0.0; net.len()];
    for p in &net.params {
        let values = parameter(case, "before", &p.name).floats();
        flat[p.offset..p.offset + p.len()].copy_from_slice(&values);
    }
    net.flat.weight = tensor(&flat, [flat.len()], device);
    for s in &mut net.spectral {
        let layer = their_name(&net.params[s.param].name);
        let vector = |part: &str| {
            let values = case.get(&format!("before/{layer}_{part}")).floats();
            tensor(&values, [values.len(), 1], device)
        };
        (s.u, s.v) = (vector("u"), vector("v"));
    }
    net
}

fn their_name(ours: &str) -> &str {
    ours.strip_prefix(M)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(ours)
}

/// The authors' array for one of our parameters.
fn parameter<'a>(case: &'a Case, folder: &str, ours: &str) -> &'a Array {
    let key = format!("{folder}/{}", their_name(ours));
    let raw = format!("{key}_orig");
    case.get(if case.arrays.contains_key(&raw) {
        &raw
    } else {
        &key
    })
}

fn inputs(case: &Case, net: &Net, device: &Device) -> Inputs {
    let (name, shape) = case.input();
    let x = tensor(&case.get(&format!("in/{name}")).floats(), shape, device);
    let classes = net.params.iter().find(|p| p.kind == ParamKind::Embedding);
    let classes = classes.filter(|_| !case.labels.is_empty()).map(|p| {
        let mut rows = vec![0.0_f32; case.labels.len() * p.shape[0]];
        for (row, &label) in rows.chunks_exact_mut(p.shape[0]).zip(&case.labels) {
            row[label as usize] = 1.0;
        }
        Tensor::from_data(
            TensorData::new(rows, [case.labels.len(), p.shape[0]]),
            device,
        )
    });
    let condition = ["y", "label", "condition"]
        .iter()
        .find_map(|name| case.arrays.get(&format!("in/{name}")));
    let condition = condition.map(|array| {
        let [n, width] = *array.shape else {
            panic!("{}: not a condition", case.name)
        };
        Tensor::from_inner(tensor(&array.floats(), [n, width], device))
    });
    Inputs {
        x: Tensor::from_inner(x).require_grad(),
        classes,
        condition,
    }
}

fn check(case: &Case, on: &str, device: &Device, report: &mut Report) {
    let (blueprint, pass) = build(case);
    let norms: Vec<String> = blueprint.norms.iter().map(|n| n.0.clone()).collect();
    let mut net = load(case, blueprint, device);
    let inputs = inputs(case, &net, device);
    let leaves = net.leaves(View::Tracked).with_dense_gradients(true);
    let out = pass(&mut net, &leaves, &inputs);
    let kind = |what: &str| format!("{what} on {on}");
    let name = case.name.as_str();
    let values = &case.get("out").values;
    report.close(&kind("output"), name, &host(out.clone()), values, CLOSE);

    let cotangent = tensor(&case.get("cotangent").floats(), out.dims(), device);
    let grads = (out * Tensor::from_inner(cotangent)).sum().backward();
    let x = host(inputs.x.grad(&grads).expect("the input's gradient"));
    let (input, _) = case.input();
    let values = &case.get(&format!("grad_in/{input}")).values;
    report.close(&kind("gradient of the input"), name, &x, values, CLOSE);
    let flat = host(leaves.gradients(&net, &grads));
    let largest = flat
        .iter()
        .fold(0.0_f64, |most, &g| most.max(f64::from(g).abs()));
    for p in &net.params {
        let theirs = &parameter(case, "grad", &p.name).values;
        let ours = &flat[p.offset..p.offset + p.len()];
        let size = theirs.iter().fold(0.0_f64, |most, &g| most.max(g.abs()));
        // A bias before a batch norm has no gradient but rounding.
        let limit = if size < 1e-6 * largest {
            Limit::Absolute(1e-6 * largest)
        } else {
            CLOSE
        };
        let place = format!("{name} {}", p.name);
        report.close(&kind("gradients"), &place, ours, theirs, limit);
    }
    for s in &net.spectral {
        let layer = their_name(&net.params[s.param].name);
        for (part, vector) in [("u", &s.u), ("v", &s.v)] {
            let theirs = &case.get(&format!("after/{layer}_{part}")).values;
            let place = format!("{name} {layer}_{part}");
            report.close(
                &kind("spectral vectors"),
                &place,
                &host(vector.clone()),
                theirs,
                CLOSE,
            );
        }
    }
    for (norm, running) in norms.iter().zip(&net.running) {
        let key = |what: &str| format!("after/{}.{what}", their_name(norm));
        let mut theirs = case.get(&key("running_mean")).values.clone();
        theirs.extend(&case.get(&key("running_var")).values);
        let place = format!("{name} {norm}");
        report.close(
            &kind("running statistics"),
            &place,
            &host(running.clone()),
            &theirs,
            CLOSE,
        );
    }
}

/// Checks a linear layer in evaluation: its vectors stay, and their norm divides the weight.
fn check_linear(case: &Case, on: &str, device: &Device, report: &mut Report) {
    let array = |key: &str| case.get(key);
    let matrix = |key: &str| -> Tensor<2> {
        let [rows, columns] = *array(key).shape else {
            panic!("{}: {key} is no matrix", case.name)
        };
        Tensor::from_inner(tensor(&array(key).floats(), [rows, columns], device))
    };
    let column = |key: &str| -> Tensor<2> {
        let values = array(key).floats();
        Tensor::from_inner(tensor(&values, [values.len(), 1], device))
    };
    let (w, x) = (
        matrix("before/weight_orig").require_grad(),
        matrix("in/x").require_grad(),
    );
    let (u, v) = (column("before/weight_u"), column("before/weight_v"));
    let [y, _, _] = spectral_norm(w.clone(), u, v, false, 1e-12);
    let out = x.clone().matmul(y.transpose()) + column("before/bias").transpose();
    let grads = (out.clone() * matrix("cotangent")).sum().backward();
    for (key, ours) in [
        ("out", out),
        ("grad/weight_orig", w.grad(&grads).expect("a gradient")),
        ("grad_in/x", x.grad(&grads).expect("a gradient")),
    ] {
        let kind = format!("linear layer in evaluation on {on}");
        report.close(&kind, key, &host(ours), &array(key).values, CLOSE);
    }
}

#[test]
fn modules_follow_the_authors() {
    let mut report = Report::new("modules");
    for case in cases() {
        for (on, device) in devices::all() {
            if case.name.starts_with("spectral_norm_linear") {
                check_linear(&case, on, &device, &mut report);
            } else {
                check(&case, on, &device, &mut report);
            }
        }
    }
    report.finish();
}
