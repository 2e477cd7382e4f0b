//! State of the networks recorded with samples: `fields.jsonl` and `masks.jsonl`.

use std::path::Path;

use super::jsonl::{self, Lines};
use crate::{
    error::Result,
    event::{Event, Field, Masks},
    fs::{self, atomic},
};

/// File names within a run folder.
pub const FIELDS: &str = "fields.jsonl";
pub const MASKS: &str = "masks.jsonl";

/// Records D's scores over the plane.
pub fn write_field(run: &Path, field: &Field) -> Result<()> {
    Lines::open(run.join(FIELDS))?.value(field)
}

/// Records masks.
pub fn write_masks(run: &Path, masks: &Masks) -> Result<()> {
    Lines::open(run.join(MASKS))?.value(masks)
}

/// Waits until every record is on disk.
pub fn sync(run: &Path) -> Result<()> {
    for file in [FIELDS, MASKS].map(|file| run.join(file)) {
        if fs::is_file(&file) {
            Lines::open(file)?.sync()?;
        }
    }
    Ok(())
}

/// The fields and masks that belong to samples at the iterations `kept`, by rising iteration.
///
/// Masks are recorded only when they change. Those of samples that are gone therefore come with the
/// next ones, unless these have their own.
pub fn read(run: &Path, kept: &[u64]) -> Result<Vec<(u64, Event)>> {
    let mut events = Vec::new();
    each_field(run, kept, |field| {
        events.push((field.iteration, Event::Field(field)));
        Ok(())
    })?;
    each_masks(run, kept, |masks| {
        events.push((masks.iteration, Event::Masks(masks)));
        Ok(())
    })?;
    events.sort_by_key(|&(iteration, _)| iteration);
    Ok(events)
}

/// Leaves on record only what [`read`] returns.
pub fn retain(run: &Path, kept: &[u64]) -> Result<()> {
    let (fields, masks) = (run.join(FIELDS), run.join(MASKS));
    if fs::is_file(&fields) {
        atomic::write_with(&fields, |file| {
            each_field(run, kept, |field| jsonl::put(file, &fields, &field))
        })?;
    }
    if fs::is_file(&masks) {
        atomic::write_with(&masks, |file| {
            each_masks(run, kept, |value| jsonl::put(file, &masks, &value))
        })?;
    }
    Ok(())
}

fn each_field(run: &Path, kept: &[u64], mut take: impl FnMut(Field) -> Result<()>) -> Result<()> {
    jsonl::each(
        &run.join(FIELDS),
        |line| serde_json::from_slice::<Field>(line),
        |field| match kept.binary_search(&field.iteration) {
            Ok(_) => take(field),
            Err(_) => Ok(()),
        },
    )
}

fn each_masks(run: &Path, kept: &[u64], mut take: impl FnMut(Masks) -> Result<()>) -> Result<()> {
    // Of the same samples, the latest of each network so far.
    let mut waiting: Vec<Masks> = Vec::new();
    jsonl::each(
        &run.join(MASKS),
        |line| serde_json::from_slice::<Masks>(line),
        |mut masks| {
            let next = kept.partition_point(|&at| at < masks.iteration);
            let Some(&iteration) = kept.get(next) else {
                return Ok(());
            };
            masks.iteration = iteration;
            if waiting.iter().any(|old| old.iteration != iteration) {
                waiting.drain(..).try_for_each(&mut take)?;
            }
            waiting.retain(|old| old.net != masks.net);
            waiting.push(masks);
            waiting.sort_by_key(|masks| masks.net);
            Ok(())
        },
    )?;
    waiting.into_iter().try_for_each(take)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::config::Role;
    use crate::event::Push;
    use crate::sparse::bits::Bits;

    fn field(iteration: u64) -> Field {
        Field {
            iteration,
            low: [-2.3, 0.1],
            high: [1.0 / 3.0, f32::MAX],
            scores: vec![f32::MIN_POSITIVE, -0.1, 1e-30, 7.0],
            raw: vec![Push {
                at: [0.1, 0.2],
                by: [-0.3, 4e9],
            }],
            averaged: Vec::new(),
        }
    }

    fn masks(iteration: u64) -> Masks {
        Masks {
            iteration,
            net: Role::D,
            layers: vec![Bits::pack(&[1.0, iteration as f32, 1.0]), Bits::default()],
        }
    }

    fn at(expected: &[u64]) -> Vec<(u64, Event)> {
        let both = |&at: &u64| [(at, Event::Field(field(at))), (at, Event::Masks(masks(at)))];
        expected.iter().flat_map(both).collect()
    }

    #[test]
    fn what_is_written_comes_back_and_a_future_is_forgotten() {
        let run = tempfile::tempdir().unwrap();
        let run = run.path();
        assert!(read(run, &[0]).unwrap().is_empty());
        retain(run, &[]).unwrap();
        assert_eq!(fs::read_dir(run).unwrap().count(), 0);
        for iteration in [0, 10, 20] {
            write_field(run, &field(iteration)).unwrap();
            write_masks(run, &masks(iteration)).unwrap();
        }
        assert_eq!(read(run, &[0, 10, 20]).unwrap(), at(&[0, 10, 20]));
        let torn = fs::read_to_string(run.join(MASKS)).unwrap() + "{\"iterat";
        fs::write(run.join(MASKS), torn).unwrap();
        retain(run, &[0, 10]).unwrap();
        write_field(run, &field(15)).unwrap();
        write_masks(run, &masks(15)).unwrap();
        assert_eq!(read(run, &[0, 10, 15]).unwrap(), at(&[0, 10, 15]));
    }

    #[test]
    fn masks_outlive_the_samples_that_are_gone() {
        let run = tempfile::tempdir().unwrap();
        let run = run.path();
        // G changes at 10, 20 and 30, D only at 10.
        let of = |net, iteration| Masks {
            net,
            ..masks(iteration)
        };
        for iteration in [10, 20, 30] {
            write_masks(run, &of(Role::G, iteration)).unwrap();
            if iteration == 10 {
                write_masks(run, &of(Role::D, 10)).unwrap();
            }
        }
        let moved = |net, to, from: u64| {
            let layers = of(net, from).layers;
            let iteration = to;
            let masks = Masks {
                iteration,
                net,
                layers,
            };
            (to, Event::Masks(masks))
        };
        let kept = [moved(Role::G, 25, 20), moved(Role::D, 25, 10)];
        assert_eq!(read(run, &[0, 25]).unwrap(), kept);
        retain(run, &[0, 25]).unwrap();
        assert_eq!(read(run, &[0, 25]).unwrap(), kept);
        assert_eq!(
            read(run, &[0, 15, 25]).unwrap(),
            kept,
            "30 is not on record"
        );
    }
}
