//! Layers of the selected run: the density of each beside its start, and the mask of a chosen one.

mod bars;
mod mask;
mod picture;

use egui::{RichText, ScrollArea, Ui};
use tightrope_core::config::{Distribution, Role};

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    model::{Model, RunView},
    theme,
};
use bars::{Net, Order};
use mask::MaskView;

/// Share of the panel's height that a mask takes.
const MASK_SHARE: f32 = 0.48;

/// The panel on the right.
#[derive(Default)]
pub struct Layers {
    order: Order,
    /// The layer whose mask is shown, whichever run is selected.
    chosen: Option<(Role, usize)>,
    mask: MaskView,
}

impl Panel for Layers {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        ui.horizontal(|ui| {
            ui.heading("Layers");
            if let Some(run) = model.selected() {
                let colour = theme::run(run.style, ui.visuals());
                ui.label(RichText::new(&run.name).color(colour).strong());
            }
        });
        let Some(run) = model.selected().filter(|run| run.history.info.is_some()) else {
            ui.weak("The layers of a run appear here as soon as it is selected and has started.");
            return actions;
        };
        let nets = [Role::G, Role::D].map(|role| Net::at(run, role, model.cursor));
        if nets.iter().flatten().all(|net| net.rows.is_empty()) {
            ui.weak("No layer of this run has a mask.");
            return actions;
        }
        let chosen = self.chosen.and_then(|(role, layer)| {
            let net = nets.iter().flatten().find(|net| net.role == role)?;
            net.rows.get(layer).copied()
        });
        self.choose_order(ui, run);
        let room = ui.available_height();
        let kept = match chosen {
            Some(_) => MASK_SHARE * room,
            None => 0.0,
        };
        ScrollArea::vertical()
            .id_salt("bars")
            .max_height((room - kept).max(80.0))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for net in nets.iter().flatten() {
                    if let Some(clicked) = net.show(ui, self.order, self.chosen) {
                        // A second click closes the mask. The next frame draws the change.
                        ui.ctx().request_repaint();
                        self.chosen = Some(clicked).filter(|clicked| self.chosen != Some(*clicked));
                    }
                    ui.add_space(6.0);
                }
            });
        if let Some(row) = chosen {
            ui.separator();
            actions.extend(self.mask.show(ui, model, run, &row));
        }
        actions
    }
}

impl Layers {
    fn choose_order(&mut self, ui: &mut Ui, run: &RunView) {
        ui.horizontal(|ui| {
            for order in Order::ALL {
                ui.selectable_value(&mut self.order, order, order.name());
            }
        });
        let config = run.history.config.as_ref();
        let is_erk = config.is_some_and(|c| c.generator.distribution == Distribution::Erk);
        let (start, term) = if is_erk {
            ("Bar: density now. Line: density at the start.", Term::Erk)
        } else {
            (
                "Bar: density now. Line: density at the start.",
                Term::Density,
            )
        };
        explained(ui.small(start), term);
    }
}

#[cfg(test)]
mod tests;
