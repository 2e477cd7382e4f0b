//! Training speeds.

use std::{str::FromStr, time::Duration};

use crate::lab::Request;

/// Time that slow motion shows each stage of an iteration.
const STAGE: Duration = Duration::from_millis(700);

/// Training speed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Speed {
    /// Each stage of each iteration is shown for a while, run by run.
    SlowMotion,
    /// At most this many iterations of all runs per second.
    Limit(f64),
    /// As fast as the device allows.
    #[default]
    Full,
}

impl Speed {
    /// Slow enough to steer a run by hand.
    pub const STEERABLE: Self = Self::Limit(30.0);

    /// Speed of all stories: slow enough to watch, a minute or two from end to end.
    pub const OF_STORIES: Self = Self::Limit(20.0);

    /// Speeds to choose from, slow to fast.
    pub const ALL: [Self; 7] = [
        Self::SlowMotion,
        Self::Limit(1.0),
        Self::Limit(5.0),
        Self::OF_STORIES,
        Self::STEERABLE,
        Self::Limit(100.0),
        Self::Full,
    ];

    /// Name on screen.
    pub fn name(self) -> String {
        match self {
            Self::SlowMotion => "slow motion".to_owned(),
            Self::Limit(rate) => format!("{rate} / s"),
            Self::Full => "full speed".to_owned(),
        }
    }

    /// Name in an address.
    pub fn word(self) -> String {
        match self {
            Self::SlowMotion => "slow-motion".to_owned(),
            Self::Limit(rate) => rate.to_string(),
            Self::Full => "full".to_owned(),
        }
    }

    /// The request that sets this speed.
    pub fn request(self) -> Request {
        match self {
            Self::SlowMotion => Request::SlowMotion(STAGE),
            Self::Limit(rate) => Request::Limit(Some(rate)),
            Self::Full => Request::Limit(None),
        }
    }
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse::<f64>()) {
            ("slow-motion", _) => Ok(Self::SlowMotion),
            ("full", _) => Ok(Self::Full),
            (_, Ok(rate)) if (0.1..=1000.0).contains(&rate) => Ok(Self::Limit(rate)),
            _ => Err(
                "choose slow-motion, full, or 0.1 to 1000 iterations of all runs per second"
                    .to_owned(),
            ),
        }
    }
}
