use super::*;
use crate::config::Role;
use crate::event::{EndReason, Field, Masks, Quality};
use crate::history::KEPT_STATES;
use crate::record::{fixture, is_in_use, read_run};
use crate::sparse::bits::Bits;

fn ended(iteration: u64, reason: EndReason) -> Event {
    Event::Ended { iteration, reason }
}

fn samples(iteration: u64, averaged: bool) -> Event {
    Event::Samples(Samples {
        iteration,
        averaged,
        data: SampleData::Points(vec![[0.123_456_78, -1.0], [f32::NAN, 0.0]]),
    })
}

/// Events that accompany samples.
fn networks(iteration: u64) -> [Event; 2] {
    let field = Field {
        iteration,
        scores: vec![0.5; 4],
        ..Field::default()
    };
    let masks = Masks {
        iteration,
        net: Role::D,
        layers: vec![Bits::pack(&[iteration as f32, 0.0])],
    };
    [Event::Field(field), Event::Masks(masks)]
}

/// Iterations `from` (excluded) to `to` of an invented run.
fn train(folder: &mut RunFolder, from: u64, to: u64) {
    for iteration in from + 1..=to {
        folder
            .apply(&Event::Stats(fixture::stats(iteration, 0.5)))
            .unwrap();
        if iteration % 5 == 0 {
            folder
                .apply(&fixture::raise(iteration, iteration as usize))
                .unwrap();
            folder.apply(&samples(iteration, true)).unwrap();
            for event in networks(iteration) {
                folder.apply(&event).unwrap();
            }
            let checkpoint = Checkpoint::new(iteration.into(), Default::default());
            folder.save_checkpoint(iteration, checkpoint).unwrap();
        }
    }
}

fn start(out: &Path) -> RunFolder {
    let mut folder = RunFolder::create(out, &fixture::config()).unwrap();
    folder.apply(&Event::Started(fixture::info())).unwrap();
    folder
        .reals(&SampleData::Points(vec![[0.0, 0.0], [1.0, 1.0]]))
        .unwrap();
    folder.apply(&samples(0, true)).unwrap();
    folder
}

/// The checkpoint of `iteration`, as a program reads it that resumes from it.
fn origin(run: &Path, iteration: u64) -> Origin {
    let file = run.join(checkpoint::name(iteration));
    Origin {
        iteration,
        newest: checkpoint::list(run).unwrap().pop().unwrap().0,
        events: Checkpoint::load(&file).unwrap().events,
    }
}

fn text(folder: &RunFolder, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap()
}

#[test]
fn a_whole_run_is_written_and_read_back() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    assert!(
        folder
            .path()
            .ends_with("00000-spiral-adapt_relax-dG0.10-s42")
    );
    train(&mut folder, 0, 12);
    folder.apply(&samples(10, false)).unwrap();
    let quality = Quality {
        iteration: 12,
        modes: Some(3),
        kl: Some(f64::INFINITY),
        ..Quality::default()
    };
    folder.apply(&Event::Quality(quality)).unwrap();
    folder.apply(&ended(12, EndReason::Finished)).unwrap();

    let run = read_run(folder.path()).unwrap();
    assert_eq!(run.config, fixture::config());
    assert_eq!(run.history.stats, folder.history().stats);
    assert_eq!(run.history.masks.len(), 2);
    assert_eq!(
        run.history.last_quality().map(|q| (q.modes, q.kl)),
        Some((Some(3), None))
    );
    let at: Vec<u64> = run.grids.iter().map(|g| g.iteration).collect();
    assert_eq!(at, [0, 5, 10]);
    assert_eq!(
        run.grids[1].read_points().unwrap(),
        Some(vec![[0.1235, -1.0]])
    );
    let told = [5, 10].map(|at| networks(at).map(|event| (at, event)));
    assert_eq!(run.moments().unwrap(), told.concat());
    assert_eq!(run.reals, Some(vec![[0.0, 0.0], [1.0, 1.0]]));
    assert!(run.reals_png.is_some());
    for file in [
        "fakes_init.png",
        "fakes000010.png",
        "fakes000010_raw.png",
        "fakes000010.json",
    ] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    let summary: Summary = serde_json::from_str(&text(&folder, SUMMARY)).unwrap();
    assert_eq!((summary.iteration, summary.share_in_band), (12, Some(1.0)));
    assert_eq!(summary.params_d, Some([120, 20 + 10]));
    assert_eq!(text(&folder, LOG).lines().count(), 1 + 12 + 2 * 2 + 1 + 1);
}

