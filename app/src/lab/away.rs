//! Requests about files: what is taken away, and settings that come in.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tightrope_core::config::RunConfig;
use tightrope_core::preset::ConfigFile;
use tightrope_core::{Error, fs};

use super::{Lab, RunKey, Screen, work::Outcome};
use crate::comparison::{Comparison, Ground, spec_of};
use crate::export::{self, Options, What};

impl Lab {
    /// Writes something about runs beside their folders.
    pub(super) async fn export(
        &mut self,
        what: What,
        keys: &[RunKey],
        options: Options,
    ) -> Result<()> {
        let mut folders = Vec::new();
        for &key in keys {
            let place = self.place(key)?;
            folders.push(place.folder.clone());
            if let Some(id) = place.training.filter(|_| what.needs_checkpoint()) {
                self.training.save(id).await;
            }
        }
        self.pass_on(false).await;
        let into = self.take_away(&folders);
        let title = format!("Writing {}", what.title());
        self.begin(None, title, move |progress| {
            let files = export::export(what, &folders, &options, &into, progress)?;
            Ok(Outcome::Written(files))
        })?;
        Ok(())
    }

    /// Writes a part of the screen.
    pub(super) fn screen(&mut self, screen: Screen) -> Result<()> {
        let folders: Vec<PathBuf> = self.places.iter().map(|p| p.folder.clone()).collect();
        let into = self.take_away(&folders);
        self.begin(None, format!("Writing {}", screen.name), move |_| {
            let files = export::screen(&screen.name, screen.size, screen.rgb, &into)?;
            Ok(Outcome::Written(files))
        })?;
        Ok(())
    }

    /// Beside the first of these, or where run folders go.
    fn take_away(&self, folders: &[PathBuf]) -> PathBuf {
        let mut there = folders
            .iter()
            .filter(|folder| !folder.as_os_str().is_empty());
        let first = there.next();
        first.map_or_else(|| self.out.join(export::FOLDER), |run| export::beside(run))
    }
}

/// Reads a settings file by the command line's rules.
pub fn read_settings(file: &Path) -> Result<Box<RunConfig>> {
    let text = fs::read_to_string(file).map_err(|error| Error::io(file, error))?;
    let file = ConfigFile::parse(&text)?;
    let spec = spec_of(&file);
    let ground = Ground {
        file,
        ..Ground::default()
    };
    Ok(Box::new(Comparison::default().run(spec, false, &ground)?))
}
