//! The real datasets, read where they exist.

use std::{fs, path::PathBuf};

use tightrope_core::{
    data::ImageSet,
    device::{self, DeviceChoice},
    feature::{Bytes, FeatureNet, Kind, NetworkFile, Resize},
};

use super::{assert_refused, folder, images, open, write};

/// A dataset in `TIGHTROPE_DATA` or in a folder beside the workspace.
fn real(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let path = std::env::var_os("TIGHTROPE_DATA")
        .map_or(PathBuf::from(beside), PathBuf::from)
        .join(name);
    if !path.is_dir() {
        println!("skipped: no {}", path.display());
    }
    path.is_dir().then_some(path)
}

fn mean(set: &ImageSet) -> f64 {
    let sum: u64 = (0..set.len())
        .flat_map(|i| set.image(i))
        .map(|v| u64::from(*v))
        .sum();
    sum as f64 / (set.len() * set.image(0).len()) as f64
}

#[test]
fn real_mnist_and_fashion_mnist() {
    // Known means of the training sets, spread over 32 x 32 pixels.
    for (name, known) in [("mnist", 33.3184), ("fashion-mnist", 72.9404)] {
        let Some(path) = real(name) else { continue };
        let set = images(name, &path, 32);
        assert_eq!(set.len(), 60_000);
        assert!(
            (mean(&set) * 1024.0 / 784.0 - known).abs() < 1e-3,
            "{name}: {}",
            mean(&set)
        );
        let labels = set.labels.unwrap();
        assert!((0..10).all(|class| labels.iter().filter(|l| **l == class).count() > 5000));
        assert_eq!(
            labels[..3],
            if name == "mnist" {
                [5, 0, 4]
            } else {
                [9, 0, 0]
            }
        );
    }
}

#[test]
fn real_cifar() {
    let Some(path) = real("cifar10") else { return };
    let plain = images("cifar10", &path.join("first1000_of_data_batch_1.bin"), 32);
    let packed = images("cifar10", &path, 32);
    assert_eq!(plain.len(), 1000);
    assert!((0..1000).all(|i| plain.image(i) == packed.image(i)));
    let drawn = open("cifar10", &path, 32, 1000).unwrap();
    let labels = drawn.labels.unwrap();
    assert!((0..10).all(|class| labels.iter().filter(|l| **l == class).count() > 60));
    assert_eq!(plain.labels.as_ref().unwrap()[..3], [6, 9, 9]);
    let half = images("cifar10", &path.join("first1000_of_data_batch_1.bin"), 16);
    assert!((mean(&half) - mean(&plain)).abs() < 0.2);

    let dir = folder();
    let head = fs::read(path.join("data_batch_1.bin.xz")).unwrap();
    let cut = write(&dir, "data_batch_1.bin.xz", &head[..1 << 20]);
    assert_refused("cifar10", &cut, 16, &["data_batch_1.bin.xz", "truncated"]);
    assert_refused(
        "stl10",
        &path.join("first1000_of_data_batch_1.bin"),
        48,
        &["truncated or of another format"],
    );
}

#[test]
fn real_tiny_imagenet() {
    let Some(path) = real("tiny-imagenet-2k") else {
        return;
    };
    let set = images("tiny-imagenet", &path, 64);
    assert_eq!((set.len(), set.side), (2000, 64));
    let labels = set.labels.as_ref().unwrap();
    assert!((0..200).all(|class| labels.iter().filter(|l| **l == class).count() == 10));
    assert!((90.0..140.0).contains(&mean(&set)), "{}", mean(&set));
}

/// The accuracy its authors published: 91.73 % on all test images.
#[test]
fn the_published_resnet_reads_the_real_test_images() {
    let (Some(cifar), Some(networks)) = (real("cifar10"), real("resnet-cifar10")) else {
        return;
    };
    let set = images("cifar10", &cifar.join("test_batch.bin.xz"), 32);
    let values: Vec<u8> = (0..set.len()).flat_map(|i| set.image(i)).copied().collect();
    let images = Bytes {
        channels: 3,
        side: 32,
        values: &values,
    };
    let file = NetworkFile {
        kind: Kind::ResNet,
        path: networks.join("resnet20-12fca82f.safetensors"),
    };
    let chosen = pollster::block_on(device::open(DeviceChoice::Cpu)).expect("the CPU");
    let network = FeatureNet::open(&file, &chosen).expect("the network");
    let features =
        pollster::block_on(network.features(images, Resize::Torch, &())).expect("features");
    let logits = network.logits(&features, true);
    let likeliest = |row: &[f32]| {
        (0..10_u16).max_by(|a, b| row[usize::from(*a)].total_cmp(&row[usize::from(*b)]))
    };
    let labels = set.labels.expect("labels");
    let right = logits
        .chunks_exact(10)
        .zip(&labels)
        .filter(|(row, label)| likeliest(row) == Some(**label));
    assert_eq!(right.count(), 9173);
}
