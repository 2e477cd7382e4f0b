//! Whole runs, carried to another machine.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    export::{exported, name, trained},
    program::Desk,
    resume::assert_same_state,
};

/// Every file below a folder, by its path within.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn a_whole_run_goes_elsewhere_and_goes_on_there() {
    let (desk, runs) = trained(&["spiral", "tiny"]);
    let files = exported(&desk, "runs --what run");
    let elsewhere = Desk::new();
    for (run, file) in runs.iter().zip(&files) {
        assert_eq!(name(file), format!("{}.zip", name(run)));
        let archive = std::fs::File::open(file).expect("a file");
        let mut archive = zip::ZipArchive::new(archive).expect("a zip");
        archive
            .extract(elsewhere.file("runs"))
            .expect("room for it");
    }
    for (run, copy) in runs.iter().zip(elsewhere.runs()) {
        let (here, there) = (contents(run), contents(&copy));
        assert!(here.contains_key(Path::new("checkpoints/000012.safetensors")));
        assert!(here == there, "{}", run.display());
        for desk in [&desk, &elsewhere] {
            desk.good(&format!(
                "train --resume runs/{} --iterations 15 --quiet --device cpu",
                name(run)
            ));
        }
        assert_same_state(run, &copy, 15);
    }
}
