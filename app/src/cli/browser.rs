//! What a page needs of the command line: the arguments its dialogs fill in, and the rules for them.

#![allow(dead_code, reason = "a page is told nothing on a command line")]

pub mod adapt_flags;
pub mod adapt_overrides;
pub mod args;
pub mod eval_args;
pub mod export;
mod output;
mod overview;
pub mod settings;
