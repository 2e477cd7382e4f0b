//! IDX, CIFAR-10 and STL-10 files.

use std::fs;

use tightrope_core::data::ImageSet;

use super::{assert_refused, folder, gzip, images, open, write};

/// `count` images whose pixel (y, x) is (index + 3 y + x) mod 251.
fn idx_images(count: u32) -> Vec<u8> {
    let mut bytes = [0x0803, count, 28, 28].map(u32::to_be_bytes).concat();
    bytes.extend(
        (0..count).flat_map(|i| (0..784).map(move |p| ((i + 3 * (p / 28) + p % 28) % 251) as u8)),
    );
    bytes
}

fn idx_labels(count: u32) -> Vec<u8> {
    let mut bytes = [0x0801, count].map(u32::to_be_bytes).concat();
    bytes.extend((0..count).map(|i| (i % 10) as u8));
    bytes
}

#[test]
fn idx_images_are_padded_and_averaged() {
    let dir = folder();
    write(&dir, "train-images-idx3-ubyte.gz", &gzip(&idx_images(70)));
    write(&dir, "train-labels-idx1-ubyte", &idx_labels(70));
    let full = images("fashion-mnist", dir.path(), 32);
    assert_eq!((full.len(), full.channels, full.side), (70, 1, 32));
    assert_eq!(
        full.labels.as_ref().unwrap()[..12],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    );
    assert_eq!(
        (full.classes.len(), full.classes[9].as_str()),
        (10, "ankle boot")
    );
    let image = full.image(9);
    assert_eq!(
        [
            image[0],
            image[31 * 32 + 5],
            image[2 * 32 + 2],
            image[4 * 32 + 7]
        ],
        [0, 0, 9, 9 + 6 + 5]
    );
    let half = images("mnist", dir.path(), 16);
    // Mean over rows and columns 2 and 3 of the 32: values 9, 10, 12, 13.
    assert_eq!(half.image(9)[16 + 1], 11);
    assert_eq!(open("mnist", dir.path(), 16, 65).unwrap().len(), 65);
}

#[test]
fn wrong_idx_files_are_refused() {
    let dir = folder();
    assert_refused(
        "mnist",
        dir.path(),
        16,
        &["no train-images", &dir.path().display().to_string()],
    );
    let whole = idx_images(70);
    let cut = write(&dir, "a/train-images-idx3-ubyte", &whole[..16 + 69 * 784]);
    assert_refused(
        "mnist",
        cut.parent().unwrap(),
        16,
        &["truncated", "announces 70", "holds 69"],
    );
    let cut = write(&dir, "b.gz", &gzip(&whole)[..2000]);
    assert_refused("mnist", &cut, 16, &["b.gz", "truncated"]);
    let long = write(&dir, "long", &[&whole[..], b"more"].concat());
    assert_refused("mnist", &long, 16, &["longer than the 70 images"]);
    let mut endless = idx_images(70);
    endless[4..8].fill(255);
    assert_refused(
        "mnist",
        &write(&dir, "c", &endless),
        16,
        &["truncated", "4294967295"],
    );
    assert_refused(
        "mnist",
        &write(&dir, "d", b"not an idx file at all"),
        16,
        &["not an IDX file"],
    );
    assert_refused("mnist", &write(&dir, "e", b""), 16, &["not an IDX file"]);
    assert_refused(
        "mnist",
        &write(&dir, "f", &idx_images(63)),
        16,
        &["63 images", "64"],
    );
    let few = write(&dir, "g/x-images", &idx_images(70));
    write(&dir, "g/x-labels", &idx_labels(60));
    assert_refused("mnist", &few, 16, &["x-labels", "70 images"]);
    assert_refused("mnist", dir.path(), 20, &["data.side is 20", "16 or 32"]);
}

/// `count` records, label i mod 10, channel c constant 40 c + i.
fn cifar(count: usize) -> Vec<u8> {
    let record = |i: usize| {
        let mut record = vec![(i % 10) as u8];
        (0..3).for_each(|c| record.extend([(40 * c + i) as u8; 1024]));
        record
    };
    (0..count).flat_map(record).collect()
}

