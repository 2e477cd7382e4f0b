//! Folders and archives of encoded images.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

use super::{assert_refused, folder, images, open, write};

fn picture(i: u32) -> DynamicImage {
    let (width, height) = (20 + i % 7, 20 + i % 5);
    if i.is_multiple_of(2) {
        RgbImage::from_pixel(width, height, Rgb([i as u8, 100, 200])).into()
    } else {
        GrayImage::from_pixel(width, height, Luma([i as u8])).into()
    }
}

fn save(dir: &Path, name: &str, i: u32) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture(i).save(path).unwrap();
}

/// Writes 66 images of many sizes and three formats into `cat` and `dog/deep`.
fn pictures(dir: &Path) {
    for i in 0..66 {
        let end = ["png", "jpg", "webp"][i as usize % 3];
        let class = if i < 40 { "cat" } else { "dog/deep" };
        save(dir, &format!("{class}/{i:02}.{end}"), i);
    }
    fs::write(dir.join("notes.txt"), "not an image").unwrap();
}

#[test]
fn folders_are_read_in_order_with_classes() {
    let dir = folder();
    pictures(dir.path());
    let set = images("folder", dir.path(), 16);
    assert_eq!((set.len(), set.channels, set.side), (66, 3, 16));
    let labels = set.labels.clone().unwrap();
    assert!(labels[..40].iter().all(|l| *l == 0) && labels[40..].iter().all(|l| *l == 1));
    assert_eq!(set.classes, ["cat", "dog"]);
    assert_eq!(
        (set.image(12)[0], set.image(12)[256], set.image(12)[512]),
        (12, 100, 200)
    );
    // Odd images are grey, and JPEG may be off by one or two.
    assert!(set.image(13).iter().all(|v| v.abs_diff(13) <= 2));
    save(dir.path(), "loose.png", 3);
    assert_eq!(images("folder", dir.path(), 48).labels, None);
    assert_eq!(open("folder", dir.path(), 16, 64).unwrap().len(), 64);
}

#[test]
fn wrong_folders_are_refused() {
    let dir = folder();
    assert_refused(
        "folder",
        &dir.path().join("gone"),
        32,
        &["gone does not exist"],
    );
    assert_refused("folder", dir.path(), 32, &["no PNG, JPEG or WebP"]);
    save(dir.path(), "a.png", 0);
    assert_refused("folder", dir.path(), 32, &["1 images found", "64"]);
    assert_refused(
        "folder",
        &dir.path().join("a.png"),
        32,
        &["a.png is a file"],
    );
    assert_refused("folder", dir.path(), 4, &["data.side is 4", "8 to 512"]);
    pictures(dir.path());
    let png = fs::read(dir.path().join("cat/06.png")).unwrap();
    fs::write(dir.path().join("cat/06.png"), &png[..png.len() / 2]).unwrap();
    assert_refused(
        "folder",
        dir.path(),
        32,
        &["06.png", "not a readable image", "remove"],
    );
    fs::write(dir.path().join("cat/06.png"), "a text").unwrap();
    assert_refused("folder", dir.path(), 32, &["06.png"]);
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused() {
    let dir = folder();
    pictures(dir.path());
    let path = dir.path().join("cat/00.png");
    let mut png = fs::read(&path).unwrap();
    png[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    fs::write(&path, png).unwrap();
    assert_refused("folder", dir.path(), 32, &["00.png"]);
}

fn zipped(dir: &Path, root: &str) -> PathBuf {
    let (source, path) = (folder(), dir.join("set.zip"));
    pictures(source.path());
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    for i in (0..66).rev() {
        let end = ["png", "jpg", "webp"][i % 3];
        let name = format!("{}/{i:02}.{end}", if i < 40 { "cat" } else { "dog/deep" });
        zip.start_file(
            format!("{root}{name}"),
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        zip.write_all(&fs::read(source.path().join(name)).unwrap())
            .unwrap();
    }
    zip.start_file(
        "__MACOSX/._00.png",
        zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    zip.write_all(b"junk").unwrap();
    zip.finish().unwrap();
    path
}

#[test]
fn zips_are_read_like_folders() {
    let plain = folder();
    pictures(plain.path());
    let expected = images("folder", plain.path(), 16);
    for root in ["", "pets/"] {
        let dir = folder();
        let set = images("zip", &zipped(dir.path(), root), 16);
        assert_eq!(set.labels, expected.labels);
        assert!((0..66).all(|i| set.image(i) == expected.image(i)));
    }
}

#[test]
fn wrong_zips_are_refused() {
    let dir = folder();
    assert_refused("zip", dir.path(), 16, &["is a folder; use folder:PATH"]);
    let zip = zipped(dir.path(), "");
    assert_refused("folder", &zip, 16, &["use zip:PATH"]);
    let bytes = fs::read(&zip).unwrap();
    assert_refused(
        "zip",
        &write(&dir, "cut.zip", &bytes[..bytes.len() / 2]),
        16,
        &["cut.zip", "not a zip archive"],
    );
    let mut broken = bytes;
    broken[200..1500].fill(0x55);
    assert_refused(
        "zip",
        &write(&dir, "broken.zip", &broken),
        16,
        &["broken.zip"],
    );
}

#[test]
fn tiny_imagenet_is_read_from_a_folder_and_a_tar() {
    let dir = folder();
    let mut tar = tar::Builder::new(Vec::new());
    for i in 0..64 {
        let name = format!("train/n{:02}/images/n_{i:02}.png", i / 32);
        save(dir.path(), &name, i);
        tar.append_path_with_name(dir.path().join(&name), &name)
            .unwrap();
    }
    save(dir.path(), "val/images/v.png", 1);
    let set = images("tiny-imagenet", dir.path(), 16);
    assert_eq!(set.len(), 64);
    assert_eq!(set.labels.as_ref().unwrap()[31..33], [0, 1]);
    let packed = write(&dir, "packed/set.tar", &tar.into_inner().unwrap());
    for path in [packed.as_path(), packed.parent().unwrap()] {
        let same = images("tiny-imagenet", path, 16);
        assert_eq!(same.labels, set.labels);
        assert!((0..64).all(|i| same.image(i) == set.image(i)));
    }
    let cut = write(&dir, "cut.tar", &fs::read(&packed).unwrap()[..10_000]);
    assert_refused("tiny-imagenet", &cut, 16, &["cut.tar"]);
    assert_refused("tiny-imagenet", folder().path(), 16, &["no folder `train`"]);
}
