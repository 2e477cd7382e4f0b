//! Samples of one class: from a training run as it is now, from any other run as its last
//! checkpoint holds it.

use anyhow::Result;
use tightrope_core::{
    run::{Classes, Run},
    session::RunCheckpoint,
};

use super::{ClassKey, ClassSamples, Lab, Reply, work::Outcome};

/// Samples drawn of a class.
const COUNT: usize = 64;

impl Lab {
    /// Draws samples of a class, or starts to read the checkpoint they come from.
    pub(super) async fn sample_class(&mut self, key: ClassKey) -> Result<()> {
        // The front end may not know yet that the run is gone.
        let Ok(slot) = self.slot(key.run) else {
            return Ok(());
        };
        let folder = slot.folder.clone();
        let training = slot.training;
        if let Some(run) = training.and_then(|id| self.training.run_mut(id)) {
            let drawn = draw(run, key).await;
            self.replies.push(Reply::OfClass(key, drawn));
            return Ok(());
        }
        let what = "Reading a checkpoint".to_owned();
        self.begin(Some(key.run), what, move |_| {
            Ok(Outcome::Generator(
                key,
                RunCheckpoint::open(&folder).map(Box::new),
            ))
        })?;
        Ok(())
    }

    /// Draws samples from a checkpoint that a task has read. An error is a reply too, since the run
    /// itself is unharmed.
    pub(super) async fn sample_stored(
        &mut self,
        key: ClassKey,
        stored: tightrope_core::Result<Box<RunCheckpoint>>,
    ) {
        let drawn = match self.generator(stored).await {
            Ok((mut run, iteration)) => {
                let drawn = draw(&mut run, key).await;
                drawn.map(|drawn| ClassSamples { iteration, ..drawn })
            }
            Err(error) => Err(error.to_string()),
        };
        self.replies.push(Reply::OfClass(key, drawn));
    }

    async fn generator(
        &mut self,
        stored: tightrope_core::Result<Box<RunCheckpoint>>,
    ) -> Result<(Run, u64)> {
        let stored = stored?;
        let chosen = self.device().await?;
        Ok((stored.generator(None, &chosen).await?, stored.iteration))
    }
}

/// Draws the samples that `tightrope sample --class` draws, or says why it cannot.
async fn draw(run: &mut Run, key: ClassKey) -> Result<ClassSamples, String> {
    let averaged = key.averaged && run.has_average();
    let iteration = run.iteration();
    let drawn = run
        .generate_of(Classes::Only(key.class), COUNT, "samples", averaged)
        .await;
    let data = drawn.map_err(|error| error.to_string())?;
    Ok(ClassSamples {
        iteration,
        averaged,
        data,
    })
}

#[cfg(test)]
mod tests;
