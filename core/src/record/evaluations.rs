//! `evaluation.jsonl`: figures of a run by feature networks, each with its protocol.

use std::path::Path;

use super::jsonl::{self, Lines};
use crate::{error::Result, evaluation::Evaluation, fs};

const FILE: &str = "evaluation.jsonl";

/// Records an evaluation of a run.
pub fn write(run: &Path, evaluation: &Evaluation) -> Result<()> {
    Lines::open(run.join(FILE))?.value(evaluation)
}

/// All recorded evaluations, in the order in which they were made.
pub fn read(run: &Path) -> Result<Vec<Evaluation>> {
    jsonl::read(&run.join(FILE))
}

/// Size of the recorded evaluations; it grows with every one, and is 0 without any.
pub fn size(run: &Path) -> u64 {
    fs::metadata(run.join(FILE)).map_or(0, |file| file.len())
}

/// Removes evaluations after `iteration`, which a resumed run will train again.
pub fn forget_after(run: &Path, iteration: u64) -> Result<()> {
    let path = run.join(FILE);
    if fs::is_file(&path) {
        let mut known: Vec<Evaluation> = jsonl::read(&path)?;
        known.retain(|evaluation| evaluation.samples.iteration <= iteration);
        jsonl::rewrite(&path, &known)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Samples;

    #[test]
    fn what_is_written_comes_back_and_a_future_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let evaluation = |iteration| Evaluation {
            samples: Samples {
                iteration,
                ..Samples::default()
            },
            network: "inception".into(),
            frechet: 12.5,
            ..Evaluation::default()
        };
        assert!(read(folder.path()).unwrap().is_empty());
        assert_eq!(size(folder.path()), 0);
        for iteration in [100, 200] {
            let before = size(folder.path());
            write(folder.path(), &evaluation(iteration)).unwrap();
            assert!(size(folder.path()) > before);
        }
        assert_eq!(
            read(folder.path()).unwrap(),
            [evaluation(100), evaluation(200)]
        );
        forget_after(folder.path(), 150).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [evaluation(100)]);
    }
}
