use std::{
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Runs the same steps on the system's files and on those in memory, and logs one line a step.
macro_rules! steps {
    ($fs:path, $root:expr) => {{
        use $fs as fs;
        let root: &Path = $root;
        let mut seen: Vec<String> = Vec::new();
        let mut kind = |what: &str, result: std::io::Result<()>| {
            let kind = result.map_err(|error| error.kind());
            seen.push(format!("{what}: {kind:?}"));
        };
        let at = |name: &str| root.join(name);
        kind("no folder", fs::write(at("a/b.txt"), "1"));
        kind("folders", fs::create_dir_all(at("a/deep/er")));
        kind("again", fs::create_dir_all(at("a/deep/er")));
        kind("taken", fs::create_dir(at("a")));
        kind("write", fs::write(at("a/b.txt"), "12345"));
        kind("in the way", fs::create_dir_all(at("a/b.txt/c")));
        kind("read nothing", fs::read(at("a/none")).map(drop));
        kind("read a folder", fs::read(at("a")).map(drop));
        let fresh = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(at("a/b.txt"));
        kind("must be new", fresh.map(drop));
        let mut more = fs::OpenOptions::new();
        let mut more = more.create(true).append(true).open(at("a/b.txt")).unwrap();
        kind("append", more.write_all(b"67"));
        kind("sync", more.sync_all());
        kind("rename", fs::rename(at("a/b.txt"), at("a/c.txt")));
        // An open file stays usable under its new name.
        kind("append", more.write_all(b"8"));
        kind("cut", more.set_len(6));
        kind("append after the cut", more.write_all(b"9"));
        kind("gone", fs::metadata(at("a/b.txt")).map(drop));
        kind("overwritten", fs::write(at("a/deep/d.txt"), "old"));
        kind("over", fs::rename(at("a/c.txt"), at("a/deep/d.txt")));
        kind("move", fs::rename(at("a"), at("z")));
        kind("not empty", fs::remove_dir(at("z")));
        kind("no file", fs::remove_file(at("z/none")));
        let mut file = fs::File::open(at("z/deep/d.txt")).unwrap();
        let mut part = [0; 3];
        kind("read", file.read_exact(&mut part));
        let mut end = String::new();
        kind("seek", file.seek(SeekFrom::End(-2)).map(drop));
        kind("end", file.read_to_string(&mut end).map(drop));
        let whole = fs::read_to_string(at("z/./deep/../deep/d.txt")).unwrap();
        kind("emptied", fs::File::create(at("z/deep/d.txt")).map(drop));
        let emptied = fs::read(at("z/deep/d.txt")).unwrap();
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| {
                    let entry = entry.unwrap();
                    assert_eq!(entry.path(), folder.join(entry.file_name()));
                    let found = fs::metadata(entry.path()).unwrap();
                    format!(
                        "{:?} {} {} {}",
                        entry.file_name(),
                        found.is_dir(),
                        found.is_file(),
                        // A folder's size means nothing.
                        if found.is_file() { found.len() } else { 0 }
                    )
                })
                .collect();
            names.sort();
            names
        };
        kind("remove", fs::remove_file(at("z/deep/d.txt")));
        let left = names(&at("z/deep"));
        kind("remove all", fs::remove_dir_all(at("z")));
        let rest = names(root);
        seen.push(format!(
            "{part:?} {end} {whole} {emptied:?} {left:?} {rest:?}"
        ));
        seen
    }};
}

#[test]
fn files_in_memory_behave_as_the_systems() {
    let dir = tempfile::tempdir().unwrap();
    let system = steps!(std::fs, dir.path());
    let root = Path::new("/one/test");
    super::create_dir_all(root).unwrap();
    let memory = steps!(super, root);
    assert_eq!(memory, system);
    assert!(system.len() > 20 && system.iter().any(|line| line.contains("1234569")));
}

#[test]
fn a_path_means_the_same_however_it_is_written() {
    super::create_dir_all("here/and").unwrap();
    super::write("./here/and/a", "1").unwrap();
    assert_eq!(super::read("/here/and/../and/a").unwrap(), b"1");
    let into_itself = super::rename("here", "here/and/there").unwrap_err();
    assert_eq!(into_itself.kind(), ErrorKind::InvalidInput);
}
