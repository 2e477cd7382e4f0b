mod address;
mod dropping;

use std::sync::mpsc::{Receiver, Sender};

use egui::{Key, Modifiers, Vec2};
use egui_kittest::{Harness, kittest::Queryable};
use tightrope_core::event::Command;

use super::*;
use crate::{
    gui::{
        fixture,
        model::{Cursor, Speed},
    },
    lab::{Reply, RunKey},
};

struct Rig<'a> {
    harness: Harness<'a, Option<Window>>,
    asked: Receiver<Request>,
    answers: Sender<Reply>,
}

/// The whole window with two canned runs in it.
fn rig<'a>(size: [f32; 2]) -> Rig<'a> {
    let (link, asked, answers) = fixture::link();
    let mut link = Some(link);
    let preferences = Preferences {
        welcome: false,
        ..Preferences::default()
    };
    for reply in fixture::replies() {
        answers.send(reply).unwrap();
    }
    let harness = Harness::builder()
        .with_size(Vec2::from(size))
        .build_ui_state(
            move |ui: &mut Ui, window: &mut Option<Window>| {
                if let Some(link) = link.take() {
                    *window = Some(Window::with(ui.ctx(), link, preferences.clone()));
                }
                if let Some(window) = window {
                    window.hear(ui.ctx());
                    window.show(ui);
                }
            },
            None,
        );
    let mut rig = Rig {
        harness,
        asked,
        answers,
    };
    rig.harness.run_ok();
    rig
}

impl Rig<'_> {
    fn model(&self) -> &Model {
        &self.harness.state().as_ref().unwrap().model
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_ok();
    }
}

#[test]
fn everything_is_there_from_small_to_large() {
    for size in [[1024.0, 768.0], [1920.0, 1080.0], [3840.0, 2160.0]] {
        let rig = rig(size);
        for label in [
            "Runs",
            "Samples",
            "density",
            "Follow",
            "iteration 1000 / 1000",
        ] {
            let rect = rig.harness.get_by_label(label).rect();
            assert!(
                rect.right() <= size[0] && rect.bottom() <= size[1],
                "{label} at {rect} in {size:?}"
            );
        }
    }
}

#[test]
fn keys_step_and_play_the_runs_that_are_live() {
    let mut rig = rig([1280.0, 800.0]);
    for (key, command) in [
        (Key::S, Command::Step),
        (Key::D, Command::StepD),
        (Key::G, Command::StepG),
        (Key::Space, Command::Resume),
    ] {
        rig.press(key);
        let asked: Vec<Request> = rig.asked.try_iter().collect();
        assert!(
            matches!(&asked[..], [Request::Tell(RunKey(1), told)] if *told == command),
            "{key:?}: {asked:?}"
        );
    }
}

#[test]
fn r_starts_the_shown_runs_over_and_then_the_story() {
    let mut rig = rig([1024.0, 768.0]);
    rig.press(Key::R);
    let asked: Vec<Request> = rig.asked.try_iter().collect();
    assert!(
        matches!(&asked[..], [Request::Tell(RunKey(1), Command::Stop), Request::Start(runs)] if runs.len() == 2),
        "{asked:?}"
    );
    rig.harness.get_by_label("Stories").click();
    rig.harness.run_ok();
    rig.harness.get_by_label("1. Balance at work").click();
    rig.harness.run_ok();
    let next = rig.harness.get_by_label("Next").rect();
    assert!(next.right() <= 1024.0 && next.bottom() <= 768.0, "{next}");
    let limits = |asked: &[Request]| matches!(asked[..], [Request::Limit(_), Request::Start(_)]);
    assert!(limits(&rig.asked.try_iter().collect::<Vec<_>>()));
    rig.answers
        .send(Reply::Trouble {
            key: None,
            what: "no device".to_owned(),
        })
        .unwrap();
    rig.harness.run_ok();
    rig.press(Key::R);
    assert!(limits(&rig.asked.try_iter().collect::<Vec<_>>()));
}

