//! Devices the lab trains on: each opens once, and the lab forgets those it loses.

use std::collections::HashMap;

use anyhow::Result;
use tightrope_core::{
    Error,
    device::{self as devices, Chosen, DeviceChoice, Shared},
};

use super::{Lab, Reply};
use crate::device;

/// The devices of a lab.
pub struct Devices {
    /// The choice for runs that start from now on.
    choice: DeviceChoice,
    /// The device the window draws with.
    shared: Option<Shared>,
    opened: HashMap<DeviceChoice, Chosen>,
    /// Whether nothing has trained yet on a GPU that is open.
    pub(super) is_cold: bool,
}

impl Devices {
    /// None is open yet; runs will train on this one.
    pub fn new(choice: DeviceChoice) -> Self {
        Self {
            choice,
            shared: None,
            opened: HashMap::new(),
            is_cold: false,
        }
    }

    /// Forgets devices that no longer compute, and returns them.
    async fn forget_lost(&mut self) -> Vec<Chosen> {
        let mut lost = Vec::new();
        for (&choice, chosen) in &self.opened {
            if !chosen.answers().await {
                lost.push(choice);
            }
        }
        let lost = lost.iter().filter_map(|choice| self.opened.remove(choice));
        let lost: Vec<Chosen> = lost.collect();
        if lost.iter().any(|chosen| chosen.shared) {
            self.shared = None;
        }
        lost
    }
}

impl Lab {
    /// Trains on the window's device wherever both want the same adapter.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn share(&mut self, shared: Shared) {
        self.devices.shared = Some(shared);
    }

    /// Chooses the device for runs that start from now on.
    pub(super) async fn choose(&mut self, choice: DeviceChoice) -> Result<()> {
        let chosen = self.open_device(choice).await?;
        self.devices.choice = choice;
        self.tell_device(&chosen);
        Ok(())
    }

    /// Returns the chosen device, and opens it on first use.
    pub(super) async fn device(&mut self) -> Result<Chosen, Error> {
        self.open_device(self.devices.choice).await
    }

    async fn open_device(&mut self, choice: DeviceChoice) -> Result<Chosen, Error> {
        if let Some(chosen) = self.devices.opened.get(&choice) {
            return Ok(chosen.clone());
        }
        let chosen = device::open_beside(choice, self.devices.shared.as_ref()).await?;
        self.tell_device(&chosen);
        self.devices.is_cold |= chosen.gpu;
        self.devices.opened.insert(choice, chosen.clone());
        Ok(chosen)
    }

    fn tell_device(&mut self, chosen: &Chosen) {
        self.replies.push(Reply::Device {
            name: chosen.name.clone(),
            reason: chosen.reason.clone(),
        });
    }

    /// Forgets devices that no longer compute, so that the next run opens a new one.
    pub(super) async fn check_devices(&mut self) {
        for chosen in self.devices.forget_lost().await {
            self.replies.push(Reply::DeviceLost {
                name: chosen.name,
                shared: chosen.shared,
            });
        }
    }
}

/// The values `--device` takes on this machine, with names.
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
