//! Effect of an address on the window.

use egui::{Event, OutputCommand};

use super::*;
use crate::{gui::model::Axis, part::Part};

/// A window opened by an address, on its very first start.
fn opened<'a>(query: &str) -> Rig<'a> {
    let mut rig = rig([1280.0, 860.0]);
    let address = Address::parse(query).unwrap();
    let window = rig.harness.state_mut().as_mut().unwrap();
    window.model.platform = Platform::Page {
        home: "https://example.org/lab/".to_owned(),
    };
    window.open(Vec::new(), address, true, &Context::default());
    rig.harness.run_ok();
    rig
}

fn asked(rig: &Rig) -> Vec<Request> {
    rig.asked.try_iter().collect()
}

#[test]
fn a_link_trains_nothing_before_it_is_started() {
    let mut rig = opened("?preset=ring&methods=dda,static,stu-gan");
    assert!(asked(&rig).is_empty());
    rig.harness.get_by_label("Start").click();
    rig.harness.run_ok();
    let requests = asked(&rig);
    assert!(
        matches!(&requests[..], [Request::Start(runs)] if runs.len() == 3),
        "{requests:?}"
    );
    assert!(rig.model().offer.is_none() && rig.harness.query_by_label("Start").is_none());
    let mut rig = opened("?preset=ring");
    rig.harness.get_by_label("Not now").click();
    rig.harness.run_ok();
    assert!(asked(&rig).is_empty() && rig.model().offer.is_none());
}

#[test]
fn an_embedded_lesson_runs_and_shows_what_it_is_to_show() {
    let rig = opened("?preset=ring&methods=dda&embed=1&hide=title,controls&speed=20");
    let requests = asked(&rig);
    assert!(
        matches!(&requests[..], [Request::Start(runs), Request::Limit(Some(_))] if runs.len() == 1),
        "{requests:?}"
    );
    for label in ["Runs", "Layers", "Tightrope", "Step", "Start"] {
        assert!(rig.harness.query_by_label(label).is_none(), "{label}");
    }
    for label in ["Samples", "balance ratio"] {
        rig.harness.get_by_label(label);
    }
}

#[test]
fn hidden_parts_can_be_had_back_and_are_not_remembered() {
    let mut rig = opened("?hide=runs,controls");
    assert!(rig.harness.query_by_label("Step").is_none());
    assert!(rig.model().preferences.runs);
    rig.harness.get_by_label("View").click();
    rig.harness.run_ok();
    rig.harness.get_by_label("Controls").click();
    rig.harness.run_ok();
    rig.harness.get_by_label("Step");
    assert_eq!(rig.model().hidden, [Part::Runs]);
}

#[test]
fn what_an_address_lends_is_remembered_only_once_it_is_wished() {
    let own = Preferences::default();
    let mut lent = own.clone();
    let address = Address::parse("?axis=flops&device=cpu&theme=dark").unwrap();
    address.lend(&mut lent);
    assert_eq!(lent.without(&lent, &own), own);
    let mut wished = lent.clone();
    wished.axis = Axis::Seconds;
    wished.layers = false;
    let kept = wished.without(&lent, &own);
    assert_eq!((kept.axis, kept.layers), (Axis::Seconds, false));
    assert_eq!((kept.device, kept.theme), (own.device, own.theme));
}

/// Text that the copy key puts on the clipboard.
fn copied(rig: &mut Rig) -> Option<String> {
    let mut copied = None;
    for pressed in [true, false] {
        rig.harness.event(Event::Key {
            key: Key::C,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        });
        rig.harness.step();
        let commands = &rig.harness.output().platform_output.commands;
        copied = commands.iter().fold(copied, |last, command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => last,
        });
    }
    copied
}

#[test]
fn c_copies_a_link_on_a_page_and_a_command_elsewhere() {
    let mut rig = opened("?hide=layers");
    let link = copied(&mut rig).unwrap();
    let query = link.strip_prefix("https://example.org/lab/").unwrap();
    let address = Address::parse(query).unwrap();
    assert_eq!(address.hide, [Part::Layers]);
    let own = rig.model().runs.iter();
    let own: Vec<_> = own.filter_map(|run| run.history.config.clone()).collect();
    assert_eq!(address.setup.unwrap().runs, own);
    let notices = &rig.model().notices;
    assert!(notices[0].text.contains(&link), "{notices:?}");
    rig.harness.state_mut().as_mut().unwrap().model.platform = Platform::Desktop;
    let command = copied(&mut rig).unwrap();
    assert!(command.starts_with("tightrope compare --preset spiral --methods adapt-relax,stu-gan"));
}

#[test]
fn no_link_is_copied_that_the_page_would_refuse() {
    let mut rig = opened("");
    let window = rig.harness.state_mut().as_mut().unwrap();
    for run in &mut window.model.runs {
        if let Some(config) = &mut run.history.config {
            config.iterations = 2_000_000;
        }
    }
    assert_eq!(copied(&mut rig), None);
    let notice = &rig.model().notices[0];
    assert!(
        notice.is_trouble && notice.text.contains("the page would refuse it"),
        "{notice:?}"
    );
}
