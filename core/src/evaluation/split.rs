//! The parts of a dataset: training data and held-back data.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, data::parse_source, fs};

/// A part of a dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Data that runs learn from.
    #[default]
    Train,
    /// Data that is held back.
    Test,
}

impl Split {
    /// Name of the part.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }

    /// The source `name` or `name:path` of this part.
    ///
    /// # Errors
    /// When the data have no such part, or it is missing.
    pub fn of(self, source: &str) -> Result<String> {
        let (known, path) = parse_source(source)?;
        let (Self::Test, Some(path)) = (self, path) else {
            return match self {
                Self::Train => Ok(source.to_owned()),
                Self::Test => Err(none(known.name)),
            };
        };
        let (folders, start) = match known.name {
            "cifar10" => (["", "cifar-10-batches-bin"], "test_batch.bin"),
            "mnist" | "fashion-mnist" => (["", "raw"], "t10k-images"),
            _ => return Err(none(known.name)),
        };
        let found = folders
            .iter()
            .find_map(|folder| first_in(&path.join(folder), start));
        match found {
            Some(file) => Ok(format!("{}:{}", known.name, file.display())),
            None => Err(Error::Data(format!(
                "{}: no {start}* in {}; it holds the test split",
                known.name,
                path.display()
            ))),
        }
    }
}

impl std::str::FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Train, Self::Test]
            .into_iter()
            .find(|split| split.name() == text)
            .ok_or_else(|| format!("'{text}' is not a split; choose train or test"))
    }
}

fn none(name: &str) -> Error {
    Error::Data(format!(
        "{name} has no test split here; use train, or name files of your own (folder:PATH)"
    ))
}

/// The first file of a folder whose name begins with `start`.
fn first_in(folder: &Path, start: &str) -> Option<PathBuf> {
    let begins = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(start))
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(begins)
        .collect();
    files.sort();
    files.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_split_is_found_beside_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        fs::write(folder.path().join("test_batch.bin.xz"), b"").unwrap();
        let source = format!("cifar10:{at}");
        assert_eq!(Split::Train.of(&source).unwrap(), source);
        assert_eq!(
            Split::Test.of(&source).unwrap(),
            format!("cifar10:{at}/test_batch.bin.xz")
        );
        let refusal = |source: &str| Split::Test.of(source).unwrap_err().to_string();
        assert!(refusal(&format!("mnist:{at}")).contains("no t10k-images*"));
        assert!(refusal("shapes").contains("no test split"));
        assert!(refusal(&format!("folder:{at}")).contains("no test split"));
    }
}
