//! Numbers of several runs in one file: a column `run`, then the columns of the run's own records.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value};

/// Columns of statistics, in the order of `stats.jsonl`.
pub const STATS: [&str; 22] = [
    "iteration",
    "seconds",
    "images",
    "flops",
    "flops_paper",
    "flops_stu",
    "d_loss",
    "g_loss",
    "br",
    "br_mean_of_ratios",
    "br_ratio_of_means",
    "inverted_in_window",
    "inverted",
    "r_t",
    "r_v",
    "score_real",
    "score_fake",
    "verdict",
    "density_g",
    "density_d",
    "exploration_g",
    "exploration_d",
];

/// Columns of events: those all events share, then those of mask changes, stages, quality, edits
/// and ends, and of a run's start.
pub const EVENTS: [&str; 34] = [
    "event",
    "iteration",
    "net",
    "change",
    "dropped",
    "grown",
    "regrown",
    "active",
    "density",
    "drop_fraction",
    "br",
    "layers",
    "stage",
    "weights",
    "taken",
    "averaged",
    "samples",
    "modes",
    "modes_total",
    "high_quality",
    "kl",
    "frechet_rf",
    "verdict",
    "key",
    "value",
    "file",
    "reason",
    "device",
    "real_count",
    "generator",
    "discriminator",
    "dense_flops_per_iteration",
    "dense_flops_per_iteration_paper",
    "dense_flops_per_iteration_stu",
];

/// A CSV table with one header line.
pub struct Table {
    columns: &'static [&'static str],
    writer: csv_core::Writer,
    bytes: Vec<u8>,
}

impl Table {
    /// An empty table with these columns after `run`.
    pub fn new(columns: &'static [&'static str]) -> Self {
        let mut table = Self {
            columns,
            writer: csv_core::Writer::new(),
            bytes: Vec::new(),
        };
        table.line("run", columns.iter().map(|name| name.to_string()));
        table
    }

    /// Adds a row.
    pub fn add(&mut self, run: &str, row: &impl Serialize) -> Result<()> {
        // Goes through JSON text, so that numbers are as short here as there.
        let fields: Map<String, Value> = serde_json::from_str(&serde_json::to_string(row)?)?;
        let cells = self.columns.iter().map(|name| cell(fields.get(*name)));
        self.line(&inert(run), cells);
        Ok(())
    }

    /// The file's bytes.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn line(&mut self, first: &str, others: impl Iterator<Item = String>) {
        self.field(first);
        for cell in others {
            self.put(2, |writer, room| writer.delimiter(room).1);
            self.field(&cell);
        }
        self.put(4, |writer, room| writer.terminator(room).1);
    }

    fn field(&mut self, text: &str) {
        // In the worst case every byte is a quotation mark, which is doubled.
        self.put(2 * text.len() + 2, |writer, room| {
            writer.field(text.as_bytes(), room).2
        });
    }

    /// Gives `fill` a buffer of `room` bytes; it returns the number it wrote.
    fn put(&mut self, room: usize, fill: impl FnOnce(&mut csv_core::Writer, &mut [u8]) -> usize) {
        let start = self.bytes.len();
        self.bytes.resize(start + room, 0);
        let filled = fill(&mut self.writer, &mut self.bytes[start..]);
        self.bytes.truncate(start + filled);
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => inert(text),
        Some(other) => other.to_string(),
    }
}

