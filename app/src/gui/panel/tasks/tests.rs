use egui_kittest::kittest::Queryable;

use super::*;
use crate::{
    gui::fixture,
    lab::{Reply, Task},
};

fn task(done: usize, total: usize) -> Task {
    Task {
        id: TaskId(3),
        what: "Loading cifar10:data".to_owned(),
        done,
        total,
        can_be_cancelled: true,
    }
}

#[test]
fn a_task_says_how_far_it_is_and_can_be_called_off() {
    let mut model = Model::default();
    model.take(Reply::Task(task(0, 0)));
    model.take(Reply::Task(task(20_000, 50_000)));
    let mut harness = fixture::stage(Tasks::default(), model, [700.0, 40.0]);
    harness.get_by_label("Loading cifar10:data");
    harness.get_by_label("Cancel").click();
    harness.run_ok();
    assert!(matches!(
        harness.state().actions[..],
        [Action::Ask(Request::Cancel(TaskId(3)))]
    ));
    harness.state_mut().model.take(Reply::TaskOver(TaskId(3)));
    harness.run_ok();
    assert!(harness.query_by_label("Cancel").is_none());
}

#[test]
fn what_cannot_be_called_off_has_no_button_for_it() {
    let mut model = Model::default();
    model.take(Reply::Task(Task {
        can_be_cancelled: false,
        ..task(3, 7)
    }));
    let harness = fixture::stage(Tasks::default(), model, [700.0, 40.0]);
    harness.get_by_label("Loading cifar10:data");
    assert!(harness.query_by_label("Cancel").is_none());
}

#[test]
fn several_tasks_take_a_line_each() {
    let mut model = Model::default();
    for (id, what) in ["one", "two", "three"].into_iter().enumerate() {
        model.take(Reply::Task(Task {
            id: TaskId(id),
            what: what.to_owned(),
            can_be_cancelled: id != 1,
            ..task(0, 0)
        }));
    }
    // An animated bar never settles.
    model.tasks.iter_mut().for_each(|task| task.total = 9);
    let harness = fixture::stage(Tasks::default(), model, [700.0, 600.0]);
    let top = |label| harness.get_by_label(label).rect().top();
    assert!(top("two") - top("one") < 40.0 && top("three") - top("two") < 40.0);
    assert!(top("one") < 40.0);
}

#[test]
fn short_work_is_never_shown() {
    let ctx = Context::default();
    let (mut tasks, mut model) = (Tasks::default(), Model::default());
    let mut due_at = |time: f64, model: &Model| {
        let mut due = false;
        let input = egui::RawInput {
            time: Some(time),
            ..Default::default()
        };
        let output = ctx.run_ui(input, |ui| due = tasks.are_due(ui.ctx(), model));
        drop(output);
        due
    };
    assert!(!due_at(0.0, &model));
    model.take(Reply::Task(task(1, 2)));
    assert!(!due_at(1.0, &model));
    assert!(!due_at(1.0 + 0.9 * LONG, &model));
    assert!(due_at(1.0 + 1.1 * LONG, &model));
    model.take(Reply::TaskOver(TaskId(3)));
    assert!(!due_at(9.0, &model));
}
