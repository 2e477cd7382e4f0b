//! The results as Markdown, for a document kept beside the code.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::ASCII_MARKDOWN};
use tightrope_core::Error;

use super::Group;
use super::compared::{Column, Compared, Row, compared};
use super::evaluated::name_of;
use super::files::make_folder_of;
use super::notice::notice;
use super::paired::{Paired, Spread, paired};
use super::seeds::OverSeeds;
use super::variant::{Variant, variants};

/// A document, and the part of it where results go.
#[derive(Clone, Debug)]
pub struct Place {
    file: PathBuf,
    /// The name in the two lines between which they stand.
    name: String,
}

impl FromStr for Place {
    type Err = std::convert::Infallible;

    /// From `FILE`, or `FILE#NAME` for one of several places in a document.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (file, name) = text.rsplit_once('#').unwrap_or((text, "results"));
        Ok(Self {
            file: file.into(),
            name: name.to_owned(),
        })
    }
}

impl Place {
    /// The document.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Refuses a document that has no place for results, before anything is done for it.
    pub fn check(&self) -> Result<(), Error> {
        match read(&self.file)? {
            Some(text) => self.split(&text).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Writes the results between the two lines of the document; where there is no such file, a new one. With `against`,
    /// the label of a variant, also how the others differ from it.
    pub fn write(&self, groups: &[Group], against: Option<&str>) -> Result<()> {
        let results = results(groups, against)?;
        let file = &self.file;
        let text = match read(file)? {
            Some(text) => {
                let (before, after) = self.split(&text)?;
                format!("{before}\n\n{results}\n{after}")
            }
            None => {
                make_folder_of(file)?;
                format!("{}\n\n{results}\n{}\n", self.begin(), self.end())
            }
        };
        std::fs::write(file, text).map_err(|e| Error::io(file, e))?;
        Ok(())
    }

    /// The line after which results stand in the document.
    fn begin(&self) -> String {
        format!("<!-- {}:begin -->", self.name)
    }

    /// The line before which they end.
    fn end(&self) -> String {
        format!("<!-- {}:end -->", self.name)
    }

    /// What stands before the results, with the line that begins them, and after them.
    fn split<'a>(&self, text: &'a str) -> Result<(&'a str, &'a str), Error> {
        let (begin, end) = (self.begin(), self.end());
        let first = text.find(&begin).map(|at| at + begin.len());
        let found = first.and_then(|first| Some((first, first + text[first..].find(&end)?)));
        let Some((first, last)) = found else {
            return Err(Error::setting(
                "markdown",
                format!(
                    "{}: results go between the lines {begin} and {end}, which this file has not; add them or name another file",
                    self.file.display()
                ),
            ));
        };
        Ok((&text[..first], &text[last..]))
    }
}

fn read(file: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(file, error)),
    }
}

