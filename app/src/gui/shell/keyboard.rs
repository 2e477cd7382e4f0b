//! Keyboard shortcuts, and the list of them.

use egui::{Context, Key, Modifiers};
use tightrope_core::event::Command;

use crate::gui::{
    action::Action,
    model::{Cursor, Draft, Model},
    panel::{controls, wheel},
};

/// Every shortcut and its effect, as listed on screen.
pub const KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause all runs"),
    ("S", "one iteration of every run"),
    ("D", "one discriminator step of every run"),
    ("G", "one generator step of every run"),
    ("[ ]", "lower or raise d_D of manual runs by 10 %"),
    (
        "\u{2190} \u{2192}",
        "an earlier or a later moment; with Shift ten times as far",
    ),
    ("Home", "the first moment"),
    ("End", "follow the latest moment"),
    ("R", "the story, or else the shown runs, from the beginning"),
    ("N", "new comparison"),
    ("C", "copy what sets up the runs shown"),
    ("F", "full screen"),
    ("Ctrl Z", "take back hiding, removing or deleting a run"),
    ("Esc", "unpin the sample that was clicked"),
    ("Ctrl Q", "save everything and close"),
    ("?", "this list"),
];

/// Actions of the keys pressed in this frame; `?` toggles `help`.
pub fn actions(ctx: &Context, model: &Model, help: &mut bool) -> Vec<Action> {
    // Keys typed into a field or a dialog are not shortcuts.
    if ctx.egui_wants_keyboard_input() || model.draft.is_some() {
        return Vec::new();
    }
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
    let plain = |key| pressed(Modifiers::NONE, key);
    let mut actions = Vec::new();
    if plain(Key::Space) {
        actions.push(controls::play_or_pause(model));
    }
    for (key, command) in [
        (Key::S, Command::Step),
        (Key::D, Command::StepD),
        (Key::G, Command::StepG),
    ] {
        if plain(key) {
            actions.push(Action::TellAll(command));
        }
    }
    for (key, factor) in [(Key::OpenBracket, 0.9), (Key::CloseBracket, 1.1)] {
        if plain(key) {
            actions.extend(wheel::moved(model, factor));
        }
    }
    for (modifiers, times) in [(Modifiers::SHIFT, 10), (Modifiers::NONE, 1)] {
        for (key, sign) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            if pressed(modifiers, key) {
                actions.push(Action::Seek(controls::moved(model, sign * times)));
            }
        }
    }
    if plain(Key::Home) {
        actions.push(Action::Seek(Cursor::At(0)));
    }
    if plain(Key::End) {
        actions.push(Action::Seek(Cursor::Live));
    }
    if pressed(Modifiers::COMMAND, Key::Z) {
        actions.push(Action::Undo);
    }
    if model.platform.has_key("Ctrl Q") && pressed(Modifiers::COMMAND, Key::Q) {
        actions.push(Action::Quit);
    }
    if plain(Key::R) {
        actions.push(Action::StartOver);
    }
    if plain(Key::N) {
        actions.push(Action::SetDraft(Some(Draft::New)));
    }
    if plain(Key::C) {
        actions.push(Action::CopySetup);
    }
    if model.platform.has_key("F") && plain(Key::F) {
        actions.push(Action::FullScreen);
    }
    if plain(Key::Questionmark) || pressed(Modifiers::SHIFT, Key::Questionmark) {
        *help = !*help;
    }
    if *help && plain(Key::Escape) {
        *help = false;
    }
    actions
}
