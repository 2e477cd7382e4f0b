//! Benchmarks of the window: frame times with long runs, and the cost of drawing for training.

use std::{
    cell::RefCell,
    path::PathBuf,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use eframe::{CreationContext, NativeOptions};
use egui::{Context, RawInput, Rect, Ui, ViewportBuilder, ViewportCommand};
use tightrope_core::{
    config::RunConfig,
    device::DeviceChoice,
    event::{Event, Stats, Verdict},
    history::History,
    session::RunState,
};

use super::{frame_pacing::FramePacing, perform::showcase, window::Window, worker};
use crate::{
    gui::{link::Link, model::preferences::Preferences, theme},
    lab::{Added, Reply, Request, RunKey},
};

/// Frames that fill caches and textures before the measurement.
const WARMUP: usize = 30;

/// Seconds per frame, for `frames` frames. Each of `runs` canned runs starts with `points` recorded
/// states and gains one per frame. The time covers layout, tessellation and submission to the
/// graphics driver, but no waiting for the screen.
///
/// # Errors
/// When there is no display.
pub fn frames(runs: usize, points: u64, frames: usize) -> Result<Vec<f64>> {
    let configs = example()?;
    let (answers, replies) = channel();
    for key in 0..runs {
        let mut history = History::new(RunConfig {
            iterations: 2 * points,
            ..configs[0].clone()
        });
        history.stats = (1..=points)
            .map(|iteration| stats(iteration, key))
            .collect();
        let added = Added {
            key: RunKey(key),
            folder: PathBuf::new(),
            history,
            reals: None,
            // A live run would have to be saved before the window closes.
            state: RunState::Ended,
        };
        answers.send(Reply::Added(Box::new(added)))?;
    }
    let measured = Rc::new(RefCell::new(Vec::new()));
    let taken = measured.clone();
    let mut at = points;
    show(move |creation| {
        let mut window = Window::with(&creation.egui_ctx, Link::new(|_| true, replies), whole());
        Box::new(Watched(move |ui: &mut Ui, frame: &mut eframe::Frame| {
            at += 1;
            for key in 0..runs {
                let event = Event::Stats(stats(at, key));
                // The window holds the receiver.
                let _ = answers.send(Reply::Said(RunKey(key), event));
            }
            window.hear(ui.ctx());
            window.show(ui);
            let mut taken = taken.borrow_mut();
            taken.extend(frame.info().cpu_usage.map(f64::from));
            if taken.len() < WARMUP + frames {
                ui.ctx().request_repaint();
            } else {
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            }
        }))
    })?;
    let measured = measured.take();
    Ok(measured.into_iter().skip(WARMUP).collect())
}

/// Work of the window while training is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing.
    Headless,
    /// Everything but painting: the cost of drawing where a GPU paints.
    LaidOut,
    /// Everything.
    Open,
}

impl Way {
    /// All ways, in turn.
    pub const ALL: [Self; 3] = [Self::Headless, Self::LaidOut, Self::Open];
}

