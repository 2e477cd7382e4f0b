use egui_kittest::{Harness, kittest::Queryable};
use tightrope_core::event::Event;

use super::*;
use crate::{
    gui::fixture::{self, Stage},
    lab::{ClassKey, ClassSamples, Reply, Request, RunKey},
};

#[test]
fn runs_stand_side_by_side_with_real_data() {
    let harness = fixture::stage(Samples::default(), fixture::model(), [900.0, 400.0]);
    let x = |label: &str| harness.get_by_label(label).rect().left();
    assert!(x("adapt-relax s42") < x("stu-gan s42"));
    assert!(x("stu-gan s42") < x("real data"));
    assert_eq!(harness.get_all_by_label("iteration 500").count(), 2);
}

#[test]
fn the_cursor_takes_samples_back_in_time() {
    let mut model = fixture::model();
    model.cursor = Cursor::At(499);
    let harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    assert_eq!(harness.get_all_by_label("iteration 0").count(), 2);
}

#[test]
fn a_hidden_run_leaves_its_place() {
    let mut model = fixture::model();
    model.run_mut(RunKey(0)).unwrap().hidden = true;
    let harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    assert!(harness.query_by_label("adapt-relax s42").is_none());
    harness.get_by_label("stu-gan s42");
}

#[test]
fn nothing_to_show_is_said() {
    let harness = fixture::stage(Samples::default(), Model::default(), [600.0, 300.0]);
    harness.get_by_label_contains("as soon as a run starts");
}

#[test]
fn an_image_grid_is_uploaded_once() {
    let model = drawn();
    let mut harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    let texture = |panel: &Samples| panel.pictures.grids[&Some(RunKey(0))].1.id();
    let before = texture(&harness.state().panel);
    harness.run_steps(3);
    assert_eq!(texture(&harness.state().panel), before);
    harness.state_mut().model.cursor = Cursor::At(0);
    harness.run_steps(1);
    assert_ne!(texture(&harness.state().panel), before);
}

/// The canned runs with a field at every moment.
fn scored() -> Model {
    let mut model = fixture::model();
    for key in [RunKey(0), RunKey(1)] {
        for iteration in [0, 500] {
            let push = Push {
                at: [0.5, 0.0],
                by: [0.0, iteration as f32],
            };
            let field = Field {
                iteration,
                low: [-1.1, -1.1],
                high: [1.1, 1.1],
                scores: vec![-2.0, 0.0, 0.0, 2.0],
                raw: Vec::new(),
                averaged: vec![push],
            };
            model.take(Reply::Said(key, Event::Field(field)));
        }
    }
    model
}

/// Centre of a run's picture, found by its caption.
fn picture(harness: &Harness<'_, Stage<Samples>>, name: &str) -> egui::Pos2 {
    harness.get_by_label(name).rect().left_bottom() + vec2(140.0, 140.0)
}

fn click(harness: &mut Harness<'_, Stage<Samples>>, at: egui::Pos2) {
    harness.hover_at(at);
    harness.run_ok();
    harness.drag_at(at);
    harness.run_ok();
    harness.event(egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed: false,
        modifiers: Modifiers::NONE,
    });
    harness.run_ok();
}

fn sought(harness: &mut Harness<'_, Stage<Samples>>) -> Vec<Cursor> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let cursor = |action| match action {
        Action::Seek(cursor) => Some(cursor),
        _ => None,
    };
    actions.into_iter().filter_map(cursor).collect()
}

#[test]
fn scores_are_uploaded_only_while_they_are_wanted() {
    let mut model = scored();
    model.preferences.score = false;
    let mut harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    assert_eq!(harness.state().panel.pictures.heats(), []);
    harness.get_by_label("score").click();
    harness.run_ok();
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let [Action::SetPreferences(preferences)] = &actions[..] else {
        panic!("{actions:?}");
    };
    assert!(preferences.score);
    harness.state_mut().model.preferences = preferences.clone();
    harness.run_ok();
    assert_eq!(
        harness.state().panel.pictures.heats(),
        [(RunKey(0), 500), (RunKey(1), 500)]
    );
    harness.state_mut().model.cursor = Cursor::At(499);
    harness.run_ok();
    assert_eq!(
        harness.state().panel.pictures.heats(),
        [(RunKey(0), 0), (RunKey(1), 0)]
    );
}

#[test]
fn the_pointer_reads_the_score() {
    let mut harness = fixture::stage(Samples::default(), scored(), [900.0, 400.0]);
    let at = picture(&harness, "stu-gan s42");
    harness.hover_at(at);
    harness.run_steps(8);
    harness.get_by_label_contains("score +0.");
    harness.get_by_label("-2.00");
    harness.get_by_label("+2.00");
}

#[test]
fn images_have_neither_score_nor_push() {
    let harness = fixture::stage(Samples::default(), drawn(), [900.0, 400.0]);
    assert!(harness.query_by_label("score").is_none());
    assert!(harness.query_by_label("push").is_none());
}