#[test]
fn a_resumed_record_equals_an_uninterrupted_one() {
    let out = tempfile::tempdir().unwrap();
    let mut whole = start(out.path());
    train(&mut whole, 0, 15);
    whole.apply(&ended(15, EndReason::Finished)).unwrap();

    let mut broken = start(out.path());
    train(&mut broken, 0, 13);
    broken
        .apply(&Event::Edited {
            iteration: 10,
            key: "generator.lr".into(),
            value: "0.1".into(),
        })
        .unwrap();
    broken.apply(&ended(13, EndReason::Stopped)).unwrap();
    let path = broken.path().to_owned();
    drop(broken);
    let torn = fs::read_to_string(path.join(STATS)).unwrap() + "{\"iterat";
    fs::write(path.join(STATS), torn).unwrap();

    let latest = checkpoint::latest(&path).unwrap();
    let iteration = checkpoint::iteration_of(&latest).unwrap();
    assert_eq!(iteration, 10);
    let mut resumed = RunFolder::open(&path, origin(&path, iteration)).unwrap();
    assert!(!path.join(SUMMARY).exists());
    resumed.apply(&Event::Resumed { iteration }).unwrap();
    resumed.apply(&Event::Started(fixture::info())).unwrap();
    train(&mut resumed, iteration, 15);
    resumed.apply(&ended(15, EndReason::Finished)).unwrap();

    for file in [STATS, SUMMARY, CONFIG, "fields.jsonl", "masks.jsonl"] {
        assert_eq!(text(&whole, file), text(&resumed, file), "{file}");
    }
    let events = text(&resumed, EVENTS);
    let but_resumed: Vec<&str> = events
        .lines()
        .filter(|l| !l.contains("\"resumed\""))
        .collect();
    assert_eq!(
        text(&whole, EVENTS).lines().collect::<Vec<_>>(),
        but_resumed
    );
    assert_eq!(events.lines().count(), but_resumed.len() + 1);
    let last = Checkpoint::load(&checkpoint::latest(&path).unwrap()).unwrap();
    let of_whole = checkpoint::latest(whole.path()).unwrap();
    assert_eq!(last, Checkpoint::load(&of_whole).unwrap());
    assert_eq!(read_run(&path).unwrap().grids.len(), 4);
    assert_eq!(checkpoint::list(&path).unwrap().len(), 3);
}

/// Iterations `from` (excluded) to `to` of a long run that records a state at each of them.
fn train_long(folder: &mut RunFolder, from: u64, to: u64) {
    for iteration in from + 1..=to {
        let stats = fixture::stats(iteration, 0.5);
        folder.apply(&Event::Stats(stats)).unwrap();
        if iteration % 40 == 0 {
            folder.apply(&samples(iteration, true)).unwrap();
            let [field, masks] = networks(iteration);
            folder.apply(&field).unwrap();
            if iteration % 3 == 0 {
                folder.apply(&masks).unwrap();
            }
        }
        if iteration % 11_000 == 0 {
            let checkpoint = Checkpoint::new(iteration.into(), Default::default());
            folder.save_checkpoint(iteration, checkpoint).unwrap();
        }
    }
}

fn start_long(out: &Path) -> RunFolder {
    let mut config = fixture::config();
    (config.record.log_every, config.record.sample_every) = (1, 40);
    let mut folder = RunFolder::create(out, &config).unwrap();
    folder.apply(&Event::Started(fixture::info())).unwrap();
    folder
}

fn files(run: &Path) -> Vec<String> {
    let files = fs::read_dir(run).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_long_record_is_thinned_and_resumes_to_the_same() {
    let end = 22_030;
    let out = tempfile::tempdir().unwrap();
    let mut whole = start_long(out.path());
    train_long(&mut whole, 0, end);
    whole.apply(&ended(end, EndReason::Finished)).unwrap();
    let run = read_run(whole.path()).unwrap();
    assert_eq!(run.history.stats, whole.history().stats);
    assert!(run.history.stats.len() as u64 <= KEPT_STATES + 2);
    assert!((KEPT_SAMPLES / 2..=KEPT_SAMPLES + 2).contains(&(run.grids.len() as u64)));
    assert_eq!(run.grids.last().unwrap().iteration, 22_000);
    assert!(text(&whole, LOG).lines().count() as u64 <= 2 * KEPT_STATES);
    // Masks that changed at every third of the samples, at most one line for every picture.
    let masks = text(&whole, "masks.jsonl").lines().count();
    assert!(masks <= run.grids.len() && masks > run.grids.len() / 2);

    let mut broken = start_long(out.path());
    train_long(&mut broken, 0, 21_500);
    let path = broken.path().to_owned();
    drop(broken);
    let mut resumed = RunFolder::open(&path, origin(&path, 11_000)).unwrap();
    train_long(&mut resumed, 11_000, end);
    resumed.apply(&ended(end, EndReason::Finished)).unwrap();
    assert_eq!(files(whole.path()), files(&path));
    for file in [STATS, SUMMARY, "fields.jsonl", "masks.jsonl"] {
        assert_eq!(text(&whole, file), text(&resumed, file), "{file}");
    }
}

#[test]
fn resuming_from_an_earlier_checkpoint_forgets_the_later_ones() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    train(&mut folder, 0, 15);
    let path = folder.path().to_owned();
    drop(folder);
    let folder = RunFolder::open(&path, origin(&path, 5)).unwrap();
    assert_eq!(folder.history().iteration(), 5);
    assert_eq!(checkpoint::list(&path).unwrap().len(), 1);
    assert_eq!(read_run(&path).unwrap().grids.len(), 2);
}

