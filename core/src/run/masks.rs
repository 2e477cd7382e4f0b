//! Records masks together with samples.

use super::Run;
use crate::{
    Result,
    device::read,
    event::{Event, Masks},
    sparse::bits::Bits,
};

impl Run {
    /// The masks of each network that has changed since its last record. Training is not disturbed.
    pub(super) async fn new_masks(&mut self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        for player in [&mut self.g, &mut self.d] {
            let net = &player.net;
            if !std::mem::take(&mut player.is_mask_new) || net.maskable.is_empty() {
                continue;
            }
            let mask = read(net.mask.clone()).await?;
            let layers = net.maskable.iter().map(|&place| {
                let param = &net.params[place];
                Bits::pack(&mask[param.offset..param.offset + param.len()])
            });
            events.push(Event::Masks(Masks {
                iteration: self.iteration,
                net: net.role,
                layers: layers.collect(),
            }));
        }
        Ok(events)
    }
}
