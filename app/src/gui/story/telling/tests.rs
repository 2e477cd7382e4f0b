use std::sync::{Arc, mpsc::Receiver};

use pollster::block_on;
use tightrope_core::{config::Crossover, device::DeviceChoice};

use super::*;
use crate::{
    gui::{
        action::Action,
        fixture,
        shell::perform::perform,
        story::{settle, tests::added},
    },
    lab::{InPlace, Lab, Reply},
    story::STORIES,
};

/// A model with its link, as the window holds them.
struct Stage {
    model: Model,
    link: Link,
    asked: Receiver<Request>,
}

impl Stage {
    fn new(model: Model) -> Self {
        let (link, asked, _) = fixture::link();
        Self { model, link, asked }
    }

    fn act(&mut self, action: Action) -> Vec<Request> {
        let ctx = egui::Context::default();
        perform(action, &mut self.model, &self.link, &ctx);
        settle(&mut self.model, &self.link);
        self.asked.try_iter().collect()
    }

    /// Answers a story's request for runs, with keys from `first` on.
    fn start(&mut self, story: &Story, first: usize) {
        for (offset, mut config) in story.runs().unwrap().into_iter().enumerate() {
            config.crossover = Some(Crossover::typical(false));
            let added = added(first + offset, config);
            self.model.take(Reply::Added(Box::new(added)));
        }
        settle(&mut self.model, &self.link);
    }

    fn end(&mut self, key: usize) -> Vec<Request> {
        self.model.take(Reply::State {
            key: RunKey(key),
            state: RunState::Ended,
            iteration: 10,
        });
        settle(&mut self.model, &self.link);
        self.asked.try_iter().collect()
    }

    fn shown(&self) -> Vec<usize> {
        self.model.shown().map(|run| run.key.0).collect()
    }
}

/// Two runs of the user: one ended, one running.
fn own_runs() -> Model {
    let mut model = fixture::model();
    model.run_mut(RunKey(1)).unwrap().state = RunState::Running;
    model
}

#[test]
fn a_story_sets_other_runs_aside_and_leaving_brings_them_back() {
    let mut stage = Stage::new(own_runs());
    let asked = stage.act(Action::OpenStory(STORIES[2]));
    assert!(
        matches!(
            &asked[..],
            [Request::Tell(RunKey(1), Command::Pause), Request::Limit(Some(20.0)), Request::Start(configs)]
                if configs.len() == 2
        ),
        "{asked:?}"
    );
    assert!(stage.shown().is_empty());
    stage.start(STORIES[2], 2);
    assert_eq!(stage.shown(), [2, 3]);
    assert_eq!(stage.model.selected, Some(RunKey(2)));
    let told: Vec<RunKey> = stage.model.told().iter().map(|run| run.key).collect();
    assert_eq!(told, [RunKey(2), RunKey(3)]);

    let asked = stage.act(Action::LeaveStory);
    assert!(
        matches!(
            asked[..],
            [
                Request::Limit(None),
                Request::Tell(RunKey(1), Command::Resume),
                Request::Tell(RunKey(2), Command::Stop),
                Request::Tell(RunKey(3), Command::Stop),
            ]
        ),
        "{asked:?}"
    );
    assert_eq!(stage.shown(), [0, 1]);
    assert!(matches!(
        stage.end(2)[..],
        [Request::Remove {
            key: RunKey(2),
            delete: false
        }]
    ));
}

#[test]
fn a_story_knows_the_runs_that_a_real_lab_starts_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(
        DeviceChoice::Cpu,
        folder.path().to_owned(),
        Arc::new(InPlace),
    );
    let mut stage = Stage::new(Model::default());
    for request in stage.act(Action::OpenStory(STORIES[1])) {
        block_on(lab.ask(request));
    }
    for reply in lab.drain() {
        stage.model.take(reply);
    }
    let told: Vec<String> = stage.model.told().iter().map(|r| r.name.clone()).collect();
    assert_eq!(told, ["static s42", "dda s42"]);
}

#[test]
fn keys_for_all_runs_pass_by_what_is_set_aside() {
    let mut stage = Stage::new(own_runs());
    stage.act(Action::OpenStory(STORIES[0]));
    stage.start(STORIES[0], 2);
    let asked = stage.act(Action::TellAll(Command::Step));
    assert!(
        matches!(
            asked[..],
            [
                Request::Tell(RunKey(2), Command::Step),
                Request::Tell(RunKey(3), Command::Step)
            ]
        ),
        "{asked:?}"
    );
}

