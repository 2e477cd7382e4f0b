//! The one table of methods: names, titles, papers, and the function that makes a preset's settings theirs.

use super::{Method, balanced, exploring, fixed, pruning, stu};
use crate::config::RunConfig;

/// What there is to know about a method.
pub struct MethodInfo {
    /// Which one.
    pub method: Method,
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name in reports.
    pub title: &'static str,
    /// One line.
    pub about: &'static str,
    /// The paper and section it comes from.
    pub paper: &'static str,
    /// Turns a preset's settings into the method's.
    pub(super) apply: fn(&mut RunConfig),
}

/// All methods, in the order of [`Method`].
pub static METHODS: &[MethodInfo] = &[
    MethodInfo {
        method: Method::Dense,
        name: "dense",
        title: "Dense",
        about: "both nets dense: the yardstick for quality and FLOPs",
        paper: "ADAPT 2302.14670, section 3",
        apply: fixed::dense,
    },
    MethodInfo {
        method: Method::SmallDense,
        name: "small-dense",
        title: "Small dense",
        about: "both nets dense, narrowed to the parameter count of the sparse pair (strategy half: half the filters)",
        paper: "baseline for any sparse method",
        apply: fixed::small_dense,
    },
    MethodInfo {
        method: Method::Static,
        name: "static",
        title: "Static sparse",
        about: "sparse masks drawn once and kept (strategies balance, strong)",
        paper: "ADAPT 2302.14670, section 4",
        apply: fixed::static_sparse,
    },
    MethodInfo {
        method: Method::SdstSet,
        name: "sdst-set",
        title: "SDST (SET)",
        about: "G drops by magnitude and grows at random, D static (strategies balance, strong)",
        paper: "ADAPT 2302.14670, section 4",
        apply: exploring::sdst_set,
    },
    MethodInfo {
        method: Method::SdstRigl,
        name: "sdst-rigl",
        title: "SDST (RigL)",
        about: "G drops by magnitude and grows by gradient, D static (strategies balance, strong)",
        paper: "ADAPT 2302.14670, section 4",
        apply: exploring::sdst_rigl,
    },
    MethodInfo {
        method: Method::StuGan,
        name: "stu-gan",
        title: "STU-GAN",
        about: "G drops and grows layer by layer under a sparse EMA, D static (strategies balance, strong)",
        paper: "STU-GAN 2203.02770, section 4",
        apply: stu::stu_gan,
    },
    MethodInfo {
        method: Method::DstBothSet,
        name: "dst-both-set",
        title: "DST both (SET)",
        about: "both nets drop by magnitude and grow at random",
        paper: "ADAPT 2302.14670, appendix E.2",
        apply: exploring::dst_both_set,
    },
    MethodInfo {
        method: Method::DstBothRigl,
        name: "dst-both-rigl",
        title: "DST both (RigL)",
        about: "both nets drop by magnitude and grow by gradient",
        paper: "ADAPT 2302.14670, appendix E.2",
        apply: exploring::dst_both_rigl,
    },
    MethodInfo {
        method: Method::DstDOnly,
        name: "dst-d-only",
        title: "DST D only",
        about: "only D drops and grows, by gradient; G static",
        paper: "control for ADAPT 2302.14670",
        apply: exploring::dst_d_only,
    },
    MethodInfo {
        method: Method::Dda,
        name: "dda",
        title: "DDA",
        about: "D's density follows the balance ratio, G static",
        paper: "ADAPT 2302.14670, section 5.3",
        apply: balanced::dda,
    },
    MethodInfo {
        method: Method::AdaptRelax,
        name: "adapt-relax",
        title: "ADAPT-relax",
        about: "G drops and grows; D's density follows the balance ratio, up to dense",
        paper: "ADAPT 2302.14670, section 6, Algorithm 2",
        apply: balanced::adapt_relax,
    },
    MethodInfo {
        method: Method::AdaptStrict,
        name: "adapt-strict",
        title: "ADAPT-strict",
        about: "the same within d_max (0.5 unless set), where D drops and grows instead",
        paper: "ADAPT 2302.14670, section 6, Algorithm 3",
        apply: balanced::adapt_strict,
    },
    MethodInfo {
        method: Method::PostHoc,
        name: "post-hoc",
        title: "Post-hoc pruning",
        about: "dense training; then the best averaged G is pruned at once and trained half as long again, D dense",
        paper: "ADAPT 2302.14670, appendix E.3",
        apply: pruning::post_hoc,
    },
    MethodInfo {
        method: Method::Pf,
        name: "pf",
        title: "PF (prune, fine-tune)",
        about: "dense training; then the last weights of G (or both nets) are pruned and trained as long again",
        paper: "STU-GAN 2203.02770, baseline",
        apply: pruning::prune_finetune,
    },
    MethodInfo {
        method: Method::GanTickets,
        name: "gan-tickets",
        title: "GAN tickets",
        about: "rounds of training, pruning a fifth of G and rewinding both nets to their first weights",
        paper: "GAN lottery tickets 2106.00134, baseline of STU-GAN",
        apply: pruning::gan_tickets,
    },
    MethodInfo {
        method: Method::Manual,
        name: "manual",
        title: "By hand",
        about: "G drops and grows; D's density is set by command while it trains",
        paper: "none: for learning what ADAPT does",
        apply: balanced::manual,
    },
    MethodInfo {
        method: Method::PropRelax,
        name: "prop-relax",
        title: "Proportional (relaxed)",
        about: "adapt-relax whose steps are proportional to log(BR / target), from outside the band to its middle",
        paper: "none: our own, on ADAPT's balance ratio",
        apply: balanced::prop_relax,
    },
    MethodInfo {
        method: Method::PropStrict,
        name: "prop-strict",
        title: "Proportional (strict)",
        about: "the same within d_max (0.5 unless set), where D drops and grows instead",
        paper: "none: our own, on ADAPT's balance ratio",
        apply: balanced::prop_strict,
    },
];
