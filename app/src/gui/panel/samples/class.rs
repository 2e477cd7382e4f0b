//! Samples of one class, for runs that learn classes, drawn on request from the present generator.

use std::collections::HashMap;

use egui::{ComboBox, Label, RichText, Ui};

use super::Shot;
use crate::{
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{Cursor, Model, RunView},
    },
    lab::{ClassKey, Request, RunKey},
};

/// Name of the choice of all classes.
const ALL: &str = "all classes";

/// The chosen class.
#[derive(Default)]
pub struct OneClass {
    /// Its name; `None` for all classes.
    name: Option<String>,
    /// Last request for each run.
    asked: HashMap<RunKey, Asked>,
}

/// Inputs of an answer: the class, the latest recorded samples, and whether the run is live.
type Asked = (ClassKey, Option<u64>, bool);

/// State of a request for a class.
pub enum Known<'a> {
    /// No answer yet.
    Awaited,
    /// Samples.
    Shot(Shot<'a>),
    /// Reason there are none.
    None(&'a str),
}

impl OneClass {
    /// Draws the choice of a class, if any run learns classes.
    pub fn choose(&mut self, ui: &mut Ui, model: &Model, runs: &[&RunView]) {
        let mut lists: Vec<&[String]> = Vec::new();
        for classes in runs.iter().map(|run| run.classes()) {
            if !classes.is_empty() && !lists.contains(&classes) {
                lists.push(classes);
            }
        }
        let names = || lists.iter().copied().flatten();
        if self
            .name
            .as_ref()
            .is_some_and(|own| !names().any(|name| name == own))
        {
            self.name = None;
        }
        if lists.is_empty() {
            return;
        }
        ui.add_space(8.0);
        let name = explained(ui.weak("class"), Term::Class);
        let chosen = self.name.clone().unwrap_or_else(|| ALL.to_owned());
        let choice = ComboBox::from_id_salt("class")
            .height(320.0)
            .selected_text(chosen)
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut self.name, None, ALL);
                for name in names() {
                    ui.selectable_value(&mut self.name, Some(name.clone()), name);
                }
            });
        explained(choice.response.labelled_by(name.id), Term::Class);
        if self.name.is_some() && model.cursor != Cursor::Live {
            ui.weak("recorded moments have all classes")
                .on_hover_text("One class is drawn of the present only; End goes there.");
        }
    }

    /// Whether a class is chosen.
    pub fn is_chosen(&self) -> bool {
        self.name.is_some()
    }

    /// Key of the chosen class for a run, if the run has that class and the cursor is live.
    fn key(&self, model: &Model, run: &RunView) -> Option<ClassKey> {
        let own = self
            .name
            .as_ref()
            .filter(|_| model.cursor == Cursor::Live)?;
        let class = run.classes().iter().position(|name| name == own)?;
        Some(ClassKey {
            run: run.key,
            class,
            averaged: model.preferences.averaged,
        })
    }

    /// Requests samples whenever the class, the latest recorded samples or the state of the run
    /// changes.
    pub fn ask(&mut self, model: &Model, run: &RunView) -> Option<Action> {
        let key = self.key(model, run)?;
        let latest = run.history.latest_samples().map(|(at, _)| at);
        let now = (key, latest, run.is_live());
        let before = self.asked.insert(run.key, now);
        (before != Some(now)).then_some(Action::Ask(Request::SampleClass(key)))
    }

    /// State of the request for a run; `None` if the run shows recorded samples.
    pub fn of<'a>(&self, model: &Model, run: &'a RunView) -> Option<Known<'a>> {
        let key = self.key(model, run)?;
        Some(match &run.of_class {
            Some((to, Ok(drawn))) if *to == key => Known::Shot(Shot {
                at: drawn.iteration,
                averaged: drawn.averaged,
                class: Some(key.class),
                data: &drawn.data,
                field: None,
                pushes: &[],
                revision: run.revision,
            }),
            Some((to, Err(why))) if *to == key => Known::None(why),
            _ => Known::Awaited,
        })
    }

    /// Forgets requests of removed runs.
    pub fn tidy(&mut self, model: &Model) {
        self.asked.retain(|key, _| model.run(*key).is_some());
    }
}

/// Placeholder for missing samples.
pub fn absent(ui: &mut Ui, why: Option<&str>, side: f32) {
    let size = egui::vec2(side, side);
    ui.allocate_ui(size, |ui| {
        ui.set_min_size(size);
        match why {
            Some(why) => ui.add(Label::new(RichText::new(why).weak()).wrap()),
            None => ui.weak("drawing \u{2026}"),
        };
    });
}
