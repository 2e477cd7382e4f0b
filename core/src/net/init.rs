//! Initial values of parameters.

use super::{Param, blueprint::ParamKind, orthogonal};
use crate::{config::Init, rng::Stream};

/// Values of one parameter, row-major.
pub fn draw(init: Init, param: &Param, stream: &mut Stream) -> Vec<f32> {
    let n = param.len();
    match param.kind {
        ParamKind::Gain if init == Init::Xavier => stream
            .normal(n)
            .into_iter()
            .map(|v| 1.0 + 0.02 * v)
            .collect(),
        ParamKind::Gain => vec![1.0; n],
        ParamKind::Shift | ParamKind::Scale => vec![0.0; n],
        ParamKind::Bias { fan_in } => match init {
            Init::He | Init::Orthogonal => vec![0.0; n],
            Init::Uniform | Init::Xavier | Init::Normal => {
                uniform(stream, n, 1.0 / (fan_in as f32).sqrt())
            }
        },
        _ if init == Init::Normal => narrow(stream, n),
        ParamKind::Embedding if init != Init::Orthogonal => narrow(stream, n),
        ParamKind::Conv | ParamKind::Linear | ParamKind::Condition | ParamKind::Embedding => {
            let (c_out, c_in, k) = param.weight_dims();
            let (fan_in, fan_out) = ((c_in * k * k) as f32, (c_out * k * k) as f32);
            match init {
                Init::He => {
                    let sd = (2.0 / fan_in).sqrt();
                    stream.normal(n).into_iter().map(|v| v * sd).collect()
                }
                Init::Xavier if param.kind == ParamKind::Conv => {
                    uniform(stream, n, (6.0 / (fan_in + fan_out)).sqrt())
                }
                Init::Orthogonal => orthogonal::draw(c_out, c_in * k * k, stream),
                Init::Uniform | Init::Xavier | Init::Normal => {
                    uniform(stream, n, 1.0 / fan_in.sqrt())
                }
            }
        }
    }
}

/// Draws from a normal distribution of standard deviation 0.02: BigGAN's weights, and the tables of
/// every scheme but the orthogonal one.
fn narrow(stream: &mut Stream, n: usize) -> Vec<f32> {
    stream.normal(n).into_iter().map(|v| 0.02 * v).collect()
}

fn uniform(stream: &mut Stream, n: usize, bound: f32) -> Vec<f32> {
    stream
        .uniform(n)
        .into_iter()
        .map(|v| (2.0 * v - 1.0) * bound)
        .collect()
}
