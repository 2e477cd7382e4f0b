//! Syntax of an address: `name=value` pairs joined by `&`, with special characters percent-encoded.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::Address;

/// Characters that the syntax reserves, or that mail programs take for the end of a link.
const MISTAKEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Most characters quoted in a message, and most complaints listed.
const MOST_CHARS: usize = 160;
const MOST_LINES: usize = 4;

/// Decoded names and values, in order.
pub fn parts(query: &str) -> impl Iterator<Item = Result<(String, String), String>> {
    let parts = query.trim_start_matches('?').split('&');
    parts.filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Ok((plain(name)?, plain(value)?))
    })
}

fn plain(text: &str) -> Result<String, String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| {
        format!(
            "this page's address has {}, which is not UTF-8 text",
            brief(text)
        )
    })?;
    Ok(decoded.into_owned())
}

/// Shortens a text to fit a message.
pub fn brief(text: &str) -> String {
    let visible = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let shown: String = text.chars().map(visible).take(MOST_CHARS).collect();
    match text.chars().nth(MOST_CHARS) {
        Some(_) => format!("{shown}\u{2026}"),
        None => shown,
    }
}

/// Joins the first complaints, each shortened.
pub fn few(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().collect();
    let shown = lines.iter().take(MOST_LINES);
    let shown: Vec<String> = shown.map(|line| brief(&without_command(line))).collect();
    let said = shown.join("; ");
    match lines.len().saturating_sub(MOST_LINES) {
        0 => said,
        more => format!("{said}; and {more} more"),
    }
}

/// Removes a recommended command from a message: a page has no command line.
pub fn without_command(text: &str) -> String {
    let found = text
        .find(" (")
        .filter(|&at| text[at..].contains("`tightrope "));
    let end = found.and_then(|at| Some(at + text[at..].find(')')? + 1));
    match (found, end) {
        (Some(at), Some(end)) => format!("{}{}", &text[..at], &text[end..]),
        _ => text.to_owned(),
    }
}

impl Address {
    /// Query string of this address, empty if it asks for nothing. `device`, `embed` and `theme`
    /// are left out.
    pub fn query(&self) -> String {
        let mut parts: Vec<(&str, String)> = Vec::new();
        parts.extend(self.story.map(|story| ("story", story.name.to_owned())));
        let comparisons = self.setup.iter().flat_map(|setup| &setup.comparisons);
        for (place, comparison) in comparisons.enumerate() {
            parts.extend((place > 0).then(|| ("and", String::new())));
            parts.extend(comparison.said());
        }
        let hide: Vec<&str> = self.hide.iter().map(|part| part.name()).collect();
        parts.extend((!hide.is_empty()).then(|| ("hide", hide.join(","))));
        parts.extend(self.speed.map(|speed| ("speed", speed.word())));
        parts.extend(self.axis.map(|axis| ("axis", axis.word().to_owned())));
        let parts: Vec<String> = parts
            .iter()
            .map(|(name, value)| pair(name, value))
            .collect();
        match parts.is_empty() {
            true => String::new(),
            false => format!("?{}", parts.join("&")),
        }
    }
}

fn pair(name: &str, value: &str) -> String {
    match value {
        "" => name.to_owned(),
        value => format!("{name}={}", utf8_percent_encode(value, MISTAKEN)),
    }
}
