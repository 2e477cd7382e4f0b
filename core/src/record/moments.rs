//! State of the networks recorded with samples: `fields.jsonl` and `masks.jsonl`.

use std::path::Path;

use super::jsonl::{self, Lines};
use crate::{
    error::Result,
    event::{Event, Field, Masks},
    fs,
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

/// All recorded fields and masks, by rising iteration.
pub fn read(run: &Path) -> Result<Vec<(u64, Event)>> {
    let fields: Vec<Field> = jsonl::read(&run.join(FIELDS))?;
    let masks: Vec<Masks> = jsonl::read(&run.join(MASKS))?;
    let fields = fields.into_iter().map(|f| (f.iteration, Event::Field(f)));
    let masks = masks.into_iter().map(|m| (m.iteration, Event::Masks(m)));
    let mut events: Vec<(u64, Event)> = fields.chain(masks).collect();
    events.sort_by_key(|&(iteration, _)| iteration);
    Ok(events)
}

/// Removes records that a resumed run will repeat, and a line that was cut off.
pub fn forget_after(run: &Path, iteration: u64) -> Result<()> {
    let (fields, masks) = (run.join(FIELDS), run.join(MASKS));
    if fs::is_file(&fields) {
        let mut known: Vec<Field> = jsonl::read(&fields)?;
        known.retain(|field| field.iteration <= iteration);
        jsonl::rewrite(&fields, &known)?;
    }
    if fs::is_file(&masks) {
        let mut known: Vec<Masks> = jsonl::read(&masks)?;
        known.retain(|masks| masks.iteration <= iteration);
        jsonl::rewrite(&masks, &known)?;
    }
    Ok(())
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
            layers: vec![Bits::pack(&[1.0, 0.0, 1.0]), Bits::default()],
        }
    }

    #[test]
    fn what_is_written_comes_back_and_a_future_is_forgotten() {
        let run = tempfile::tempdir().unwrap();
        let run = run.path();
        assert!(read(run).unwrap().is_empty());
        forget_after(run, 0).unwrap();
        assert_eq!(fs::read_dir(run).unwrap().count(), 0);
        for iteration in [0, 10, 20] {
            write_field(run, &field(iteration)).unwrap();
            write_masks(run, &masks(iteration)).unwrap();
        }
        let expected = |all: &[u64]| -> Vec<(u64, Event)> {
            let both = |&at: &u64| [(at, Event::Field(field(at))), (at, Event::Masks(masks(at)))];
            all.iter().flat_map(both).collect()
        };
        assert_eq!(read(run).unwrap(), expected(&[0, 10, 20]));
        let torn = fs::read_to_string(run.join(MASKS)).unwrap() + "{\"iterat";
        fs::write(run.join(MASKS), torn).unwrap();
        forget_after(run, 10).unwrap();
        write_field(run, &field(15)).unwrap();
        write_masks(run, &masks(15)).unwrap();
        assert_eq!(read(run).unwrap(), expected(&[0, 10, 15]));
    }
}