/// Iterations per second of the example, each way in turn, `rounds` times.
///
/// # Errors
/// When there is no display.
pub fn rates(
    device: DeviceChoice,
    each: Duration,
    rounds: usize,
) -> Result<Vec<[f64; Way::ALL.len()]>> {
    let configs = example()?;
    let out = std::env::temp_dir().join(format!("tightrope-bench-{}", std::process::id()));
    let measured = Rc::new(RefCell::new(Vec::new()));
    let taken = measured.clone();
    let (folder, thread) = (out.clone(), Rc::new(RefCell::new(None)));
    let lab = thread.clone();
    let shown = show(move |creation| {
        let (ctx, pace) = (&creation.egui_ctx, FramePacing::new(creation));
        let draws = Arc::new(AtomicBool::new(true));
        let (drawn, waking, woken) = (draws.clone(), pace.clone(), ctx.clone());
        let wake = move || {
            if drawn.load(Ordering::Relaxed) {
                waking.wake(&woken);
            }
        };
        let link = match worker::start(device, None, folder, wake) {
            Ok((link, thread)) => {
                lab.replace(Some(thread));
                link.ask(Request::Start(configs));
                link
            }
            Err(_) => Link::new(|_| false, channel().1),
        };
        let mut window = Window::with(ctx, link, whole());
        let unseen = Context::default();
        theme::install(&unseen);
        let mut since: Option<(Instant, u64)> = None;
        let mut stretches: Vec<f64> = Vec::new();
        Box::new(Watched(move |ui: &mut Ui, frame: &mut eframe::Frame| {
            if let Some(seconds) = frame.info().cpu_usage {
                pace.took(seconds);
            }
            window.hear(ui.ctx());
            let way = Way::ALL[stretches.len() % Way::ALL.len()];
            match way {
                _ if since.is_none() => window.show(ui),
                Way::Headless => {}
                Way::LaidOut => lay_out(&unseen, &mut window, ui.max_rect()),
                Way::Open => window.show(ui),
            }
            let now = window.iterations();
            match since {
                // Loading and compiling the first kernels is not training.
                None if now < 200 => {}
                None => since = Some((Instant::now(), now)),
                Some((start, before)) if start.elapsed() >= each => {
                    stretches.push((now - before) as f64 / start.elapsed().as_secs_f64());
                    taken.borrow_mut().clone_from(&stretches);
                    since = Some((Instant::now(), now));
                }
                Some(_) => {}
            }
            let next = Way::ALL[stretches.len() % Way::ALL.len()];
            draws.store(next != Way::Headless || since.is_none(), Ordering::Relaxed);
            ui.ctx().request_repaint_after(each);
            if stretches.len() >= Way::ALL.len() * rounds || window.is_without_lab() {
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            }
        }))
    });
    if let Some(thread) = thread.take() {
        drop(thread.join());
    }
    // The run folders were only for the measurement.
    let _ = std::fs::remove_dir_all(&out);
    shown?;
    Ok(measured.take().as_chunks().0.to_vec())
}

/// Draws a frame off screen.
fn lay_out(unseen: &Context, window: &mut Window, rect: Rect) {
    let input = RawInput {
        screen_rect: Some(rect),
        ..RawInput::default()
    };
    let frame = unseen.run_ui(input, |ui| window.show(ui));
    let meshes = unseen.tessellate(frame.shapes, frame.pixels_per_point);
    std::hint::black_box(meshes);
}

/// A window of ordinary size, drawn by a closure.
struct Watched<F>(F);

impl<F: FnMut(&mut Ui, &mut eframe::Frame)> eframe::App for Watched<F> {
    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        (self.0)(ui, frame);
    }
}

fn show(app: impl FnOnce(&CreationContext<'_>) -> Box<dyn eframe::App>) -> Result<()> {
    let options = NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([1280.0, 860.0]),
        persist_window: false,
        ..NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |creation| Ok(app(creation)));
    eframe::run_native("tightrope-bench", options, create)
        .map_err(|error| anyhow!("no window can be opened here ({error})"))
}

fn whole() -> Preferences {
    Preferences {
        welcome: false,
        ..Preferences::default()
    }
}

/// The example, with enough iterations to outlast the measurement.
fn example() -> Result<Vec<RunConfig>> {
    let mut configs = showcase()?;
    for config in &mut configs {
        config.iterations = 10_000_000;
    }
    Ok(configs)
}

/// A plausible recorded state, noisy so that no two neighbours are alike.
fn stats(iteration: u64, run: usize) -> Stats {
    let noise = |salt: u64| {
        let mixed = (iteration + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ run as u64;
        (mixed >> 40) as f64 / (1_u64 << 24) as f64
    };
    Stats {
        iteration,
        seconds: iteration as f64 * 1e-3,
        images: 64 * iteration,
        flops: 1e7 * iteration as f64,
        flops_paper: 1e7 * iteration as f64,
        flops_stu: Some(1e7 * iteration as f64),
        d_loss: 1.0 + noise(1) as f32,
        g_loss: noise(2) as f32,
        br: Some(noise(3)),
        br_mean_of_ratios: Some(0.3 + 0.4 * noise(4)),
        br_ratio_of_means: Some(0.3 + 0.4 * noise(4)),
        inverted_in_window: 0,
        inverted: 0,
        r_t: None,
        r_v: None,
        score_real: Some(1.0),
        score_fake: Some(0.0),
        verdict: Some(Verdict::Balanced),
        density_g: 0.1,
        density_d: 0.05 * (1 + iteration / 50_000) as f64,
        exploration_g: 0.5,
        exploration_d: 0.5,
    }
}
