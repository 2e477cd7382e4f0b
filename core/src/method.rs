//! The named methods. A method is data: a policy for each net and an averaging rule. The file of
//! each family describes what the papers do; `table` is the only list. A new method takes a variant
//! of [`Method`], an entry there and a function in its family's file.

mod balanced;
mod exploring;
mod fixed;
mod pruning;
mod spec;
mod stu;
mod table;

use crate::{
    config::{AveragingRule, DensityRule, Policy, RunConfig},
    error::{Error, Result},
};

pub use crate::config::{Method, Strategy};
pub use spec::MethodSpec;
pub use table::{METHODS, MethodInfo};

impl Method {
    /// Entry of the method in the table.
    pub fn info(self) -> &'static MethodInfo {
        &METHODS[self as usize]
    }

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The method of that name.
    pub fn parse(name: &str) -> Result<Self> {
        let found = METHODS
            .iter()
            .find(|info| info.name == name)
            .map(|info| info.method);
        found.ok_or_else(|| {
            let hint = crate::hint::hint(name, METHODS.iter().map(|info| info.name));
            Error::setting(
                "method",
                format!("{name}: no such method{hint} (`tightrope methods` lists them)"),
            )
        })
    }

    /// Whether the method takes this strategy.
    pub fn takes(self, strategy: Strategy) -> bool {
        self.info().strategies.contains(&strategy)
    }

    /// Whether the method itself fixes this setting, so that no user may set it.
    pub fn fixes(self, key: &str) -> bool {
        let covers = |own: &str| own == key || (own.ends_with('.') && key.starts_with(own));
        self.info().fixes.iter().any(|own| covers(own))
    }

    /// Settings that define a method; a config file of another method must not carry them over.
    pub fn own_keys() -> &'static [&'static str] {
        &[
            "generator.policy",
            "generator.scope",
            "generator.growth",
            "discriminator.policy",
            "discriminator.scope",
            "discriminator.growth",
            "averaging.rule",
            "pruning.nets",
            "pruning.scope",
            "pruning.weights",
            "pruning.rounds",
            "pruning.rate",
            "pruning.iterations",
            "balance.d_max",
            "balance.rule",
        ]
    }

    /// Turns a preset's settings into this method's.
    pub fn apply(self, strategy: Option<Strategy>, config: &mut RunConfig) {
        config.method = self;
        config.strategy = strategy;
        if self != Self::SmallDense {
            config.full_model = None;
        }
        if !self.info().prunes {
            config.pruning = None;
        }
        config.generator.policy = Policy::Static;
        config.discriminator.policy = Policy::Static;
        config.averaging.rule = AveragingRule::Ema;
        config.balance.rule = DensityRule::Step;
        match strategy {
            Some(Strategy::Balance) => config.discriminator.density = config.generator.density,
            Some(Strategy::Strong) => config.discriminator.density = config.balance.d_max,
            Some(Strategy::Half) | None => {}
        }
        (self.info().apply)(config);
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Strategy {
    /// All strategies.
    pub const ALL: [Self; 3] = [Self::Balance, Self::Strong, Self::Half];

    /// One-line description of the choice.
    pub fn about(self) -> &'static str {
        match self {
            Self::Balance | Self::Strong => "how dense the fixed D is",
            Self::Half => "half the filters, as STU-GAN has it",
        }
    }

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Strong => "strong",
            Self::Half => "half",
        }
    }

    /// The strategy of that name.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.name() == name)
            .ok_or_else(|| {
                let known = "balance (d_D = d_G), strong (d_D = d_max) or half (half the filters)";
                Error::setting("strategy", format!("{name}: no such strategy; {known}"))
            })
    }
}

#[cfg(test)]
mod tests;
