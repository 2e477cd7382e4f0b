//! `stats`: makes statistics of real images, for `eval` and for pytorch-fid.

use anyhow::Result;
use tightrope_core::{Error, device, feature::FeatureNet};

use super::{eval_args::StatsArgs, evaluating::statistics, output::say};
use crate::interruption::interruption;

/// Runs the subcommand.
pub async fn run(args: &StatsArgs) -> Result<()> {
    if args.out.extension().is_none_or(|ending| ending != "npz") || args.out.is_dir() {
        return Err(Error::setting(
            "out",
            format!(
                "{}: statistics are an .npz file; name one that ends so",
                args.out.display()
            ),
        )
        .into());
    }
    args.judge.split.of(&args.data)?;
    interruption()?;
    let chosen = device::open(args.judge.device).await?;
    let network = FeatureNet::open(&args.judge.network, &chosen)?;
    let made = statistics(&args.data, args.side, args.count, &network, &args.judge).await?;
    made.write(&args.out)?;
    let about = made.about.unwrap_or_default();
    say(format_args!(
        "statistics of {} images of {}, {} split, {} pixels, by {} (sha256 {:.12}), resize {}: {}",
        about.count,
        about.data,
        about.split,
        about.side,
        about.network,
        about.weights,
        about.resize,
        args.out.display()
    ))?;
    Ok(())
}
