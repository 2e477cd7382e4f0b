//! Progress of loading, and cancelling it.

use std::{path::Path, sync::Mutex};

use image::RgbImage;
use tightrope_core::{
    Error, config::DataConfig, data::open_watched, error::Result, progress::Progress,
};

use super::{folder, write};

/// Notes the progress, and cancels after `patience` reports.
struct Watch {
    patience: usize,
    heard: Mutex<Vec<(usize, usize)>>,
}

impl Progress for Watch {
    fn at(&self, done: usize, total: usize) -> Result<()> {
        let mut heard = self.heard.lock().unwrap();
        heard.push((done, total));
        if heard.len() > self.patience {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// The progress reported while loading these data, and whether loading finished.
fn load(name: &str, path: &Path, limit: usize, patience: usize) -> (Vec<(usize, usize)>, bool) {
    let config = DataConfig {
        source: format!("{name}:{}", path.display()),
        side: 16,
        flip: false,
        limit,
        memory: 0,
    };
    let watch = Watch {
        patience,
        heard: Mutex::default(),
    };
    let loaded = match open_watched(&config, &watch) {
        Ok(_) => true,
        Err(Error::Cancelled) => false,
        Err(other) => panic!("{name}: {other}"),
    };
    (watch.heard.into_inner().unwrap(), loaded)
}

#[test]
fn every_reader_counts_up_to_its_end_and_can_be_called_off() {
    let dir = folder();
    let cifar = [[1; 3073]; 600].concat();
    let cifar = write(&dir, "data_batch_1.bin", &cifar);
    let head: Vec<u8> = [0x0803_u32, 600, 28, 28]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect();
    let idx = write(&dir, "images", &[head, vec![9; 600 * 28 * 28]].concat());
    let stl = write(&dir, "unlabeled_X.bin", &vec![7; 80 * 3 * 96 * 96]);
    let pictures = dir.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    for index in 0..600 {
        let name = pictures.join(format!("{index:03}.png"));
        RgbImage::new(8, 8).save(name).unwrap();
    }
    for (name, path, limit, end) in [
        ("cifar10", &cifar, 500, (500, 0)),
        ("mnist", &idx, 0, (600, 600)),
        ("mnist", &idx, 500, (500, 500)),
        ("stl10", &stl, 0, (80, 0)),
        ("folder", &pictures, 0, (600, 600)),
    ] {
        let (heard, loaded) = load(name, path, limit, usize::MAX);
        assert!(
            loaded && heard.last() == Some(&end),
            "{name}: {:?}",
            heard.last()
        );
        assert!(heard.is_sorted_by_key(|(done, _)| *done), "{name}");
        let (heard, loaded) = load(name, path, limit, 1);
        assert!(!loaded && heard.len() == 2, "{name} went on: {heard:?}");
    }
}
