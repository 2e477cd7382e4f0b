//! Shows the first iteration on a GPU as a task with progress. That iteration takes seconds, since
//! its kernels are compiled on the way.

use std::{sync::Arc, time::Duration};

use tightrope_core::{
    device::read,
    run::Watcher,
    session::{RunId, RunState},
};

use super::{
    Host, Lab, Reply,
    task::{Task, TaskId},
};

/// The task's id; no other task gets this high.
const WARM_UP: TaskId = TaskId(usize::MAX);

fn word(done: usize, total: usize) -> Reply {
    Reply::Task(Task {
        id: WARM_UP,
        what: "Compiling kernels for the GPU, once".to_owned(),
        done,
        total,
        can_be_cancelled: false,
    })
}

impl Lab {
    /// Reports that the first run on its device is being created.
    pub(super) async fn begin_warm_up(&self) {
        if self.devices.is_cold {
            Arc::clone(&self.host)
                .show(word(0, 0), Duration::ZERO)
                .await;
        }
    }

    /// The run exists, or cannot be created. Either way it may wait before it trains.
    pub(super) fn rest_warm_up(&mut self) {
        if self.devices.is_cold {
            self.replies.push(Reply::TaskOver(WARM_UP));
        }
    }

    /// Reports progress through the next iteration if it is the first on its device. Returns the
    /// run that takes it.
    pub(super) fn watch_warm_up(&mut self) -> Option<RunId> {
        if !self.devices.is_cold || self.pacing.is_slow_motion() {
            return None;
        }
        let mut runs = 0..self.trained_by.len();
        let first = runs.find(|&id| self.training.state(id) == RunState::Running)?;
        let run = self.training.run_mut(first)?;
        // Phases of each critic step, and of the generator's step.
        let total = 4 * run.config.n_critic + 3;
        run.watch(watcher(Arc::clone(&self.host), total));
        Some(first)
    }

    /// Ends the warm-up after the first iteration.
    pub(super) fn end_warm_up(&mut self, id: RunId) {
        self.devices.is_cold = false;
        if let Some(run) = self.training.run_mut(id) {
            run.unwatch();
        }
        self.replies.push(Reply::TaskOver(WARM_UP));
    }
}

fn watcher(host: Arc<dyn Host>, total: usize) -> Watcher {
    let mut done = 0;
    Box::new(move |_, tensor| {
        done = total.min(done + 1);
        let (host, reply) = (Arc::clone(&host), word(done, total));
        Box::pin(async move {
            // Only a number read back proves that the kernels before it are compiled. A device that
            // fails here fails the run too, which reports it.
            drop(read(tensor.mean()).await);
            host.show(reply, Duration::ZERO).await;
        })
    })
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        io,
        path::Path,
        pin::Pin,
        sync::{Mutex, PoisonError},
    };

    use pollster::block_on;
    use tightrope_core::{
        device::DeviceChoice,
        event::{Event, Stats},
        method::Method,
        preset,
    };

    use super::*;
    use crate::lab::{Job, Request};

    /// Remembers the progress it was told.
    #[derive(Default)]
    struct Notes(Mutex<Vec<(usize, usize)>>);

    impl Host for Notes {
        fn run(&self, job: Job) -> io::Result<()> {
            job();
            Ok(())
        }

        fn wake(&self) {}

        fn show(self: Arc<Self>, reply: Reply, _: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
            Box::pin(async move {
                if let Reply::Task(task) = reply {
                    assert!(task.id == WARM_UP && !task.can_be_cancelled);
                    let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                    notes.push((task.done, task.total));
                }
            })
        }
    }

    /// The reported progress and the statistics of two iterations, on a cold or a warm device.
    fn train(out: &Path, is_cold: bool) -> (Vec<(usize, usize)>, Vec<Stats>) {
        let notes = Arc::new(Notes::default());
        let mut lab = Lab::new(DeviceChoice::Cpu, out.to_owned(), notes.clone());
        lab.devices.is_cold = is_cold;
        let settings = [("record.log_every".to_owned(), "1".to_owned())];
        let preset = preset::find("spiral").unwrap();
        let run = preset::resolve(preset, Method::AdaptRelax, None, &settings).unwrap();
        block_on(lab.ask(Request::Start(vec![run])));
        lab.drain();
        let mut stats = Vec::new();
        for iteration in 0..2 {
            block_on(lab.advance());
            let said = lab.drain();
            let is_over = |reply: &Reply| matches!(reply, Reply::TaskOver(WARM_UP));
            assert_eq!(said.iter().any(is_over), is_cold && iteration == 0);
            stats.extend(said.into_iter().filter_map(|reply| match reply {
                Reply::Said(_, Event::Stats(stats)) => Some(Stats {
                    seconds: 0.0,
                    ..stats
                }),
                _ => None,
            }));
        }
        (std::mem::take(&mut notes.0.lock().unwrap()), stats)
    }

    #[test]
    fn the_first_iteration_on_a_device_says_how_far_it_is_and_changes_no_number() {
        let out = tempfile::tempdir().unwrap();
        let (told, cold) = train(&out.path().join("cold"), true);
        assert_eq!(told[0], (0, 0));
        let (last, total) = *told.last().unwrap();
        assert_eq!(last, total);
        assert!(told.is_sorted() && told.len() >= total, "{told:?}");
        let (told, warm) = train(&out.path().join("warm"), false);
        assert!(told.is_empty());
        assert_eq!(cold.len(), 2);
        assert_eq!(cold, warm);
    }
}
