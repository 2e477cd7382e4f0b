//! Copies the setup of the present runs: a link on a page, a command line on the desktop.

use egui::Context;

use crate::gui::{address::Address, model::Model, platform::Platform};

/// Copies the setup and reports it, together with what it leaves out.
pub fn copy(model: &mut Model, ctx: &Context) {
    let (address, left_out) = Address::of(model);
    let made = match &model.platform {
        Platform::Desktop => match (&address.story, &address.setup) {
            (Some(story), _) => Ok(story.command()),
            (None, Some(setup)) => Ok(setup.command()),
            (None, None) => Err("nothing to copy: no run is shown".to_owned()),
        },
        Platform::Page { home } => {
            let query = address.query();
            let taken = Address::parse(&query);
            taken
                .map(|_| format!("{home}{query}"))
                .map_err(|why| format!("this has no link, because the page would refuse it: {why}"))
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
