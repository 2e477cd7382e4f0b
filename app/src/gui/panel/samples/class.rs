//! One class at a time, of runs that learn classes: drawn for whoever looks, from the generator as it is now.

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

/// What the choice of all classes is called.
const ALL: &str = "all classes";

/// The class that is looked at.
#[derive(Default)]
pub struct OneClass {
    /// Its name; all of them without one.
    name: Option<String>,
    /// What was asked for last of each run, and when.
    asked: HashMap<RunKey, Asked>,
}

/// What an answer depends on: the class, the latest recorded samples, and whether the run trains.
type Asked = (ClassKey, Option<u64>, bool);

/// What is known of a class that is looked at.
pub enum Known<'a> {
    /// Nothing yet.
    Awaited,
    /// Samples.
    Shot(Shot<'a>),
    /// Why there are none.
    None(&'a str),
}

impl OneClass {
    /// The choice, where one of the runs learns classes.
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

    /// Whether one is chosen.
    pub fn is_chosen(&self) -> bool {
        self.name.is_some()
    }

    /// What shows the class of a run, if it has that class and is looked at as it is now.
    fn key(&self, model: &Model, run: &RunView) -> Option<ClassKey> {
        let own = self
            .name
            .as_ref()
            .filter(|_| model.cursor == Cursor::Live)?;
        let class = run.classes().iter().position(|name| name == own)?;
        Some(ClassKey {
            run: run.key,
            class,
            averaged: model.look.averaged,
        })
    }

    /// Asks for it anew whenever it is another class, or the run has recorded new samples.
    pub fn ask(&mut self, model: &Model, run: &RunView) -> Option<Action> {
        let key = self.key(model, run)?;
        let latest = run.history.latest_samples().map(|(at, _)| at);
        let now = (key, latest, run.is_live());
        let before = self.asked.insert(run.key, now);
        (before != Some(now)).then_some(Action::Ask(Request::SampleClass(key)))
    }

    /// What is known of it; nothing where all classes are shown.
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

    /// Forgets what was asked for of runs that are no more.
    pub fn tidy(&mut self, model: &Model) {
        self.asked.retain(|key, _| model.run(*key).is_some());
    }
}

/// In place of samples that are not there.
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
