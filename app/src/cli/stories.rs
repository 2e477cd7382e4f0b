//! `tightrope stories`.

use crate::story::STORIES;

/// Lists every story: its name, its question, and below them the comparison it starts.
pub fn list() -> String {
    let width = STORIES.iter().map(|story| story.name.len()).max();
    let width = width.unwrap_or_default();
    STORIES
        .iter()
        .map(|story| {
            let (name, title, question) = (story.name, story.title, story.question);
            let command = story.command();
            format!(
                "{name:width$}  {title}. {question}\n{:width$}  {command}\n",
                ""
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::{
        cli::{
            args::{Cli, Command},
            settings,
        },
        story::STORIES,
    };

    #[test]
    fn every_command_listed_starts_what_the_story_starts() {
        let list = super::list();
        let commands: Vec<&str> = list.lines().skip(1).step_by(2).map(str::trim).collect();
        assert_eq!(commands.len(), STORIES.len());
        for (line, story) in commands.into_iter().zip(STORIES) {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            let Some(Command::Compare(args)) = cli.command else {
                panic!("{line} is no comparison")
            };
            let groups = settings::compare(&args).unwrap();
            let runs: Vec<_> = groups.into_iter().flat_map(|group| group.runs).collect();
            assert_eq!(runs, story.runs().unwrap(), "{line}");
        }
    }
}
