use egui::accesskit::Role as Kind;
use egui_kittest::{Harness, kittest::Queryable};
use tightrope_core::{config::RunConfig, method::Method, preset};

use super::*;
use crate::{
    estimate::Estimate,
    gui::fixture::{self, Stage},
    lab::{Reply, RunKey},
};

fn dialog<'a>(draft: Draft) -> Harness<'a, Stage<Compare>> {
    let mut model = fixture::model();
    model.draft = Some(draft);
    fixture::stage(Compare::default(), model, [1024.0, 900.0])
}

fn type_into(harness: &mut Harness<'_, Stage<Compare>>, label: &str, text: &str) {
    let field = harness.get_by_role_and_label(Kind::TextInput, label);
    field.focus();
    field.type_text(text);
    harness.run_ok();
}

/// Settings of the started runs, if the dialog also closed.
fn started(harness: &Harness<'_, Stage<Compare>>) -> Vec<RunConfig> {
    match &harness.state().actions[..] {
        [
            Action::Ask(Request::Start(runs)),
            Action::SetDraft(None),
            ..,
        ] => runs.clone(),
        other => panic!("{other:?}"),
    }
}

fn resolved(method: Method, overrides: &[(&str, &str)]) -> RunConfig {
    let overrides: Vec<(String, String)> = overrides
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    preset::resolve(preset::find("ring").unwrap(), method, None, &overrides).unwrap()
}

#[test]
fn it_opens_with_the_example_and_its_figures() {
    let harness = dialog(Draft::New);
    harness.get_by_label("Start 2 runs");
    for method in ["adapt-relax", "stu-gan"] {
        assert_eq!(harness.get_all_by_label(method).count(), 2, "box and row");
    }
    for config in harness.state().panel.form.runs().unwrap() {
        let size = Estimate::of(&config).nets[0];
        let text = format!(
            "{} of {}",
            figures::short(size.active as f64),
            figures::short(size.count.params as f64)
        );
        assert!(harness.query_all_by_label(&text).count() > 0, "{text}");
    }
}

#[test]
fn closed_it_shows_nothing() {
    let harness = fixture::stage(Compare::default(), fixture::model(), [800.0, 600.0]);
    assert!(harness.query_by_label("New comparison").is_none());
}

#[test]
fn a_wrong_density_is_explained_beside_its_field() {
    let mut harness = dialog(Draft::New);
    type_into(&mut harness, "Density of G", "2");
    let field = harness
        .get_by_role_and_label(Kind::TextInput, "Density of G")
        .rect();
    let words = harness
        .get_by_label("2: must be above 0 and at most 1")
        .rect();
    assert!(field.y_range().intersects(words.y_range()) && words.left() > field.right());
    harness.key_press(Key::Enter);
    harness.run_ok();
    harness.get_by_label("Start").click();
    harness.run_ok();
    assert!(harness.state().actions.is_empty(), "nothing wrong starts");
}

#[test]
fn what_concerns_one_method_names_it_and_other_settings_have_their_place() {
    let mut form = Form {
        preset: "ring",
        source: "ring",
        methods: vec!["static".parse().unwrap(), "adapt-strict".parse().unwrap()],
        ..Form::default()
    };
    form.values[1] = "0.8".into();
    form.settings = "generator.lr=fast\nnonsense".into();
    let checked = Checked::new(&form);
    let of_d: Vec<&str> = checked.wrong("discriminator.density").collect();
    assert!(
        of_d.len() == 1 && of_d[0].starts_with("adapt-strict: 0.8: it must start"),
        "{of_d:?}"
    );
    let others: Vec<&str> = checked.wrong("").collect();
    assert_eq!(others.len(), 2, "{others:?}");
    form = Form {
        methods: Vec::new(),
        ..Form::default()
    };
    assert_eq!(Checked::new(&form).wrong("methods").count(), 1);
}

#[test]
fn enter_starts_what_was_chosen() {
    let mut harness = dialog(Draft::New);
    harness.get_by_role_and_label(Kind::CheckBox, "dda").click();
    harness.run_ok();
    harness.get_all_by_label("strong").next().unwrap().click();
    harness.run_ok();
    type_into(&mut harness, "Density of G", "0.25");
    type_into(&mut harness, "Iterations", "70");
    harness.state_mut().panel.form.seeds = 2;
    harness.run_ok();
    harness.get_by_label("Start 8 runs");
    harness.key_press(Key::Enter);
    harness.run_ok();
    let runs = started(&harness);
    let found: Vec<(u64, &str)> = runs
        .iter()
        .map(|run| (run.seed, run.method.name()))
        .collect();
    let methods = ["static", "stu-gan", "dda", "adapt-relax"];
    let wanted: Vec<(u64, &str)> = [42, 43]
        .into_iter()
        .flat_map(|seed| methods.map(|method| (seed, method)))
        .collect();
    assert_eq!(found, wanted);
    for run in &runs {
        assert_eq!((run.generator.density, run.iterations), (0.25, 70));
    }
    assert_eq!(runs[0].discriminator.density, runs[0].balance.d_max);
}

