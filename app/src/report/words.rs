//! Words for numbers: the outcome of a run, and who kept the balance.

use super::outcome::Outcome;

/// Smallest share of the time worth a word; a smaller one rounds to 0 %.
const SHOWN: f64 = 0.005;

/// Formats three significant digits, or an integer.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e6 {
        return format!("{value:.0}");
    }
    match size {
        s if s >= 100.0 => format!("{value:.0}"),
        s if s >= 10.0 => format!("{value:.1}"),
        s if s >= 0.001 => format!("{value:.*}", if s >= 1.0 { 2 } else { 3 }),
        _ => format!("{value:.1e}"),
    }
}

/// Formats a count with thousands separated.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202F}');
        }
        text.push(digit);
    }
    text
}

/// Formats a share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.0}\u{202F}%", share * 100.0)
}

/// Formats three digits with a unit prefix.
pub fn short(value: f64) -> String {
    let (scaled, prefix) = match value {
        v if v >= 999.5e6 => (v / 1e9, "G"),
        v if v >= 999.5e3 => (v / 1e6, "M"),
        v if v >= 999.5 => (v / 1e3, "k"),
        v => (v, ""),
    };
    let digits = match scaled {
        s if s >= 99.95 || s.fract() == 0.0 => 0,
        s if s >= 9.995 => 1,
        _ => 2,
    };
    format!("{scaled:.digits$} {prefix}").trim_end().to_owned()
}

/// The outcome of a run, or of the mean of several: quality, balance, then D's density.
pub fn sentence(outcome: &Outcome) -> String {
    let parts: Vec<String> = [quality(outcome), balance(outcome), density(outcome)]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        "nothing measured yet".into()
    } else {
        parts.join("; ")
    }
}

