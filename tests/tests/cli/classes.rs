//! Runs that learn classes, from the command line.

use super::program::Desk;

const SMALL: &str = "train --preset biggan-fashion16 --data shapes --set data.limit=200 \
    --set model.biggan.g_channels=8,8,8 --set model.biggan.d_channels=8,8,8 --set batch_d=8 --set batch_g=8 \
    --set averaging.start=0 --iterations 4 --quiet --device cpu";

#[test]
fn classes_are_learned_shown_and_asked_for() {
    let desk = Desk::new();
    let refused = desk.run(SMALL);
    assert!(
        refused
            .err
            .contains("model.biggan.classes is 10; set it to 36"),
        "{}",
        refused.err
    );
    assert_eq!(refused.err.lines().count(), 1, "{}", refused.err);
    desk.good(&format!("{SMALL} --set classes=36"));
    desk.good("train --preset tiny --iterations 2 --quiet --device cpu");
    let runs = desk.runs();
    let [conditional, plain] = [&runs[runs.len() - 2], &runs[runs.len() - 1]].map(|run| {
        run.strip_prefix(desk.path())
            .expect("a run here")
            .display()
            .to_string()
    });

    let out = desk.good(&format!("sample {conditional} --out all.png --device cpu"));
    assert!(out.starts_with("100 samples"), "{out}");
    let sample = |class: &str, file: &str| {
        let words = format!("sample {conditional} --count 4 --out {file} --device cpu");
        let mut words: Vec<&str> = words.split(' ').collect();
        words.extend(["--class", class]);
        desk.run_words(&words)
    };
    let bytes = |file: &str| std::fs::read(desk.file(file)).expect("a picture");
    assert_eq!(sample("7", "number.png").code, 0);
    assert_eq!(sample("Yellow Square", "name.png").code, 0);
    assert_eq!(sample("8", "other.png").code, 0);
    assert!(bytes("number.png") == bytes("name.png"));
    assert!(bytes("number.png") != bytes("other.png"));
    for (class, words) in [
        ("36", "36 classes; 0 to 35"),
        ("yelow", "a number below 36, or one of red disc"),
    ] {
        let err = sample(class, "none.png").err;
        assert!(err.contains(words) && err.lines().count() == 1, "{err}");
    }
    let err = desk
        .run(&format!("sample {plain} --class 0 --device cpu"))
        .err;
    assert!(err.contains("this run learned no classes"), "{err}");

    desk.good(&format!("report {conditional} --out report.html"));
    let report = std::fs::read_to_string(desk.file("report.html")).expect("a report");
    assert!(report.contains("rows: red disc, "), "no rows in the report");
}
