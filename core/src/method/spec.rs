//! A method as the command line writes it: `adapt-relax`, `static:strong`.

use std::{fmt, str::FromStr};

use super::{METHODS, Method, Strategy};
use crate::error::{Error, Result};

/// A method, with its strategy if it takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodSpec {
    /// The method.
    pub method: Method,
    /// Strategy, for methods that take one; `None` keeps the preset's density of D.
    pub strategy: Option<Strategy>,
}

impl MethodSpec {
    /// Combines the two. Only some methods take a strategy.
    pub fn new(method: Method, strategy: Option<Strategy>) -> Result<Self> {
        if let Some(strategy) = strategy
            && !method.takes(strategy)
        {
            let takers: Vec<&str> = METHODS
                .iter()
                .filter(|info| info.method.takes(strategy))
                .map(|info| info.name)
                .collect();
            let text = format!(
                "{method}: it has no strategy {}; that is for {}",
                strategy.name(),
                takers.join(", ")
            );
            return Err(Error::setting("method", text));
        }
        Ok(Self { method, strategy })
    }
}

impl FromStr for MethodSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, strategy) = match text.trim().split_once(':') {
            Some((name, strategy)) => (name, Some(Strategy::parse(strategy)?)),
            None => (text.trim(), None),
        };
        Self::new(Method::parse(name)?, strategy)
    }
}

impl fmt::Display for MethodSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.strategy {
            Some(strategy) => write!(f, "{}:{}", self.method, strategy.name()),
            None => self.method.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_read_and_write_alike() {
        for text in [
            "adapt-relax",
            "static:strong",
            "sdst-rigl:balance",
            "stu-gan:strong",
            "small-dense:half",
        ] {
            assert_eq!(text.parse::<MethodSpec>().unwrap().to_string(), text);
        }
        let line = "dda:strong".parse::<MethodSpec>().unwrap_err().to_string();
        assert!(
            line.contains("no strategy strong; that is for static, sdst-set"),
            "{line}"
        );
        assert!("static:half".parse::<MethodSpec>().is_err());
        assert!("static:stron".parse::<MethodSpec>().is_err());
        assert!(
            "sttic"
                .parse::<MethodSpec>()
                .unwrap_err()
                .to_string()
                .contains("`static`")
        );
    }
}
