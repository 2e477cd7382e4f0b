//! Interruptions, divergence, full disks, vanished folders: the files that stay and the messages.

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use tightrope_core::record::{HostTensor, checkpoint};

use super::program::{Desk, Ran, json, text};

/// Waits until `ready`, for at most a minute.
fn wait(what: &str, ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waited in vain for {what}"
        );
        sleep(Duration::from_millis(20));
    }
}

fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &id])
        .status();
    assert!(sent.expect("kill starts").success());
}

fn ended(child: Child) -> Ran {
    child.wait_with_output().expect("it ends").into()
}

fn name(run: &Path) -> String {
    format!(
        "runs/{}",
        run.file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
    )
}

/// The iteration of a run's last checkpoint.
fn last(run: &Path) -> u64 {
    let file = checkpoint::latest(run).expect("a checkpoint");
    checkpoint::iteration_of(&file).expect("an iteration")
}

#[test]
fn an_interruption_leaves_checkpoints_and_a_way_on() {
    for sign in ["INT", "TERM"] {
        let desk = Desk::new();
        let child = desk.start(
            "compare --preset ring --methods static,stu-gan --iterations 900000 --set log_every=1 \
             --set sample_every=0 --set quality_every=0 --device cpu",
        );
        wait("two runs under way", || {
            let runs = desk.runs();
            runs.len() == 2 && runs.iter().all(|run| lines(&run.join("stats.jsonl")) > 20)
        });
        signal(&child, sign);
        let ran = ended(child);
        assert_eq!(
            (ran.code, ran.err.as_str()),
            (130, ""),
            "{sign}\n{}",
            ran.out
        );
        assert!(desk.file("runs/report.html").is_file());
        for run in desk.runs() {
            let said = format!(
                "interrupted; continue with `tightrope train --resume {}`",
                name(&run)
            );
            assert!(ran.out.contains(&said), "{}", ran.out);
            let summary = json(&run.join("summary.json"));
            assert_eq!(
                (&summary["reason"], &summary["iteration"]),
                (&"stopped".into(), &last(&run).into())
            );
            assert_eq!(lines(&run.join("stats.jsonl")) as u64, last(&run));
        }
        let run = desk.runs().remove(0);
        let to = last(&run) + 5;
        desk.good(&format!(
            "train --resume {} --iterations {to} --quiet --device cpu",
            name(&run)
        ));
        assert_eq!(lines(&run.join("stats.jsonl")) as u64, to);
    }
}

/// A run that no test waits for.
const ENDLESS: &str = "train --preset ring --iterations 900000 --set log_every=1 --set checkpoint_every=100 \
                       --set sample_every=0 --set quality_every=0 --device cpu --quiet";

/// Waits until the run of a desk is under way, and returns its folder.
fn under_way(desk: &Desk) -> PathBuf {
    wait("a run under way", || {
        let runs = desk.runs();
        runs.len() == 1 && lines(&runs[0].join("stats.jsonl")) > 20
    });
    desk.runs().remove(0)
}

#[test]
fn a_batch_queue_and_a_closing_terminal_stop_a_run_in_order() {
    for signals in [&["USR1"][..], &["HUP", "TERM"], &["XCPU"]] {
        let desk = Desk::new();
        let child = desk.start(ENDLESS);
        let run = under_way(&desk);
        // Two at once are not impatience: only a second Ctrl-C is.
        signals.iter().for_each(|name| signal(&child, name));
        let ran = ended(child);
        assert_eq!(ran.code, 130, "{signals:?}\n{}", ran.err);
        assert_eq!(json(&run.join("summary.json"))["iteration"], last(&run));
    }
}

#[test]
fn what_nohup_ignores_stays_ignored() {
    let desk = Desk::new();
    let child = desk.start_by("trap '' HUP; exec \"$0\" \"$@\"", ENDLESS);
    let run = under_way(&desk);
    signal(&child, "HUP");
    let before = lines(&run.join("stats.jsonl"));
    wait("more iterations", || {
        lines(&run.join("stats.jsonl")) > before + 50
    });
    signal(&child, "TERM");
    assert_eq!(ended(child).code, 130);
}

#[test]
fn a_limit_on_the_size_of_files_ends_a_run_with_a_reason() {
    let desk = Desk::new();
    // In blocks of 512 bytes; the checkpoints are smaller.
    let ran = ended(desk.start_by("ulimit -f 2000; exec \"$0\" \"$@\"", ENDLESS));
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{}", ran.err);
    for part in ["the record could not be written", "File too large"] {
        assert!(ran.err.contains(part), "{part}\n{}", ran.err);
    }
}

#[test]
fn ctrl_c_is_obeyed_while_data_load() {
    let desk = Desk::new();
    let photo = image::RgbImage::from_fn(1500, 1500, |x, y| {
        image::Rgb([x as u8, y as u8, (x * y) as u8])
    });
    std::fs::create_dir(desk.file("photos")).expect("made");
    let first = desk.file("photos/0.png");
    photo.save(&first).expect("saved");
    for copy in 1..3000 {
        std::fs::hard_link(&first, desk.file(&format!("photos/{copy}.png"))).expect("linked");
    }
    let child = desk.start(
        "train --preset tiny --data folder:photos --set data.side=16 --iterations 5 --device cpu",
    );
    sleep(Duration::from_millis(1500));
    let asked = Instant::now();
    signal(&child, "INT");
    let ran = ended(child);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (130, "cancelled; nothing more was written\n")
    );
    assert!(asked.elapsed() < Duration::from_secs(30), "all were read");
    assert_eq!(desk.runs(), [] as [PathBuf; 0]);
}

