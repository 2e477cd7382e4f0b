//! Lists of names, one per line.

/// Aligns names and descriptions in two columns.
pub fn columns<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let rows: Vec<(&str, String)> = rows.into_iter().collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter()
        .map(|(name, line)| format!("{name:width$}  {line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_padded_to_the_longest() {
        let rows = [("ring", "a".to_owned()), ("fashion16", "b".to_owned())];
        assert_eq!(columns(rows), "ring       a\nfashion16  b\n");
    }
}
