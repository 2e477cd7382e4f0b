//! A limited set is a sample of the whole set, equal wherever the files lie and for every caller.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use image::{Rgb, RgbImage};
use tightrope_core::data::ImageSet;

use super::{folder, gzip, images, open, write};

/// Images of each class in a set.
fn by_class(set: &ImageSet) -> Vec<usize> {
    let labels = set.labels.as_ref().unwrap();
    let of = |class| {
        labels
            .iter()
            .filter(move |label| usize::from(**label) == class)
    };
    (0..set.classes.len())
        .map(|class| of(class).count())
        .collect()
}

/// The indices in `all` of a sample's images, which must all differ.
fn places(some: &ImageSet, all: &ImageSet) -> Vec<usize> {
    let place = |image: &[u8]| (0..all.len()).find(|at| all.image(*at) == image).unwrap();
    (0..some.len()).map(|at| place(some.image(at))).collect()
}

fn assert_same(one: &ImageSet, other: &ImageSet) {
    assert_eq!((one.len(), &one.labels), (other.len(), &other.labels));
    assert!((0..one.len()).all(|at| one.image(at) == other.image(at)));
}

/// Writes 600 pictures, 200 into each of three folders.
fn pictures(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for index in 0..600_u32 {
        let name = format!(
            "{}/{index:03}.png",
            ["ant", "bee", "cow"][index as usize / 200]
        );
        let path = dir.join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let colour = Rgb([(index % 256) as u8, (index / 256) as u8, 9]);
        RgbImage::from_pixel(8, 8, colour).save(path).unwrap();
        names.push(name);
    }
    names
}

#[test]
fn a_limited_folder_sorted_by_class_keeps_every_class() {
    let dir = folder();
    let names = pictures(dir.path());
    let some = open("folder", dir.path(), 8, 90).unwrap();
    let counts = by_class(&some);
    assert!(
        counts.iter().all(|count| (18..=42).contains(count)),
        "{counts:?}"
    );
    assert_eq!((some.len(), &some.classes[2]), (90, &"cow".to_owned()));
    // The sample keeps the order, and a larger sample contains it.
    let all = images("folder", dir.path(), 8);
    let chosen = places(&some, &all);
    assert!(chosen.is_sorted());
    let more = places(&open("folder", dir.path(), 8, 300).unwrap(), &all);
    assert!(chosen.iter().all(|place| more.contains(place)));
    assert_same(&some, &open("folder", dir.path(), 8, 90).unwrap());
    assert_eq!(open("folder", dir.path(), 8, 9000).unwrap().len(), 600);

    let packed = dir.path().join("set.zip");
    let mut zip = zip::ZipWriter::new(File::create(&packed).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in &names {
        zip.start_file(name, options).unwrap();
        zip.write_all(&fs::read(dir.path().join(name)).unwrap())
            .unwrap();
    }
    zip.finish().unwrap();
    assert_same(&some, &open("zip", &packed, 8, 90).unwrap());
}

#[test]
fn limited_archives_of_tiny_imagenet_keep_every_class() {
    let dir = folder();
    let train = dir.path().join("train");
    let mut tar = tar::Builder::new(Vec::new());
    for name in pictures(&train) {
        tar.append_path_with_name(train.join(&name), format!("train/{name}"))
            .unwrap();
    }
    let packed = write(&dir, "packed/set.tar", &tar.into_inner().unwrap());
    let some = open("tiny-imagenet", &train, 8, 90).unwrap();
    assert!(by_class(&some).iter().all(|count| *count > 0));
    assert_same(&some, &open("tiny-imagenet", &packed, 8, 90).unwrap());
}

#[test]
fn limited_idx_files_keep_every_class_and_the_labels_that_belong() {
    let dir = folder();
    let mut bytes = [0x0803, 600, 28, 28].map(u32::to_be_bytes).concat();
    bytes.extend((0..600).flat_map(|index| [(index / 60 * 20) as u8; 784]));
    let mut labels = [0x0801, 600].map(u32::to_be_bytes).concat();
    labels.extend((0..600).map(|index| (index / 60) as u8));
    write(&dir, "plain/train-images-idx3-ubyte", &bytes);
    write(&dir, "plain/train-labels-idx1-ubyte", &labels);
    let some = open("mnist", &dir.path().join("plain"), 32, 200).unwrap();
    assert!(by_class(&some).iter().all(|count| (8..=34).contains(count)));
    let middle = 16 * 32 + 16;
    for (at, label) in some.labels.as_ref().unwrap().iter().enumerate() {
        assert_eq!(u16::from(some.image(at)[middle]), label * 20);
    }
    write(&dir, "packed/train-images-idx3-ubyte.gz", &gzip(&bytes));
    write(&dir, "packed/train-labels-idx1-ubyte.gz", &gzip(&labels));
    assert_same(
        &some,
        &open("mnist", &dir.path().join("packed"), 32, 200).unwrap(),
    );
    // A count in the header reserves no memory.
    bytes[4..8].fill(255);
    write(&dir, "lying/train-images-idx3-ubyte", &bytes);
    let error = open("mnist", &dir.path().join("lying"), 32, 200).unwrap_err();
    assert!(error.to_string().contains("holds 600"), "{error}");
}

#[test]
fn limited_cifar_is_the_same_from_a_folder_and_from_a_tar() {
    let dir = folder();
    let batch = |from: usize| -> Vec<u8> {
        let record = |index: usize| {
            let mut record = vec![(index / 60) as u8];
            record.extend([(index % 256) as u8; 1024]);
            record.extend([(index / 256) as u8; 2048]);
            record
        };
        (from..from + 300).flat_map(record).collect()
    };
    let mut tar = tar::Builder::new(Vec::new());
    for (number, from) in [(1, 0), (2, 300)] {
        let name = format!("data_batch_{number}.bin");
        let bytes = batch(from);
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, &name, &bytes[..]).unwrap();
        let packed = number == 2;
        let (end, bytes) = if packed {
            (".gz", gzip(&bytes))
        } else {
            ("", bytes)
        };
        write(&dir, &format!("set/{name}{end}"), &bytes);
    }
    let some = open("cifar10", &dir.path().join("set"), 32, 200).unwrap();
    assert!(by_class(&some).iter().all(|count| (8..=34).contains(count)));
    let tar = write(&dir, "set.tar.gz", &gzip(&tar.into_inner().unwrap()));
    assert_same(&some, &open("cifar10", &tar, 32, 200).unwrap());
}

#[test]
fn limited_stl_has_the_labels_that_belong_and_foreign_files_are_refused() {
    let dir = folder();
    let bytes: Vec<u8> = (0..160_u8).flat_map(|index| [index; 3 * 96 * 96]).collect();
    let labels: Vec<u8> = (0..160).map(|index| index / 16 + 1).collect();
    let file = write(&dir, "train_X.bin", &bytes);
    write(&dir, "train_y.bin", &labels);
    let some = open("stl10", &file, 8, 80).unwrap();
    assert!(by_class(&some).iter().all(|count| *count > 0));
    for (at, label) in some.labels.as_ref().unwrap().iter().enumerate() {
        assert_eq!(u16::from(some.image(at)[0]) / 16, *label);
    }
    let foreign = write(&dir, "set.tar.gz", &gzip(&[&bytes[..], &[0; 512]].concat()));
    let error = open("stl10", &foreign, 8, 80).unwrap_err().to_string();
    assert!(error.contains("truncated or of another format"), "{error}");
}
