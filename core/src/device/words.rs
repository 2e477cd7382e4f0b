//! Turns a GPU driver's error into one line that a user can act on.

use crate::Error;

/// The root cause of a device's error, which arrives as a chain of lines with traces.
pub fn trouble(said: &str) -> Error {
    let less = "lower batch_d, batch_g or the networks' widths, or train with --device cpu";
    let bytes = |before: &str| -> Option<u64> {
        let (_, rest) = said.split_once(before)?;
        let digits = rest.trim_start().split(|c: char| !c.is_ascii_digit());
        digits.into_iter().next()?.parse().ok()
    };
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Error::Device(if let Some(size) = bytes("allocate buffer of size:") {
        format!("it has no room for a buffer of {} MiB; {less}", mib(size))
    } else if let Some(size) = bytes("out of device memory allocating") {
        format!("out of memory: {} MiB more did not fit; {less}", mib(size))
    } else if said.contains("Out of Memory") || said.contains("find resource for that handle") {
        // A failed allocation shows up later as a missing resource.
        format!("out of memory; {less}")
    } else if ["poisoned", "lost", "async map a buffer"]
        .iter()
        .any(|sign| said.contains(sign))
    {
        format!("it was lost ({})", root(said))
    } else {
        root(said).to_owned()
    })
}

/// The last cause, without traces.
fn root(said: &str) -> &str {
    let lines = said.lines().map(str::trim);
    let causes =
        lines.take_while(|line| !line.starts_with("No backtrace") && *line != "Backtrace:");
    causes
        .filter(|line| !line.is_empty() && *line != "Caused by:")
        .last()
        .unwrap_or("it gave no reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_become_a_line() {
        let chain = |root: &str| {
            format!(
                "An IO error happened\nCaused by:\n  {root}\nNo backtrace available\nAsked at:\n  somewhere"
            )
        };
        for (root, words) in [
            (
                "can't allocate buffer of size: 327680000",
                "no room for a buffer of 313 MiB; lower",
            ),
            (
                "out of device memory allocating 1048577 bytes",
                "2 MiB more did not fit; lower",
            ),
            (
                "couldn't find resource for that handle: never initialized",
                "out of memory; lower",
            ),
            (
                "The device was poisoned: Unknown: gone",
                "it was lost (The device was poisoned: Unknown: gone)",
            ),
            (
                "Error occurred when trying to async map a buffer",
                "it was lost (Error occurred",
            ),
            ("something else", "device: something else"),
        ] {
            let line = trouble(&chain(root)).to_string();
            assert!(line.contains(words) && !line.contains('\n'), "{line}");
        }
        assert!(trouble("").to_string().contains("no reason"));
    }
}