#[test]
fn a_run_killed_before_its_end_was_written_is_ended_by_a_report() {
    let desk = Desk::new();
    desk.good("train --preset ring --iterations 10 --quiet --device cpu");
    let run = desk.runs().remove(0);
    let whole = text(&run.join("events.jsonl"));
    let (kept, end) = whole.trim_end().rsplit_once('\n').expect("lines");
    assert!(end.contains("ended"), "{end}");
    std::fs::write(run.join("events.jsonl"), format!("{kept}\n")).expect("written");
    std::fs::remove_file(run.join("summary.json")).expect("removed");
    desk.good("report runs --out page.html");
    assert_eq!(text(&run.join("events.jsonl")), whole);
    assert_eq!(json(&run.join("summary.json"))["reason"], "finished");
}

#[test]
fn a_run_in_use_is_left_to_its_owner() {
    let desk = Desk::new();
    let child = desk.start("train --preset ring --iterations 900000 --set checkpoint_every=10 --set quality_every=0 --set sample_every=0 --device cpu");
    wait("a checkpoint", || {
        desk.runs()
            .first()
            .is_some_and(|run| checkpoint::latest(run).is_ok())
    });
    let run = desk.runs().remove(0);
    let ran = desk.run(&format!("train --resume {} --device cpu", name(&run)));
    assert_eq!((ran.code, ran.err.lines().count()), (2, 1), "{}", ran.err);
    assert!(
        ran.err
            .contains("in use; another process is training this run"),
        "{}",
        ran.err
    );
    // Reading is allowed.
    desk.good(&format!("report {} --out page.html", name(&run)));
    desk.good(&format!(
        "sample {} --out samples.png --device cpu",
        name(&run)
    ));
    signal(&child, "INT");
    assert_eq!(ended(child).code, 130);
}

#[test]
fn a_diverging_run_stops_and_keeps_its_last_good_checkpoint() {
    let desk = Desk::new();
    let widths = ["128"; 16].join(",");
    desk.good(&format!(
        "train --preset spiral --method dense --set d_hidden={widths} --set loss=wasserstein --iterations 6 \
         --set checkpoint_every=3 --quiet --device cpu"
    ));
    let run = desk.runs().remove(0);
    let line = format!(
        "train --resume {} --iterations 40 --set checkpoint_every=1 --set generator.lr=10 --set discriminator.lr=10 \
         --quiet --device cpu",
        name(&run)
    );
    let ran = desk.run(&line);
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{}", ran.err);
    let kept = last(&run);
    let at = json(&run.join("summary.json"))["iteration"]
        .as_u64()
        .expect("a number");
    for part in [
        &format!("training diverged at iteration {at}: "),
        "(last event: resumed with ",
        "discriminator.lr = 10",
        &format!(
            "its last checkpoint is of iteration {kept}: `tightrope train --resume {}`",
            name(&run)
        ),
    ] {
        assert!(ran.err.contains(part), "{part}\n{}", ran.err);
    }
    let stored =
        checkpoint::latest(&run).and_then(|file| tightrope_core::record::Checkpoint::load(&file));
    for (name, tensor) in stored.expect("a whole checkpoint").tensors {
        if let HostTensor::F32 { data, .. } = tensor
            && name.contains("/weight/")
        {
            assert!(data.iter().all(|v| v.is_finite()), "{name}");
        }
    }
    assert!(text(&run.join("log.txt")).contains("failed: training diverged"));
    assert!(ran.out.contains("failed at iteration"), "{}", ran.out);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_a_last_checkpoint() {
    let desk = Desk::new();
    desk.good("train --preset ring --iterations 10 --quiet --device cpu");
    let run = desk.runs().remove(0);
    std::fs::remove_file(run.join("log.txt")).expect("removed");
    symlink("/dev/full", run.join("log.txt")).expect("a device that is always full");
    let ran = desk.run(&format!(
        "train --resume {} --iterations 30 --quiet --device cpu",
        name(&run)
    ));
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{}", ran.err);
    for part in [
        "the record could not be written",
        "No space left on device",
        "but a last checkpoint was written",
        "train --resume",
    ] {
        assert!(ran.err.contains(part), "{part}\n{}", ran.err);
    }
    std::fs::remove_file(run.join("log.txt")).expect("removed");
    desk.good(&format!(
        "train --resume {} --iterations 30 --quiet --device cpu",
        name(&run)
    ));
    assert_eq!(json(&run.join("summary.json"))["iteration"], 30);
}

#[test]
fn a_run_whose_folder_vanishes_leaves_the_others_alone() {
    let desk = Desk::new();
    let child = desk.start(
        "compare --preset ring --methods static,dense --iterations 3000 --set sample_every=50 --set quality_every=0 \
         --quiet --device cpu",
    );
    let runs = || -> Vec<PathBuf> { desk.runs() };
    wait("two runs under way", || {
        runs().len() == 2 && runs().iter().all(|run| lines(&run.join("stats.jsonl")) > 5)
    });
    let (gone, kept) = (runs().remove(0), runs().remove(1));
    // Renames it at once: while a deletion empties the folder file by file, the program adds new
    // ones.
    std::fs::rename(&gone, desk.file("elsewhere")).expect("moved");
    let ran = ended(child);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    assert!(
        ran.err
            .lines()
            .all(|line| line.starts_with("error: ") && line.contains(&name(&gone))),
        "{}",
        ran.err
    );
    assert_eq!(json(&kept.join("summary.json"))["iteration"], 3000);
    assert!(ran.out.contains("dense") && desk.file("runs/report.html").is_file());
}
