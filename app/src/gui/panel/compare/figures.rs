//! Cost of the chosen methods, one row each.

use egui::{Grid, RichText, Ui};
use tightrope_core::{config::RunConfig, method::MethodSpec};

use super::checked::Checked;
use crate::gui::model::Model;
pub use crate::report::short;

/// Columns and their explanations.
const COLUMNS: [(&str, &str); 8] = [
    ("method", "The method, with its strategy"),
    (
        "densities",
        "Share of active weights at the start: d_G, then d_D",
    ),
    (
        "active in G",
        "Parameters of the generator that are not masked, of all it has",
    ),
    (
        "active in D",
        "Parameters of the discriminator that are not masked at the start, of all it has",
    ),
    (
        "FLOPs",
        "Training FLOPs at the initial densities, with probes and dense gradients, relative to training the dense pair",
    ),
    (
        "weights",
        "Memory of weights, gradients, optimiser, averages, masks and indices",
    ),
    (
        "memory",
        "The same and the activations of one step; an estimate",
    ),
    (
        "rate",
        "Iterations per second that the same method and nets have reached in this window",
    ),
];

/// Draws the table.
pub fn show(ui: &mut Ui, checked: &Checked, model: &Model) {
    Grid::new("figures")
        .num_columns(COLUMNS.len())
        .striped(true)
        .spacing([18.0, 4.0])
        .show(ui, |ui| {
            for (name, about) in COLUMNS {
                ui.label(RichText::new(name).small().weak())
                    .on_hover_text(about);
            }
            ui.end_row();
            for (config, estimate) in checked.runs.iter().zip(&checked.estimates) {
                let [g, d] = &estimate.nets;
                ui.label(name(config));
                ui.label(format!("{} / {}", g.density, d.density));
                for net in [g, d] {
                    ui.label(format!(
                        "{} of {}",
                        short(net.active as f64),
                        short(net.count.params as f64)
                    ));
                }
                let share = |share: f64| format!("{:.1} %", 100.0 * share);
                ui.label(share(estimate.performed.share()))
                    .on_hover_text(format!(
                        "{:.2e} an iteration; {} as ADAPT counts, {} as STU-GAN counts. Testing: {:.2e} an image",
                        estimate.performed.sparse,
                        share(estimate.paper.share()),
                        share(estimate.stu.share()),
                        estimate.testing[0]
                    ));
                ui.label(bytes(estimate.weights));
                ui.label(bytes(estimate.memory()));
                match rate(model, config) {
                    Some((rate, run)) => {
                        ui.label(format!("{} / s", short(rate)))
                            .on_hover_text(format!("as {run} here"));
                    }
                    None => {
                        ui.weak("not known")
                            .on_hover_text("Known once such a run has trained in this window");
                    }
                }
                ui.end_row();
            }
        });
}

/// Method and strategy in the notation of the command line.
fn name(config: &RunConfig) -> String {
    let (method, strategy) = (config.method, config.strategy);
    MethodSpec { method, strategy }.to_string()
}

/// Rate and name of the latest run that does the same work per iteration.
fn rate<'a>(model: &'a Model, wanted: &RunConfig) -> Option<(f64, &'a str)> {
    let work = |c: &RunConfig| {
        let sizes = (c.batch_d, c.batch_g, c.n_critic, c.z_dim, c.data.side);
        (c.method, sizes, c.model.clone())
    };
    let wanted = work(wanted);
    model.runs.iter().rev().find_map(|run| {
        let config = run.history.config.as_ref()?;
        let rate = run.rate()?;
        (work(config) == wanted).then_some((rate, run.name.as_str()))
    })
}

fn bytes(value: f64) -> String {
    format!("{:.1} MB", value / 1e6)
}
