//! Statistics as `.npz` files, in pytorch-fid's form.

use std::path::Path;

use nalgebra::{DMatrix, DVector};

use super::{
    About, Statistics,
    npz::{Reader, Writer},
};
use crate::{
    Error, Result,
    feature::Features,
    fs::{self, write_whole},
    metric::frechet::Gaussian,
};

/// Our own file in the archive.
const ABOUT: &str = "tightrope.json";

impl Statistics {
    /// Writes an `.npz` file. `mu` and `sigma` are as pytorch-fid has them; pytorch-fid ignores the
    /// rest.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let bytes = self.npz().map_err(|error| Error::io(path, error))?;
        write_whole(path, &bytes)
    }

    fn npz(&self) -> std::io::Result<Vec<u8>> {
        let dim = self.gaussian.mean.len();
        let mut file = Writer::new();
        file.array("mu", &[dim], self.gaussian.mean.as_slice())?;
        // The matrix is symmetric, so rows are columns.
        file.array("sigma", &[dim, dim], self.gaussian.cov.as_slice())?;
        if let Some(features) = &self.features {
            file.array("features", &[features.len(), dim], &features.values)?;
        }
        if let Some(about) = &self.about {
            file.file(ABOUT, &serde_json::to_vec_pretty(about)?)?;
        }
        file.finish()
    }

    /// Reads a statistics file, ours or pytorch-fid's.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no statistics.
    pub fn read(path: &Path) -> Result<Self> {
        let wrong =
            |what: &str| Error::setting("statistics", format!("{}: {what}", path.display()));
        let bytes = fs::read_whole(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => wrong("no such file; `tightrope stats` makes one"),
            _ => Error::io(path, error),
        })?;
        let mut file = Reader::new(&bytes).ok_or_else(|| {
            wrong("not an .npz file; `tightrope stats` and pytorch-fid make them")
        })?;
        let mu = file.array("mu").map_err(|what| wrong(&what))?;
        let sigma = file.array("sigma").map_err(|what| wrong(&what))?;
        let dim = mu.values.len();
        if mu.shape.len() != 1 || sigma.shape != [dim, dim] {
            return Err(wrong(&format!(
                "`mu` is {:?} and `sigma` {:?}; a mean [n] and a covariance [n, n] belong there",
                mu.shape, sigma.shape
            )));
        }
        if !mu
            .values
            .iter()
            .chain(&sigma.values)
            .all(|value| value.is_finite())
        {
            return Err(wrong("it has values that are not finite"));
        }
        is_covariance(dim, &sigma.values).map_err(wrong)?;
        let about = file.file(ABOUT).map(|text| serde_json::from_slice(&text));
        let about = about
            .transpose()
            .map_err(|_| wrong("its tightrope.json is damaged"))?;
        let features = match &about {
            Some(About { .. }) => {
                let features = file.array("features").map_err(|what| wrong(&what))?;
                if features.shape.len() != 2 || features.shape[1] != dim {
                    return Err(wrong(&format!(
                        "`features` is {:?}; [n, {dim}] belongs beside a mean of {dim}",
                        features.shape
                    )));
                }
                if !features.values.iter().all(|value| value.is_finite()) {
                    return Err(wrong("its features have values that are not finite"));
                }
                Some(Features {
                    dim,
                    values: features.values.iter().map(|value| *value as f32).collect(),
                })
            }
            None => None,
        };
        Ok(Self {
            gaussian: Gaussian {
                mean: DVector::from_vec(mu.values),
                cov: DMatrix::from_row_slice(dim, dim, &sigma.values),
            },
            features,
            about,
        })
    }
}

/// Checks that `sigma` `[dim, dim]` is a covariance; the error says why it is not.
fn is_covariance(dim: usize, sigma: &[f64]) -> Result<(), &'static str> {
    let variances = || (0..dim).map(|at| sigma[at * dim + at]);
    if variances().any(|variance| variance < 0.0) {
        return Err("`sigma` is not a covariance: it has negative values on its diagonal");
    }
    let largest = variances().fold(0.0, f64::max);
    let mut pairs = (0..dim).flat_map(|row| (0..row).map(move |column| (row, column)));
    let differs = |(row, column): (usize, usize)| {
        (sigma[row * dim + column] - sigma[column * dim + row]).abs() > 1e-6 * largest
    };
    if pairs.any(differs) {
        return Err("`sigma` is not a covariance: it is not symmetric");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::frechet::gaussian_of;

    fn statistics() -> Statistics {
        let features = Features {
            dim: 2,
            values: vec![0.5, 1.0, -1.0, 2.0, 0.25, 4.0],
        };
        Statistics {
            gaussian: gaussian_of(&features.values, 2),
            features: Some(features),
            about: Some(About {
                network: "resnet20".into(),
                count: 3,
                ..About::default()
            }),
        }
    }

    #[test]
    fn statistics_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.npz");
        statistics().write(&file).unwrap();
        assert_eq!(Statistics::read(&file).unwrap(), statistics());
    }

    #[test]
    fn statistics_of_pytorch_fid_are_read() {
        use crate::feature::tests::{FIXTURES, formula};
        let file = Path::new(FIXTURES).join("pytorch-fid.npz");
        let theirs = Statistics::read(&file).unwrap();
        let ours = gaussian_of(&formula("plain.real", 60 * 8), 8);
        assert!((&theirs.gaussian.mean - &ours.mean).norm() < 1e-12);
        assert!((&theirs.gaussian.cov - &ours.cov).norm() < 1e-12);
        assert_eq!((theirs.features, theirs.about), (None, None));
    }

    #[test]
    fn wrong_files_are_refused_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.npz");
        let refusal = || Statistics::read(&file).unwrap_err().to_string();
        assert!(refusal().contains("no such file"));
        fs::write(&file, b"PK").unwrap();
        assert!(refusal().contains("not an .npz file"));
        let mut archive = Writer::new();
        archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
        fs::write(&file, archive.finish().unwrap()).unwrap();
        assert!(refusal().contains("no whole array `sigma`"));
        let mut archive = Writer::new();
        archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
        archive.array("sigma", &[3, 1], &[0.0; 3]).unwrap();
        fs::write(&file, archive.finish().unwrap()).unwrap();
        assert!(refusal().contains("`mu` is [2] and `sigma` [3, 1]"));
        for (sigma, expected) in [
            ([1.0, f64::NAN, 0.0, 1.0], "values that are not finite"),
            ([1.0, 0.5, -0.5, 1.0], "not symmetric"),
            ([1.0, 0.0, 0.0, -1.0], "negative values on its diagonal"),
        ] {
            let mut archive = Writer::new();
            archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
            archive.array("sigma", &[2, 2], &sigma).unwrap();
            fs::write(&file, archive.finish().unwrap()).unwrap();
            assert!(refusal().contains(expected), "{}", refusal());
        }
        let with_features = |shape: [usize; 2], values: &[f32]| {
            let mut archive = Writer::new();
            archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
            let sigma = [1.0, 0.0, 0.0, 1.0];
            archive.array("sigma", &[2, 2], &sigma).unwrap();
            archive.array("features", &shape, values).unwrap();
            let about = serde_json::to_vec(&About::default()).unwrap();
            archive.file(ABOUT, &about).unwrap();
            fs::write(&file, archive.finish().unwrap()).unwrap();
        };
        with_features([2, 3], &[0.0; 6]);
        assert!(refusal().contains("`features` is [2, 3]; [n, 2] belongs"));
        with_features([1, 2], &[0.0, f32::INFINITY]);
        assert!(refusal().contains("its features have values that are not finite"));
    }
}
