//! Trains a sparse GAN on a ring of Gaussians with ADAPT, stops it halfway, resumes it from its
//! checkpoint, and reads its record back.
//!
//! ```text
//! cargo run --release --example train_ring
//! ```

use std::path::Path;

use tightrope_core::{
    Result,
    device::{self, DeviceChoice},
    event::Command,
    method::Method,
    preset,
    record::read_run,
    session::{RecordedSession, RunCheckpoint},
};

fn main() -> Result<()> {
    pollster::block_on(train(Path::new("runs/example")))
}

async fn train(out: &Path) -> Result<()> {
    let chosen = device::open(DeviceChoice::Cpu).await?;
    let settings = [("iterations".to_owned(), "600".to_owned())];
    let config = preset::resolve(preset::find("ring")?, Method::AdaptRelax, None, &settings)?;

    let mut session = RecordedSession::default();
    let run = session.add(vec![config], out, &chosen).await?[0];
    for _ in 0..300 {
        session.advance().await;
    }
    // A run that is stopped writes a checkpoint.
    session.command(run, Command::Stop);
    session.advance().await;
    let folder = session.path(run).to_owned();
    drop(session);

    let checkpoint = RunCheckpoint::open(&folder)?;
    println!("{}: stopped at {}", folder.display(), checkpoint.iteration);
    let (config, changes) = checkpoint.changed(&[])?;
    let mut session = RecordedSession::default();
    session
        .resume(&checkpoint, config, changes, &chosen)
        .await?;
    while !session.is_over() {
        session.advance().await;
    }

    let history = read_run(&folder)?.history;
    for stats in history.stats.iter().step_by(10) {
        println!(
            "iteration {:>4}   d_D {:.2}   BR {}",
            stats.iteration,
            stats.density_d,
            stats
                .br
                .map_or_else(|| "-".to_owned(), |br| format!("{br:.2}")),
        );
    }
    if let Some(quality) = history.last_quality() {
        println!(
            "modes covered: {} of {}",
            quality.modes.unwrap_or_default(),
            quality.modes_total.unwrap_or_default(),
        );
    }
    Ok(())
}
