use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use pollster::block_on;
use tightrope_core::{device::DeviceChoice, event::Command, method::Method};

use super::*;
use crate::{
    export::{self, Options, What},
    lab::{
        Host, InPlace, Job, Request,
        tests::{ask, configs, ends, trouble},
    },
};

/// Jobs that wait until the test does them.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Vec<Job>>>);

impl Host for Desk {
    fn run(&self, job: Job) -> io::Result<()> {
        self.0.lock().unwrap().push(job);
        Ok(())
    }

    fn wake(&self) {}
}

/// Does every job on a thread of its own.
struct Threads;

impl Host for Threads {
    fn run(&self, job: Job) -> io::Result<()> {
        std::thread::Builder::new().spawn(job).map(drop)
    }

    fn wake(&self) {}
}

impl Desk {
    fn lab(&self, out: &Path) -> Lab {
        Lab::new(DeviceChoice::Cpu, out.to_owned(), Arc::new(self.clone()))
    }

    /// Does every waiting job.
    fn work(&self, lab: &mut Lab) {
        let jobs: Vec<Job> = self.0.lock().unwrap().drain(..).collect();
        jobs.into_iter().for_each(|job| job());
        block_on(lab.catch_up());
    }
}

fn tell(lab: &mut Lab, request: Request) -> Vec<Reply> {
    block_on(lab.ask(request));
    lab.drain()
}

fn task(replies: &[Reply]) -> TaskId {
    let found = replies.iter().find_map(|reply| match reply {
        Reply::Task(task) => Some(task.id),
        _ => None,
    });
    found.expect("a task")
}

fn added(replies: &[Reply]) -> usize {
    let is_added = |reply: &&Reply| matches!(reply, Reply::Added(_));
    replies.iter().filter(is_added).count()
}

fn written(replies: &[Reply]) -> Vec<PathBuf> {
    let found = replies.iter().find_map(|reply| match reply {
        Reply::Written(files) => Some(files.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing written: {replies:?}"))
}

fn export(what: What, keys: &[usize]) -> Request {
    Request::Export {
        what,
        keys: keys.iter().map(|&key| RunKey(key)).collect(),
        options: Options::default(),
    }
}

#[test]
fn runs_train_on_while_data_are_loaded() {
    let (out, desk) = (tempfile::tempdir().unwrap(), Desk::default());
    let mut lab = desk.lab(out.path());
    tell(&mut lab, Request::Start(configs("9", &[Method::StuGan])));
    desk.work(&mut lab);
    assert_eq!(added(&lab.drain()), 1);

    let start = Request::Start(configs("9", &[Method::AdaptRelax]));
    let replies = tell(&mut lab, start);
    assert!(lab.is_busy());
    for _ in 0..5 {
        block_on(lab.advance());
    }
    assert_eq!(lab.training.run(0).unwrap().iteration(), 5);
    assert_eq!((added(&replies), added(&lab.drain())), (0, 0));

    desk.work(&mut lab);
    let replies = lab.drain();
    assert!(replies.iter().any(|r| matches!(r, Reply::TaskOver(_))));
    assert_eq!(added(&replies), 1);
    let replies = ask(&mut lab, Request::Limit(None));
    assert_eq!(ends(&replies).len(), 2);
}

#[test]
fn a_start_that_is_called_off_leaves_nothing() {
    let (out, desk) = (tempfile::tempdir().unwrap(), Desk::default());
    let mut lab = desk.lab(out.path());
    let id = task(&tell(
        &mut lab,
        Request::Start(configs("9", &[Method::StuGan])),
    ));
    assert!(tell(&mut lab, Request::Cancel(id)).is_empty());
    desk.work(&mut lab);
    let replies = lab.drain();
    assert!(
        matches!(replies[..], [Reply::TaskOver(over)] if over == id),
        "{replies:?}"
    );
    assert!(!lab.is_busy() && lab.slots.is_empty());
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_task_says_how_far_it_is_and_heeds_a_call_off() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(Threads));
    lab.begin(None, "Counting".to_owned(), |progress| {
        // Only a cancellation ends this task.
        for done in 0.. {
            progress.at(done % 7, 7)?;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Ok(Outcome::Written(Vec::new()))
    })
    .unwrap();
    let id = task(&lab.drain());
    let mut heard = Vec::new();
    while heard.is_empty() {
        block_on(lab.catch_up());
        heard = lab.drain();
    }
    assert!(matches!(&heard[0], Reply::Task(task) if task.id == id && task.total == 7));
    tell(&mut lab, Request::Cancel(id));
    let mut last = None;
    while !lab.tasks.is_empty() {
        block_on(lab.catch_up());
        last = lab.drain().pop().or(last);
    }
    assert!(
        matches!(last, Some(Reply::TaskOver(over)) if over == id),
        "{last:?}"
    );
}

#[test]
fn a_task_that_breaks_takes_nothing_with_it() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    let broken = |_: &dyn Progress| -> Result<Outcome> { panic!("on purpose") };
    lab.begin(None, "Breaking".to_owned(), broken).unwrap();
    block_on(lab.catch_up());
    let replies = lab.drain();
    assert!(
        trouble(&replies)[0].contains("internal error"),
        "{replies:?}"
    );
    assert!(lab.tasks.is_empty());
    let replies = ask(&mut lab, Request::Start(configs("2", &[Method::StuGan])));
    assert_eq!(ends(&replies).len(), 1);
}

#[test]
fn closing_waits_for_the_tasks_it_calls_off() {
    let (out, desk) = (tempfile::tempdir().unwrap(), Desk::default());
    let mut lab = desk.lab(out.path());
    tell(&mut lab, Request::Start(configs("9", &[Method::StuGan])));
    assert!(
        !tell(&mut lab, Request::Close)
            .iter()
            .any(|r| matches!(r, Reply::Closed))
    );
    desk.work(&mut lab);
    assert!(matches!(
        lab.drain()[..],
        [Reply::TaskOver(_), Reply::Closed]
    ));
}

#[test]
fn a_run_that_trains_is_taken_away_as_it_is_now() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    tell(
        &mut lab,
        Request::Start(configs("50", &[Method::AdaptRelax, Method::StuGan])),
    );
    for _ in 0..3 {
        block_on(lab.advance());
    }
    let away = out.path().join(export::FOLDER);
    for (what, count) in [
        (What::Generator, 2),
        (What::Csr, 2),
        (What::Checkpoint, 2),
        (What::Samples, 2),
        (What::Gif, 2),
        (What::Apng, 2),
        (What::Settings, 2),
        (What::Csv, 2),
        (What::Jsonl, 2),
        (What::Report, 1),
    ] {
        let replies = tell(&mut lab, export(what, &[0, 1]));
        assert!(trouble(&replies).is_empty(), "{replies:?}");
        let files = written(&replies);
        assert_eq!(files.len(), count, "{what:?}");
        for file in &files {
            assert!(
                file.starts_with(&away) && file.is_file(),
                "{}",
                file.display()
            );
            let is_of_now = !what.needs_checkpoint() || file.to_string_lossy().contains("000003");
            assert!(is_of_now, "{}", file.display());
        }
    }
    let again = written(&tell(&mut lab, export(What::Settings, &[0])));
    assert!(
        again[0].to_string_lossy().ends_with("-config-2.json"),
        "{again:?}"
    );
    assert!(lab.is_busy());
}

#[test]
fn what_cannot_be_written_is_one_line_and_training_goes_on() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    tell(
        &mut lab,
        Request::Start(configs("50", &[Method::AdaptRelax, Method::StuGan])),
    );
    let in_the_way = out.path().join(export::FOLDER);
    std::fs::write(&in_the_way, "a file").unwrap();
    let replies = tell(&mut lab, export(What::Csv, &[0]));
    assert!(
        trouble(&replies)[0].contains("this is a file"),
        "{replies:?}"
    );
    std::fs::remove_file(&in_the_way).unwrap();

    tell(&mut lab, Request::Tell(RunKey(0), Command::Stop));
    block_on(lab.advance());
    std::fs::remove_dir_all(&lab.slots[0].folder).unwrap();
    lab.drain();
    for what in What::ALL {
        let replies = tell(&mut lab, export(what, &[0]));
        let lines = trouble(&replies);
        assert!(
            lines.len() == 1 && lines[0].lines().count() == 1,
            "{what:?}: {replies:?}"
        );
        assert!(lines[0].contains("no such run folder"), "{}", lines[0]);
        assert!(!in_the_way.exists(), "{what:?} left something");
    }
    let before = lab.training.run(1).unwrap().iteration();
    block_on(lab.advance());
    assert_eq!(lab.training.run(1).unwrap().iteration(), before + 1);
}

