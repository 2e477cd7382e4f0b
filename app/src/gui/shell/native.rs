//! The window on the desktop.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    process::Command,
    rc::Rc,
    sync::Arc,
    thread::JoinHandle,
};

use anyhow::{Context as _, Result, anyhow};
use eframe::{
    App, Frame, NativeOptions, Storage,
    egui_wgpu::{RenderState, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew},
    wgpu,
};
use egui::{Context, Ui, ViewportBuilder};
use tightrope_core::device::{self, DeviceChoice, Shared};

use super::{
    frame_pacing::FramePacing,
    window::{Begin, Left, Window},
    worker,
};
use crate::{
    gui::{address::Address, platform::Platform},
    interruption::interruption_waking,
    paths::absolute,
    story::Story,
};

/// Options for opening the window.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Files to open: run folders, folders or zips of them, a settings file, data.
    pub runs: Vec<PathBuf>,
    /// Device to train on; `None` for the one last chosen.
    pub device: Option<DeviceChoice>,
    /// The story to begin with.
    pub story: Option<&'static Story>,
    /// Folder for run folders.
    pub out: PathBuf,
    /// Whether it replaces a window that could no longer draw.
    pub again: bool,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            device: None,
            story: None,
            out: "runs".into(),
            again: false,
        }
    }
}

/// Opens the window and returns once it is closed. If the graphics device is lost, the window saves
/// its runs and opens another in its place.
///
/// # Errors
/// When there is no display, or no adapter to draw with.
pub fn open(opening: &Opening) -> Result<()> {
    let left = Rc::new(RefCell::new(Left::default()));
    let lab = Rc::new(RefCell::new(None));
    // After a panic, only the list of the window's runs is read.
    let shown = catch_unwind(AssertUnwindSafe(|| show(opening, &left, &lab)));
    // The link is dropped, so the lab saves the runs that still train and ends.
    if let Some(lab) = lab.take() {
        drop(lab.join());
    }
    match shown {
        Ok(closed) if !left.borrow().cannot_draw => closed,
        Err(panic) if opening.again => resume_unwind(panic),
        _ => again(opening, &left.borrow().folders),
    }
}

/// Starts a fresh process: a lost device leaves this one in an unreliable state.
fn again(opening: &Opening, folders: &[PathBuf]) -> Result<()> {
    let program = std::env::current_exe().context("the window cannot be started again")?;
    let mut window = Command::new(program);
    window
        .args(["window", "--again", "--out"])
        .arg(&opening.out);
    if let Some(device) = opening.device {
        window.args(["--device", &device.to_string()]);
    }
    window.arg("--").args(folders);
    window
        .spawn()
        .context("the window cannot be started again")?;
    Ok(())
}

fn show(
    opening: &Opening,
    left: &Rc<RefCell<Left>>,
    lab: &Rc<RefCell<Option<JoinHandle<()>>>>,
) -> Result<()> {
    let viewport = ViewportBuilder::default()
        .with_title("Tightrope")
        .with_app_id("tightrope")
        .with_inner_size([1280.0, 860.0])
        .with_min_inner_size([800.0, 600.0]);
    let choice = opening.device.unwrap_or_default();
    let options = NativeOptions {
        viewport,
        wgpu_options: WgpuConfiguration {
            wgpu_setup: drawing(choice),
            ..WgpuConfiguration::default()
        },
        ..NativeOptions::default()
    };
    let out = absolute(&opening.out);
    // A shared device that failed once is not shared again.
    let shares = !opening.again;
    let (left, lab) = (left.clone(), lab.clone());
    let (runs, device, story) = (opening.runs.clone(), opening.device, opening.story);
    eframe::run_native(
        "tightrope",
        options,
        Box::new(move |creation| {
            let drawn_with = creation.wgpu_render_state.as_ref().filter(|_| shares);
            let shared = drawn_with.and_then(shared);
            let pace = FramePacing::new(creation);
            let ctx = creation.egui_ctx.clone();
            let (waking, woken) = (pace.clone(), ctx.clone());
            let wake = move || waking.wake(&woken);
            let begin = Begin {
                runs,
                address: Address {
                    device,
                    story,
                    ..Address::default()
                },
                platform: Platform::Desktop,
                again: !shares,
                kept: Vec::new(),
                notice: None,
                interrupted: interruption_waking(move || ctx.request_repaint())?,
            };
            let (link, thread) = worker::start(choice, shared, out, wake)?;
            lab.replace(Some(thread));
            let window = Window::new(creation, link, begin, left);
            Ok(Box::new(Paced { window, pace }))
        }),
    )
    .map_err(|error| {
        let why = error.to_string();
        // The library and source location of the error do not help the user.
        let why = why.lines().next().and_then(|line| line.rsplit(": ").next());
        let why = why.unwrap_or("no reason given").trim_end_matches('.');
        anyhow!("no window can be opened here ({why}); on the command line, start with `tightrope compare`")
    })
}

/// Draws with the adapter that trains, if it can draw, and with a device that the kernels could
/// share.
fn drawing(choice: DeviceChoice) -> WgpuSetup {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    let plain = setup.device_descriptor.clone();
    setup.native_adapter_selector = Some(Arc::new(move |adapters, surface| {
        let draws = |adapter: &&wgpu::Adapter| {
            surface.is_none_or(|surface| adapter.is_surface_supported(surface))
        };
        let best = device::best_first(adapters.to_vec());
        let asked = match choice {
            DeviceChoice::Gpu(Some(n)) => best.get(n),
            _ => None,
        };
        let able = asked.into_iter().chain(&best).chain(adapters).find(draws);
        able.cloned()
            .ok_or_else(|| "no graphics adapter can draw here".to_owned())
    }));
    setup.device_descriptor = Arc::new(move |adapter| match adapter.get_info().backend {
        wgpu::Backend::Gl => plain(adapter),
        _ => device::descriptor(adapter),
    });
    setup.into()
}

/// The device to share with training. A software adapter computes for seconds at a stretch, and a
/// window that waits for it would freeze.
fn shared(drawn_with: &RenderState) -> Option<Shared> {
    (drawn_with.adapter.get_info().device_type != wgpu::DeviceType::Cpu).then(|| Shared {
        instance: drawn_with.instance.clone(),
        adapter: drawn_with.adapter.clone(),
        device: drawn_with.device.clone(),
        queue: drawn_with.queue.clone(),
    })
}

/// A window that draws no more often than training can afford.
struct Paced {
    window: Window,
    pace: Arc<FramePacing>,
}

impl App for Paced {
    fn logic(&mut self, ctx: &Context, frame: &mut Frame) {
        self.window.logic(ctx, frame);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        if let Some(seconds) = frame.info().cpu_usage {
            self.pace.took(seconds);
        }
        self.window.ui(ui, frame);
    }

    fn save(&mut self, storage: &mut dyn Storage) {
        self.window.save(storage);
    }
}
