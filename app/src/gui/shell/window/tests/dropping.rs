use std::{path::Path, sync::Arc};

use super::*;

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody should read it here".to_owned())
    }
}

#[test]
fn files_dropped_together_come_in_together() {
    let mut rig = rig([1280.0, 800.0]);
    let paths = ["cats/1.png", "cats/2.png"].map(|path| absolute(Path::new(path)));
    for path in &paths {
        let file = Arc::new(Dropped(path.clone()));
        rig.harness.input_mut().dropped_files.push(file);
    }
    rig.harness.run_ok();
    let asked: Vec<Request> = rig.asked.try_iter().collect();
    assert!(
        matches!(&asked[..], [Request::Incoming(given)] if given[..] == paths),
        "{asked:?}"
    );
}
