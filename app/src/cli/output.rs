//! Writing to the terminal.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Writes lines to standard output. Unlike `println!` it survives a reader that has had enough (`| head`).
pub fn say(text: impl Display) -> io::Result<()> {
    let text = text.to_string();
    let mut out = io::stdout().lock();
    out.write_all(text.trim_end_matches('\n').as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a line to standard error, if anybody is there to read it.
pub fn complain(line: impl Display) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
