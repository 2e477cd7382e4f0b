//! A growth rule of one's own: weights grow with a chance in proportion to the magnitude of their
//! gradient, where RigL takes the largest. Both train the same sparse generator from one seed.
//!
//! ```text
//! cargo run --release --example custom_growth
//! ```

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use tightrope_core::{
    Result,
    config::Role,
    data,
    device::{self, Chosen, DeviceChoice},
    history::History,
    method::{Method, Strategy},
    preset,
    rng::Stream,
    run::{Growing, GrowthRule, Run},
};

fn main() -> Result<()> {
    pollster::block_on(compare())
}

async fn compare() -> Result<()> {
    let chosen = device::open(DeviceChoice::Cpu).await?;
    tell("the largest gradients (RigL)", &train(None, &chosen).await?);
    let rule: GrowthRule = Box::new(in_proportion_to_gradient());
    tell("by chance (ours)", &train(Some(rule), &chosen).await?);
    Ok(())
}

/// Ranking by log|gradient| plus Gumbel noise draws without replacement, each weight in proportion
/// to |gradient|.
fn in_proportion_to_gradient() -> impl FnMut(&Growing) -> Tensor<1> + Send {
    let mut stream = Stream::new(42, "custom growth");
    move |growing| {
        let n = growing.gradient.dims()[0];
        let uniform = TensorData::new(stream.uniform(n), [n]);
        let uniform = Tensor::<1>::from_data(uniform, &growing.gradient.device());
        let gumbel = -(-(uniform.clamp(1e-6, 1.0 - 1e-6).log())).log();
        let score = growing.gradient.clone().abs().add_scalar(1e-20).log() + gumbel;
        // Growth ranks by magnitude, and exp keeps the order.
        score.exp()
    }
}

async fn train(rule: Option<GrowthRule>, chosen: &Chosen) -> Result<History> {
    let settings = [
        ("iterations".to_owned(), "1000".to_owned()),
        ("generator.density".to_owned(), "0.05".to_owned()),
    ];
    let spiral = preset::find("spiral")?;
    let config = preset::resolve(spiral, Method::SdstRigl, Some(Strategy::Strong), &settings)?;
    let dataset = Arc::new(data::open(&config.data)?);
    let mut history = History::new(config.clone());
    let mut run = Run::new(config, dataset, chosen).await?;
    if let Some(rule) = rule {
        run.grow_by(Role::G, rule);
    }
    while !run.is_finished() {
        for event in run.step().await? {
            history.apply(&event);
        }
    }
    Ok(history)
}

fn tell(growth: &str, history: &History) {
    let modes = history.last_quality().and_then(|quality| quality.modes);
    let explored = history.latest().map(|stats| stats.exploration_g);
    println!(
        "{growth}: {} modes, {:.0} % of G's weights explored",
        modes.unwrap_or_default(),
        100.0 * explored.unwrap_or_default(),
    );
}
