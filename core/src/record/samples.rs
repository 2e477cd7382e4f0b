//! Samples on disk: `fakes000500.png` and, for 2-D data, its points beside it.

use std::path::{Path, PathBuf};

use super::images::{Scatter, grid, layout, png_bytes, ungrid};
use crate::{
    error::{Error, Result},
    event::SampleData,
    fs::{self, atomic},
};

/// Name of the real samples' files, without ending.
pub const REALS: &str = "reals";
const FAKES: &str = "fakes";
const INIT: &str = "_init";

/// Name of a sample grid's files, without ending. The `main` grid represents the run.
pub fn stem(iteration: u64, main: bool) -> String {
    let at = if iteration == 0 {
        INIT.into()
    } else {
        format!("{iteration:06}")
    };
    format!("{FAKES}{at}{}", if main { "" } else { "_raw" })
}

fn iteration_of(path: &Path) -> Option<(u64, bool)> {
    let stem = path.file_stem()?.to_str()?.strip_prefix(FAKES)?;
    let (at, main) = match stem.strip_suffix("_raw") {
        Some(at) => (at, false),
        None => (stem, true),
    };
    if at == INIT {
        return Some((0, main));
    }
    Some((at.parse().ok()?, main))
}

/// Whether this is the name of a file of samples.
#[cfg(feature = "archives")]
pub fn is_of_samples(name: &str) -> bool {
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let is_fakes = || iteration_of(Path::new(name)).is_some();
    ["png", "json"].contains(&ending) && (stem == REALS || is_fakes())
}

/// Writes a picture of `data` and, for points, the points. `reals` are drawn under generated
/// points.
pub fn write(folder: &Path, stem: &str, data: &SampleData, reals: &[[f32; 2]]) -> Result<()> {
    let picture = match data {
        SampleData::Points(points) if stem == REALS => Scatter::of(points).draw(points, &[]),
        SampleData::Points(points) => super::scatter(reals, points),
        SampleData::Images { count, side, .. } => {
            let (columns, scale) = layout(*count, *side);
            grid(data, columns, scale)
        }
    };
    let path = folder.join(stem);
    atomic::write(&path.with_extension("png"), &png_bytes(&picture)?)?;
    if let SampleData::Points(points) = data {
        let short = |v: f32| (f64::from(v) * 1e4).round() / 1e4;
        let points: Vec<[f64; 2]> = points.iter().map(|p| p.map(short)).collect();
        let text = serde_json::to_string(&points)
            .map_err(|e| Error::Record(format!("{}: not JSON: {e}", path.display())))?;
        atomic::write(&path.with_extension("json"), text.as_bytes())?;
    }
    Ok(())
}

/// Reads points back, leaving out those that were not finite.
pub fn read_points(path: &Path) -> Result<Vec<[f32; 2]>> {
    let bytes = fs::read(path).map_err(|e| Error::io(path, e))?;
    let points: Vec<[Option<f32>; 2]> = serde_json::from_slice(&bytes)
        .map_err(|e| Error::Record(format!("{}: not a list of points ({e})", path.display())))?;
    Ok(points
        .into_iter()
        .filter_map(|[x, y]| Some([x?, y?]))
        .collect())
}

/// One stored picture of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Iteration of the samples.
    pub iteration: u64,
    /// The picture.
    pub png: PathBuf,
    /// The points it shows, for 2-D data.
    pub points: Option<PathBuf>,
}

impl Grid {
    /// The picture's bytes.
    pub fn png_bytes(&self) -> Result<Vec<u8>> {
        fs::read(&self.png).map_err(|e| Error::io(&self.png, e))
    }

    /// The samples: points as they are, images of `side` pixels cut out of the picture.
    ///
    /// # Errors
    /// When a file cannot be read, or does not show such samples.
    pub fn read(&self, channels: usize, side: usize) -> Result<SampleData> {
        match self.read_points()? {
            Some(points) => Ok(SampleData::Points(points)),
            None => ungrid(&self.png_bytes()?, channels, side).map_err(|e| match e {
                Error::Record(why) => Error::Record(format!("{}: {why}", self.png.display())),
                other => other,
            }),
        }
    }

    /// The points, for 2-D data.
    pub fn read_points(&self) -> Result<Option<Vec<[f32; 2]>>> {
        self.points.as_deref().map(read_points).transpose()
    }
}

/// The main pictures of a run folder by rising iteration.
pub fn list(folder: &Path) -> Result<Vec<Grid>> {
    list_of(folder, true)
}

/// The pictures of a run folder by rising iteration: the main ones if `wanted`, else those from the
/// live generator beside them.
pub fn list_of(folder: &Path, wanted: bool) -> Result<Vec<Grid>> {
    let mut grids: Vec<Grid> = pictures(folder)?
        .into_iter()
        .filter(|(_, main, _)| *main == wanted)
        .map(|(iteration, _, png)| {
            let points = png.with_extension("json");
            Grid {
                iteration,
                points: fs::is_file(&points).then_some(points),
                png,
            }
        })
        .collect();
    grids.sort_by_key(|g| g.iteration);
    Ok(grids)
}

fn pictures(folder: &Path) -> Result<Vec<(u64, bool, PathBuf)>> {
    let entries = fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        if path.extension().is_some_and(|e| e == "png")
            && let Some((iteration, main)) = iteration_of(&path)
        {
            found.push((iteration, main, path));
        }
    }
    Ok(found)
}

/// The iterations of all pictures of a run folder, rising.
pub fn iterations(folder: &Path) -> Result<Vec<u64>> {
    let mut at: Vec<u64> = pictures(folder)?.into_iter().map(|(at, ..)| at).collect();
    at.sort_unstable();
    at.dedup();
    Ok(at)
}

/// Removes samples except those at the iterations `kept`, which rise.
pub fn retain(folder: &Path, kept: &[u64]) -> Result<()> {
    for (at, _, png) in pictures(folder)? {
        if kept.binary_search(&at).is_err() {
            let points = png.with_extension("json");
            if fs::is_file(&points) {
                fs::remove_file(&points).map_err(|e| Error::io(&points, e))?;
            }
            fs::remove_file(&png).map_err(|e| Error::io(&png, e))?;
        }
    }
    Ok(())
}
