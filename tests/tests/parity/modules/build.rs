//! The engine's counterpart of each module.

use burn::tensor::Tensor;
use tightrope_core::{
    config::{BigganConfig, BigganNaming, ModelConfig, Role, RunConfig},
    model::{self, block},
    net::{
        Leaves, Net,
        blueprint::{Blueprint, ParamKind},
    },
    preset,
};

use super::case::Case;

/// Name of a module in the net that tests it.
pub const M: &str = "m";

/// A module's forward pass.
pub type Pass = Box<dyn Fn(&mut Net, &Leaves, &Inputs) -> Tensor<4>>;

/// Inputs of a pass, on the device and in autodiff.
pub struct Inputs {
    pub x: Tensor<4>,
    /// Classes as one-hot rows, without autodiff.
    pub classes: Option<Tensor<2>>,
    /// A condition of several values per sample.
    pub condition: Option<Tensor<2>>,
}

pub fn base() -> RunConfig {
    (preset::find("biggan-cifar10")
        .unwrap_or_else(|e| panic!("{e}"))
        .build)()
}

/// Blueprint and forward pass of a case.
pub fn build(case: &Case) -> (Blueprint, Pass) {
    let (_, [_, channels, height, _]) = case.input();
    let name = case.name.as_str();
    let part = |part: &str| format!("{M}.{part}");
    if name.starts_with("biggan32_") {
        return whole(case);
    }
    if name.starts_with("attention") {
        let mut b = Blueprint::new(case.is_spectral("q"));
        let attention = b.self_attention(M, ["q", "k", "v", "o", "gamma"], channels);
        let pass: Pass =
            Box::new(move |net, leaves, i| attention.forward(net, leaves, i.x.clone()));
        return (b, pass);
    }
    if name.starts_with("cbn") {
        let mut b = Blueprint::new(case.is_spectral("gain"));
        let tables = !case.labels.is_empty();
        let (kind, buffer, inputs) = if tables {
            (ParamKind::Embedding, "batchnorm2d", case.shape("gain")[0])
        } else {
            b.norm_eps = 1e-4;
            (ParamKind::Condition, "bn", case.shape("gain")[1])
        };
        let norm = b.conditional_norm(M, buffer, kind, inputs, channels);
        let pass: Pass = Box::new(move |net, leaves, i| {
            let classes = i.classes.clone().map(|classes| leaves.lift(classes));
            let condition = classes.or(i.condition.clone()).expect("a condition");
            norm.forward(net, leaves, i.x.clone(), &condition)
        });
        return (b, pass);
    }
    if name.starts_with("spectral_norm_conv") {
        let mut b = Blueprint::new(true);
        let [to, _, k, _] = *case.get("before/weight_orig").shape else {
            panic!("{name}: not a convolution")
        };
        let conv = b.conv(M, channels, to, k);
        let twice = name.contains("2calls");
        let pass: Pass = Box::new(move |net, leaves, i| {
            if twice {
                conv.forward(net, leaves, i.x.clone());
            }
            conv.forward(net, leaves, i.x.clone())
        });
        return (b, pass);
    }
    let sngan = name.starts_with("sngan_D");
    let [c0, c1, c2] = match sngan {
        true => ["c_sc", "c1", "c2"],
        false => ["conv2d0", "conv2d1", "conv2d2"],
    };
    let mut b = Blueprint::new(case.is_spectral(c1));
    b.spectral_eps = if sngan { 1e-12 } else { 1e-6 };
    b.norm_eps = 1e-4;
    let (from, to) = (channels, case.shape(c1)[0]);
    let out = case.get("out").shape[2];
    if case.is_spectral("bn1.gain") {
        let inputs = case.shape("bn1.gain")[1];
        let norm = |b: &mut Blueprint, name, width| {
            b.conditional_norm(&part(name), "bn", ParamKind::Condition, inputs, width)
        };
        let block = block::ConditionalGBlock {
            b1: norm(&mut b, "bn1", from),
            c1: b.conv(&part(c1), from, to, 3),
            b2: norm(&mut b, "bn2", to),
            c2: b.conv(&part(c2), to, to, 3),
            shortcut: b.conv(&part(c0), from, to, 1),
        };
        let pass: Pass = Box::new(move |net, leaves, i| {
            let condition = i.condition.as_ref().expect("a condition");
            block.forward(net, leaves, i.x.clone(), condition)
        });
        return (b, pass);
    }
    let first = name.contains("opt") || from == 3;
    let shortcut = case.has(&format!("{c0}.bias"));
    let block = block::DBlock {
        first,
        pool: out < height,
        relu_shortcut: !sngan && !first,
        c1: b.conv(&part(c1), from, to, 3),
        c2: b.conv(&part(c2), to, to, 3),
        shortcut: shortcut.then(|| b.conv(&part(c0), from, to, 1)),
    };
    let pass: Pass = Box::new(move |net, leaves, i| block.forward(net, leaves, i.x.clone()));
    (b, pass)
}

/// BigGAN-32's generator or discriminator at a small width.
fn whole(case: &Case) -> (Blueprint, Pass) {
    let (_, [_, inputs, height, _]) = case.input();
    let mut config = base();
    let ModelConfig::Biggan(preset) = config.model.clone() else {
        panic!("biggan-cifar10 is no BigGAN any more")
    };
    let is_generator = case.has("linear.bias");
    let mut m = BigganConfig {
        naming: BigganNaming::Biggan32,
        ..preset
    };
    if is_generator {
        let [classes, width] = *case.shape("blocks.0.bn1.gain") else {
            panic!("{}: not a table", case.name)
        };
        (m.classes, m.g_channels) = (classes, vec![width; m.g_channels.len()]);
        config.z_dim = inputs;
    } else {
        let [classes, width] = *case.shape("embedding") else {
            panic!("{}: not a table", case.name)
        };
        (m.classes, m.d_channels) = (classes, vec![width; m.d_channels.len()]);
        m.d_spectral_norm = case.is_spectral("classifier");
        config.data.side = height;
    }
    config.model = ModelConfig::Biggan(m);
    let role = if is_generator { Role::G } else { Role::D };
    let (model, blueprint) = model::build(&config, role, 3);
    let pass: Pass =
        Box::new(move |net, leaves, i| model.forward(net, leaves, i.x.clone(), i.classes.as_ref()));
    (blueprint, pass)
}
