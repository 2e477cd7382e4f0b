use serde_json::Value;
use tightrope_core::event::{Command, Event};

use super::*;
use crate::{
    gui::fixture,
    lab::{Reply, RunKey},
};

/// Reports of the canned runs, in order.
fn lines() -> Vec<Value> {
    let mut model = Model::default();
    let mut lines = Vec::new();
    for reply in fixture::replies() {
        lines.extend(said(&reply, &model));
        model.take(reply);
    }
    let parsed = lines.iter().map(|line| serde_json::from_str(line).unwrap());
    parsed.collect()
}

#[test]
fn events_are_those_of_the_run_folder() {
    let lines = lines();
    let stats = lines
        .iter()
        .find(|line| line["event"] == "stats" && line["run"] == "stu-gan s42")
        .unwrap();
    let mut plain = stats.clone();
    plain.as_object_mut().unwrap().remove("run");
    let event: Event = serde_json::from_value(plain).unwrap();
    assert!(matches!(event, Event::Stats(stats) if stats.iteration <= 500));
    assert_eq!(lines[0]["event"], "started");
}

#[test]
fn a_state_has_its_iteration() {
    let last = lines().pop().unwrap();
    assert_eq!(
        last,
        serde_json::json!({ "run": "stu-gan s42", "event": "state", "state": "paused", "iteration": 500 })
    );
}

#[test]
fn samples_stay_here() {
    let named = |event: &&Value| ["samples", "field", "masks"].contains(&event.as_str().unwrap());
    let lines = lines();
    assert!(!lines.iter().map(|line| &line["event"]).any(|e| named(&e)));
}

#[test]
fn what_goes_wrong_is_a_line_too() {
    let model = fixture::model();
    let trouble = |key| Reply::Trouble {
        key,
        what: "no \"room\"".to_owned(),
    };
    for (key, run) in [(None, ""), (Some(RunKey(0)), "adapt-relax s42")] {
        let line: Value = serde_json::from_str(&said(&trouble(key), &model).unwrap()).unwrap();
        assert_eq!(
            line,
            serde_json::json!({ "run": run, "event": "trouble", "reason": "no \"room\"" })
        );
    }
    let line: Value = serde_json::from_str(&refusal("no")).unwrap();
    assert_eq!(
        line,
        serde_json::json!({ "run": "", "event": "trouble", "reason": "no" })
    );
    // An unknown run yields no report.
    assert_eq!(said(&trouble(Some(RunKey(7))), &model), None);
}

#[test]
fn words_become_what_the_window_does() {
    let mut model = fixture::model();
    for (word, command) in [
        ("start", Command::Resume),
        ("pause", Command::Pause),
        ("step", Command::Step),
    ] {
        let action = wanted(word, &model).unwrap();
        assert!(matches!(action, Action::TellAll(told) if told == command));
    }
    // Once all runs have ended, `start` starts over.
    model.lost_lab();
    assert!(matches!(
        wanted("start", &model).unwrap(),
        Action::StartOver
    ));
    for word in ["", "stop", "Start", "pause "] {
        assert!(
            wanted(word, &model)
                .unwrap_err()
                .contains("choose start, pause or step")
        );
    }
}
