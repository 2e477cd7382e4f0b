//! Errors for the user: one line per problem, and the exit code.

use std::{io, process::ExitCode};

use tightrope_core::{Error, caught::is_expected};

use super::output::complain;
use crate::interruption::INTERRUPTED;

/// Exit code for wrong input.
const INPUT: u8 = 2;

/// Prints an error and returns the exit code: 2 for wrong input, 1 for everything else.
pub fn exit(error: &anyhow::Error) -> ExitCode {
    if reader_left(error) {
        return ExitCode::SUCCESS;
    }
    if matches!(error.downcast_ref(), Some(Error::Cancelled)) {
        complain("cancelled; nothing more was written");
        return ExitCode::from(INTERRUPTED);
    }
    for line in text(error).lines() {
        complain(format_args!("error: {line}"));
    }
    if is_input(error) {
        ExitCode::from(INPUT)
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the problem with the command line, or the requested help.
pub fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr()
        && error.kind() != clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    {
        complain(one_line(&error.to_string()));
    } else {
        // Printing the help fails only if the reader has left.
        let _ = error.print();
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Replaces the panic message. A panic is a bug: the user gets one line, and a developer who sets
/// `RUST_BACKTRACE` the backtrace.
pub fn install_panic_hook() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let payload = info.payload_as_str().unwrap_or("no message");
        let shows_traces = std::env::var_os("RUST_BACKTRACE").is_some();
        // The code that reads the broken file, or wanted the memory, reports this.
        let is_reported = is_expected() || payload.starts_with("wgpu error: Out of Memory");
        if is_reported && !shows_traces {
            return;
        }
        let place = info.location().map_or(String::new(), |at| {
            format!(" at {}:{}", at.file(), at.line())
        });
        complain(bug(payload, &place));
        if shows_traces {
            default(info);
        }
    }));
}

fn bug(payload: &str, place: &str) -> String {
    format!(
        "internal error{place}: {}; this is a bug, please report it (a run goes on from its last checkpoint with \
         `tightrope train --resume RUN`)",
        payload.lines().next().unwrap_or_default()
    )
}

/// The error and its causes, without causes that an earlier message already contains.
fn text(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

fn is_input(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<Error>().is_some_and(Error::is_input))
}

fn reader_left(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// clap's message with its tips, without the usage.
fn one_line(message: &str) -> String {
    let told: Vec<String> = message
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.is_empty())
        .take_while(|paragraph| {
            !paragraph.starts_with("Usage:") && !paragraph.starts_with("For more information")
        })
        .collect();
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Cli;

    fn refusal(line: &str) -> String {
        one_line(
            &Cli::try_parse_from(line.split_whitespace())
                .unwrap_err()
                .to_string(),
        )
    }

    #[test]
    fn a_wrong_command_line_is_told_in_one_line() {
        let cases = [
            (
                "tightrope trian",
                "'trian'; tip: a similar subcommand exists: 'train'",
            ),
            (
                "tightrope compare --iteratons 3",
                "tip: a similar argument exists: '--iterations'",
            ),
            (
                "tightrope train --device tpu",
                "'tpu' is not a device; choose auto, cpu, gpu or gpu:N",
            ),
            ("tightrope report", "not provided: <RUN>..."),
            ("tightrope compare --seeds 0", "invalid value '0'"),
        ];
        for (line, part) in cases {
            let told = refusal(line);
            assert!(told.starts_with("error: ") && told.contains(part), "{told}");
            assert_eq!(told.lines().count(), 1);
        }
    }

    #[test]
    fn a_cause_that_was_told_is_not_told_twice() {
        let cause = || io::Error::from(io::ErrorKind::StorageFull);
        let error = anyhow::Error::from(Error::io("runs/a", cause()));
        assert_eq!(text(&error), format!("runs/a: {}", cause()));
        let error = anyhow::Error::from(Error::io("runs/a", cause())).context("not recorded");
        assert_eq!(text(&error), format!("not recorded: runs/a: {}", cause()));
        assert!(!is_input(&error));
        let missing = anyhow::Error::from(Error::io("x", io::ErrorKind::NotFound.into()));
        assert!(is_input(&missing.context("reading")));
    }

    #[test]
    fn a_bug_is_one_line() {
        let line = bug("index out of bounds\nsecond line", " at a.rs:3");
        assert!(line.starts_with("internal error at a.rs:3: index out of bounds; this is a bug"));
        assert_eq!(line.lines().count(), 1);
    }
}
