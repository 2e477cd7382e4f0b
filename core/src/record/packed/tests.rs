use std::path::PathBuf;

use tempfile::{TempDir, tempdir};

use super::*;
use crate::{
    event::Event,
    record::{RunFolder, fixture},
};

/// A run folder with a bit of everything in it.
fn run(out: &Path) -> PathBuf {
    let mut folder = RunFolder::create(out, &fixture::config()).unwrap();
    folder.apply(&Event::Started(fixture::info())).unwrap();
    folder.apply(&Event::Stats(fixture::stats(1, 0.5))).unwrap();
    let path = folder.path().to_owned();
    for file in [
        "reals.png",
        "fakes_init.png",
        "fakes000500_raw.json",
        "masks.jsonl",
        "checkpoints/000500.safetensors",
    ] {
        fs::write(path.join(file), vec![7; 3000]).unwrap();
    }
    fs::write(path.join("masks.jsonl"), "").unwrap();
    path
}

/// A zip archive of these files.
fn zipped(dir: &TempDir, files: &[(&str, &[u8])]) -> PathBuf {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    put(dir, &writer.finish().unwrap().into_inner())
}

fn put(dir: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join("sent.zip");
    fs::write(&path, bytes).unwrap();
    path
}

fn settled(archive: &Path, out: &Path) -> Vec<PathBuf> {
    let runs = unpack(archive, out, Bounds::default(), &()).unwrap();
    runs.into_iter().map(|run| run.settle().unwrap()).collect()
}

/// Error of a refused archive; checks that nothing of it stays.
fn refusal(archive: &Path, bounds: Bounds) -> String {
    let out = tempdir().unwrap();
    let why = unpack(archive, out.path(), bounds, &()).err().unwrap();
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    assert!(why.is_input());
    let why = why.to_string();
    assert!(
        why.contains("sent.zip") && why.lines().count() == 1,
        "{why}"
    );
    why
}

#[test]
fn a_packed_run_comes_back_byte_by_byte_and_under_its_name() {
    let (here, there, sent) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let original = run(here.path());
    fs::write(original.join("notes.txt"), "mine").unwrap();
    fs::write(original.join("stats.jsonl.partial"), "torn").unwrap();
    let name = original.file_name().unwrap().to_str().unwrap();
    let archive = put(&sent, &pack(&original, name, &()).unwrap());
    assert!(holds_runs(&archive).unwrap());

    let copies = settled(&archive, there.path());
    assert_eq!(copies, [there.path().join(name)]);
    let files = files_of(&copies[0]).unwrap();
    assert_eq!(files, files_of(&original).unwrap());
    assert_eq!(files.len(), 9, "{files:?}");
    for file in files {
        let (a, b) = (original.join(&file), copies[0].join(&file));
        assert_eq!(fs::read(a).unwrap(), fs::read(b).unwrap(), "{file}");
    }
    assert!(!copies[0].join("notes.txt").exists());

    assert_eq!(
        settled(&archive, there.path()),
        copies,
        "it is the same run"
    );
    fs::write(copies[0].join("stats.jsonl"), "").unwrap();
    let again = settled(&archive, there.path());
    assert!(again[0] != copies[0] && again[0].join(CONFIG).exists());
    let left = fs::read_dir(there.path()).unwrap().count();
    assert_eq!(left, 2, "the changed one and the new one");
}

#[test]
fn several_runs_come_at_once_and_none_where_one_is_broken() {
    let (here, sent, out) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let config = fs::read(run(here.path()).join(CONFIG)).unwrap();
    let good: [(&str, &[u8]); 4] = [
        ("runs/00003-a/config.json", &config),
        ("runs/00003-a/stats.jsonl", b""),
        ("runs/b c/config.json", &config),
        ("runs/b c/stats.jsonl", b""),
    ];
    let runs = settled(&zipped(&sent, &good), out.path());
    assert_eq!(runs[0], out.path().join("00003-a"));
    assert!(runs[1].ends_with("00001-spiral-adapt_relax-dG0.10-s42"));

    let mut broken = good;
    broken[2].1 = b"{";
    let why = refusal(&zipped(&sent, &broken), Bounds::default());
    assert!(why.contains("b c/config.json: not JSON"), "{why}");
}

#[test]
fn what_is_no_packed_run_is_told_apart() {
    let sent = tempdir().unwrap();
    let pictures = zipped(&sent, &[("cats/1.png", b"x"), ("cats/config.json", b"{}")]);
    assert!(!holds_runs(&pictures).unwrap());
    let cut = fs::read(&pictures).unwrap();
    let why = holds_runs(&put(&sent, &cut[..cut.len() / 2])).unwrap_err();
    assert!(why.to_string().contains("not a zip archive"), "{why}");
}

#[test]
fn nothing_lands_outside_a_run_folder() {
    let sent = tempdir().unwrap();
    let run: [(&str, &[u8]); 2] = [("a/config.json", b"{}"), ("a/stats.jsonl", b"")];
    for name in ["../evil.json", "a/../../evil", "/etc/evil", "a\\..\\evil"] {
        let mut files = run.to_vec();
        files.push((name, b"evil"));
        let why = refusal(&zipped(&sent, &files), Bounds::default());
        assert!(why.contains("points outside"), "{name}: {why}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in run {
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    let options = SimpleFileOptions::default();
    writer
        .add_symlink("a/log.txt", "/etc/passwd", options)
        .unwrap();
    let archive = put(&sent, &writer.finish().unwrap().into_inner());
    assert!(refusal(&archive, Bounds::default()).contains("points outside"));
}

#[test]
fn what_unfolds_without_end_is_refused() {
    let sent = tempdir().unwrap();
    let zeros = vec![0; 8 << 20];
    let files: [(&str, &[u8]); 3] = [
        ("a/config.json", b"{}"),
        ("a/stats.jsonl", b""),
        ("a/log.txt", &zeros),
    ];
    let bounds = Bounds {
        bytes: 1 << 20,
        entries: 3,
    };
    let archive = zipped(&sent, &files);
    let mut bytes = fs::read(&archive).unwrap();
    assert!(bytes.len() < 20_000);
    assert!(refusal(&archive, bounds).contains("more than 1 MB"));

    // The archive again, with a lie for every size that it states of the file.
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let stated: Vec<usize> = (0..bytes.len() - 4)
        .filter(|&at| bytes[at..at + 4] == size)
        .collect();
    assert!(!stated.is_empty());
    for at in stated {
        bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let why = refusal(&put(&sent, &bytes), bounds);
    assert!(
        why.contains("more than 1 MB") || why.contains("a/log.txt cannot be unpacked"),
        "{why}"
    );
    let few = Bounds {
        entries: 2,
        ..bounds
    };
    let archive = zipped(&sent, &files[..3]);
    assert!(refusal(&archive, few).contains("announces 3 entries, 2 are allowed"));
}
