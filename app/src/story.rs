//! Stories: guided lessons of about two minutes. Each asks a question, starts a comparison and
//! shows pages beside it.
//!
//! A story is data. The command each story names measures the claims of its pages, in
//! docs/STORIES.md.

mod balance;
mod condition;
mod explore;
mod rescue;
mod strong;
mod weak;

use tightrope_core::{config::RunConfig, error::Result, method::MethodSpec};

use crate::{comparison::Comparison, part::Part};
pub use condition::Condition;

/// Settings all stories lay over their preset: frequent samples, so that they move visibly.
const SETTINGS: [(&str, &str); 1] = [("record.sample_every", "20")];

/// The stories in their order.
pub static STORIES: [&Story; 5] = [
    &balance::STORY,
    &strong::STORY,
    &weak::STORY,
    &explore::STORY,
    &rescue::STORY,
];

/// Finds a story by its number, counted from 1, or by its name.
///
/// # Errors
/// When no story matches, with a list of all.
pub fn find(text: &str) -> Result<&'static Story, String> {
    let number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let by_number = number.and_then(|n| STORIES.get(n));
    let found = by_number.or_else(|| STORIES.iter().find(|story| story.name == text));
    found.copied().ok_or_else(|| {
        let names = STORIES.map(|story| story.name);
        format!("choose 1 to {} or {}", names.len(), names.join(", "))
    })
}

/// A guided lesson.
#[derive(Debug)]
pub struct Story {
    /// The name on the command line.
    pub name: &'static str,
    /// The subject.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// The preset of its runs.
    pub preset: &'static str,
    /// The methods it compares; pages name a run by its index here.
    pub methods: &'static [&'static str],
    /// Settings it lays over its preset, by name.
    pub settings: &'static [(&'static str, &'static str)],
    /// The pages in order.
    pub pages: &'static [Page],
}

/// A page of a story.
#[derive(Debug)]
pub struct Page {
    /// The heading.
    pub title: &'static str,
    /// The paragraphs.
    pub text: &'static [&'static str],
    /// The part of the window to look at.
    pub look: Option<Part>,
    /// A task for the reader.
    pub attempt: Option<&'static str>,
    /// The condition for turning to the next page.
    pub until: Condition,
}

impl Story {
    /// The settings of its runs, in the order of the methods.
    ///
    /// # Errors
    /// When preset, methods and settings do not fit together.
    pub fn runs(&self) -> Result<Vec<RunConfig>> {
        self.comparison()?.runs()
    }

    /// The command that starts the same comparison.
    pub fn command(&self) -> String {
        let (preset, methods) = (self.preset, self.methods.join(","));
        let settings: String = self
            .all_settings()
            .map(|(key, value)| format!(" --set {key}={value}"))
            .collect();
        format!("tightrope compare -p {preset} -m {methods}{settings}")
    }

    fn all_settings(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        SETTINGS.iter().chain(self.settings)
    }

    fn comparison(&self) -> Result<Comparison> {
        let methods: Result<Vec<MethodSpec>> =
            self.methods.iter().map(|name| name.parse()).collect();
        let settings = self.all_settings();
        let settings = settings.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Ok(Comparison {
            preset: Some(self.preset.to_owned()),
            methods: Some(methods?),
            settings: settings.collect(),
            ..Comparison::default()
        })
    }
}
