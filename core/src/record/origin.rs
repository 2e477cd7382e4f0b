//! The checkpoint from which a run continues, and the events that precede it.

use super::checkpoint;
use crate::event::{Event, Stats};

/// The checkpoint from which a run continues, as its reader found it.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Iteration of the checkpoint.
    pub iteration: u64,
    /// Iteration of the newest checkpoint at that time.
    pub newest: u64,
    /// See [`Checkpoint::events`](super::Checkpoint::events).
    pub events: Option<u64>,
}

/// Whether a checkpoint counts an event among those that precede it. An uninterrupted run has the
/// same number of them as a resumed one.
pub fn is_counted(event: &Event) -> bool {
    match event {
        Event::Stats(_) | Event::Samples(_) | Event::Field(_) | Event::Masks(_) => false,
        Event::Resumed { .. } | Event::Ended { .. } => false,
        Event::Started(_)
        | Event::Mask(_)
        | Event::Stage(_)
        | Event::Quality(_)
        | Event::Edited { .. }
        | Event::Refused { .. }
        | Event::Balance { .. }
        | Event::Checkpoint { .. } => true,
    }
}

/// The events that precede a checkpoint, its own last.
pub fn before(mut events: Vec<Event>, from: Origin) -> Vec<Event> {
    events.retain(|event| !matches!(event, Event::Ended { .. }));
    let own = Event::Checkpoint {
        iteration: from.iteration,
        file: checkpoint::name(from.iteration),
    };
    let ends_with_own = |length: &usize| events[*length - 1] == own;
    let length = from.events.and_then(|count| {
        let mut counted = events.iter().enumerate().filter(|(_, e)| is_counted(e));
        let (at, _) = counted.nth(usize::try_from(count).ok()?.checked_sub(1)?)?;
        Some(at + 1).filter(ends_with_own)
    });
    let Some(length) = length else {
        return by_iteration(events, own, from.iteration);
    };
    // That the run was resumed from this checkpoint before stays true.
    let iteration = from.iteration;
    let again = |event: &Event| *event == Event::Resumed { iteration };
    let later = events.split_off(length).into_iter().filter(again);
    events.extend(later);
    events
}

/// The same by iterations alone, for checkpoints that do not count events, and for records that
/// people have changed.
fn by_iteration(events: Vec<Event>, own: Event, iteration: u64) -> Vec<Event> {
    let mut saved = false;
    let mut past = |event: &Event| match event {
        Event::Started(_) => true,
        Event::Samples(_) | Event::Field(_) | Event::Masks(_) | Event::Ended { .. } => false,
        // Edits are made between iterations: one made after the checkpoint is not in it.
        Event::Edited { iteration: at, .. } => *at < iteration || (*at == iteration && !saved),
        Event::Checkpoint { iteration: at, .. } | Event::Resumed { iteration: at } => {
            saved |= *at == iteration;
            *at <= iteration
        }
        Event::Stats(Stats { iteration: at, .. })
        | Event::Balance { iteration: at, .. }
        | Event::Refused { iteration: at, .. } => *at <= iteration,
        Event::Mask(mask) => mask.iteration <= iteration,
        Event::Stage(stage) => stage.iteration <= iteration,
        Event::Quality(quality) => quality.iteration <= iteration,
    };
    let mut kept: Vec<Event> = events.into_iter().filter(|event| past(event)).collect();
    if !kept.contains(&own) {
        // A program that was killed wrote the file, but not its line.
        let resumed = |event: &Event| *event == Event::Resumed { iteration };
        let at = kept.iter().position(resumed).unwrap_or(kept.len());
        kept.insert(at, own);
    }
    kept
}