#[test]
fn escape_closes_and_what_was_typed_stays() {
    let mut harness = dialog(Draft::New);
    type_into(&mut harness, "Iterations", "70");
    harness.key_press(Key::Escape);
    harness.run_ok();
    assert!(
        matches!(harness.state().actions[..], [Action::SetDraft(None)]),
        "{:?}",
        harness.state().actions
    );
    harness.state_mut().model.draft = None;
    harness.run_ok();
    assert!(harness.query_by_label("New comparison").is_none());
    harness.state_mut().model.draft = Some(Draft::New);
    harness.run_ok();
    assert_eq!(harness.state().panel.form.values[2], "70");
}

#[test]
fn data_that_lies_somewhere_asks_where() {
    let mut harness = dialog(Draft::New);
    let form = &mut harness.state_mut().panel.form;
    form.take_source("fashion-mnist");
    assert_eq!(form.preset, "fashion16");
    harness.run_ok();
    harness.get_by_label_contains("choose the files to read");
    type_into(&mut harness, "Path", "no-such-place");
    harness.get_by_label("no-such-place: no such file or folder");
    let form = &mut harness.state_mut().panel.form;
    form.take_source("ring");
    assert!(
        form.preset != "fashion16" && form.path.is_empty(),
        "{form:?}"
    );
    harness.run_ok();
    harness.get_by_label("Start 2 runs");
}

#[test]
fn a_duplicate_repeats_every_setting_of_a_run() {
    let changes = [
        ("generator.density", "0.15"),
        ("generator.lr", "0.007"),
        ("iterations", "90"),
        ("seed", "7"),
        ("model.mlp.g_hidden", "[40,30]"),
    ];
    for info in METHODS {
        // Small dense has no density or widths of its own.
        let changes = match info.method {
            Method::SmallDense => &changes[1..4],
            _ => &changes[..],
        };
        let config = resolved(info.method, changes);
        let (form, lost) = Form::like(&config);
        assert_eq!(form.runs().unwrap(), [config], "{form:?}");
        assert!(lost.is_empty(), "{lost:?}");
    }
    let (form, _) = Form::like(&resolved(Method::StuGan, &changes));
    assert_eq!(form.values, ["0.15", "", "90", "7"].map(str::to_owned));
    assert!(
        form.settings
            .lines()
            .any(|line| line == "generator.lr=0.007")
    );
}

#[test]
fn what_a_duplicate_cannot_repeat_is_said() {
    let (_, lost) = Form::like(&resolved(
        Method::SmallDense,
        &[("generator.density", "0.07")],
    ));
    assert_eq!(lost, ["model.mlp.g_hidden"]);
}

#[test]
fn a_run_is_duplicated_from_its_settings() {
    let harness = dialog(Draft::Like(RunKey(1)));
    let form = &harness.state().panel.form;
    let wanted = &harness.state().model.run(RunKey(1)).unwrap().history.config;
    assert_eq!(
        form.runs().unwrap()[..],
        wanted.clone().into_iter().collect::<Vec<_>>()
    );
    harness.get_by_label("Start 1 run");
}

#[test]
fn a_known_rate_is_expected_again() {
    let harness = dialog(Draft::Like(RunKey(0)));
    assert!(harness.query_by_label("not known").is_none());
    let harness = dialog(Draft::New);
    assert!(harness.query_all_by_label("not known").count() > 0);
}

#[test]
fn a_settings_file_fills_the_dialog_and_another_fills_it_anew() {
    let mut harness = dialog(Draft::New);
    let mut wanted = fixture::model().runs[1].history.config.clone().unwrap();
    for iterations in [321, 654] {
        wanted.iterations = iterations;
        let reply = Reply::Settings(Box::new(wanted.clone()));
        harness.state_mut().model.take(reply);
        harness.run_ok();
        let form = &harness.state().panel.form;
        assert_eq!(form.runs().unwrap(), std::slice::from_ref(&wanted));
    }
    harness.get_by_label("Start 1 run");
}
