//! The devices a lab trains on: opened once each, given up when they are lost.

use anyhow::Result;
use tightrope_core::{
    Error,
    device::{self as devices, Chosen, DeviceChoice},
};

use super::{Lab, Reply};
use crate::device;

impl Lab {
    /// Trains on the device that the window draws with, where both want the same adapter.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn share(&mut self, shared: devices::Shared) {
        self.shared = Some(shared);
    }

    /// Trains what is started from now on here.
    pub(super) async fn choose(&mut self, choice: DeviceChoice) -> Result<()> {
        let chosen = self.open_device(choice).await?;
        self.device = choice;
        self.tell_device(&chosen);
        Ok(())
    }

    /// A device, opened when it is first needed.
    pub(super) async fn open_device(&mut self, choice: DeviceChoice) -> Result<Chosen, Error> {
        if let Some(chosen) = self.opened.get(&choice) {
            return Ok(chosen.clone());
        }
        let chosen = device::open_beside(choice, self.shared.as_ref()).await?;
        self.tell_device(&chosen);
        self.is_cold |= chosen.gpu;
        self.opened.insert(choice, chosen.clone());
        Ok(chosen)
    }

    fn tell_device(&mut self, chosen: &Chosen) {
        self.replies.push(Reply::Device {
            name: chosen.name.clone(),
            reason: chosen.reason.clone(),
        });
    }

    /// Forgets devices that compute no more, so that the next run opens a new one.
    pub(super) async fn check_devices(&mut self) {
        let mut lost = Vec::new();
        for (&choice, chosen) in &self.opened {
            if !chosen.answers().await {
                lost.push(choice);
            }
        }
        for chosen in lost.iter().filter_map(|choice| self.opened.remove(choice)) {
            if chosen.shared {
                self.shared = None;
            }
            self.replies.push(Reply::DeviceLost {
                name: chosen.name,
                shared: chosen.shared,
            });
        }
    }
}

/// What `--device` takes here, with names.
pub async fn list() -> Vec<(DeviceChoice, String)> {
    let mut list = vec![
        (DeviceChoice::Auto, "the best there is".to_owned()),
        (
            DeviceChoice::Cpu,
            format!("{} threads, {}", devices::threads(), devices::vector_unit()),
        ),
    ];
    let adapters = devices::adapters().await.into_iter().enumerate();
    list.extend(adapters.map(|(n, adapter)| (DeviceChoice::Gpu(Some(n)), adapter.describe())));
    list
}
