//! Initial values of parameters.

use super::blueprint::ParamKind;
use crate::{config::Init, net::Param, rng::Stream};

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
        ParamKind::Shift => vec![0.0; n],
        ParamKind::Bias { fan_in } => match init {
            Init::He => vec![0.0; n],
            Init::Uniform | Init::Xavier => uniform(stream, n, 1.0 / (fan_in as f32).sqrt()),
        },
        ParamKind::Conv | ParamKind::Linear => {
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
                Init::Uniform | Init::Xavier => uniform(stream, n, 1.0 / fan_in.sqrt()),
            }
        }
    }
}

fn uniform(stream: &mut Stream, n: usize, bound: f32) -> Vec<f32> {
    stream
        .uniform(n)
        .into_iter()
        .map(|v| (2.0 * v - 1.0) * bound)
        .collect()
}
