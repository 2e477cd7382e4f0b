//! Requests to the lab that also change the model.

use super::{
    link::Link,
    model::{Model, Speed},
};
use crate::lab::Request;

/// Sets the training speed.
pub fn set_speed(speed: Speed, model: &mut Model, link: &Link) {
    model.speed = speed;
    model.runs.iter_mut().for_each(|run| run.stills.clear());
    ask(speed.request(), model, link);
}

/// Sends a request; reports once that the lab is gone.
pub fn ask(request: Request, model: &mut Model, link: &Link) {
    if !link.ask(request) {
        model.lost_lab();
    }
}
