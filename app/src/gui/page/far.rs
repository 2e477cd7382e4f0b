//! The window's end of a lab that works in a web worker.

use std::{cell::RefCell, rc::Rc, sync::mpsc::Sender};

use egui::Context;

use super::{Ask, FRAME};
use crate::{
    gui::browser::{
        files,
        post::{Mail, Post},
    },
    lab::Reply,
};

/// Sends the lab's replies to `answers`, and redraws the window when some arrive.
pub fn open(lab: Post, window: Context, answers: Sender<Reply>) -> Ask {
    // Dropped once the lab is gone, which closes the link.
    let answers = Rc::new(RefCell::new(Some(answers)));
    let (gone, woken) = (answers.clone(), window.clone());
    lab.on_error(move || {
        drop(gone.take());
        woken.request_repaint();
    });
    lab.on_mail(move |mail: Mail<Vec<Reply>>| match mail {
        Mail::File { name, bytes } => files::download(&name, &bytes),
        Mail::Words(said) => {
            if let Some(answers) = &*answers.borrow() {
                // The window may already be gone.
                said.into_iter().for_each(|reply| drop(answers.send(reply)));
            }
            window.request_repaint_after(FRAME);
        }
    });
    Rc::new(move |request| lab.say(&request).is_ok())
}
