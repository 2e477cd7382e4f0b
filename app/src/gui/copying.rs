//! Copying what sets up the present runs: a link on a page, a command line elsewhere.

use egui::Context;

use super::{address::Address, model::Model, place::Place};

/// Copies it, and says so together with what it leaves out.
pub fn copy(model: &mut Model, ctx: &Context) {
    let (address, left_out) = Address::of(model);
    let made = match &model.place {
        Place::Desktop => match (&address.story, &address.setup) {
            (Some(story), _) => Ok(story.command()),
            (None, Some(setup)) => Ok(setup.command()),
            (None, None) => Err("there is no command to copy while no run is shown".to_owned()),
        },
        Place::Page { home } => {
            let query = address.query();
            let taken = Address::parse(&query);
            taken
                .map(|_| format!("{home}{query}"))
                .map_err(|why| format!("there is no link to this, for it would be refused: {why}"))
        }
    };
    match made {
        Ok(text) => {
            model.say(format!("copied: {text}"));
            left_out.into_iter().for_each(|line| model.say(line));
            ctx.copy_text(text);
        }
        Err(why) => model.trouble(why),
    }
}
