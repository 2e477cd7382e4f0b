use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use pollster::block_on;
use tightrope_core::{
    config::RunConfig,
    device::DeviceChoice,
    event::{Event, Stats},
    method::Method,
    preset,
};

use super::*;
use crate::lab::Job;

/// Remembers every reply to show, and never rests.
#[derive(Default)]
struct Notes(Mutex<Vec<(RunKey, Still)>>);

impl Notes {
    fn take(&self) -> Vec<(RunKey, Still)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Host for Notes {
    fn run(&self, job: Job) -> io::Result<()> {
        job();
        Ok(())
    }

    fn wake(&self) {}

    fn show(self: Arc<Self>, reply: Reply, time: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            assert_eq!(time, Duration::from_secs(1));
            let Reply::Still(key, still) = reply else {
                panic!("{reply:?}");
            };
            self.0.lock().unwrap().push((key, still));
        })
    }
}

fn config(method: Method) -> RunConfig {
    let settings = [
        ("record.log_every", "1"),
        ("n_critic", "2"),
        ("generator.mask_interval", "2"),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let preset = preset::find("spiral").unwrap();
    preset::resolve(preset, method, None, &settings).unwrap()
}

/// A lab with two runs, and its host.
fn lab(out: &Path) -> (Lab, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let host = Arc::clone(&notes) as Arc<dyn Host>;
    let mut lab = Lab::new(DeviceChoice::Cpu, out.to_owned(), host);
    let configs = [Method::AdaptRelax, Method::StuGan].map(config);
    block_on(lab.ask(Request::Start(configs.to_vec())));
    lab.drain();
    (lab, notes)
}

#[test]
fn every_stage_of_every_run_is_told_with_its_number() {
    let out = tempfile::tempdir().unwrap();
    let (mut lab, notes) = lab(out.path());
    block_on(lab.ask(Request::SlowMotion(Duration::from_secs(1))));
    for iteration in 1..=2 {
        block_on(lab.advance());
        let told = notes.take();
        let mut stages = vec![
            StepPhase::RealBatch,
            StepPhase::FakeBatch,
            StepPhase::UpdateD,
            StepPhase::RealBatch,
            StepPhase::FakeBatch,
            StepPhase::UpdateD,
            StepPhase::UpdateG,
            StepPhase::Probe,
        ];
        if iteration == 2 {
            stages.push(StepPhase::DropGrow(Role::G));
        }
        for key in [RunKey(0), RunKey(1)] {
            let own: Vec<Still> = told
                .iter()
                .filter(|(of, _)| *of == key)
                .map(|(_, still)| *still)
                .collect();
            let heard: Vec<StepPhase> = own.iter().map(|still| still.stage).collect();
            assert_eq!(heard, stages, "iteration {iteration}");
            assert!(own.iter().all(|still| still.iteration == iteration));
            let steps: Vec<usize> = own.iter().map(|still| still.critic_step).collect();
            assert_eq!(steps[..6], [1, 1, 1, 2, 2, 2]);
            let said = lab.last_stats(key);
            let value = |place: usize| own[place].value;
            assert_eq!(value(5), f64::from(said.d_loss));
            assert_eq!(value(6), f64::from(said.g_loss));
            assert_eq!(Some(value(7)), said.br);
            if iteration == 2 {
                assert!((value(8) - said.density_g).abs() < 1e-6);
            }
        }
        lab.drain();
    }
}

#[test]
fn a_limit_ends_slow_motion() {
    let out = tempfile::tempdir().unwrap();
    let (mut lab, notes) = lab(out.path());
    block_on(async {
        lab.ask(Request::SlowMotion(Duration::from_secs(1))).await;
        assert_eq!(lab.rest(), Duration::ZERO);
        lab.advance().await;
        assert!(!notes.take().is_empty());
        lab.ask(Request::Limit(None)).await;
        lab.advance().await;
    });
    assert!(notes.take().is_empty());
}

impl Lab {
    /// The last statistics of a run.
    fn last_stats(&self, key: RunKey) -> Stats {
        let last = self.replies.iter().rev().find_map(|reply| match reply {
            Reply::Said(of, Event::Stats(stats)) if *of == key => Some(stats.clone()),
            _ => None,
        });
        last.expect("a state was recorded")
    }
}
