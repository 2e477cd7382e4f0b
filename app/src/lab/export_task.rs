//! Tasks that write exports.

use std::path::PathBuf;

use anyhow::Result;

use super::{Lab, RunKey, Screen, work::Outcome};
use crate::export::{self, Options, What};

impl Lab {
    /// Exports runs into files beside their folders.
    pub(super) async fn export(
        &mut self,
        what: What,
        keys: &[RunKey],
        options: Options,
    ) -> Result<()> {
        let mut folders = Vec::new();
        for &key in keys {
            let slot = self.slot(key)?;
            folders.push(slot.folder.clone());
            if let Some(id) = slot.training.filter(|_| what.needs_checkpoint()) {
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

    /// Writes a picture of a part of the screen.
    pub(super) fn screen(&mut self, screen: Screen) -> Result<()> {
        let folders: Vec<PathBuf> = self.slots.iter().map(|p| p.folder.clone()).collect();
        let into = self.take_away(&folders);
        self.begin(None, format!("Writing {}", screen.name), move |_| {
            let files = export::screen(&screen.name, screen.size, screen.rgb, &into)?;
            Ok(Outcome::Written(files))
        })?;
        Ok(())
    }

    /// The folder for exports: beside the first of these run folders, else where run folders go.
    fn take_away(&self, folders: &[PathBuf]) -> PathBuf {
        let mut there = folders
            .iter()
            .filter(|folder| !folder.as_os_str().is_empty());
        let first = there.next();
        first.map_or_else(|| self.out.join(export::FOLDER), |run| export::beside(run))
    }
}
