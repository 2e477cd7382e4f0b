//! Pacing of frames that only show news from training. User input is drawn at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use eframe::{CreationContext, wgpu};
use egui::Context;

/// Interval between frames of news: short enough to look alive, long enough to leave the processor
/// to training.
#[derive(Debug)]
pub struct FramePacing {
    shortest: Duration,
    /// Time between two frames, in microseconds.
    apart: AtomicU64,
}

impl FramePacing {
    /// Share of one core that drawing news may take.
    const SHARE: f64 = 0.05;
    const LONGEST: Duration = Duration::from_millis(250);

    /// Pacing for a window about to open. A software adapter draws on the cores that train.
    pub fn new(creation: &CreationContext<'_>) -> Arc<Self> {
        let is_software = creation
            .wgpu_render_state
            .as_ref()
            .is_some_and(|state| state.adapter.get_info().device_type == wgpu::DeviceType::Cpu);
        Arc::new(Self::at_least(match is_software {
            true => Self::LONGEST,
            false => Duration::from_millis(33),
        }))
    }

    fn at_least(shortest: Duration) -> Self {
        Self {
            shortest,
            apart: AtomicU64::new(shortest.as_micros() as u64),
        }
    }

    /// Takes in the duration of a frame, in seconds.
    pub fn took(&self, seconds: f32) {
        let wanted = f64::from(seconds) / Self::SHARE;
        // One slow frame should hardly change the pace.
        let smooth = 0.9 * self.apart().as_secs_f64() + 0.1 * wanted;
        let apart = Duration::try_from_secs_f64(smooth)
            .unwrap_or(Self::LONGEST)
            .clamp(self.shortest, Self::LONGEST);
        self.apart
            .store(apart.as_micros() as u64, Ordering::Relaxed);
    }

    /// Requests a frame for news, no sooner than the pace allows.
    pub fn wake(&self, ctx: &Context) {
        ctx.request_repaint_after(self.apart());
    }

    fn apart(&self) -> Duration {
        Duration::from_micros(self.apart.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_frames_are_drawn_less_often_and_quick_ones_again() {
        let pace = FramePacing::at_least(Duration::from_millis(33));
        let settle = |seconds| {
            (0..200).for_each(|_| pace.took(seconds));
            pace.apart().as_millis()
        };
        assert_eq!(settle(0.001), 33);
        assert!((130..=141).contains(&settle(0.007)));
        assert_eq!(settle(1.0), 250);
        assert_eq!(settle(f32::NAN), 250);
        assert_eq!(settle(0.0), 33);
    }
}
