//! The table of results for the terminal.

use comfy_table::{
    Attribute, Cell, CellAlignment, ContentArrangement, LineStyle, Table,
    presets::UTF8_HORIZONTAL_ONLY,
};

use super::{
    super::{Group, variant::variants},
    COLUMNS, Results, Row, Value, results,
};

/// Columns that only the page shows.
const PAGE_ONLY: [&str; 3] = ["best", "d_G", "G explored"];
/// Columns that a narrow terminal drops, in this order.
const OPTIONAL: [&str; 10] = [
    "in band late",
    "testing FLOPs",
    "as STU-GAN counts",
    "as ADAPT counts",
    "seconds",
    "KL",
    "on a mode",
    "FLOPs",
    "active D",
    "active G",
];
/// Columns of characters where the terminal's width is unknown.
const USUAL_WIDTH: usize = 100;

/// The results of all groups as a table for the terminal: one row per variant, `*` marks the best
/// of a group.
pub fn results_table(groups: &[Group]) -> Table {
    let results: Vec<Results> = groups.iter().map(|g| results(&variants(&g.runs))).collect();
    let shown = |title: &&str| results.iter().any(|r| r.column(title).is_some());
    let mut titles: Vec<&'static str> = COLUMNS
        .iter()
        .map(|c| c.title)
        .filter(|title| !PAGE_ONLY.contains(title))
        .filter(shown)
        .collect();
    let mut table = with_columns(&titles, groups, &results);
    let room = table.width().map_or(USUAL_WIDTH, usize::from);
    for dropped in OPTIONAL {
        if width(&table) <= room {
            break;
        }
        titles.retain(|title| *title != dropped);
        table = with_columns(&titles, groups, &results);
    }
    table
}

fn width(table: &Table) -> usize {
    table
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

fn with_columns(titles: &[&'static str], groups: &[Group], results: &[Results]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["", "seed"].iter().chain(titles));
    for (group, results) in groups.iter().zip(results) {
        table.add_row([Cell::new(&group.title).add_attribute(Attribute::Bold)]);
        let summed =
            |row: &Row| !row.mean && results.rows.iter().any(|r| r.mean && r.style == row.style);
        for row in results.rows.iter().filter(|row| !summed(row)) {
            let mut cells = vec![Cell::new(label(row, results)), Cell::new(&row.seed)];
            for title in titles {
                let text = results
                    .column(title)
                    .map_or(String::new(), |at| plain(&row.cells[at]));
                cells.push(Cell::new(text).set_alignment(CellAlignment::Right));
            }
            table.add_row(cells);
        }
    }
    table
}

/// A variant's name, and below it the failures of its runs, in short.
fn label(row: &Row, results: &Results) -> String {
    const LONGEST: usize = 36;
    let mut label = format!("  {}", row.label);
    let troubles = results
        .rows
        .iter()
        .filter(|other| other.style == row.style)
        .filter_map(|other| other.trouble.as_ref());
    for trouble in troubles {
        let line = trouble.lines().next().unwrap_or_default();
        let mut short: String = line.chars().take(LONGEST).collect();
        if line.chars().count() > LONGEST {
            short.push('\u{2026}');
        }
        label += &format!("\n    {short}");
    }
    label
}

fn plain(value: &Value) -> String {
    let mut text = value.text.clone();
    if value.best {
        text += "*";
    }
    if let Some(range) = &value.range {
        text += &format!("\n{range}");
    }
    text.replace('\u{202F}', " ")
}

impl Results {
    fn column(&self, title: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.title == title)
    }
}