/// Lines of the record that tell of an edit.
fn edits(run: &Path) -> Vec<u64> {
    let events = read::read_events(run).unwrap().into_iter();
    events
        .filter_map(|event| match event {
            Event::Edited { iteration, .. } => Some(iteration),
            _ => None,
        })
        .collect()
}

fn edit(iteration: u64) -> Event {
    Event::Edited {
        iteration,
        key: "generator.lr".into(),
        value: "0.1".into(),
    }
}

#[test]
fn an_edit_is_kept_if_the_checkpoint_has_it() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    train(&mut folder, 0, 10);
    let path = folder.path().to_owned();
    let first = origin(&path, 10);
    folder.apply(&edit(10)).unwrap();
    let again = Checkpoint::new(10.into(), Default::default());
    folder.save_checkpoint(10, again).unwrap();
    let second = origin(&path, 10);
    drop(folder);
    drop(RunFolder::open(&path, second).unwrap());
    assert_eq!(edits(&path), [10]);
    drop(RunFolder::open(&path, first).unwrap());
    assert_eq!(edits(&path), [] as [u64; 0]);
}

#[test]
fn a_checkpoint_without_its_line_gets_it_and_no_later_edit() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    train(&mut folder, 0, 10);
    let path = folder.path().to_owned();
    drop(folder);
    let whole = fs::read_to_string(path.join(EVENTS)).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    assert!(lines.pop().unwrap().contains("checkpoint"));
    let mut folder = {
        fs::write(path.join(EVENTS), lines.join("\n") + "\n").unwrap();
        let counted = origin(&path, 10);
        // Earlier programs wrote the line after the file, and counted nothing.
        let mut folder = RunFolder::open(
            &path,
            Origin {
                events: None,
                ..counted
            },
        )
        .unwrap();
        assert_eq!(fs::read_to_string(path.join(EVENTS)).unwrap(), whole);
        folder.apply(&Event::Resumed { iteration: 10 }).unwrap();
        folder
    };
    folder.apply(&edit(10)).unwrap();
    drop(folder);
    drop(RunFolder::open(&path, origin(&path, 10)).unwrap());
    assert_eq!(edits(&path), [] as [u64; 0]);
    let resumed = fs::read_to_string(path.join(EVENTS)).unwrap();
    assert_eq!(resumed.lines().count(), whole.lines().count() + 1);
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_no_line() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    train(&mut folder, 0, 5);
    let before = text(&folder, EVENTS);
    fs::create_dir(folder.path().join(checkpoint::name(7))).unwrap();
    let checkpoint = Checkpoint::new(7.into(), Default::default());
    folder.save_checkpoint(7, checkpoint).unwrap_err();
    assert_eq!(text(&folder, EVENTS), before);
}

#[cfg(unix)]
#[test]
fn a_folder_in_use_is_refused_untouched() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    train(&mut folder, 0, 7);
    let before = text(&folder, STATS);
    let from = origin(folder.path(), 5);
    let refused = || {
        RunFolder::open(folder.path(), from)
            .unwrap_err()
            .to_string()
    };
    assert!(refused().contains("in use"), "{}", refused());
    assert_eq!(text(&folder, STATS), before);
    // Without its log, too.
    fs::remove_file(folder.path().join(LOG)).unwrap();
    assert!(refused().contains("in use"), "{}", refused());
    assert_eq!(text(&folder, STATS), before);
    let path = folder.path().to_owned();
    drop(folder);
    assert!(!is_in_use(&path));
    RunFolder::open(&path, from).unwrap();
}

#[test]
fn a_loss_that_is_not_a_number_survives_the_disk() {
    let out = tempfile::tempdir().unwrap();
    let mut folder = start(out.path());
    let stats = Stats {
        d_loss: f32::NAN,
        ..fixture::stats(1, f64::INFINITY)
    };
    folder.apply(&Event::Stats(stats)).unwrap();
    let run = read_run(folder.path()).unwrap();
    assert!(run.history.stats[0].d_loss.is_nan());
    assert_eq!(run.history.stats[0].br, None);
}

#[test]
fn an_unwritable_place_is_named_and_left_as_it_was() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let error = RunFolder::create(&file, &fixture::config()).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
}