/// Text that no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// Appends one line of JSON.
pub fn add_line(lines: &mut Vec<u8>, run: &str, row: &impl Serialize) -> Result<()> {
    #[derive(Serialize)]
    struct Line<'a, T> {
        run: &'a str,
        #[serde(flatten)]
        row: &'a T,
    }
    serde_json::to_writer(&mut *lines, &Line { run, row })?;
    lines.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use csv_core::ReadRecordResult;
    use tightrope_core::config::StageWeights;
    use tightrope_core::event::{EndReason, Event, Quality, RunInfo, StageEvent, Stats, Verdict};

    use super::*;
    use crate::report::fixture;

    /// Reads all records of a CSV file.
    fn records(mut bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv_core::Reader::new();
        let mut found = Vec::new();
        loop {
            let (mut text, mut ends) = (vec![0; bytes.len() + 1], vec![0; 200]);
            let (result, read, _, count) = reader.read_record(bytes, &mut text, &mut ends);
            bytes = &bytes[read..];
            match result {
                ReadRecordResult::Record => {}
                ReadRecordResult::End => return found,
                ReadRecordResult::InputEmpty => continue,
                other => panic!("{other:?}"),
            }
            let mut from = 0;
            let fields = ends[..count].iter().map(|&end| {
                let field = String::from_utf8(text[from..end].to_vec()).unwrap();
                from = end;
                field
            });
            found.push(fields.collect());
        }
    }

    #[test]
    fn rows_come_back_by_the_names_of_the_record() {
        let stats = Stats {
            iteration: 7,
            d_loss: 0.3,
            g_loss: f32::NAN,
            br: Some(0.5),
            verdict: Some(Verdict::DTooWeak),
            ..Stats::default()
        };
        let mut table = Table::new(&STATS);
        table.add("a, \"b\"\nc", &stats).unwrap();
        table.add("d", &stats).unwrap();
        let found = records(&table.finish());
        assert_eq!(found.len(), 3);
        assert_eq!(
            (&found[0][0][..], &found[0][1..]),
            ("run", &STATS.map(String::from)[..])
        );
        let of = |row: usize, name: &str| {
            let column = found[0].iter().position(|known| known == name).unwrap();
            found[row][column].as_str()
        };
        assert_eq!((of(1, "run"), of(2, "run")), ("a, \"b\"\nc", "d"));
        let values = [
            "iteration",
            "d_loss",
            "g_loss",
            "br",
            "verdict",
            "score_real",
        ];
        assert_eq!(
            values.map(|name| of(1, name)),
            ["7", "0.3", "", "0.5", "d_too_weak", ""]
        );
    }

    #[test]
    fn no_spreadsheet_computes_what_a_foreign_run_says() {
        let mut table = Table::new(&STATS);
        let names = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "plain=1"];
        for name in names {
            let stats = Stats {
                d_loss: -0.5,
                ..Stats::default()
            };
            table.add(name, &stats).unwrap();
        }
        let found = records(&table.finish());
        let first: Vec<&str> = found[1..].iter().map(|row| row[0].as_str()).collect();
        let expected = ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "'\r=1", "plain=1"];
        assert_eq!(first, expected);
        assert!(found[1].contains(&"-0.5".to_owned()), "a number stays one");
    }

    /// Names of a row's fields, sorted.
    fn names(row: &impl Serialize) -> Vec<String> {
        let value = serde_json::to_value(row).unwrap();
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn no_field_of_the_record_is_left_out() {
        let stats = Stats {
            flops_stu: Some(0.0),
            br: Some(0.0),
            br_mean_of_ratios: Some(0.0),
            br_ratio_of_means: Some(0.0),
            inverted_in_window: 1,
            inverted: 1,
            r_t: Some(0.0),
            r_v: Some(0.0),
            score_real: Some(0.0),
            score_fake: Some(0.0),
            verdict: Some(Verdict::Balanced),
            ..Stats::default()
        };
        let mut columns = STATS.map(String::from);
        columns.sort();
        assert_eq!(names(&stats), columns);
        let quality = Quality {
            modes: Some(1),
            modes_total: Some(1),
            high_quality: Some(1.0),
            kl: Some(1.0),
            frechet_rf: Some(1.0),
            ..Quality::default()
        };
        let (iteration, key, value) = (1, "k".to_owned(), "v".to_owned());
        let (file, reason) = ("f".to_owned(), EndReason::Stopped);
        let mut events = fixture::events("adapt-relax", 42, 1000);
        events.retain(|event| !matches!(event, Event::Stats(_)));
        assert!(events.iter().any(|event| matches!(event, Event::Mask(_))));
        events.extend([
            Event::Started(RunInfo::default()),
            Event::Quality(quality),
            Event::Edited {
                iteration,
                key,
                value,
            },
            Event::Refused {
                iteration,
                reason: "r".to_owned(),
            },
            Event::Balance {
                iteration,
                verdict: Verdict::DDead,
            },
            Event::Checkpoint { iteration, file },
            Event::Resumed { iteration },
            Event::Stage(StageEvent {
                iteration,
                stage: 1,
                weights: StageWeights::Last,
                taken: iteration,
            }),
            Event::Ended { iteration, reason },
        ]);
        for name in events.iter().flat_map(names) {
            assert!(EVENTS.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn lines_name_their_run() {
        let mut lines = Vec::new();
        let event = Event::Resumed { iteration: 3 };
        add_line(&mut lines, "a", &event).unwrap();
        add_line(&mut lines, "b", &Stats::default()).unwrap();
        let text = String::from_utf8(lines).unwrap();
        let rows: Vec<Value> = text
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(
            rows[0],
            serde_json::json!({"run": "a", "event": "resumed", "iteration": 3})
        );
        assert_eq!((rows.len(), &rows[1]["run"]), (2, &Value::from("b")));
    }
}
