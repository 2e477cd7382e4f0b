use tightrope_core::{
    config::RunConfig,
    event::Command,
    method::Method,
    preset,
    record::{RunFolder, write_evaluation},
    session::RunState,
};

use super::*;
use crate::{
    gui::fixture::evaluation,
    lab::{RunKey, StepPhase},
};

/// Longer than a test waits for anything.
const LONG: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(60);

fn configs() -> Vec<RunConfig> {
    let preset = preset::find("spiral").unwrap();
    let methods = [Method::AdaptRelax, Method::StuGan];
    let resolved = methods.map(|method| preset::resolve(preset, method, None, &[]).unwrap());
    resolved.to_vec()
}

/// The first reply in which `find` finds something.
fn heard<T>(link: &Link, find: impl Fn(&Reply) -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "nothing of the kind was said");
        match link.next().expect("a lab") {
            Some(reply) => {
                if let Some(found) = find(&reply) {
                    return found;
                }
            }
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
}

#[test]
fn a_request_cuts_slow_motion_short_and_takes_effect_after_the_iteration() {
    let out = tempfile::tempdir().unwrap();
    let out_at = out.path().to_owned();
    let (link, thread) = start(DeviceChoice::Cpu, None, out_at, || ()).unwrap();
    assert!(link.ask(Request::SlowMotion(LONG)) && link.ask(Request::Start(configs())));
    let still = |reply: &Reply| match reply {
        Reply::Still(key, still) => Some((*key, *still)),
        _ => None,
    };
    let (key, first) = heard(&link, still);
    assert_eq!((key, first.stage), (RunKey(0), StepPhase::RealBatch));
    assert_eq!((first.iteration, first.critic_step), (1, 1));
    assert!(link.ask(Request::Tell(RunKey(0), Command::Pause)));
    // The iteration ends without further rests, and the pause takes effect before the other run
    // rests.
    let paused = |reply: &Reply| match reply {
        Reply::State {
            key,
            state: RunState::Paused,
            iteration,
        } => Some((*key, *iteration)),
        _ => None,
    };
    assert_eq!(heard(&link, paused), (RunKey(0), 1));
    let (key, next) = heard(&link, still);
    assert_eq!((key, next.iteration), (RunKey(1), 2));
    assert!(link.ask(Request::Close));
    heard(&link, |reply| matches!(reply, Reply::Closed).then_some(()));
    drop(link);
    thread.join().unwrap();
}

#[test]
fn a_lab_that_waits_notices_what_others_write() {
    let out = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(out.path(), &configs()[0]).unwrap();
    let folder = folder.path().to_owned();
    let out_at = out.path().to_owned();
    let (link, thread) = start(DeviceChoice::Cpu, None, out_at, || ()).unwrap();
    let at = folder.clone();
    assert!(link.ask(Request::Open {
        folder: at,
        go_on: false
    }));
    heard(&link, |reply| {
        matches!(reply, Reply::Added(_)).then_some(())
    });
    let evaluation = evaluation("inception", 100, 30.0);
    write_evaluation(&folder, &evaluation).unwrap();
    let all = heard(&link, |reply| match reply {
        Reply::Evaluations(RunKey(0), all) => Some(all.clone()),
        _ => None,
    });
    assert_eq!(all, [evaluation]);
    drop(link);
    thread.join().unwrap();
}

#[test]
fn what_a_panel_asks_by_itself_waits_for_the_end_of_the_iteration() {
    let (requests, asked) = channel();
    let (answers, _replies) = channel();
    let desk = Desk {
        inbox: Mutex::new(Inbox {
            asked,
            waiting: VecDeque::new(),
        }),
        answers,
        bell: Weak::new(),
        wake: Arc::new(|| ()),
    };
    let key = crate::lab::LayerKey {
        run: RunKey(0),
        role: tightrope_core::config::Role::G,
        layer: 0,
    };
    requests
        .send(Message::Asked(Request::Inspect(key)))
        .unwrap();
    requests.send(Message::Woken).unwrap();
    let (start, time) = (Instant::now(), Duration::from_millis(30));
    desk.rest(time);
    assert!(start.elapsed() >= time);
    requests.send(Message::Asked(Request::Limit(None))).unwrap();
    desk.rest(LONG);
    // This rest is over at once.
    desk.rest(LONG);
    let asked = || match desk.next(None) {
        Next::Message(Message::Asked(request)) => Some(request),
        _ => None,
    };
    assert!(matches!(asked(), Some(Request::Inspect(_))));
    assert!(asked().is_none());
    assert!(matches!(asked(), Some(Request::Limit(None))));
    assert!(matches!(desk.next(Some(Duration::ZERO)), Next::Nothing));
    drop(requests);
    assert!(matches!(desk.next(None), Next::Gone));
}