/// The quality of the last samples.
pub fn quality(outcome: &Outcome) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(modes) = outcome.modes {
        let total = outcome
            .modes_total
            .map_or(String::new(), |n| format!(" of {}", number(n)));
        let modes = (modes * 10.0).round() / 10.0;
        parts.push(format!("{}{total} modes", number(modes)));
    }
    if let Some(share) = outcome.high_quality {
        parts.push(format!("{} of samples on a mode", percent(share)));
    }
    if let Some(frechet) = outcome.frechet {
        parts.push(format!(
            "Fr\u{e9}chet (random features) {}",
            number(frechet)
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Shares of the time BR spent in and beside its band. They state facts about BR and nothing about
/// the samples.
fn balance(outcome: &Outcome) -> Option<String> {
    let (br, in_band) = (outcome.late_br?, outcome.in_band?);
    let share = |share: Option<f64>, place| {
        let share = share.unwrap_or(0.0);
        (share >= SHOWN).then(|| format!("{place} {}", percent(share)))
    };
    let places = [
        Some(format!("in its band {} of the time", percent(in_band))),
        share(outcome.below_band, "below it"),
        share(outcome.above_band, "above it"),
    ];
    let places: Vec<String> = places.into_iter().flatten().collect();
    let inverted = outcome.inverted.map_or(String::new(), |probes| {
        format!("; D ranked fakes above reals at {} probes", count(probes))
    });
    Some(format!("BR {br:.2}, {}{inverted}", places.join(", ")))
}

fn density(outcome: &Outcome) -> Option<String> {
    let (start, now) = (outcome.density_d_start?, outcome.density_d?);
    let is_elsewhere = |density: f64| (density - start).abs() >= 0.005;
    let furthest = outcome.density_d_furthest.unwrap_or(now);
    Some(if is_elsewhere(now) {
        format!("d_D went from {start:.2} to {now:.2}")
    } else if is_elsewhere(furthest) {
        format!("d_D went from {start:.2} to {furthest:.2} and back")
    } else {
        format!("d_D stayed at {now:.2}")
    })
}

/// Names the run that kept the balance and the one with the better samples, among labelled
/// outcomes.
pub fn headline(outcomes: &[(&str, &Outcome)]) -> Option<String> {
    if outcomes.len() < 2 {
        return None;
    }
    let sampled = best(outcomes, |o| {
        o.frechet
            .map(|f| -f)
            .or_else(|| Some(o.modes? + o.high_quality.unwrap_or(0.0)))
    });
    let samples = sampled.map(|(who, outcome)| {
        let samples = quality(outcome).unwrap_or_default();
        format!("{who} made the best samples ({samples})")
    });
    let parts: Vec<String> = [keeper(outcomes), samples].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
}

/// Whether BR was in its band for at least half of the time.
pub fn kept_the_balance(outcome: &Outcome) -> bool {
    outcome.in_band.is_some_and(|share| share >= 0.5)
}

/// Names the run that kept the balance or, if none did, the one that came nearest.
fn keeper(outcomes: &[(&str, &Outcome)]) -> Option<String> {
    if outcomes.iter().all(|(_, o)| o.in_band.is_none()) {
        return None;
    }
    let longest = best(outcomes, |o| o.in_band.filter(|share| *share >= SHOWN));
    let share = |o: &Outcome| format!("{} of the time", percent(o.in_band.unwrap_or(0.0)));
    let keepers = outcomes.iter().filter(|(_, o)| kept_the_balance(o)).count();
    match (keepers, longest) {
        (0, Some((who, o))) => Some(format!(
            "No run kept the balance; {who} was in the band longest, {}",
            share(o)
        )),
        (0, None) => Some("No run kept the balance".to_owned()),
        (1, Some((who, o))) => Some(format!("{who} kept the balance (in the band {})", share(o))),
        (_, Some((who, o))) => Some(format!(
            "{who} kept the balance best (in the band {})",
            share(o)
        )),
        (_, None) => None,
    }
}

/// The outcome with the single highest value; `None` for a tie.
fn best<'a>(
    outcomes: &[(&'a str, &'a Outcome)],
    value: impl Fn(&Outcome) -> Option<f64>,
) -> Option<(&'a str, &'a Outcome)> {
    let known: Vec<_> = outcomes
        .iter()
        .filter_map(|(who, o)| Some((value(o)?, *who, *o)))
        .collect();
    let top = known.iter().map(|k| k.0).max_by(f64::total_cmp)?;
    let mut leaders = known.iter().filter(|k| k.0 == top);
    match (leaders.next(), leaders.next()) {
        (Some(&(_, who, outcome)), None) => Some((who, outcome)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(modes: f64, br: f64, in_band: f64, below: f64) -> Outcome {
        Outcome {
            modes: Some(modes),
            modes_total: Some(24.0),
            late_br: Some(br),
            in_band: Some(in_band),
            below_band: Some(below),
            above_band: Some(1.0 - in_band - below),
            density_d_start: Some(0.1),
            density_d: Some(0.45),
            ..Outcome::default()
        }
    }

    #[test]
    fn one_sentence_says_how_it_went() {
        assert_eq!(
            sentence(&outcome(20.0, 0.52, 0.71, 0.2)),
            "20 of 24 modes; BR 0.52, in its band 71\u{202F}% of the time, below it 20\u{202F}%, above it 9\u{202F}%; \
             d_D went from 0.10 to 0.45"
        );
        assert_eq!(sentence(&Outcome::default()), "nothing measured yet");
    }

    #[test]
    fn a_density_that_came_back_has_not_stayed() {
        let at = |now, furthest| Outcome {
            density_d_start: Some(0.05),
            density_d: Some(now),
            density_d_furthest: Some(furthest),
            ..Outcome::default()
        };
        for (now, furthest, words) in [
            (0.05, 0.05, "d_D stayed at 0.05"),
            (0.05, 0.85, "d_D went from 0.05 to 0.85 and back"),
            (0.45, 0.85, "d_D went from 0.05 to 0.45"),
        ] {
            assert_eq!(sentence(&at(now, furthest)), words);
        }
    }

    #[test]
    fn fakes_above_reals_are_counted() {
        let outcome = Outcome {
            late_br: Some(0.9),
            in_band: Some(0.0),
            above_band: Some(1.0),
            inverted: Some(12.0),
            ..Outcome::default()
        };
        let told = sentence(&outcome);
        assert!(
            told.ends_with("D ranked fakes above reals at 12 probes"),
            "{told}"
        );
    }

    #[test]
    fn below_the_band_is_said_of_br_and_not_of_the_samples() {
        let line = sentence(&outcome(24.0, 0.3, 0.13, 0.84));
        let wanted = "24 of 24 modes; BR 0.30, in its band 13\u{202F}% of the time, below it 84\u{202F}%, above it 3\u{202F}%;";
        assert!(line.starts_with(wanted), "{line}");
        assert!(!line.contains("too strong"), "{line}");
    }

    #[test]
    fn the_headline_names_the_leaders_and_no_ties() {
        let (a, b) = (outcome(20.0, 0.5, 0.7, 0.0), outcome(21.0, 0.2, 0.1, 0.8));
        let line = headline(&[("A", &a), ("B", &b)]).unwrap();
        let wanted = "A kept the balance (in the band 70\u{202F}% of the time); B made the best samples (21 of 24 modes).";
        assert_eq!(line, wanted);
        let better = outcome(20.0, 0.5, 0.8, 0.0);
        let line = headline(&[("A", &a), ("B", &better)]).unwrap();
        assert!(line.starts_with("B kept the balance best"), "{line}");
        assert_eq!(headline(&[("A", &a), ("A2", &a)]), None);
        assert_eq!(headline(&[("A", &a)]), None);
    }

    #[test]
    fn nobody_kept_the_balance_who_was_outside_it_most_of_the_time() {
        let (a, b) = (outcome(24.0, 0.3, 0.13, 0.84), outcome(3.0, 0.9, 0.1, 0.0));
        let line = headline(&[("A", &a), ("B", &b)]).unwrap();
        let wanted = "No run kept the balance; A was in the band longest, 13\u{202F}% of the time; A made the best samples";
        assert!(line.starts_with(wanted), "{line}");
        let never = outcome(3.0, 0.9, 0.0, 0.0);
        let line = headline(&[("A", &never), ("B", &never)]).unwrap();
        assert_eq!(line, "No run kept the balance.");
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 24.0, 0.12345, 1.2345, 12.345, 123.45, 1e-5].map(number);
        assert_eq!(shown, ["0", "24", "0.123", "1.23", "12.3", "123", "1.0e-5"]);
        assert_eq!(count(1_053_824.0), "1\u{202F}053\u{202F}824");
    }
}
