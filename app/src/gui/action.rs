//! Actions requested by panels.

use std::path::PathBuf;

use tightrope_core::event::Command;

use super::{
    model::{Cursor, Draft, Speed, preferences::Preferences},
    picture::Picture,
};
use crate::{
    lab::{Request, RunKey},
    part::Part,
    story::Story,
};

/// An action requested by a panel.
#[derive(Clone, Debug)]
pub enum Action {
    /// Send a request to the lab.
    Ask(Request),
    /// Send a command to every live run that no story has set aside.
    TellAll(Command),
    /// Let the user choose files in the browser, and open them.
    Choose,
    /// Start the showcase.
    Showcase,
    /// Reopen the runs last in the window and continue the unfinished ones.
    ContinueUnfinished,
    /// Dismiss runs left from earlier sessions; their folders stay.
    LeaveUnfinished,
    /// Delete all runs the browser keeps from earlier sessions.
    Discard,
    /// Open the dialog for a new comparison, or close it.
    SetDraft(Option<Draft>),
    /// Set the training speed.
    SetSpeed(Speed),
    /// Start a run with a user-steered density of D, and an ADAPT run beside it.
    TakeTheWheel,
    /// Open or close the live settings.
    SetEditing(bool),
    /// Move the cursor.
    Seek(Cursor),
    /// Select the run whose details are shown.
    Select(RunKey),
    /// Hide a run from samples and timelines, or show it again.
    Hide(RunKey, bool),
    /// Undo hiding or removing a run.
    Undo,
    /// Start the comparison set up by the page's address.
    TakeOffer,
    /// Decline the comparison set up by the page's address.
    LeaveOffer,
    /// Copy the setup of the present runs: a link on a page, a command line on the desktop.
    CopySetup,
    /// Begin a story.
    OpenStory(&'static Story),
    /// Leave the story and restore the other runs.
    LeaveStory,
    /// Open another page of the story, by index.
    TurnPage(usize),
    /// Restart the story or, without one, the shown runs.
    StartOver,
    /// Rename a run.
    Rename(RunKey, String),
    /// Change the preferences.
    SetPreferences(Preferences),
    /// Show or hide a part of the window.
    Show(Part, bool),
    /// Dismiss a notice.
    Dismiss(usize),
    /// Save a picture of a part of the window.
    Picture(Picture),
    /// Toggle full screen.
    FullScreen,
    /// Save everything and close the window.
    Quit,
}

impl Action {
    /// Sends a command to one run.
    pub fn tell(key: RunKey, command: Command) -> Self {
        Self::Ask(Request::Tell(key, command))
    }

    /// Opens files dropped, chosen or typed together, of any kind.
    pub fn open(paths: Vec<PathBuf>) -> Self {
        Self::Ask(Request::Incoming(paths))
    }
}