#[test]
fn arrows_scrub_and_end_follows() {
    let mut rig = rig([1280.0, 800.0]);
    rig.press(Key::ArrowLeft);
    assert_eq!(rig.model().cursor, Cursor::At(990));
    rig.harness
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    rig.harness.run_ok();
    assert_eq!(rig.model().cursor, Cursor::At(890));
    rig.press(Key::End);
    assert_eq!(rig.model().cursor, Cursor::Live);
}

#[test]
fn the_list_of_keys_opens_and_closes() {
    let mut rig = rig([1280.0, 800.0]);
    rig.press(Key::Questionmark);
    rig.harness.get_by_label("full screen");
    rig.press(Key::Escape);
    assert!(rig.harness.query_by_label("full screen").is_none());
}

#[test]
fn closing_stops_and_saves_before_it_goes() {
    let mut rig = rig([1280.0, 800.0]);
    let viewport = rig.harness.input_mut().viewports.values_mut();
    viewport.for_each(|v| v.events.push(egui::ViewportEvent::Close));
    rig.harness.step();
    assert!(matches!(rig.asked.try_recv(), Ok(Request::Close)));
    rig.harness.step();
    rig.harness.get_by_label_contains("Writing checkpoints");
    rig.answers.send(Reply::Closed).unwrap();
    rig.harness.step();
    let closes = rig.harness.output().viewport_output.values().any(|v| {
        v.commands
            .iter()
            .any(|c| matches!(c, ViewportCommand::Close))
    });
    assert!(closes);
}

#[test]
fn a_lab_that_is_gone_is_said_once() {
    let mut rig = rig([1280.0, 800.0]);
    let (_, answers) = std::sync::mpsc::channel::<()>();
    drop(answers);
    drop(std::mem::replace(&mut rig.answers, fixture::link().2));
    rig.harness.run_ok();
    rig.harness.run_ok();
    assert_eq!(rig.model().notices.len(), 1);
    assert!(!rig.model().is_live());
}

#[test]
fn n_opens_the_dialog_and_keys_belong_to_it_until_escape() {
    let mut rig = rig([1024.0, 768.0]);
    rig.press(Key::N);
    let start = rig.harness.get_by_label("Start 2 runs").rect();
    assert!(
        start.right() <= 1024.0 && start.bottom() <= 768.0,
        "{start}"
    );
    rig.press(Key::S);
    assert_eq!(rig.asked.try_iter().count(), 0);
    rig.press(Key::Escape);
    assert!(rig.harness.query_by_label("Start 2 runs").is_none());
    rig.press(Key::N);
    rig.press(Key::Enter);
    let asked: Vec<Request> = rig.asked.try_iter().collect();
    assert!(
        matches!(&asked[..], [Request::Start(runs)] if runs.len() == 2),
        "{asked:?}"
    );
}

#[test]
fn the_view_menu_lists_devices_and_new_runs_train_on_the_chosen_one() {
    let mut rig = rig([1280.0, 860.0]);
    let Rig { harness, asked, .. } = &mut rig;
    harness.get_by_label("View").click();
    harness.run_ok();
    assert!(matches!(asked.try_recv(), Ok(Request::Devices)));
    let cpu = (DeviceChoice::Cpu, "2 threads".to_owned());
    rig.answers.send(Reply::Devices(vec![cpu])).unwrap();
    rig.harness.run_ok();
    rig.harness
        .get_by_label_contains("Train new runs on")
        .click();
    rig.harness.run_ok();
    rig.harness.get_by_label("cpu: 2 threads").click();
    rig.harness.run_ok();
    assert!(matches!(
        rig.asked.try_recv(),
        Ok(Request::Device(DeviceChoice::Cpu))
    ));
    assert_eq!(rig.model().preferences.device, DeviceChoice::Cpu);
}