/// All groups, one below the other.
fn results(groups: &[Group], against: Option<&str>) -> Result<String> {
    let mut text = String::new();
    for group in groups {
        let variants = variants(&group.runs);
        if groups.len() > 1 {
            writeln!(text, "### {}\n", heading(&variants))?;
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
        writeln!(text, "- Trained: {line}.")?;
    }
    for (number, protocol) in compared.protocols.iter().enumerate() {
        let number = match compared.protocols.len() {
            1 => String::new(),
            _ => format!(" ({})", number + 1),
        };
        writeln!(text, "- Evaluated{number}: {protocol}.")?;
    }
    for line in &notice.repeated {
        writeln!(text, "- {}.", escaped(line))?;
    }
    for row in &compared.rows {
        for trouble in &row.troubles {
            let line = trouble.lines().next().unwrap_or_default();
            writeln!(text, "- **{}**, {line}.", escaped(&row.label))?;
        }
    }
    Ok(())
}

/// How the others differ from the first of that name, seed by seed.
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
        compared.rows[reference].label
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

/// A probability; one that would be shown as none is said to be small.
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

/// A number over seeds: `0.49 [0.47, 0.52]`, and of how many seeds where some have none.
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

/// With plain spaces, which every viewer of Markdown knows.
fn plain(text: &str) -> String {
    text.replace('\u{202F}', " ")
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What the runs were trained on and for how long: one line for all that have it in common.
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
mod tests {
    use super::*;
    use crate::report::{fixture, words::percent};

    fn groups() -> Vec<Group> {
        let mut runs = Vec::new();
        for method in ["dense", "adapt-relax"] {
            runs.extend([1, 2, 3].map(|seed| fixture::run(method, seed, 200)));
        }
        for (run, br) in runs.iter_mut().zip([0.25, 0.5, 0.375]) {
            for stats in &mut run.history.stats {
                stats.br_ratio_of_means = Some(br);
            }
        }
        vec![Group {
            title: "2-D spiral".into(),
            runs,
        }]
    }

    #[test]
    fn a_table_with_a_row_a_method() {
        let text = results(&groups(), None).unwrap();
        let lines: Vec<Vec<&str>> = text
            .lines()
            .take_while(|line| line.starts_with('|'))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines.iter().all(|cells| cells.len() == lines[0].len()));
        let br = lines[0].iter().position(|cell| *cell == "BR late").unwrap();
        assert_eq!(
            (lines[2][1], lines[2][2], lines[2][br]),
            ("dense", "3", "0.38 [0.25, 0.50]")
        );
        assert!(lines[1][br].chars().all(|c| c == '-'), "{text}");
        assert!(text.contains("*FLOPs*: training FLOPs relative"));
        assert!(text.contains("- Trained: preset spiral, spiral, 200 iterations, on CPU (Flex, 2 threads); seeds 1, 2, 3."));
    }

    #[test]
    fn what_differs_stands_first_and_repeats_are_one_seed() {
        let mut groups = groups();
        for run in &mut groups[0].runs[3..] {
            run.config.batch_d = 7;
            run.config.seed = 42;
        }
        let text = results(&groups, None).unwrap();
        let begin = "**These runs differ in more than method and seed:**\n\n- batch_d: 128 (dense";
        assert!(text.starts_with(begin), "{text}");
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| adapt"))
            .collect();
        assert_eq!(
            rows[0].split('|').nth(2).map(str::trim),
            Some("1"),
            "{text}"
        );
        assert!(
            text.contains("- adapt-relax: 3 runs of seed 42 count as one seed, by their mean."),
            "{text}"
        );
    }

    #[test]
    fn what_some_seeds_lack_is_said() {
        let row = Row {
            label: String::new(),
            seeds: vec![1, 2, 3],
            troubles: Vec::new(),
        };
        let two = |value: f64| format!("{value:.2}");
        let over = OverSeeds::of([0.5, 0.501]);
        assert_eq!(cell(&row, over, two), "0.50 (2 of 3)");
        assert_eq!(cell(&row, None, two), "\u{2013}");
        let over = OverSeeds::of([0.25, 0.5, 0.75]);
        assert_eq!(cell(&row, over, percent), "50 % [25, 75]");
        assert_eq!(
            (chance(0.0123), chance(1e-5)),
            ("0.012".into(), "< 0.001".into())
        );
    }

    #[test]
    fn a_document_keeps_what_stands_around_the_results() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/RESULTS.md");
        let place: Place = file.to_str().unwrap().parse().unwrap();
        place.write(&groups(), None).unwrap();
        let fresh = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("# Before\n\n{fresh}\nAfter.\n")).unwrap();
        for _ in 0..2 {
            place.check().unwrap();
            place.write(&groups(), None).unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(text, format!("# Before\n\n{fresh}\nAfter.\n"));
        }
        std::fs::write(&file, "# No place\n").unwrap();
        let refusal = place.check().unwrap_err().to_string();
        assert!(refusal.contains(&place.begin()), "{refusal}");
        assert!(place.write(&groups(), None).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "# No place\n");
    }

    #[test]
    fn several_places_of_a_document_go_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("STUDIES.md");
        let both = "<!-- a:begin --><!-- a:end --> between <!-- b:begin -->old<!-- b:end -->";
        std::fs::write(&file, both).unwrap();
        let place = |name: &str| -> Place { format!("{}#{name}", file.display()).parse().unwrap() };
        place("b").write(&groups(), None).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let begin = "<!-- a:begin --><!-- a:end --> between <!-- b:begin -->\n\n| method";
        assert!(text.starts_with(begin) && !text.contains("old"), "{text}");
        assert!(place("c").check().is_err());
    }

    #[test]
    fn differences_from_one_stand_beside_the_means() {
        let mut groups = groups();
        let kls = [0.5, 0.75, 1.0, 0.25, 0.75, 0.75];
        for (run, kl) in groups[0].runs.iter_mut().zip(kls) {
            run.history.quality.last_mut().unwrap().kl = Some(kl);
        }
        let text = results(&groups, Some("adapt-relax")).unwrap();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .skip_while(|line| !line.contains("difference"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        let kl = rows[0].iter().position(|cell| *cell == "KL").unwrap();
        assert_eq!(
            rows[2][kl..kl + 3],
            ["0.750 \u{b1} 0.250", "0.167 \u{b1} 0.144", "0.184"]
        );
        assert_eq!(rows[3][kl + 1..kl + 3], ["\u{2013}"; 2]);
        groups[0].runs[0].config.batch_d = 7;
        let text = results(&groups, Some("dense")).unwrap();
        assert!(
            text.contains("*difference*: from dense, batch_d 7, seed"),
            "{text}"
        );
        let refusal = results(&groups, Some("stu-gan")).unwrap_err().to_string();
        assert!(
            refusal.contains("there are dense, batch_d 7, dense"),
            "{refusal}"
        );
    }
}
