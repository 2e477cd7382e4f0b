use std::path::Path;

use burn::tensor::Device;
use safetensors::SafeTensors;

use super::{device::OnDevice, host::Host, input::Input, network::Layers, *};

/// The fixtures' folder.
pub const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/evaluation");

/// The formula of `make.py` in that folder.
pub fn formula(name: &str, count: usize) -> Vec<f32> {
    let mut seed = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        seed = (seed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let value = |place: u64| {
        let mut z = seed.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (1..=count as u64).map(value).collect()
}

fn tensor(name: &str, shape: &[usize]) -> (Vec<usize>, Vec<f32>) {
    let mut values = formula(name, shape.iter().product());
    let (start, factor) = if name.ends_with("running_var") {
        (1.0, 0.5)
    } else if name.ends_with("bn.weight") {
        (1.0, 0.1)
    } else if let [_, rest @ ..] = shape
        && !rest.is_empty()
    {
        (
            0.0,
            (6.0 / rest.iter().product::<usize>() as f64).sqrt() as f32,
        )
    } else {
        (0.0, 0.1)
    };
    values
        .iter_mut()
        .for_each(|value| *value = start + factor * *value);
    (shape.to_vec(), values)
}

/// A network's tensors by the formula.
fn tensors(network: Network) -> Tensors {
    let mut all = Tensors::new();
    let mut add = |name: String, shape: &[usize]| {
        let tensor = tensor(&name, shape);
        all.insert(name, tensor);
    };
    for layer in network.layers().layers {
        let [kh, kw] = layer.conv.kernel;
        let outputs = layer.conv.outputs;
        add(
            format!("{}.weight", layer.conv.name),
            &[outputs, layer.inputs, kh, kw],
        );
        for what in ["weight", "bias", "running_mean", "running_var"] {
            add(format!("{}.{what}", layer.conv.norm), &[outputs]);
        }
    }
    let head = network.head();
    add(
        format!("{}.weight", head.name),
        &[head.classes, network.dim()],
    );
    add(format!("{}.bias", head.name), &[head.classes]);
    all
}

/// Three images of 32 pixels.
fn images() -> Vec<u8> {
    formula("images", 3 * 3 * 32 * 32)
        .iter()
        .map(|v| ((v + 1.0) * 128.0) as u8)
        .collect()
}

fn bytes(values: &[u8]) -> Bytes<'_> {
    Bytes {
        channels: 3,
        side: 32,
        values,
    }
}

fn cpu() -> Chosen {
    Chosen::new(Device::flex(), "CPU", false)
}

fn assert_close(ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len());
    let worst = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst < tolerance, "off by {worst}");
}

