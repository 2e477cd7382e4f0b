//! The engine's only error type. Every message says what is wrong, where, and how to go on.

use std::{fmt, path::PathBuf};

use crate::text::printable;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Method concerned; `None` if the problem concerns all methods compared.
    pub method: Option<String>,
    /// Name of the setting as the command line writes it; empty if no setting is to blame.
    pub key: String,
    /// Description of the problem and how to go on.
    pub text: String,
}

impl Problem {
    /// A problem common to every method.
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            method: None,
            key: key.into(),
            text: text.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.text)
    }
}

/// Everything that can go wrong in the engine. Messages may quote names in foreign files; as shown,
/// they hold nothing that could command a terminal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One or more settings are wrong; all of them are listed at once.
    #[error("{}", printable(&join(.0)))]
    Settings(Vec<Problem>),
    /// A dataset is missing, truncated, foreign or too small.
    #[error("data: {}", printable(.0))]
    Data(String),
    /// A file could not be read or written.
    #[error("{}: {error}", printable(&path.display().to_string()))]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// Error of the operating system.
        error: std::io::Error,
    },
    /// A run folder, checkpoint or record is unreadable.
    #[error("record: {}", printable(.0))]
    Record(String),
    /// The device could not do what was asked.
    #[error("device: {}", printable(.0))]
    Device(String),
    /// The user cancelled the work.
    #[error("cancelled")]
    Cancelled,
    /// A loss, a probe's score or a weight became NaN, infinite, or too large to learn from.
    #[error(
        "training diverged at iteration {iteration}: {what} is {value} (last event: {after}); lower generator.lr and discriminator.lr"
    )]
    Diverged {
        /// Generator iteration, counted from 1.
        iteration: u64,
        /// Name of the value, e.g. the discriminator's loss.
        what: &'static str,
        /// The value itself.
        value: f32,
        /// Description of the event that preceded it.
        after: String,
    },
}

/// Result with the engine's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Returns `result` if `problems` is empty, else all problems, those of a failed `result` included.
pub fn collect<T>(mut problems: Vec<Problem>, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(Error::Settings(problems)),
        Err(error) if problems.is_empty() => Err(error),
        Err(error) => {
            problems.extend(error.into_problems());
            Err(Error::Settings(problems))
        }
    }
}

fn join(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

impl Error {
    /// An [`Error::Settings`] with a single problem.
    pub fn setting(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Settings(vec![Problem::new(key, text)])
    }

    /// The problems with settings; any other error becomes one problem that names no setting.
    pub fn into_problems(self) -> Vec<Problem> {
        match self {
            Self::Settings(problems) => problems,
            other => vec![Problem::new("", other.to_string())],
        }
    }

    /// An [`Error::Io`] about `path`.
    pub fn io(path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }

    /// Whether the user's input, rather than the machine, is at fault (exit code 2).
    pub fn is_input(&self) -> bool {
        use std::io::ErrorKind as Kind;
        match self {
            Self::Settings(_) | Self::Data(_) | Self::Record(_) => true,
            Self::Io { error, .. } => matches!(
                error.kind(),
                Kind::NotFound
                    | Kind::PermissionDenied
                    | Kind::AlreadyExists
                    | Kind::NotADirectory
                    | Kind::IsADirectory
                    | Kind::ReadOnlyFilesystem
                    | Kind::InvalidData
                    | Kind::InvalidInput
                    | Kind::InvalidFilename
            ),
            Self::Device(_) | Self::Cancelled | Self::Diverged { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_foreign_files_command_no_terminal() {
        let name = "a\u{8}\u{1b}[31m\u{202e}b";
        let shown = "a\u{fffd}\u{fffd}[31m\u{fffd}b";
        for error in [
            Error::Data(name.into()),
            Error::Record(name.into()),
            Error::Device(name.into()),
            Error::setting("data", name),
            Error::io(name, std::io::ErrorKind::NotFound.into()),
        ] {
            assert!(error.to_string().contains(shown), "{error:?}");
        }
    }
}
