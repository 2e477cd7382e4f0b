//! Events in words: the lines of `log.txt`.

use crate::{
    config::StageWeights,
    event::{EndReason, Event, MaskChange, MaskEvent, Quality, RunInfo, StageEvent, Stats},
};

/// One line for people; `None` for events that tell them nothing.
pub fn log_line(event: &Event) -> Option<String> {
    let (iteration, text) = match event {
        Event::Started(info) => (0, started(info)),
        Event::Stats(stats) => (stats.iteration, state(stats)),
        Event::Mask(mask) => (mask.iteration, mask_change(mask)),
        Event::Stage(stage) => (stage.iteration, began(stage)),
        Event::Samples(_) | Event::Field(_) | Event::Masks(_) => return None,
        Event::Quality(quality) => (quality.iteration, measured(quality)),
        Event::Edited {
            iteration,
            key,
            value,
        } => (*iteration, format!("edited {key} = {value}")),
        Event::Refused { iteration, reason } => (*iteration, format!("refused: {reason}")),
        Event::Balance { iteration, verdict } => {
            (*iteration, format!("balance: {}", verdict.words()))
        }
        Event::Checkpoint { iteration, file } => (*iteration, format!("checkpoint {file}")),
        Event::Resumed { iteration } => (*iteration, "resumed from its checkpoint".into()),
        Event::Ended { iteration, reason } => (*iteration, ended(reason)),
    };
    Some(format!("{iteration:>7}  {text}"))
}

fn started(info: &RunInfo) -> String {
    let (g, d) = (&info.generator, &info.discriminator);
    let reals = match info.real_count {
        0 => "real samples drawn endlessly".into(),
        n => format!("{n} real samples"),
    };
    format!(
        "started on {}: G {} parameters ({} of {} maskable active), D {} ({} of {}), {reals}",
        info.device, g.params, g.active, g.maskable, d.params, d.active, d.maskable
    )
}

fn state(s: &Stats) -> String {
    let mut line = format!(
        "loss D {:.4} G {:.4}  density G {:.4} D {:.4}  {:.1} s",
        s.d_loss, s.g_loss, s.density_g, s.density_d, s.seconds
    );
    if let Some(br) = s.br {
        line += &format!("  BR {br:.3}");
    }
    if let (Some(ratios), Some(means)) = (s.br_mean_of_ratios, s.br_ratio_of_means) {
        line += &format!(" (mean of ratios {ratios:.3}, ratio of means {means:.3})");
    }
    if s.inverted_in_window > 0 {
        line += &format!("  fakes ranked above reals {} times", s.inverted_in_window);
    }
    if let Some(verdict) = s.verdict {
        line += &format!("  {}", verdict.words());
    }
    line
}

fn mask_change(m: &MaskEvent) -> String {
    let what = match m.change {
        MaskChange::DropGrow => "drop and grow",
        MaskChange::Raise => "density raised",
        MaskChange::Lower => "density lowered",
        MaskChange::Prune => "pruned",
    };
    let mut line = format!(
        "{} {what}: dropped {}, grew {} (regrew {}), {} active, density {:.4}",
        m.net, m.dropped, m.grown, m.regrown, m.active, m.density
    );
    if let Some(br) = m.br {
        line += &format!(", on BR {br:.3}");
    }
    line
}

fn began(stage: &StageEvent) -> String {
    let weights = match stage.weights {
        StageWeights::BestAverage => "the averaged G of",
        StageWeights::Best => "the best weights, those of",
        StageWeights::Last => "the weights of",
        StageWeights::Initial => "the first weights, masked by those of",
    };
    format!(
        "stage {} begins with {weights} iteration {}",
        stage.stage, stage.taken
    )
}

fn measured(q: &Quality) -> String {
    let mut parts = Vec::new();
    if let Some(modes) = q.modes {
        let total = q.modes_total.map_or(String::new(), |n| format!(" of {n}"));
        parts.push(format!("{modes}{total} modes"));
    }
    if let Some(share) = q.high_quality {
        parts.push(format!("{:.1} % high quality", share * 100.0));
    }
    if let Some(kl) = q.kl {
        parts.push(format!("KL {kl:.3}"));
    }
    if let Some(frechet) = q.frechet_rf {
        parts.push(format!("Frechet (random features) {frechet:.3}"));
    }
    let who = if q.averaged { "averaged" } else { "live" };
    format!(
        "quality of {} samples ({who} G): {}",
        q.samples,
        parts.join(", ")
    )
}

fn ended(reason: &EndReason) -> String {
    match reason {
        EndReason::Finished => "finished".into(),
        EndReason::Stopped => "stopped by command".into(),
        EndReason::Failed(why) => format!("failed: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture;

    #[test]
    fn lines_say_what_happened() {
        let line = log_line(&fixture::raise(1200, 60));
        let expected = "   1200  D density raised: dropped 0, grew 30 (regrew 0), 60 active, density 0.6000, on BR 0.700";
        assert_eq!(line.as_deref(), Some(expected));
        let line = log_line(&Event::Ended {
            iteration: 3,
            reason: EndReason::Failed("no space left".into()),
        });
        assert_eq!(line.as_deref(), Some("      3  failed: no space left"));
    }
}
