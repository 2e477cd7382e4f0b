//! Platform of the window, and the words that differ between platforms.

use std::path::{Path, PathBuf};

use crate::export::FOLDER;

/// Platform of the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// A window of its own, started as a program.
    #[default]
    Desktop,
    /// A page in a browser.
    #[cfg_attr(
        not(any(test, target_arch = "wasm32")),
        expect(dead_code, reason = "a program of its own is no page")
    )]
    Page {
        /// Its address without the query.
        home: String,
    },
}

impl Platform {
    /// Whether it is a page.
    pub fn is_page(&self) -> bool {
        matches!(self, Self::Page { .. })
    }

    /// Label and tooltip of the button that copies the present setup.
    pub fn copying(&self) -> [&'static str; 2] {
        match self {
            Self::Desktop => [
                "Copy command",
                "The command line that trains the runs shown (C)",
            ],
            Self::Page { .. } => [
                "Copy link",
                "A link to this page that sets up the runs shown (C)",
            ],
        }
    }

    /// Destination of exported files, in words.
    pub fn files_go(&self) -> String {
        match self {
            Self::Desktop => format!("Files go to {FOLDER}, beside the runs."),
            Self::Page { .. } => "Files go to the browser's downloads.".to_owned(),
        }
    }

    /// Reports written files: one by its full path, several by their folder and names. A browser
    /// hides its folders, so a page names files only.
    pub fn written(&self, files: &[PathBuf]) -> String {
        let names = files.iter().filter_map(|file| file.file_name());
        let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
        let names = names.join(", ");
        match (self, files) {
            (Self::Page { .. }, _) => format!("downloaded: {names}"),
            (Self::Desktop, [file]) => format!("written: {}", file.display()),
            (Self::Desktop, _) => {
                let folder = files.first().and_then(|file| file.parent());
                let folder = folder.unwrap_or(Path::new(""));
                format!("written to {}: {names}", folder.display())
            }
        }
    }

    /// Hint shown while there is no run.
    pub fn no_run(&self) -> &'static str {
        match self {
            Self::Desktop => {
                "No run yet. Start the example, or drop a run folder, or images of your own, on the window."
            }
            Self::Page { .. } => {
                "No run yet. Start the example, or drop a run as a zip, or images of your own, on the page."
            }
        }
    }

    /// Warning before a run is deleted.
    pub fn deletes(&self, folder: &Path) -> String {
        match self {
            Self::Desktop => format!(
                "Closing the window deletes its folder with everything in it. Until then Ctrl Z brings it back.\n{}",
                folder.display()
            ),
            Self::Page { .. } => {
                "Deletes everything it has recorded. Ctrl Z brings it back while this page is open."
                    .to_owned()
            }
        }
    }

    /// Notice that training stopped because of an internal error.
    pub fn lost_lab(&self) -> &'static str {
        match self {
            Self::Desktop => {
                "training stopped because of an internal error; start the window again: it offers to continue"
            }
            Self::Page { .. } => "training stopped because of an internal error; reload the page",
        }
    }

    /// Whether a key works here: browsers close pages and fill the screen by keys of their own.
    pub fn has_key(&self, key: &str) -> bool {
        !self.is_page() || !matches!(key, "F" | "Ctrl Q")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_speaks_of_nothing_that_only_a_desktop_has() {
        let home = "https://example.org/".to_owned();
        let page = Platform::Page { home };
        let files = ["runs/take-away/a.csv", "runs/take-away/b.csv"].map(PathBuf::from);
        let words = [
            page.copying().concat(),
            page.files_go(),
            page.written(&files),
            page.no_run().to_owned(),
            page.deletes(Path::new("runs/00000")),
            page.lost_lab().to_owned(),
        ];
        for line in &words {
            for word in ["take-away", "folder", "window", "command", "runs/"] {
                assert!(!line.contains(word), "{line}");
            }
        }
        assert_eq!(words[2], "downloaded: a.csv, b.csv");
        assert!(
            !page.has_key("Ctrl Q") && page.has_key("C") && Platform::Desktop.has_key("Ctrl Q")
        );
    }

    #[test]
    fn a_desktop_names_files_by_where_they_are() {
        let files = ["out/a.csv", "out/b.csv"].map(PathBuf::from);
        assert_eq!(Platform::Desktop.written(&files[..1]), "written: out/a.csv");
        assert_eq!(
            Platform::Desktop.written(&files),
            "written to out: a.csv, b.csv"
        );
    }
}
