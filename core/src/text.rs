//! Text of foreign origin, made safe to show: control characters could command a terminal, and
//! marks of direction make a name read as another one.

use std::borrow::Cow;

use serde_json::Value;

/// Whether a character may be shown. Line breaks and tabs may.
fn is_safe(c: char) -> bool {
    let is_break = matches!(c, '\n' | '\t');
    let is_direction = matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    is_break || !(c.is_control() || is_direction)
}

/// The text with a replacement character in place of each one that must not be shown.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_safe) {
        return text.into();
    }
    let shown = |c| {
        if is_safe(c) {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    text.chars().map(shown).collect::<String>().into()
}

/// A library's complaint about a broken file as part of a line: printable, without line breaks, and
/// cut to a readable length. It may quote the file.
pub(crate) fn quoted(complaint: &impl std::fmt::Display) -> String {
    const MOST_CHARS: usize = 200;
    let text = complaint.to_string();
    let mut quoted: String = printable(&text)
        .chars()
        .map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })
        .take(MOST_CHARS)
        .collect();
    if text.chars().nth(MOST_CHARS).is_some() {
        quoted.push_str("...");
    }
    quoted
}

/// Makes all texts within a value printable.
pub(crate) fn make_printable(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(safe) = printable(text) {
                *text = safe;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(make_printable),
        Value::Object(fields) => fields.values_mut().for_each(make_printable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_part_of_a_line() {
        assert_eq!(quoted(&"bad\u{8} name\n\tx"), "bad\u{fffd} name  x");
        assert_eq!(quoted(&"x".repeat(200)).len(), 200);
        let long = quoted(&"\u{e9}".repeat(9000));
        assert!(long.ends_with("\u{e9}...") && long.chars().count() == 203);
    }

    #[test]
    fn only_what_could_deceive_is_replaced() {
        assert!(matches!(
            printable("Fréchet\t-\n日本 عربي"),
            Cow::Borrowed(_)
        ));
        assert_eq!(printable("a\u{1b}[2Jb\r"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(printable("\u{202e}gnp.exe"), "\u{fffd}gnp.exe");
        let mut value = serde_json::json!({"a": ["\u{7}", 1], "b": {"c": "\u{2066}x"}});
        make_printable(&mut value);
        assert_eq!(
            value,
            serde_json::json!({"a": ["\u{fffd}", 1], "b": {"c": "\u{fffd}x"}})
        );
    }
}