#[test]
fn a_point_is_pinned_by_a_click_and_let_go_by_escape_or_another() {
    let mut harness = fixture::stage(Samples::default(), scored(), [900.0, 400.0]);
    let run = harness.state().model.run(RunKey(0)).unwrap();
    let Some(SampleData::Points(points)) = run.history.samples[&500].averaged.clone() else {
        panic!("points");
    };
    // The samples lie on a circle around the centre of the picture; one is at its right.
    let right = (0..points.len())
        .max_by(|&a, &b| points[a][0].total_cmp(&points[b][0]))
        .unwrap();
    let caption = harness.get_by_label("adapt-relax s42").rect();
    let next = harness.get_by_label("stu-gan s42").rect();
    let side = next.left() - caption.left() - GAP;
    let top = caption.bottom() + 6.0;
    let across = 2.0 * 0.56 * 2.0;
    let place = vec2(side / 2.0 + side / across * points[right][0], side / 2.0);
    let at = pos2(caption.left(), top) + place;
    click(&mut harness, at);
    let pinned = harness.state().panel.pin.unwrap();
    assert!((points[pinned][0] - 1.0).abs() < 0.1, "{pinned}");
    let label = format!("pinned: {pinned}");
    harness.get_by_label(&label);
    harness.key_press(Key::Escape);
    harness.run_ok();
    assert_eq!(harness.state().panel.pin, None);
    click(&mut harness, at);
    assert_eq!(harness.state().panel.pin, Some(pinned));
    click(&mut harness, at);
    assert_eq!(harness.state().panel.pin, None, "the same click once more");
}

/// The canned runs with four images of 8 x 8 pixels instead of points.
fn drawn() -> Model {
    let mut model = fixture::model();
    for run in &mut model.runs {
        run.reals = Some(images(0.5));
        for (&at, moment) in &mut run.history.samples {
            moment.averaged = Some(images(at as f32 / 500.0));
        }
    }
    model
}

fn images(shade: f32) -> SampleData {
    SampleData::Images {
        count: 4,
        channels: 1,
        side: 8,
        pixels: vec![shade; 4 * 64],
    }
}

#[test]
fn a_pinned_image_has_a_frame_for_every_moment_of_every_run() {
    let mut harness = fixture::stage(Samples::default(), drawn(), [900.0, 500.0]);
    let at = picture(&harness, "adapt-relax s42") - vec2(100.0, 100.0);
    click(&mut harness, at);
    assert_eq!(harness.state().panel.pin, Some(0));
    harness.get_by_label("Sample 0 through time");
    for run in ["adapt-relax s42", "stu-gan s42"] {
        for iteration in [0, 500] {
            let label = format!("{run} at iteration {iteration}");
            let rect = harness.get_by_label(&label).rect();
            assert!(rect.right() < 900.0 && rect.bottom() < 500.0, "{rect}");
        }
    }
    assert_eq!(sought(&mut harness), []);
    harness.get_by_label("stu-gan s42 at iteration 0").click();
    harness.run_ok();
    assert_eq!(sought(&mut harness), [Cursor::At(0)]);
    harness.state_mut().model.cursor = Cursor::At(0);
    harness.key_press(Key::Escape);
    harness.run_ok();
    assert!(harness.query_by_label("Sample 0 through time").is_none());
}

/// Classes requested since the last look.
fn asked(harness: &mut Harness<'_, Stage<Samples>>) -> Vec<ClassKey> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let key = |action| match action {
        Action::Ask(Request::SampleClass(key)) => Some(key),
        _ => None,
    };
    actions.into_iter().filter_map(key).collect()
}

#[test]
fn one_class_is_asked_for_shown_and_kept_up_to_date() {
    let mut model = drawn();
    let info = model.runs[0].history.info.as_mut().unwrap();
    info.classes = vec!["bag".into(), "boot".into()];
    let mut harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    harness.get_by_value("all classes").click();
    harness.run_ok();
    harness.get_by_label("boot").click();
    harness.run_ok();
    let key = ClassKey {
        run: RunKey(0),
        class: 1,
        averaged: true,
    };
    assert_eq!(asked(&mut harness), [key]);
    harness.get_by_label_contains("drawing");
    let answer = |harness: &mut Harness<'_, Stage<Samples>>, drawn| {
        let model = &mut harness.state_mut().model;
        model.take(Reply::OfClass(key, drawn));
        harness.run_ok();
    };
    let drawn = ClassSamples {
        iteration: 480,
        averaged: true,
        data: images(0.25),
    };
    answer(&mut harness, Ok(drawn));
    harness.get_by_label("iteration 480");
    // The other run has learned no classes.
    harness.get_by_label("iteration 500");
    assert_eq!(asked(&mut harness), []);

    // New samples of the run trigger another request; the old samples stay until the answer.
    let later = Event::Samples(tightrope_core::event::Samples {
        iteration: 600,
        averaged: true,
        data: images(0.5),
    });
    let model = &mut harness.state_mut().model;
    model.take(Reply::Said(RunKey(0), later));
    harness.run_ok();
    assert_eq!(asked(&mut harness), [key]);
    harness.get_by_label("iteration 480");

    // A click on samples of a class pins nothing: they have their own z.
    let at = picture(&harness, "adapt-relax s42") - vec2(100.0, 100.0);
    click(&mut harness, at);
    assert_eq!(harness.state().panel.pin, None);

    harness.state_mut().model.cursor = Cursor::At(0);
    harness.run_ok();
    harness.get_by_label_contains("recorded moments have all classes");
    assert_eq!(harness.get_all_by_label("iteration 0").count(), 2);
    harness.state_mut().model.cursor = Cursor::Live;
    answer(&mut harness, Err("record: no checkpoint".into()));
    harness.get_by_label("record: no checkpoint");
    assert_eq!(asked(&mut harness), []);
}

#[test]
fn runs_without_classes_offer_no_choice() {
    let harness = fixture::stage(Samples::default(), drawn(), [900.0, 400.0]);
    assert!(harness.query_by_value("all classes").is_none());
}
