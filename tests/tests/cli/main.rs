//! The program as a user starts it: commands, run folders, exit codes, interruptions, wrong input.

mod bad_input;
mod carried;
mod classes;
mod commands;
mod documents;
mod eval;
mod eval_refusals;
mod export;
mod program;
mod resume;
mod showcase;
#[cfg(unix)]
mod trouble;
#[cfg(target_os = "linux")]
mod window;
