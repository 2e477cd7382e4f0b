use std::{path::Path, sync::Arc};

use tempfile::{TempDir, tempdir};
use tightrope_core::{
    config::RunConfig, device::DeviceChoice, method::Method, record::png_of, session::RunState,
};

use super::*;
use crate::{
    export::{Options, What},
    lab::{
        InPlace, Request, RunKey,
        own_data::{MOST_AT_ONCE, check_size},
        tests::{ask, configs, ends, trouble},
    },
};

/// A lab as the desktop program has it.
fn desktop(out: &Path) -> Lab {
    Lab::new(DeviceChoice::Cpu, out.to_owned(), Arc::new(InPlace))
}

/// A lab as a page has it, with a shelf in this folder.
fn page(root: &Path) -> (Lab, Shelf) {
    let mut lab = desktop(&root.join("runs"));
    let shelf = Shelf::new(root);
    lab.keep_data(shelf.clone());
    (lab, shelf)
}

/// Small pictures of several sizes, all different.
fn pictures(count: u32) -> Vec<(String, Vec<u8>)> {
    let picture = |i: u32| {
        let (width, height) = (8 + i % 5, 9 + i % 3);
        let rgb = (0..width * height * 3).map(|byte| (byte + i) as u8);
        let png = png_of(width, height, rgb.collect()).unwrap();
        (format!("{i:03}.png"), png)
    };
    (0..count).map(picture).collect()
}

fn write(dir: &Path, files: &[(String, Vec<u8>)]) -> Vec<PathBuf> {
    fs::create_dir_all(dir).unwrap();
    let paths = files.iter().map(|(name, bytes)| {
        let path = dir.join(name);
        fs::write(&path, bytes).unwrap();
        path
    });
    paths.collect()
}

/// Puts files where a page puts them.
fn give(shelf: &Shelf, files: Vec<(String, Vec<u8>)>) -> Vec<PathBuf> {
    let places = shelf.places(0, files.iter().map(|(name, _)| name.as_str()));
    for (place, (_, bytes)) in places.iter().zip(files) {
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }
    places
}

fn comes(lab: &mut Lab, paths: &[PathBuf]) -> Vec<Reply> {
    ask(lab, Request::Incoming(paths.to_vec()))
}

