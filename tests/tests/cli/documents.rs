//! Documents that `report` writes: a table over seeds in Markdown, and figures.

use std::path::Path;

use quick_xml::{Reader, events::Event};
use tightrope_core::feature::Network;

use super::{
    eval::weights,
    program::{Desk, text},
};

const METHODS: [&str; 2] = ["static", "adapt-relax"];

/// The cells of every line of the first table.
fn table(markdown: &str) -> Vec<Vec<String>> {
    let lines = markdown.lines().skip_while(|line| !line.starts_with('|'));
    let rows = lines.take_while(|line| line.starts_with('|')).map(|line| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    });
    rows.collect()
}

/// All words of a picture, which must be well-formed and load nothing from elsewhere.
fn words(file: &Path) -> Vec<String> {
    let source = text(file);
    let mut reader = Reader::from_str(&source);
    let (mut words, mut depth, mut elements) = (Vec::new(), 0, Vec::new());
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(element) => {
                depth += 1;
                for attribute in element.attributes() {
                    attribute.expect("an attribute");
                }
                elements.push(element.name().as_ref().to_vec());
            }
            Event::End(_) => depth -= 1,
            Event::Text(found) => {
                let found = found.decode().expect("text");
                words.push(found.trim().to_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((depth, elements[0].as_slice()), (0, &b"svg"[..]));
    for foreign in [&b"script"[..], b"image", b"foreignObject"] {
        assert!(elements.iter().all(|element| element != foreign));
    }
    assert_eq!(source.matches("http").count(), 1, "only the namespace");
    words
}

#[test]
fn seeds_become_a_table_and_figures() {
    let desk = Desk::new();
    desk.good(&format!(
        "compare --preset tiny --methods {} --seeds 2 --set averaging.start=0 --quiet --device cpu",
        METHODS.join(",")
    ));
    weights(
        Network::ResNet { blocks: 1 },
        &desk.file("resnet.safetensors"),
    );
    desk.good("eval runs --count 100 --real-count 64 --network resnet:resnet.safetensors --device cpu --quiet");
    std::fs::write(
        desk.file("notes.md"),
        "# Notes\n\n<!-- results:begin -->\nold\n<!-- results:end -->\n\nThe end.\n",
    )
    .expect("it is written");
    let line = "report runs --markdown notes.md --figures images/results";
    let out = desk.good(line);
    assert!(out.contains("markdown: notes.md"), "{out}");

    let markdown = text(&desk.file("notes.md"));
    assert!(
        markdown.starts_with("# Notes\n") && markdown.ends_with("\n\nThe end.\n"),
        "{markdown}"
    );
    assert!(!markdown.contains("\nold\n"));
    let rows = table(&markdown);
    assert_eq!(rows.len(), 4, "{markdown}");
    let column = |title: &str| {
        let found = rows[0].iter().position(|cell| cell == title);
        found.unwrap_or_else(|| panic!("no column {title}\n{markdown}"))
    };
    for (row, method) in rows[2..].iter().zip(METHODS) {
        assert_eq!(row.len(), rows[0].len(), "{markdown}");
        assert_eq!((row[0].as_str(), row[1].as_str()), (method, "2"));
        for title in [
            "FLOPs",
            "as ADAPT counts",
            "as STU-GAN counts",
            "testing FLOPs",
            "active G",
            "active D",
            "seconds",
            "d_G",
            "d_D",
            "G explored",
            "Fr\u{e9}chet RF",
            "Fr\u{e9}chet resnet8",
            "confidence resnet8",
        ] {
            let cell = &row[column(title)];
            assert!(
                cell.starts_with(|c: char| c.is_ascii_digit()),
                "{method}, {title}: {cell}"
            );
        }
        // Two seeds draw different samples.
        assert!(
            row[column("Fr\u{e9}chet resnet8")].contains('['),
            "{markdown}"
        );
    }
    // Only ADAPT explores more weights than are active.
    let number = |row: usize, title: &str| -> f64 {
        let cell = &rows[row][column(title)];
        let number = cell.split(' ').next().expect("a number");
        number.parse().unwrap_or_else(|_| panic!("{cell}"))
    };
    assert!((number(2, "G explored") - 100.0 * number(2, "d_G")).abs() < 1.0);
    assert!(number(3, "G explored") > 100.0 * number(3, "d_G") + 5.0);
    for part in [
        "iterations, on ",
        "seeds 42, 43",
        "100 samples of 16x16 pixels",
        "sha256",
        "shapes, train split",
    ] {
        assert!(markdown.contains(part), "{part}\n{markdown}");
    }

    for name in ["balance", "density", "quality", "tradeoff"] {
        let words = words(&desk.file(&format!("images/results/{name}.svg")));
        for method in METHODS {
            let count = words.iter().filter(|word| *word == method).count();
            assert!(count > 0, "{name}: {method}: {words:?}");
        }
        assert!(
            words
                .iter()
                .any(|word| word == "iteration" || word.contains("FLOPs"))
        );
    }

    // A second run changes nothing.
    desk.good(line);
    assert_eq!(text(&desk.file("notes.md")), markdown);
}

#[test]
fn a_document_without_a_place_for_results_is_left_alone() {
    let desk = Desk::new();
    desk.good("train --preset tiny --iterations 2 --quiet --device cpu");
    std::fs::write(desk.file("notes.md"), "# Notes\n").expect("it is written");
    let ran = desk.run("report runs --markdown notes.md");
    assert!(
        ran.code == 2 && ran.err.lines().count() == 1 && ran.err.contains("<!-- results:begin -->"),
        "{}",
        ran.err
    );
    assert_eq!(text(&desk.file("notes.md")), "# Notes\n");
    assert!(!desk.file("report.html").exists());
}
