//! Stories: guided lessons of about two minutes, each a question, the comparison it starts, and pages beside it.
//!
//! A story is data. What its pages claim is measured in docs/STORIES.md by the command each story names.

mod balance;
mod condition;
mod explore;
mod rescue;
mod strong;
mod weak;

use tightrope_core::config::RunConfig;
use tightrope_core::error::Result;
use tightrope_core::method::MethodSpec;

use crate::comparison::Comparison;
use crate::part::Part;
pub use condition::Condition;

/// Settings that all stories lay over their preset: samples often enough to be seen moving.
const SETTINGS: [(&str, &str); 1] = [("record.sample_every", "20")];

/// The stories, in the order to tell them.
pub static STORIES: [&Story; 5] = [
    &balance::STORY,
    &strong::STORY,
    &weak::STORY,
    &explore::STORY,
    &rescue::STORY,
];

/// The story of this number, counted from 1, or of this name.
///
/// # Errors
/// When there is none; says which there are.
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
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What it answers.
    pub question: &'static str,
    /// The preset of its runs.
    pub preset: &'static str,
    /// The methods it compares; pages name a run by its place here.
    pub methods: &'static [&'static str],
    /// Settings it lays over its preset, by name.
    pub settings: &'static [(&'static str, &'static str)],
    /// What there is to read, in order.
    pub pages: &'static [Page],
}

/// A page of a story.
#[derive(Debug)]
pub struct Page {
    /// Its heading.
    pub title: &'static str,
    /// Its paragraphs.
    pub text: &'static [&'static str],
    /// Where to look.
    pub look: Option<Part>,
    /// Something to do.
    pub attempt: Option<&'static str>,
    /// What has to happen before the next page.
    pub until: Condition,
}

impl Story {
    /// The settings of its runs, method by method.
    ///
    /// # Errors
    /// When preset, methods and settings do not fit together.
    pub fn runs(&self) -> Result<Vec<RunConfig>> {
        self.comparison()?.runs()
    }

    /// The comparison it starts, for a command line.
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
