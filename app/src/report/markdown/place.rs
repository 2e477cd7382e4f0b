//! The place of results in a document: between two marker lines.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Result;
use tightrope_core::{Error, record::write_whole};

use super::super::{Group, files::make_folder_of};

/// A document and the part of it that holds results.
#[derive(Clone, Debug)]
pub struct Place {
    file: PathBuf,
    /// The name in the two marker lines.
    name: String,
}

impl FromStr for Place {
    type Err = std::convert::Infallible;

    /// Parses `FILE`, or `FILE#NAME` for one of several places in a document.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The name of a file may contain a `#` too, e.g. `results#2.md`.
        let is_name = |name: &str| {
            name.chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c))
        };
        let named = text.rsplit_once('#').filter(|(_, name)| is_name(name));
        let (file, name) = named.unwrap_or((text, "results"));
        Ok(Self {
            file: file.into(),
            name: name.to_owned(),
        })
    }
}

impl Place {
    /// The document.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Refuses a document without a place for results, before any work is done.
    pub fn check(&self) -> Result<(), Error> {
        match read(&self.file)? {
            Some(text) => self.split(&text).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Writes the results between the marker lines of the document, or into a new file. `against`
    /// is the method that differences refer to.
    pub fn write(&self, groups: &[Group], against: Option<&str>) -> Result<()> {
        let results = super::results(groups, against)?;
        let file = &self.file;
        let text = match read(file)? {
            Some(text) => {
                let (before, after) = self.split(&text)?;
                format!("{before}\n\n{results}\n{after}")
            }
            None => {
                make_folder_of(file)?;
                format!("{}\n\n{results}\n{}\n", self.begin(), self.end())
            }
        };
        Ok(write_whole(file, text.as_bytes())?)
    }

    /// The marker line before the results.
    pub(super) fn begin(&self) -> String {
        format!("<!-- {}:begin -->", self.name)
    }

    /// The marker line after the results.
    fn end(&self) -> String {
        format!("<!-- {}:end -->", self.name)
    }

    /// Splits the document into the text up to and including the first marker, and the text from
    /// the last on.
    fn split<'a>(&self, text: &'a str) -> Result<(&'a str, &'a str), Error> {
        let (begin, end) = (self.begin(), self.end());
        let first = text.find(&begin).map(|at| at + begin.len());
        let found = first.and_then(|first| Some((first, first + text[first..].find(&end)?)));
        let Some((first, last)) = found else {
            return Err(Error::setting(
                "markdown",
                format!(
                    "{}: results go between the lines {begin} and {end}, which this file does not have; add them or name another file",
                    self.file.display()
                ),
            ));
        };
        Ok((&text[..first], &text[last..]))
    }
}

fn read(file: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(file, error)),
    }
}