/// The data that came in last.
fn fresh(replies: &[Reply]) -> OwnData {
    let found = replies.iter().find_map(|reply| match reply {
        Reply::OwnData { all, is_new: true } => all.last().cloned(),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no data: {replies:?}"))
}

fn added(replies: &[Reply]) -> Vec<PathBuf> {
    let folders = replies.iter().filter_map(|reply| match reply {
        Reply::Added(added) => Some(added.folder.clone()),
        _ => None,
    });
    folders.collect()
}

/// The only error.
fn refusal(replies: &[Reply]) -> String {
    let lines = trouble(replies);
    assert!(
        lines.len() == 1 && lines[0].lines().count() == 1,
        "{replies:?}"
    );
    lines[0].to_owned()
}

/// Settings that learn from these data for an iteration or two.
fn learning(own: &OwnData) -> RunConfig {
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = [
        set("data.source", &own.source),
        set("iterations", "2"),
        set("record.sample_every", "2"),
        set("record.quality_samples", "64"),
        set("model.sngan.g_channels", "[4,4,4]"),
        set("model.sngan.d_channels", "[4,4,4]"),
    ];
    let preset = preset::for_data(&own.source).unwrap();
    preset::resolve(preset, Method::Static, None, &overrides).unwrap()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[test]
fn images_given_to_a_page_become_data_that_a_run_learns_from() {
    let root = tempdir().unwrap();
    let (mut lab, shelf) = page(root.path());
    for (name, count) in [("images", 70), ("images-2", 66)] {
        let paths = give(&shelf, pictures(count as u32));
        let own = fresh(&comes(&mut lab, &paths));
        let folder = root.path().join("data").join(name);
        let expected = OwnData {
            name: name.to_owned(),
            source: format!("folder:{}", folder.display()),
            count,
            channels: 3,
            is_kept: true,
        };
        assert_eq!(own, expected);
        assert!(is_empty(&root.path().join("dropped")));
    }
    let own = lab.own_data[0].clone();
    let replies = ask(&mut lab, Request::Start(vec![learning(&own)]));
    assert!(trouble(&replies).is_empty(), "{replies:?}");
    assert_eq!(ends(&replies).len(), 1);

    let (again, _) = page(root.path());
    assert_eq!(again.own_data, lab.own_data, "another lab finds them");
    let replies = ask(&mut lab, Request::ForgetData(own.source.clone()));
    assert!(matches!(&replies[..], [Reply::OwnData { all, is_new: false }] if all.len() == 1));
    assert_eq!(fs::read_dir(root.path().join("data")).unwrap().count(), 2);
}

#[test]
fn files_of_one_kind_are_one_set_and_others_stand_for_themselves() {
    let root = tempdir().unwrap();
    let (mut lab, shelf) = page(root.path());
    let head = |words: &[u32]| words.iter().flat_map(|w| w.to_be_bytes()).collect();
    let images: Vec<u8> = head(&[0x0803, 64, 28, 28]);
    let labels: Vec<u8> = head(&[0x0801, 64]);
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    let paths = give(
        &shelf,
        vec![
            named("train-labels-idx1-ubyte", [labels, vec![3; 64]].concat()),
            named("data_batch_2.bin", vec![1; 40 * 3073]),
            named("mine.json", br#"{"preset": "ring"}"#.to_vec()),
            named(
                "train-images-idx3-ubyte",
                [images, vec![3; 64 * 784]].concat(),
            ),
            named("data_batch_1.bin", vec![1; 40 * 3073]),
            named("notes.txt", b"mine".to_vec()),
        ],
    );
    let replies = comes(&mut lab, &paths);
    let why = refusal(&replies);
    assert!(
        why.contains("notes.txt: neither runs nor settings"),
        "{why}"
    );
    let settings =
        |reply: &Reply| matches!(reply, Reply::Settings(config) if config.preset == "ring");
    assert!(replies.iter().any(settings));
    let found: Vec<(&str, usize, usize)> = lab
        .own_data
        .iter()
        .map(|own| {
            (
                own.source.split(':').next().unwrap(),
                own.count,
                own.channels,
            )
        })
        .collect();
    assert_eq!(found, [("mnist", 64, 1), ("cifar10", 80, 3)]);
    assert!(is_empty(&root.path().join("dropped")));
}

#[test]
fn what_is_refused_leaves_nothing_on_the_page() {
    let root = tempdir().unwrap();
    let (mut lab, shelf) = page(root.path());
    let mut broken = pictures(70);
    broken[7].1.truncate(40);
    let mut misnamed = pictures(1);
    misnamed[0].0 = "photo".to_owned();
    let zip = |bytes: &[u8]| vec![("cats.zip".to_owned(), bytes.to_vec())];
    for (files, part) in [
        (broken, "007.png is not a readable image"),
        (pictures(5), "images: folder: 5 images found, at least 64"),
        (misnamed, "photo holds an image, but its name"),
        (zip(b"PK\x03\x04cut"), "cats.zip: not a zip archive"),
        (
            zip(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            "cats.zip: neither runs",
        ),
    ] {
        let paths = give(&shelf, files);
        let why = refusal(&comes(&mut lab, &paths));
        assert!(why.contains(part), "{part} is not in {why}");
        for folder in ["dropped", "data"] {
            assert!(is_empty(&root.path().join(folder)), "{part}: {folder}");
        }
    }
    let why = check_size(MOST_AT_ONCE + 1).unwrap_err().to_string();
    assert!(why.contains("have 256 MB, and a page can take"), "{why}");
    assert!(check_size(MOST_AT_ONCE).is_ok());
}

#[test]
fn what_is_given_lies_apart_whatever_it_is_called() {
    let shelf = Shelf::new(Path::new(""));
    let names = ["../../evil.png", "a/evil.png", ".."];
    let places = shelf.places(3, names.into_iter());
    let expected = ["evil.png", "_evil.png", "file"];
    let expected = expected.map(|name| Path::new("dropped/3").join(name));
    assert_eq!(places, expected);
}

#[test]
fn on_a_desktop_data_stay_where_they_are() {
    let dir = tempdir().unwrap();
    let folder = dir.path().join("cats");
    let paths = write(&folder, &pictures(70));
    let mut lab = desktop(&dir.path().join("runs"));
    for given in [&paths, &vec![folder.clone()]] {
        let own = fresh(&comes(&mut lab, given));
        assert_eq!(own.source, format!("folder:{}", folder.display()));
        assert_eq!(
            (own.name.as_str(), own.count, own.is_kept),
            ("cats", 70, false)
        );
    }
    assert_eq!(lab.own_data.len(), 1, "the same data are there once");
    for few in [&paths[..66], &paths[..2]] {
        let why = refusal(&comes(&mut lab, few));
        assert!(why.contains("cats: the folder holds more images"), "{why}");
    }
    let own = lab.own_data[0].source.clone();
    ask(&mut lab, Request::ForgetData(own));
    assert!(lab.own_data.is_empty() && folder.is_dir());
    let nowhere = dir.path().join("nowhere");
    let why = refusal(&comes(&mut lab, &[nowhere]));
    assert!(why.contains("nowhere: no such file or folder"), "{why}");
    let nothing = dir.path().join("runs");
    fs::create_dir(&nothing).unwrap();
    assert!(refusal(&comes(&mut lab, &[nothing])).contains("runs: neither"));
}

/// Zips of two runs, each stopped after three of five iterations.
fn packed(dir: &TempDir) -> Vec<PathBuf> {
    let mut lab = desktop(dir.path());
    pollster::block_on(async {
        let methods = [Method::AdaptRelax, Method::StuGan];
        lab.ask(Request::Start(configs("5", &methods))).await;
        for _ in 0..3 {
            lab.advance().await;
        }
        let what = What::Run;
        let keys = vec![RunKey(0), RunKey(1)];
        let options = Options::default();
        lab.ask(Request::Export {
            what,
            keys,
            options,
        })
        .await;
    });
    let written = lab.drain().into_iter().find_map(|reply| match reply {
        Reply::Written(files) => Some(files),
        _ => None,
    });
    written.unwrap()
}

#[test]
fn packed_runs_are_unpacked_opened_and_go_on() {
    let (here, root) = (tempdir().unwrap(), tempdir().unwrap());
    let zips = packed(&here);
    let (mut lab, shelf) = page(root.path());
    let given = |zip: &PathBuf| {
        let name = zip.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read(zip).unwrap())
    };
    let paths = give(&shelf, zips.iter().map(given).collect());
    let replies = comes(&mut lab, &paths);
    assert!(trouble(&replies).is_empty(), "{replies:?}");
    let folders = added(&replies);
    for (folder, zip) in folders.iter().zip(&zips) {
        assert_eq!(folder.file_name(), zip.with_extension("").file_name());
        assert!(folder.starts_with(root.path().join("runs")));
    }
    let state = |reply: &Reply| matches!(reply, Reply::Added(added) if added.state == RunState::Ended && added.history.iteration() == 3);
    assert_eq!(replies.iter().filter(|reply| state(reply)).count(), 2);
    assert!(is_empty(&root.path().join("dropped")) && is_empty(&root.path().join("data")));

    let again = comes(&mut lab, &zips);
    assert!(added(&again).is_empty() && trouble(&again).is_empty());
    for key in [0, 1] {
        let replies = ask(&mut lab, Request::Continue(RunKey(key)));
        assert_eq!(ends(&replies).len(), 1, "{replies:?}");
    }
    let other = added(&comes(&mut lab, &zips[..1]));
    assert!(
        other.len() == 1 && other[0] != folders[0],
        "it has trained on"
    );
    assert_eq!(fs::read_dir(root.path().join("runs")).unwrap().count(), 3);
}

#[test]
fn folders_of_runs_are_opened_in_the_order_given() {
    let here = tempdir().unwrap();
    drop(packed(&here));
    let mut folders = run_folders(here.path());
    let mut lab = desktop(here.path());
    assert_eq!(added(&comes(&mut lab, &[here.path().to_owned()])), folders);
    folders.reverse();
    let mut lab = desktop(here.path());
    assert_eq!(added(&comes(&mut lab, &folders)), folders);
}
