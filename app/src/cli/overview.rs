//! `tightrope` alone: what there is.

use clap::CommandFactory;

use super::args::Cli;

/// A few words and the way in, then the help.
pub fn text() -> String {
    let help = Cli::command().render_help();
    format!(
        "\
A GAN is two players on one rope: a generator that makes samples and a discriminator that judges them. Tightrope
trains sparse ones, measures how well the two balance, and moves the discriminator's density until they do.

  tightrope compare                              the showcase: ADAPT against STU-GAN, three minutes, no data needed
  tightrope compare --data mnist:FOLDER          the same on your images
  tightrope train --preset ring --method dda     one method
  tightrope report runs                          one page about everything trained so far

{help}"
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn every_line_it_suggests_is_understood() {
        let text = text();
        let lines: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  tightrope "))
            .filter_map(|line| line.split("  ").next())
            .collect();
        assert_eq!(lines.len(), 4);
        for line in lines {
            let words = std::iter::once("tightrope").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