#[test]
fn inception_agrees_with_pytorch_fid_and_torch_fidelity() {
    let file = std::fs::read(Path::new(FIXTURES).join("inception.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    let expected = |name: &str| -> Vec<f32> {
        bytemuck::pod_collect_to_vec(file.tensor(name).unwrap().data())
    };
    let weights = Weights::of(tensors(Network::Inception));
    let network = FeatureNet::with_weights(Kind::Inception, weights, &cpu()).unwrap();
    let values = images();
    for (resize, biased, logits) in [
        (Resize::Torch, true, "logits"),
        (Resize::TensorFlow, false, "logits_unbiased"),
    ] {
        let of = |what: &str| expected(&format!("{}.{what}", resize.name()));
        let input = Input::new(Network::Inception, resize, 32);
        let mut planes = vec![vec![0.0; 299 * 299]; 3];
        for (channel, plane) in planes.iter_mut().enumerate() {
            input.write(&bytes(&values), 1, channel, plane);
        }
        let pick = |i: usize| planes[i % 3][i * 7919 % 299 * 299 + i * 104_729 % 299];
        assert_close(
            &(0..256).map(pick).collect::<Vec<f32>>(),
            &of("input"),
            1e-6,
        );
        let features = pollster::block_on(network.features(bytes(&values), resize, &())).unwrap();
        assert_close(&features.values, &of("pool"), 1e-4);
        assert_close(&network.logits(&features, biased), &of(logits), 1e-4);
    }
}

/// Compares two implementations of every operation, one of them burn's own.
#[test]
fn a_device_computes_what_the_cpu_computes() {
    let values = images();
    for network in [Network::ResNet { blocks: 2 }, Network::Inception] {
        let layers: Layers = network.layers();
        let weights = || Weights::of(tensors(network));
        let host = Host::new(&layers, &mut weights()).unwrap();
        let device = OnDevice::new(&layers, &mut weights(), &Device::flex()).unwrap();
        let ours = host
            .features(network, bytes(&values), Resize::Torch, &())
            .unwrap();
        let theirs = device.features(network, bytes(&values), Resize::Torch, &());
        assert_close(&ours, &pollster::block_on(theirs).unwrap(), 1e-4);
        assert!(ours.iter().any(|value| *value > 0.01));
    }
}

#[test]
fn a_file_of_torch_save_is_read() {
    let mut weights = Weights::read(&Path::new(FIXTURES).join("small.pth")).unwrap();
    assert_eq!(
        weights.take("a.weight", &[2, 3]).unwrap(),
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    );
    assert_eq!(weights.take("c", &[3]).unwrap(), [1.0, 2.0, 3.0]);
    assert!(weights.finish().is_ok() && weights.sha256.len() == 64);
}

#[test]
fn wrong_weights_are_refused_by_name_and_shape() {
    let network = Network::ResNet { blocks: 1 };
    let refusal = |change: &dyn Fn(&mut Tensors)| {
        let mut tensors = tensors(network);
        change(&mut tensors);
        let network = FeatureNet::with_weights(Kind::ResNet, Weights::of(tensors), &cpu());
        network
            .err()
            .map_or(String::new(), |error| error.to_string())
    };
    assert_eq!(refusal(&|_| ()), "");
    let missing = refusal(&|all| drop(all.remove("layer2.0.bn1.running_mean")));
    assert!(
        missing.contains("there is no `layer2.0.bn1.running_mean`"),
        "{missing}"
    );
    let other = refusal(&|all| drop(all.insert("linear.bias".into(), (vec![11], vec![0.0; 11]))));
    assert!(
        other.contains("`linear.bias` is [11] where [10] belongs"),
        "{other}"
    );
    let spare = refusal(&|all| drop(all.insert("spare".into(), (vec![1], vec![0.0]))));
    assert!(spare.contains("no place for `spare`"), "{spare}");
    let none = refusal(&|all| all.clear());
    assert!(
        none.contains("no `layer1.0.conv1.weight`; it has no tensors"),
        "{none}"
    );
    let damaged = refusal(&|all| {
        if let Some((_, values)) = all.get_mut("bn1.weight") {
            values[3] = f32::NAN;
        }
    });
    assert!(
        damaged.contains("`bn1.weight` has values that are not finite"),
        "{damaged}"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weights.pth");
    let refusal = || Weights::read(&file).err().unwrap().to_string();
    assert!(refusal().contains("no such file"));
    std::fs::write(&file, "no weights at all").unwrap();
    assert!(refusal().contains("neither safetensors nor weights saved by PyTorch"));
    std::fs::write(&file, b"\x08\0\0\0\0\0\0\0{\"a\":1}").unwrap();
    assert!(refusal().contains("not a whole safetensors file"));
}

#[test]
fn it_can_be_called_off() {
    struct Off;
    impl Progress for Off {
        fn at(&self, done: usize, _: usize) -> Result<()> {
            if done == 0 {
                Ok(())
            } else {
                Err(Error::Cancelled)
            }
        }
    }
    let weights = Weights::of(tensors(Network::ResNet { blocks: 1 }));
    let network = FeatureNet::with_weights(Kind::ResNet, weights, &cpu()).unwrap();
    let values = images();
    let off = pollster::block_on(network.features(bytes(&values), Resize::Torch, &Off));
    assert!(matches!(off, Err(Error::Cancelled)));
}

#[test]
fn networks_are_named_with_their_file() {
    let parsed: NetworkFile = "inception:a:b.pth".parse().unwrap();
    assert_eq!(
        (parsed.kind, parsed.path),
        (Kind::Inception, PathBuf::from("a:b.pth"))
    );
    let refusal = |text: &str| text.parse::<NetworkFile>().unwrap_err();
    assert!(refusal("vgg:x").contains("choose inception or resnet"));
    assert!(refusal("inception").contains("inception:FILE"));
    assert!(refusal("resnet:").contains("resnet:FILE"));
}
