//! The user's own data in the dialog.

use egui::Ui;

use super::{Compare, DATA, Form, LABEL, LINE, fill_up};
use crate::{
    gui::{action::Action, model::Model},
    lab::{OwnData, Request},
};

/// Note on files that came into a page.
const STAY: &str = "These files stay in this browser; nothing is sent anywhere.";

impl Compare {
    /// The chosen own data, if any.
    pub(super) fn own<'a>(&self, model: &'a Model) -> Option<&'a OwnData> {
        let chosen = self.form.data();
        let mut all = model.own_data.0.iter();
        all.find(|own| own.source == chosen)
    }

    /// Entries in the list of data.
    pub(super) fn own_choices(&mut self, ui: &mut Ui, model: &Model) {
        let chosen = self.form.data();
        for own in &model.own_data.0 {
            let text = format!("{}: {}", own.name, words(own));
            if ui.selectable_label(own.source == chosen, text).clicked() {
                self.form.take_own(own);
            }
        }
    }

    /// Location of the files, and a button to remove them.
    pub(super) fn own_files(&mut self, ui: &mut Ui, own: &OwnData, actions: &mut Vec<Action>) {
        ui.horizontal(|ui| {
            ui.set_min_height(LINE);
            let start = ui.cursor().left();
            ui.label("Files");
            fill_up(ui, start + LABEL);
            let button = ui.button("Remove").on_hover_text(if own.is_kept {
                "Delete them from this browser; runs that learned from them cannot be continued then"
            } else {
                "Take them out of this list; the files stay"
            });
            if button.clicked() {
                actions.push(Action::Ask(Request::ForgetData(own.source.clone())));
                self.form.take_source(Form::default().source);
            } else if own.is_kept {
                self.explain(ui, DATA, STAY);
            } else {
                let path = self.form.path.clone();
                self.explain(ui, DATA, &path);
            }
        });
    }
}

/// Number and kind of the images.
pub(super) fn words(own: &OwnData) -> String {
    let colours = if own.channels == 1 { "grey" } else { "RGB" };
    format!("{} {colours} images of your own", own.count)
}

#[cfg(test)]
mod tests;