#[test]
fn a_window_that_cannot_draw_closes_and_leaves_its_runs() {
    let mut rig = rig([1024.0, 768.0]);
    let (name, shared) = ("a GPU".to_owned(), false);
    rig.answers
        .send(Reply::DeviceLost { name, shared })
        .unwrap();
    rig.harness.run_ok();
    assert!(
        !rig.model().closed
            && rig.model().notices[0]
                .text
                .contains("a GPU stopped responding")
    );
    let (name, shared) = ("a GPU".to_owned(), true);
    rig.answers
        .send(Reply::DeviceLost { name, shared })
        .unwrap();
    rig.harness.run_ok();
    assert!(rig.model().closed);
    let window = rig.harness.state().as_ref().unwrap();
    let left = window.left.borrow();
    assert!(left.cannot_draw && left.folders.len() == 2);
}

#[test]
fn hiding_and_removing_are_taken_back() {
    let mut rig = rig([1024.0, 768.0]);
    let key = RunKey(1);
    rig.answers.send(Reply::Removed(key)).unwrap();
    rig.harness.run_ok();
    assert_eq!(rig.model().runs.len(), 1);
    let window = rig.harness.state_mut().as_mut().unwrap();
    window.perform(vec![Action::Hide(RunKey(0), true)], &Context::default());
    rig.harness.run_ok();
    let undo = |rig: &mut Rig| {
        rig.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        rig.harness.run_ok();
    };
    undo(&mut rig);
    assert!(!rig.model().runs[0].hidden);
    undo(&mut rig);
    assert!(matches!(
        rig.asked.try_recv(),
        Ok(Request::Restore(RunKey(1)))
    ));
    undo(&mut rig);
    assert!(rig.asked.try_recv().is_err());
}

#[test]
fn taking_the_wheel_leaves_the_stage_to_two_new_runs() {
    let mut rig = rig([1280.0, 860.0]);
    rig.harness.get_by_label("Take the wheel").click();
    rig.harness.run_ok();
    let asked: Vec<Request> = rig.asked.try_iter().collect();
    let [
        Request::Tell(RunKey(1), Command::Pause),
        Request::Limit(Some(_)),
        Request::Start(runs),
    ] = &asked[..]
    else {
        panic!("{asked:?}");
    };
    let methods: Vec<&str> = runs.iter().map(|run| run.method.name()).collect();
    assert_eq!(methods, ["manual", "adapt-relax"]);
    assert_eq!(rig.model().speed, Speed::STEERABLE);
    assert_eq!(
        (rig.model().shown().count(), rig.model().selected),
        (0, None)
    );
}

#[test]
fn a_phone_shows_samples_and_timelines() {
    let mut rig = rig([390.0, 800.0]);
    for label in ["Samples", "balance ratio", "View"] {
        let rect = rig.harness.get_by_label(label).rect();
        assert!(rect.right() <= 390.0, "{label}: {rect}");
    }
    for label in ["Runs", "Layers"] {
        assert!(rig.harness.query_by_label(label).is_none(), "{label}");
    }
    let window = rig.harness.state_mut().as_mut().unwrap();
    let story = crate::story::find("3").unwrap();
    window.perform(vec![Action::OpenStory(story)], &Context::default());
    rig.harness.run_ok();
    let text = rig.harness.get_by_label(story.title).rect();
    assert!(text.right() <= 390.0);
    assert!(text.bottom() < rig.harness.get_by_label("Samples").rect().top());
}

#[test]
fn a_page_around_has_it_paused_without_a_frame() {
    let mut rig = rig([1024.0, 768.0]);
    rig.asked.try_iter().for_each(drop);
    let ctx = rig.harness.ctx.clone();
    let window = rig.harness.state_mut().as_mut().unwrap();
    window.obey("step", &ctx).unwrap();
    assert!(window.obey("quit", &ctx).is_err());
    let asked: Vec<_> = rig.asked.try_iter().collect();
    // The other run has ended.
    assert!(
        matches!(asked[..], [Request::Tell(RunKey(1), Command::Step)]),
        "{asked:?}"
    );
}
