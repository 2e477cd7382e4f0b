//! Files recognised by their content.

use std::io::{Cursor, Write};

use image::{ImageFormat, RgbImage};
use tightrope_core::data::{FileKind, recognise};

use super::{folder, gzip, write};

fn zipped(names: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*name, options).unwrap();
        zip.write_all(b"anything").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tarred(names: &[&str]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for name in names {
        let mut header = tar::Header::new_gnu();
        header.set_size(8);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &b"anything"[..])
            .unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn files_are_told_by_their_content() {
    let dir = folder();
    let picture = |format| {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::new(9, 9).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    for (name, bytes, kind, source) in [
        (
            "a.png",
            picture(ImageFormat::Png),
            Some(FileKind::Image),
            None,
        ),
        // A wrong extension of the right sort does no harm.
        (
            "b.png",
            picture(ImageFormat::Jpeg),
            Some(FileKind::Image),
            None,
        ),
        (
            "c.webp",
            picture(ImageFormat::WebP),
            Some(FileKind::Image),
            None,
        ),
        (
            "digits",
            vec![0, 0, 8, 3, 0],
            Some(FileKind::Idx),
            Some("mnist"),
        ),
        (
            "fashion.gz",
            gzip(&[0, 0, 8, 3, 0]),
            Some(FileKind::Idx),
            Some("fashion-mnist"),
        ),
        (
            "labels.gz",
            gzip(&[0, 0, 8, 1, 0]),
            Some(FileKind::IdxLabels),
            None,
        ),
        (
            "mine.bin",
            vec![9; 3073],
            Some(FileKind::CifarBatch),
            Some("cifar10"),
        ),
        (
            "unlabeled_X.bin",
            vec![9; 100],
            Some(FileKind::Stl),
            Some("stl10"),
        ),
        (
            "p.zip",
            zipped(&["cats/1.png"]),
            Some(FileKind::Zip),
            Some("zip"),
        ),
        (
            "q",
            zipped(&["__MACOSX/1.png", "x.txt"]),
            Some(FileKind::Zip),
            None,
        ),
        (
            "t.zip",
            zipped(&["t/wnids.txt", "t/train/n1/images/1.JPEG"]),
            Some(FileKind::Zip),
            Some("tiny-imagenet"),
        ),
        (
            "cifar.tar.gz",
            gzip(&tarred(&["cifar-10-batches-bin/data_batch_1.bin"])),
            Some(FileKind::Tar),
            Some("cifar10"),
        ),
        (
            "tiny.tar",
            tarred(&["train/n1/1.png"]),
            Some(FileKind::Tar),
            Some("tiny-imagenet"),
        ),
        ("other.tar", tarred(&["notes"]), Some(FileKind::Tar), None),
        ("other.bin", vec![99; 3073], None, None),
        ("config.json", b"{}".to_vec(), None, None),
        ("empty", Vec::new(), None, None),
    ] {
        let path = write(&dir, name, &bytes);
        assert_eq!(FileKind::of(&path).unwrap(), kind, "{name}");
        assert_eq!(recognise(&path, &()).unwrap(), source, "{name}");
    }
}

#[test]
fn folders_are_told_by_their_names_and_pictures() {
    for (file, source) in [
        ("data_batch_3.bin", Some("cifar10")),
        ("train-images-idx3-ubyte.gz", Some("mnist")),
        ("stl10_binary/unlabeled_X.bin", Some("stl10")),
        ("wnids.txt", Some("tiny-imagenet")),
        ("cats/deep/1.jpg", Some("folder")),
        ("notes.txt", None),
    ] {
        let dir = folder();
        write(&dir, file, b"anything");
        assert_eq!(recognise(dir.path(), &()).unwrap(), source, "{file}");
    }
}

#[test]
fn what_only_seems_to_be_data_is_refused() {
    let dir = folder();
    let mut cut = gzip(&[0; 4000]);
    cut.truncate(15);
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let pickled = gzip(&tarred(&["cifar-10-batches-py/data_batch_1"]));
    for (name, bytes, part) in [
        ("cut.gz", cut, "cut.gz is truncated or damaged"),
        ("photo", png, "photo holds an image, but its name"),
        (
            "data_batch_1",
            vec![0x80, 2],
            "data_batch_1 is of CIFAR-10's python",
        ),
        (
            "cifar.tar.gz",
            pickled,
            "cifar.tar.gz is of CIFAR-10's python",
        ),
        (
            "broken.zip",
            b"PK\x03\x04".to_vec(),
            "broken.zip is not a zip",
        ),
        ("broken.tar", vec![7; 700], "broken.tar is not a tar"),
    ] {
        let path = write(&dir, name, &bytes);
        let why = recognise(&path, &()).unwrap_err();
        assert!(why.is_input());
        let why = why.to_string();
        assert!(
            why.contains(part) && why.lines().count() == 1,
            "{name}: {why}"
        );
    }
}
