//! How fast training goes.

use std::{str::FromStr, time::Duration};

use crate::lab::Request;

/// How long slow motion shows each stage of an iteration.
const STAGE: Duration = Duration::from_millis(700);

/// How fast training goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Speed {
    /// Every stage of every iteration is shown for a while, run by run.
    SlowMotion,
    /// So many iterations of all runs per second at most.
    Limit(f64),
    /// As fast as the device goes.
    #[default]
    Full,
}

impl Speed {
    /// Slow enough to steer a run by hand.
    pub const STEERABLE: Self = Self::Limit(30.0);

    /// Those to choose from, from slow to fast.
    pub const ALL: [Self; 7] = [
        Self::SlowMotion,
        Self::Limit(1.0),
        Self::Limit(5.0),
        Self::Limit(20.0),
        Self::STEERABLE,
        Self::Limit(100.0),
        Self::Full,
    ];

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::SlowMotion => "slow motion".to_owned(),
            Self::Limit(rate) => format!("{rate} / s"),
            Self::Full => "full speed".to_owned(),
        }
    }

    /// Its name in an address.
    pub fn word(self) -> String {
        match self {
            Self::SlowMotion => "slow-motion".to_owned(),
            Self::Limit(rate) => rate.to_string(),
            Self::Full => "full".to_owned(),
        }
    }

    /// What makes the lab go so.
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