#[test]
fn a_settings_file_is_judged_as_the_command_line_does() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    let file = out.path().join("mine.json");
    let wanted = &configs("7", &[Method::StuGan])[0];
    std::fs::write(&file, serde_json::to_vec(wanted).unwrap()).unwrap();
    match &tell(&mut lab, Request::Incoming(vec![file.clone()]))[..] {
        [Reply::Task(_), Reply::TaskOver(_), Reply::Settings(config)] => {
            assert_eq!(**config, *wanted);
        }
        other => panic!("{other:?}"),
    }
    std::fs::write(&file, r#"{"preset": "spiral", "iteratons": 5}"#).unwrap();
    let replies = tell(&mut lab, Request::Incoming(vec![file.clone()]));
    assert!(trouble(&replies)[0].contains("iteratons"), "{replies:?}");
    std::fs::remove_file(&file).unwrap();
    let replies = tell(&mut lab, Request::Incoming(vec![file]));
    assert!(trouble(&replies)[0].contains("mine.json"), "{replies:?}");
}

#[test]
fn folders_come_in_as_they_were_asked_for() {
    let (out, desk) = (tempfile::tempdir().unwrap(), Desk::default());
    let mut first = Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    let methods = [Method::StuGan, Method::AdaptRelax];
    ask(&mut first, Request::Start(configs("2", &methods)));
    let folders: Vec<PathBuf> = first.slots.iter().map(|p| p.folder.clone()).collect();
    let mut lab = desk.lab(out.path());
    for folder in &folders {
        let (folder, go_on) = (folder.clone(), false);
        tell(&mut lab, Request::Open { folder, go_on });
    }
    for opened in 1..=2 {
        assert_eq!(desk.0.lock().unwrap().len(), 1, "one at a time");
        desk.work(&mut lab);
        let there = lab.slots.iter().map(|slot| &slot.folder);
        assert!(there.eq(&folders[..opened]));
    }
    assert!(lab.tasks.is_empty());
}
