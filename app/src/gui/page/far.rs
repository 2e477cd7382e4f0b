//! The window's end of a lab that works in a web worker.

use std::{cell::RefCell, rc::Rc, sync::mpsc::Sender};

use egui::Context;

use super::{
    Ask, FRAME, files,
    post::{Mail, Post},
};
use crate::lab::Reply;

/// Has its replies sent to `answers`, and the window drawn when there are some.
pub fn open(lab: Post, window: Context, answers: Sender<Reply>) -> Ask {
    // Let go when the lab is gone, which is how the link knows.
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
                // A window that is gone wants to hear nothing.
                said.into_iter().for_each(|reply| drop(answers.send(reply)));
            }
            window.request_repaint_after(FRAME);
        }
    });
    Rc::new(move |request| lab.say(&request).is_ok())
}