#[test]
fn cifar_is_read_from_a_folder_a_file_and_a_tar() {
    let dir = folder();
    write(&dir, "set/data_batch_1.bin", &cifar(70));
    write(&dir, "set/data_batch_1.bin.gz", &gzip(&cifar(70)));
    write(&dir, "set/data_batch_2.bin.gz", &gzip(&cifar(80)));
    write(&dir, "set/test_batch.bin", &cifar(10));
    let set = images("cifar10", &dir.path().join("set"), 16);
    assert_eq!((set.len(), set.channels, set.side), (150, 3, 16));
    assert_eq!((set.image(71)[0], set.image(71)[2 * 256]), (1, 81));
    assert_eq!((set.classes.len(), set.classes[9].as_str()), (10, "truck"));
    assert_eq!(set.labels.unwrap()[69..72], [9, 0, 1]);

    assert_eq!(
        images("cifar10", &dir.path().join("set/data_batch_1.bin.gz"), 32).len(),
        70
    );

    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [
        ("data_batch_1.bin", cifar(70)),
        ("readme.html", b"hello".to_vec()),
        ("test_batch.bin", cifar(9)),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        tar.append_data(
            &mut header,
            format!("cifar-10-batches-bin/{name}"),
            &bytes[..],
        )
        .unwrap();
    }
    let packed = write(
        &dir,
        "cifar-10-binary.tar.gz",
        &gzip(&tar.into_inner().unwrap()),
    );
    assert_eq!(images("cifar10", &packed, 16).len(), 70);
    let cut = write(&dir, "cut.tar.gz", &fs::read(&packed).unwrap()[..200]);
    assert_refused("cifar10", &cut, 16, &["cut", "truncated"]);
}

#[test]
fn wrong_cifar_files_are_refused() {
    let dir = folder();
    assert_refused(
        "cifar10",
        &dir.path().join("nowhere"),
        16,
        &["nowhere does not exist"],
    );
    assert_refused("cifar10", dir.path(), 16, &["no data_batch_*.bin"]);
    let cut = write(&dir, "cut.bin", &cifar(70)[..70 * 3073 - 1]);
    assert_refused("cifar10", &cut, 16, &["cut.bin", "truncated", "3072 bytes"]);
    assert_refused(
        "cifar10",
        &write(&dir, "foreign", &[77; 3073 * 80]),
        16,
        &["foreign", "not a CIFAR-10 batch"],
    );
    write(&dir, "python/data_batch_1", b"pickle");
    assert_refused(
        "cifar10",
        &dir.path().join("python"),
        16,
        &["python version"],
    );
    assert_refused("cifar10", &write(&dir, "empty", b""), 16, &["0 images"]);
}

#[test]
fn stl_is_stored_by_columns() {
    let dir = folder();
    // Red grows to the right, green downwards, blue is constant.
    let one: Vec<u8> = (0..3 * 9216_usize)
        .map(|i| [(i % 9216 / 96) as u8, (i % 96) as u8, 200][i / 9216])
        .collect();
    write(&dir, "unlabeled_X.bin", &one.repeat(64));
    let set = images("stl10", dir.path(), 96);
    let at = |set: &ImageSet, c: usize, y: usize, x: usize| {
        set.image(5)[(c * set.side + y) * set.side + x]
    };
    assert_eq!(
        [at(&set, 0, 10, 70), at(&set, 1, 10, 70), at(&set, 2, 0, 0)],
        [70, 10, 200]
    );
    let half = images("stl10", dir.path(), 48);
    assert!(at(&half, 0, 10, 20).abs_diff(41) <= 1 && at(&half, 1, 10, 20).abs_diff(21) <= 1);
    assert_eq!((set.labels, set.classes), (None, Vec::new()));

    let labelled = write(&dir, "train_X.bin", &one.repeat(64));
    let labels: Vec<u8> = (0..64).map(|i| i % 10 + 1).collect();
    write(&dir, "train_y.bin", &labels);
    let set = images("stl10", &labelled, 48);
    assert_eq!(set.labels.unwrap()[8..11], [8, 9, 0]);
    assert_eq!(set.classes[1], "bird");
    write(&dir, "train_y.bin", &labels[..63]);
    assert_refused("stl10", &labelled, 48, &["train_y.bin", "truncated"]);
    write(&dir, "train_y.bin", &[11; 64]);
    assert_refused("stl10", &labelled, 48, &["train_y.bin", "1 to 10"]);

    let cut = write(&dir, "cut", &one[..9000]);
    assert_refused("stl10", &cut, 48, &["cut", "truncated"]);
    assert_refused("stl10", &cut, 128, &["8 to 96"]);
    assert_refused(
        "stl10",
        folder().path(),
        48,
        &["unlabeled_X.bin", "train_X.bin"],
    );
}
