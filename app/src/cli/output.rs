//! Writing to the terminal.

use std::{
    fmt::Display,
    io::{self, Write},
};

use tightrope_core::printable;

/// Writes lines to standard output. Unlike `println!` it survives a reader that leaves early
/// (`| head`).
pub fn say(text: impl Display) -> io::Result<()> {
    let text = text.to_string();
    let text = printable(&text);
    let mut out = io::stdout().lock();
    out.write_all(text.trim_end_matches('\n').as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a line to standard error, and ignores a reader that has left.
pub fn complain(line: impl Display) {
    // This failure has nowhere left to go.
    let _ = writeln!(io::stderr().lock(), "{}", printable(&line.to_string()));
}
