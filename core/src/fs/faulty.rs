//! The system's files with faults on demand, for tests of what a crash or a full disk leaves
//! behind. Every call that changes something is numbered; a fault strikes one of them.

pub use std::fs::{TryLockError, metadata, read, read_dir, read_to_string};
use std::{
    cell::Cell,
    fs,
    io::{self, Error, Read, Result, Seek, SeekFrom, Write},
    path::Path,
};

thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
}

/// A way in which calls go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call and all later ones do nothing, as after the death of the process; a write still
    /// writes half.
    Dies,
    /// The call alone fails.
    Fails,
}

#[derive(Clone, Copy)]
struct Plan {
    fault: Fault,
    /// Calls before the fault.
    left: u64,
    has_struck: bool,
}

/// Runs `work` on this thread with a fault at the call number `at`, and tells whether it came that
/// far.
pub fn with<T>(fault: Fault, at: u64, work: impl FnOnce() -> T) -> (T, bool) {
    PLAN.set(Some(Plan {
        fault,
        left: at,
        has_struck: false,
    }));
    let outcome = work();
    let plan = PLAN.take();
    (outcome, plan.is_some_and(|plan| plan.has_struck))
}

/// Counts a call, or fails it. `torn` is what it still does when the process dies in it.
fn call<T>(work: impl FnOnce() -> Result<T>, torn: impl FnOnce()) -> Result<T> {
    let Some(mut plan) = PLAN.get() else {
        return work();
    };
    if plan.has_struck && plan.fault == Fault::Dies {
        return Err(Error::other("the process is dead"));
    }
    if plan.has_struck || plan.left > 0 {
        plan.left = plan.left.saturating_sub(1);
        PLAN.set(Some(plan));
        return work();
    }
    plan.has_struck = true;
    PLAN.set(Some(plan));
    if plan.fault == Fault::Dies {
        torn();
    }
    Err(Error::from(io::ErrorKind::StorageFull))
}

fn whole<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    call(work, || ())
}

/// An open file.
#[derive(Debug)]
pub struct File(fs::File);

impl File {
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        fs::File::open(path).map(Self)
    }

    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        whole(|| fs::File::create(path).map(Self))
    }

    pub fn sync_all(&self) -> Result<()> {
        whole(|| self.0.sync_all())
    }

    pub fn set_len(&self, length: u64) -> Result<()> {
        whole(|| self.0.set_len(length))
    }

    pub fn metadata(&self) -> Result<fs::Metadata> {
        self.0.metadata()
    }

    pub fn try_lock(&self) -> std::result::Result<(), TryLockError> {
        self.0.try_lock()
    }

    pub fn try_lock_shared(&self) -> std::result::Result<(), TryLockError> {
        self.0.try_lock_shared()
    }
}

impl Read for File {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        self.0.read(out)
    }
}

impl Write for File {
    fn write(&mut self, new: &[u8]) -> Result<usize> {
        let Self(file) = self;
        let half = &new[..new.len() / 2];
        let mut torn = file.try_clone()?;
        call(|| file.write(new), || drop(torn.write_all(half)))
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to)
    }
}

/// Options for opening a file.
#[derive(Clone, Debug)]
pub struct OpenOptions(fs::OpenOptions);

#[allow(clippy::new_without_default, reason = "as the system's has it")]
impl OpenOptions {
    pub fn new() -> Self {
        Self(fs::OpenOptions::new())
    }

    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.write(write);
        self
    }

    pub fn append(&mut self, append: bool) -> &mut Self {
        self.0.append(append);
        self
    }

    pub fn create(&mut self, create: bool) -> &mut Self {
        self.0.create(create);
        self
    }

    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.0.create_new(create_new);
        self
    }

    pub fn open(&self, path: impl AsRef<Path>) -> Result<File> {
        whole(|| self.0.open(path).map(File))
    }
}

pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<()> {
    whole(|| fs::write(path, bytes))
}

pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::rename(from, to))
}

pub fn create_dir(path: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::create_dir(path))
}

pub fn create_dir_all(path: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::create_dir_all(path))
}

pub fn remove_file(path: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::remove_file(path))
}

pub fn remove_dir(path: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::remove_dir(path))
}

pub fn remove_dir_all(path: impl AsRef<Path>) -> Result<()> {
    whole(|| fs::remove_dir_all(path))
}
