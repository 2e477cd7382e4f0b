//! A short overview before the long help.

/// Tightrope in two sentences, and the commands to start with.
pub const TEXT: &str = "\
A GAN is two players on one rope: a generator that makes samples and a discriminator that judges them. Tightrope
trains sparse ones, measures how well the two balance, and moves the discriminator's density until they do.

  tightrope                                      the window
  tightrope compare                              the showcase: ADAPT against STU-GAN, three minutes, no data needed
  tightrope compare --data mnist:FOLDER          the same on your images
  tightrope train --preset ring --method dda     one method
  tightrope report runs                          one page about everything trained so far";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn every_line_it_suggests_is_understood() {
        let lines: Vec<&str> = TEXT
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter_map(|line| line.split("  ").next())
            .collect();
        assert_eq!(lines.len(), 5);
        for line in lines {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
    }
}
