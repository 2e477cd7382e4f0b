//! Addresses of a page: a story or a comparison, and the look of the window.

mod bounds;
mod query;

use egui::ThemePreference;
use tightrope_core::{Problem, device::DeviceChoice};

use super::model::{Axis, Model, RunView, Speed};
use crate::{
    comparison::{Comparison, Setup},
    gui::model::preferences::Preferences,
    part::Part,
    story::{self, Story},
};
use bounds::{MOST_BYTES, MOST_RUNS};

/// Settings carried by a page's address.
#[derive(Clone, Debug, Default)]
pub struct Address {
    /// The device to train on.
    pub device: Option<DeviceChoice>,
    /// The story to begin with.
    pub story: Option<&'static Story>,
    /// The comparison to begin with.
    pub setup: Option<Setup>,
    /// Whether the page is embedded in another: welcome, runs and layers are hidden, and nothing is
    /// remembered.
    pub embed: bool,
    /// Parts of the window to hide.
    pub hide: Vec<Part>,
    /// Training speed.
    pub speed: Option<Speed>,
    /// Quantity on the x-axis of all timelines.
    pub axis: Option<Axis>,
    /// Light or dark theme.
    pub theme: Option<ThemePreference>,
}

impl Address {
    /// Reads a query such as `?story=3&embed=1`.
    ///
    /// # Errors
    /// When the query is malformed, names anything unknown, or asks for more than a page can hold.
    pub fn parse(query: &str) -> Result<Self, String> {
        if query.len() > MOST_BYTES {
            let length = query.len();
            return Err(format!(
                "this page's address asks for too much: {length} bytes, of at most {MOST_BYTES}"
            ));
        }
        let mut address = Self::default();
        let mut comparisons = vec![Comparison::default()];
        for part in query::parts(query) {
            let (name, value) = part?;
            let said = match value.as_str() {
                "" => query::brief(&name),
                value => format!("{}={}", query::brief(&name), query::brief(value)),
            };
            address
                .take(&name, &value, &mut comparisons)
                .map_err(|why| {
                    let why = query::without_command(&why);
                    format!("this page's address has {said}: {why}")
                })?;
        }
        if comparisons != [Comparison::default()] {
            if address.story.is_some() {
                return Err(
                    "this page's address has a story and a comparison beside it; leave one out"
                        .to_owned(),
                );
            }
            address.setup = Some(setup(comparisons)?);
        }
        Ok(address)
    }

    fn take(
        &mut self,
        name: &str,
        value: &str,
        comparisons: &mut Vec<Comparison>,
    ) -> Result<(), String> {
        match name {
            "device" => self.device = Some(value.parse()?),
            "story" => self.story = Some(story::find(value)?),
            "embed" => {
                self.embed = match value {
                    "1" => true,
                    "0" => false,
                    _ => return Err("choose 1 or 0".to_owned()),
                }
            }
            "hide" => {
                for part in value.split(',') {
                    self.hide.push(part.parse()?);
                }
            }
            "speed" => self.speed = Some(value.parse()?),
            "axis" => self.axis = Some(value.parse()?),
            "theme" => {
                self.theme = Some(match value {
                    "light" => ThemePreference::Light,
                    "dark" => ThemePreference::Dark,
                    _ => return Err("choose light or dark".to_owned()),
                });
            }
            "and" if !value.is_empty() => return Err("it stands for itself, without =".to_owned()),
            "and" if comparisons.len() < MOST_RUNS => comparisons.push(Comparison::default()),
            "and" => return Err(format!("a page trains at most {MOST_RUNS} runs")),
            _ => {
                let is_known = match comparisons.last_mut() {
                    Some(comparison) => comparison.take(name, value).map_err(query::few)?,
                    None => false,
                };
                if !is_known {
                    let names = Comparison::NAMES.join(", ");
                    return Err(format!(
                        "it can have story, embed, hide, speed, axis, theme and device, and for a comparison {names} \
                         and and"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Parts of the window to hide, including those an embedded page goes without.
    pub fn hidden(&self) -> Vec<Part> {
        let embedded = Part::NOT_EMBEDDED.into_iter().filter(|_| self.embed);
        let mut hidden: Vec<Part> = embedded.chain(self.hide.iter().copied()).collect();
        hidden.dedup();
        hidden
    }

    /// Overrides the user's device, axis and theme.
    pub fn lend(&self, preferences: &mut Preferences) {
        preferences.device = self.device.unwrap_or(preferences.device);
        preferences.axis = self.axis.unwrap_or(preferences.axis);
        preferences.theme = self.theme.unwrap_or(preferences.theme);
    }

    /// Address of the current story or the shown runs as seen now, and a line for each detail that
    /// no address can carry.
    pub fn of(model: &Model) -> (Self, Vec<String>) {
        let mut address = Self::default();
        let usual = model
            .telling
            .as_ref()
            .map_or(Speed::Full, |_| Speed::OF_STORIES);
        address.speed = Some(model.speed).filter(|speed| *speed != usual);
        address.axis = Some(model.preferences.axis).filter(|axis| *axis != Axis::default());
        // Dismissing the welcome must not hide it from those who follow the link.
        let hidden = |part: &Part| match part {
            Part::Welcome => model.hidden.contains(part),
            part => !model.shows(*part),
        };
        address.hide = Part::HIDEABLE.into_iter().filter(hidden).collect();
        if let Some(telling) = &model.telling {
            address.story = Some(telling.story);
            return (address, Vec::new());
        }
        let shown = model.shown();
        let known: Vec<_> = shown
            .filter_map(|run| Some((run, run.history.config.clone()?)))
            .collect();
        let configs: Vec<_> = known.iter().map(|(_, config)| config.clone()).collect();
        if configs.is_empty() {
            return (address, Vec::new());
        }
        let (setup, lost) = Setup::of(&configs);
        let runs = known.iter().map(|(run, _)| *run).zip(&lost);
        let left_out = runs.flat_map(|(run, lost)| left_out(run, lost)).collect();
        address.setup = Some(setup);
        (address, left_out)
    }
}

/// Details of a run that its settings do not carry, one line each.
fn left_out(run: &RunView, lost: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let name = &run.name;
    if !lost.is_empty() {
        let lost = query::brief(&lost.join(", "));
        lines.push(format!("{name}: its method derives {lost} anew"));
    }
    if !run.history.edits.is_empty() {
        let mut keys: Vec<&str> = Vec::new();
        for edit in &run.history.edits {
            if !keys.contains(&edit.key.as_str()) {
                keys.push(&edit.key);
            }
        }
        let keys = query::brief(&keys.join(", "));
        lines.push(format!(
            "{name}: settings changed during training are left out: {keys}"
        ));
    }
    if !run.history.resumed.is_empty() {
        lines.push(format!(
            "{name}: it continued from a checkpoint; started anew, it trains from the beginning"
        ));
    }
    lines
}

/// Resolves comparisons into a setup, if a page can hold its runs.
fn setup(comparisons: Vec<Comparison>) -> Result<Setup, String> {
    let wrong =
        |why: String| format!("this page's address asks for an impossible comparison: {why}");
    bounds::asked(&comparisons).map_err(wrong)?;
    let setup = Setup::new(comparisons).map_err(|error| {
        let problems = error.into_problems();
        wrong(query::few(problems.iter().map(Problem::to_string)))
    })?;
    bounds::needed(&setup.runs).map_err(wrong)?;
    Ok(setup)
}

#[cfg(test)]
mod tests;
