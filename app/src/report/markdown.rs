//! The results as Markdown, for a document kept with the code.

mod place;

use std::fmt::Write;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::ASCII_MARKDOWN};
use tightrope_core::{Error, data::name_of};

use super::{
    Group,
    compared::{Column, Compared, Row, compared},
    notice::notice,
    paired::{Paired, Spread, paired},
    seeds::OverSeeds,
    variant::{Variant, variants},
};
pub use place::Place;

/// The results of all groups, one below the other.
fn results(groups: &[Group], against: Option<&str>) -> Result<String> {
    let mut text = String::new();
    for group in groups {
        let variants = variants(&group.runs);
        if groups.len() > 1 {
            writeln!(text, "### {}\n", escaped(&heading(&variants)))?;
        }
        let compared = compared(&variants)?;
        section(&mut text, &variants, &compared)?;
        if let Some(label) = against {
            differences(&mut text, &compared, label)?;
        }
    }
    Ok(text)
}

fn heading(variants: &[Variant]) -> String {
    let first = variants.iter().flat_map(|variant| &variant.runs).next();
    first.map_or(String::new(), |run| {
        let data = name_of(&run.config.data.source);
        format!("{} on {data}", run.config.preset)
    })
}

fn section(text: &mut String, variants: &[Variant], compared: &Compared) -> Result<()> {
    let notice = notice(variants);
    if !notice.lines.is_empty() {
        writeln!(text, "**{}:**\n", notice.title)?;
        for line in &notice.lines {
            writeln!(text, "- {}", escaped(line))?;
        }
        writeln!(text)?;
    }
    writeln!(text, "{}\n", table(compared, |column| !column.is_detail))?;
    let hints: Vec<String> = compared
        .columns
        .iter()
        .filter_map(|column| Some(format!("*{}*: {}", column.title, column.hint?)))
        .collect();
    writeln!(
        text,
        "Medians over seeds, with the least and the greatest in brackets. {}.\n",
        hints.join("; ")
    )?;
    if compared.columns.iter().any(|column| column.is_detail) {
        writeln!(text, "{}\n", table(compared, |column| column.is_detail))?;
    }
    for line in trained(variants) {
        writeln!(text, "- Trained: {}.", escaped(&line))?;
    }
    for (number, protocol) in compared.protocols.iter().enumerate() {
        let number = match compared.protocols.len() {
            1 => String::new(),
            _ => format!(" ({})", number + 1),
        };
        writeln!(text, "- Evaluated{number}: {}.", escaped(protocol))?;
    }
    for line in &notice.repeated {
        writeln!(text, "- {}.", escaped(line))?;
    }
    for row in &compared.rows {
        for trouble in &row.troubles {
            let line = trouble.lines().next().unwrap_or_default();
            writeln!(text, "- **{}**, {}.", escaped(&row.label), escaped(line))?;
        }
    }
    Ok(())
}

/// Differences of the variants from the first one with this label, seed by seed.
fn differences(text: &mut String, compared: &Compared, label: &str) -> Result<()> {
    let labels = || compared.rows.iter().map(|row| row.label.as_str());
    let is_named = |known: &str| known == label || known.starts_with(&format!("{label}, "));
    let Some(reference) = labels().position(is_named) else {
        let known: Vec<&str> = labels().collect();
        return Err(Error::setting(
            "against",
            format!(
                "{label}: no such runs in the comparison; there are {}",
                known.join(", ")
            ),
        )
        .into());
    };
    let measures: Vec<(&Column, Paired)> = compared
        .columns
        .iter()
        .filter(|column| column.is_ranked && !column.is_detail)
        .map(|column| (column, paired(&compared.rows, &column.values, reference)))
        .collect();
    let mut titles = vec!["method".to_owned()];
    for (column, _) in &measures {
        titles.extend([escaped(&column.title), "difference".into(), "p".into()]);
    }
    let none = || "\u{2013}".to_owned();
    let mut table = markdown_table(titles);
    for (place, row) in compared.rows.iter().enumerate() {
        let mut cells = vec![escaped(&row.label)];
        for (column, paired) in &measures {
            let told = |over: &Option<Spread>| {
                over.map_or_else(none, |over| plain(&over.told(column.show)))
            };
            cells.extend([
                told(&paired.means[place]),
                told(&paired.differences[place]),
                paired.p[place].map_or_else(none, chance),
            ]);
        }
        table.add_row(cells);
    }
    writeln!(
        text,
        "\n{table}\n\nMeans over seeds \u{b1} standard deviations. *difference*: from {}, seed by seed; *p*: two-sided \
         paired t-test, corrected over the rows by Holm's method.\n",
        escaped(&compared.rows[reference].label)
    )?;
    Ok(())
}

