//! Samples of one class, for whoever asks: from a run that trains as it is, from another as its last checkpoint holds it.

use anyhow::Result;
use tightrope_core::run::{Classes, Run};

use super::{ClassKey, ClassSamples, Lab, Reply, Stored, work::Outcome};

/// How many samples of a class are drawn.
const COUNT: usize = 64;

impl Lab {
    /// Draws samples of a class, or begins to read what they are drawn from.
    pub(super) async fn sample_class(&mut self, key: ClassKey) -> Result<()> {
        // Whoever asks may not have heard yet that the run is gone.
        let Ok(place) = self.place(key.run) else {
            return Ok(());
        };
        let folder = place.folder.clone();
        let training = place.training;
        if let Some(run) = training.and_then(|id| self.training.run_mut(id)) {
            let drawn = draw(run, key).await;
            self.replies.push(Reply::OfClass(key, drawn));
            return Ok(());
        }
        let what = "Reading a checkpoint".to_owned();
        self.begin(Some(key.run), what, move |_| {
            Ok(Outcome::Generator(key, Stored::open(&folder).map(Box::new)))
        })?;
        Ok(())
    }

    /// Draws them from a checkpoint that has been read. What is wrong is an answer too: the run itself is as it was.
    pub(super) async fn sample_stored(
        &mut self,
        key: ClassKey,
        stored: tightrope_core::Result<Box<Stored>>,
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
        stored: tightrope_core::Result<Box<Stored>>,
    ) -> Result<(Run, u64)> {
        let stored = stored?;
        let chosen = self.open_device(self.device).await?;
        Ok((stored.generator(None, &chosen).await?, stored.iteration))
    }
}

/// The samples that `tightrope sample --class` draws, or why there are none.
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