#[test]
fn starting_over_replaces_the_runs_and_opens_the_first_page() {
    let mut stage = Stage::new(Model::default());
    stage.act(Action::OpenStory(STORIES[0]));
    assert!(
        stage.act(Action::StartOver).is_empty(),
        "while runs are coming in, nothing more is started"
    );
    stage.start(STORIES[0], 0);
    stage.act(Action::TurnPage(2));
    let asked = stage.act(Action::StartOver);
    assert!(
        matches!(
            asked[..],
            [
                Request::Limit(Some(20.0)),
                Request::Start(_),
                Request::Tell(RunKey(0), Command::Stop),
                Request::Tell(RunKey(1), Command::Stop),
            ]
        ),
        "{asked:?}"
    );
    stage.start(STORIES[0], 2);
    assert_eq!(stage.shown(), [2, 3]);
    assert_eq!(stage.model.telling.as_ref().unwrap().page, 0);
    stage.end(0);
    stage.model.take(Reply::Removed(RunKey(0)));
    assert!(stage.model.run(RunKey(0)).is_none());
}

#[test]
fn from_story_to_story_what_was_set_aside_stays_so() {
    let mut stage = Stage::new(own_runs());
    stage.act(Action::OpenStory(STORIES[0]));
    stage.start(STORIES[0], 2);
    stage.act(Action::OpenStory(STORIES[1]));
    stage.start(STORIES[1], 4);
    assert_eq!(stage.shown(), [4, 5]);
    let asked = stage.act(Action::LeaveStory);
    assert!(matches!(
        asked[..],
        [
            Request::Limit(None),
            Request::Tell(RunKey(1), Command::Resume),
            ..
        ]
    ));
    assert_eq!(stage.shown(), [0, 1]);
}

#[test]
fn runs_that_come_in_after_their_story_was_left_go_out_again() {
    let mut stage = Stage::new(fixture::model());
    stage.act(Action::OpenStory(STORIES[0]));
    stage.act(Action::LeaveStory);
    stage.start(STORIES[0], 2);
    let asked: Vec<Request> = stage.asked.try_iter().collect();
    assert!(
        matches!(
            asked[..],
            [
                Request::Tell(RunKey(2), Command::Stop),
                Request::Tell(RunKey(3), Command::Stop)
            ]
        ),
        "{asked:?}"
    );
    assert_eq!(stage.shown(), [0, 1]);
}

#[test]
fn a_story_that_cannot_start_can_be_started_over() {
    let mut stage = Stage::new(Model::default());
    stage.act(Action::OpenStory(STORIES[0]));
    let what = "runs: no space left".to_owned();
    stage.model.take(Reply::Trouble { key: None, what });
    assert_eq!(stage.act(Action::StartOver).len(), 2);
}

#[test]
fn without_a_story_the_shown_runs_start_anew_and_the_old_ones_stay_hidden() {
    let mut stage = Stage::new(own_runs());
    let asked = stage.act(Action::StartOver);
    assert!(
        matches!(
            &asked[..],
            [Request::Tell(RunKey(1), Command::Stop), Request::Start(configs)] if configs.len() == 2
        ),
        "{asked:?}"
    );
    assert_eq!((stage.shown().len(), stage.model.runs.len()), (0, 2));
    assert!(stage.act(Action::StartOver).is_empty());
}

#[test]
fn a_page_opens_the_panel_it_speaks_of() {
    let mut stage = Stage::new(Model::default());
    let story = STORIES[3];
    stage.model.preferences.layers = false;
    stage.act(Action::OpenStory(story));
    assert_eq!(story.pages[0].look, Some(Part::Layers));
    assert!(stage.model.preferences.layers);
    stage.model.preferences.timelines = false;
    stage.act(Action::TurnPage(1));
    assert_eq!(story.pages[1].look, Some(Part::Timelines));
    assert!(stage.model.preferences.timelines);
    stage.act(Action::TurnPage(99));
    let page = stage.model.telling.as_ref().unwrap().page;
    assert_eq!(page, story.pages.len() - 1);
}

#[test]
fn what_leaves_with_its_story_is_not_missed() {
    let mut model = fixture::model();
    model.exits.send(RunKey(0));
    for key in [0, 1] {
        model.take(Reply::Removed(RunKey(key)));
    }
    assert!(model.runs.is_empty());
    assert_eq!(model.notices.len(), 1);
    assert!(model.notices[0].text.starts_with("stu-gan s42"));
    assert_eq!(model.undo.len(), 1);
}