fn table(compared: &Compared, is_shown: impl Fn(&Column) -> bool) -> Table {
    let shown: Vec<usize> = (0..compared.columns.len())
        .filter(|&at| is_shown(&compared.columns[at]))
        .collect();
    let mut titles = vec!["method".to_owned(), "seeds".to_owned()];
    titles.extend(shown.iter().map(|&at| escaped(&compared.columns[at].title)));
    let mut table = markdown_table(titles);
    for (place, row) in compared.rows.iter().enumerate() {
        let mut cells = vec![escaped(&row.label), row.seeds.len().to_string()];
        cells.extend(shown.iter().map(|&at| {
            cell(
                row,
                compared.columns[at].over_seeds(place),
                compared.columns[at].show,
            )
        }));
        table.add_row(cells);
    }
    table
}

/// A probability, as `< 0.001` where three digits would show zero.
fn chance(p: f64) -> String {
    if p < 0.0005 {
        "< 0.001".to_owned()
    } else {
        format!("{p:.3}")
    }
}

fn markdown_table(titles: Vec<String>) -> Table {
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(titles);
    table
}

/// A number over seeds, `0.49 [0.47, 0.52]`, with the count of seeds if some have none.
fn cell(row: &Row, over: Option<OverSeeds>, show: fn(f64) -> String) -> String {
    let Some(over) = over else {
        return "\u{2013}".to_owned();
    };
    let (median, least, greatest) = (show(over.median), show(over.least), show(over.greatest));
    let mut text = median;
    if least != greatest {
        let bare = |end: String| end.trim_end_matches("\u{202F}%").to_owned();
        text += &format!(" [{}, {}]", bare(least), bare(greatest));
    }
    if over.known < row.seeds.len() {
        text += &format!(" ({} of {})", over.known, row.seeds.len());
    }
    plain(&text)
}

/// Replaces narrow spaces, which not every viewer of Markdown knows.
fn plain(text: &str) -> String {
    text.replace('\u{202F}', " ")
}

/// Text of a run, which may come from anywhere, as one line that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\t' => escaped.push(' '),
            '|' | '\\' | '[' | ']' | '*' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The data, length and device of the runs, in one line for all that share them.
fn trained(variants: &[Variant]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<u64>)> = Vec::new();
    for run in variants.iter().flat_map(|variant| &variant.runs) {
        let (config, info) = (&run.config, run.history.info.as_ref());
        let images = match info.map_or(0, |info| info.real_count) {
            0 => String::new(),
            count => format!("{count} images of "),
        };
        let side = match config.data.side {
            0 => String::new(),
            side => format!(" at {side} px"),
        };
        let device = info.map_or("?", |info| info.device.as_str());
        let line = format!(
            "preset {}, {images}{}{side}, {} iterations, on {device}",
            config.preset,
            name_of(&config.data.source),
            config.iterations
        );
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, seeds)) if seeds.contains(&config.seed) => {}
            Some((_, seeds)) => seeds.push(config.seed),
            None => lines.push((line, vec![config.seed])),
        }
    }
    let told = |(line, mut seeds): (String, Vec<u64>)| {
        seeds.sort_unstable();
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        format!("{line}; seeds {}", seeds.join(", "))
    };
    lines.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests;
