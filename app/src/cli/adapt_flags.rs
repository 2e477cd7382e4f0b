//! The flags of ADAPT's released scripts, so that their command lines carry over unchanged.
//!
//! Flags that choose a method in the scripts (--sparse-G, --fix-D, --adjust-mode, --dd-b, ...) are
//! methods here.

use clap::Args;

const HEADING: &str = "ADAPT scripts' flags";

/// Aliases of settings, named as in the ADAPT scripts.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = HEADING)]
pub struct AdaptFlags {
    /// data.source, with --data-path: cifar10, stl10, tinyimagenet
    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        conflicts_with = "data"
    )]
    pub dataset: Option<String>,
    /// Path of --dataset
    #[arg(
        long,
        value_name = "PATH",
        alias = "data_path",
        hide_short_help = true,
        requires = "dataset"
    )]
    pub data_path: Option<String>,
    /// data.side
    #[arg(long, value_name = "N", alias = "img_size", hide_short_help = true)]
    pub img_size: Option<String>,
    /// model.sngan.bottom
    #[arg(long, value_name = "N", alias = "bottom_width", hide_short_help = true)]
    pub bottom_width: Option<String>,
    /// Width of every generator block
    #[arg(long, value_name = "N", alias = "gf_dim", hide_short_help = true)]
    pub gf_dim: Option<String>,
    /// Width of every discriminator block
    #[arg(long, value_name = "N", alias = "df_dim", hide_short_help = true)]
    pub df_dim: Option<String>,
    /// z_dim
    #[arg(long, value_name = "N", alias = "latent_dim", hide_short_help = true)]
    pub latent_dim: Option<String>,
    /// loss: hinge, wass or BCE
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub loss: Option<String>,
    /// batch_g
    #[arg(
        long,
        value_name = "N",
        alias = "gen_batch_size",
        hide_short_help = true
    )]
    pub gen_batch_size: Option<String>,
    /// batch_d
    #[arg(
        long,
        value_name = "N",
        alias = "dis_batch_size",
        hide_short_help = true
    )]
    pub dis_batch_size: Option<String>,
    /// n_critic
    #[arg(long, value_name = "N", alias = "n_critic", hide_short_help = true)]
    pub n_critic: Option<String>,
    /// generator.lr
    #[arg(long, value_name = "LR", alias = "gen_lr", hide_short_help = true)]
    pub gen_lr: Option<String>,
    /// discriminator.lr
    #[arg(long, value_name = "LR", alias = "dis_lr", hide_short_help = true)]
    pub dis_lr: Option<String>,
    /// beta1 of both nets
    #[arg(long, value_name = "BETA", hide_short_help = true)]
    pub beta1: Option<String>,
    /// beta2 of both nets
    #[arg(long, value_name = "BETA", hide_short_help = true)]
    pub beta2: Option<String>,
    /// averaging.decay
    #[arg(long, value_name = "DECAY", hide_short_help = true)]
    pub ema: Option<String>,
    /// distribution of both nets: ERK or uniform
    #[arg(
        long = "sparse_init",
        value_name = "NAME",
        alias = "sparse-init",
        hide_short_help = true
    )]
    pub sparse_init: Option<String>,
    /// generator.growth and .scope: gradient, random (by layer), global_gradient, global_random
    #[arg(long = "growth-G", value_name = "RULE", aliases = ["growth-g", "growth_G"], hide_short_help = true)]
    pub growth_g: Option<String>,
    /// discriminator.growth and .scope, as --growth-G
    #[arg(long = "growth-D", value_name = "RULE", aliases = ["growth-d", "growth_D"], hide_short_help = true)]
    pub growth_d: Option<String>,
    /// generator.scope: magnitude (by layer) or global_magnitude
    #[arg(long = "death-G", value_name = "RULE", aliases = ["death-g", "death_G"], hide_short_help = true)]
    pub death_g: Option<String>,
    /// discriminator.scope, as --death-G
    #[arg(long = "death-D", value_name = "RULE", aliases = ["death-d", "death_D"], hide_short_help = true)]
    pub death_d: Option<String>,
    /// generator.drop_fraction
    #[arg(long = "death-rate-G", value_name = "SHARE", aliases = ["death-rate-g", "death_rate_G"], hide_short_help = true)]
    pub death_rate_g: Option<String>,
    /// balance.density_step where the method moves D's density, else discriminator.drop_fraction
    #[arg(long = "death-rate-D", value_name = "SHARE", aliases = ["death-rate-d", "death_rate_D"], hide_short_help = true)]
    pub death_rate_d: Option<String>,
    /// discriminator.drop_fraction of ADAPT-strict
    #[arg(
        long = "death-rate-D-dd-b",
        value_name = "SHARE",
        hide_short_help = true
    )]
    pub death_rate_d_dd_b: Option<String>,
    /// generator.drop_schedule: cosine, linear or constant
    #[arg(
        long = "death-rate-schedule-G",
        value_name = "NAME",
        alias = "death_rate_schedule_G",
        hide_short_help = true
    )]
    pub death_rate_schedule_g: Option<String>,
    /// discriminator.drop_schedule; a density step is always constant
    #[arg(
        long = "death-rate-schedule-D",
        value_name = "NAME",
        alias = "death_rate_schedule_D",
        hide_short_help = true
    )]
    pub death_rate_schedule_d: Option<String>,
    /// generator.mask_interval
    #[arg(
        long = "update_frequency_G",
        value_name = "N",
        alias = "update-frequency-G",
        hide_short_help = true
    )]
    pub update_frequency_g: Option<String>,
    /// discriminator.mask_interval
    #[arg(
        long = "update_frequency_D",
        value_name = "N",
        alias = "update-frequency-D",
        hide_short_help = true
    )]
    pub update_frequency_d: Option<String>,
    /// balance.br_low
    #[arg(
        long,
        value_name = "BR",
        alias = "da_lb",
        hide_short_help = true,
        allow_hyphen_values = true
    )]
    pub da_lb: Option<String>,
    /// balance.br_high
    #[arg(
        long,
        value_name = "BR",
        alias = "da_ub",
        hide_short_help = true,
        allow_hyphen_values = true
    )]
    pub da_ub: Option<String>,
    /// Iterations to average BR over; balance.window is this divided by --br_freq
    #[arg(long, value_name = "N", alias = "da_iters", hide_short_help = true)]
    pub da_iters: Option<String>,
    /// balance.probe_interval
    #[arg(
        long = "br_freq",
        value_name = "N",
        alias = "br-freq",
        hide_short_help = true
    )]
    pub br_freq: Option<String>,
    /// record.log_every
    #[arg(long, value_name = "N", alias = "log_interval", hide_short_help = true)]
    pub log_interval: Option<String>,
    /// record.quality_every
    #[arg(long, value_name = "N", alias = "val_freq", hide_short_help = true)]
    pub val_freq: Option<String>,
    /// record.quality_samples
    #[arg(
        long,
        value_name = "N",
        alias = "num_eval_imgs",
        hide_short_help = true
    )]
    pub num_eval_imgs: Option<String>,
    /// model.biggan.classes
    #[arg(long, value_name = "N", alias = "num_classes", hide_short_help = true)]
    pub num_classes: Option<String>,
    /// augment.color, augment.translation and augment.cutout
    #[arg(long = "diff_aug", alias = "diff-aug", hide_short_help = true)]
    pub diff_aug: bool,
}

impl AdaptFlags {
    /// The data source that `--dataset` and `--data-path` name.
    pub fn source(&self) -> Option<String> {
        let name = match self.dataset.as_deref()? {
            "tinyimagenet" => "tiny-imagenet",
            name => name,
        };
        Some(
            self.data_path
                .as_ref()
                .map_or_else(|| name.to_owned(), |path| format!("{name}:{path}")),
        )
    }
}
