//! Starts the real program in a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

/// A working folder, deleted on drop.
pub struct Desk(TempDir);

/// Exit code and output of the program.
pub struct Ran {
    /// Its exit code; -1 when a signal killed it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Whether the folder is still being made.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with('.'))
}

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Runs `tightrope` with the words of `line`.
    pub fn run(&self, line: &str) -> Ran {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `tightrope` with these arguments, for paths that may hold spaces.
    pub fn run_words(&self, words: &[&str]) -> Ran {
        let output = self.command(words).output().expect("the program starts");
        Ran::from(output)
    }

    /// Runs it, and expects success and no complaints.
    pub fn good(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(
            (ran.code, ran.err.as_str()),
            (0, ""),
            "tightrope {line}\n{}",
            ran.out
        );
        ran.out
    }

    /// As [`Self::good`], on one thread.
    pub fn good_on_one_thread(&self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = self.command(&words);
        let ran = command.env("RAYON_NUM_THREADS", "1").output();
        assert!(ran.expect("the program starts").status.success(), "{line}");
    }

    /// Whether the machine has an adapter for WGSL. Prints a line if it has none.
    pub fn has_gpu(&self) -> bool {
        let found = self.good("doctor --device cpu").contains("gpu:0 ");
        if !found {
            println!("skipped: no WGSL adapter");
        }
        found
    }

    /// Starts it without waiting.
    pub fn start(&self, line: &str) -> Child {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.command(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }

    /// Starts it by a line of shell, in which `"$0" "$@"` is the program with its arguments.
    pub fn start_by(&self, shell: &str, line: &str) -> Child {
        Command::new("sh")
            .args(["-c", shell, program().to_str().expect("a plain path")])
            .args(line.split_whitespace())
            .current_dir(self.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell starts")
    }

    /// Starts it on a display, with nothing remembered from an earlier start.
    pub fn on_screen(&self, line: &str, display: &str) -> Child {
        let words: Vec<&str> = line.split_whitespace().collect();
        let memory = self.file("memory");
        self.command(&words)
            .env("DISPLAY", display)
            .env("XDG_DATA_HOME", memory)
            .spawn()
            .expect("the program starts")
    }

    /// The run folders below `runs`, in order.
    pub fn runs(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.file("runs")).into_iter().flatten();
        let mut folders: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_dir() && !is_hidden(path))
            .collect();
        folders.sort();
        folders
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(words).current_dir(self.path());
        // All tests share one measurement of the device, outside the user's own cache.
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        // No test may open a window on a user's screen.
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// The program beside this test, built first: `cargo test` builds it only for the package's own
/// tests.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(given) = std::env::var_os("TIGHTROPE_PROGRAM") {
            return given.into();
        }
        let test = std::env::current_exe().expect("this test's own path");
        let profile = test
            .parent()
            .and_then(Path::parent)
            .expect("target/PROFILE/deps");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--release", "--package", "tightrope", "--quiet"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo starts");
        assert!(built.success(), "the program does not build");
        profile.join(format!("tightrope{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A file's text.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file's JSON.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&text(path)).expect("JSON")
}
