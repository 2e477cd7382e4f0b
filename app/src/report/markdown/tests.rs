use std::path::Path;

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
    assert!(text.contains(
        "- Trained: preset spiral, spiral, 200 iterations, on CPU (Flex, 2 threads); seeds 1, 2, 3."
    ));
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
    let whole: Place = "results#2.md".parse().unwrap();
    assert_eq!(whole.file(), Path::new("results#2.md"));
}

#[test]
fn texts_of_a_foreign_run_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("RESULTS.md");
    std::fs::write(&file, "<!-- results:begin --><!-- results:end -->").unwrap();
    let place: Place = file.to_str().unwrap().parse().unwrap();
    let mut groups = groups();
    let foreign = "a|b\n# Heading <!-- results:end --><script>alert(1)</script> [x](y) *z*";
    for run in &mut groups[0].runs {
        run.config.preset = foreign.to_owned();
        run.history.info.as_mut().unwrap().device = foreign.to_owned();
        run.config.data.source = format!("folder:/{foreign}");
    }
    for _ in 0..2 {
        place.write(&groups, None).unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches("<!-- results:end -->").count(), 1, "{text}");
    assert!(
        !text.contains("<script>") && !text.contains("\n# Heading"),
        "{text}"
    );
    assert!(
        text.contains(r"a\|b # Heading &lt;!-- results:end --&gt;&lt;script&gt;"),
        "{text}"
    );
    assert!(text.contains(r"\[x\](y) \*z\*"), "{text}");
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
