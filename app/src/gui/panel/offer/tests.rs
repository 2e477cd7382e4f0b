use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::{address::Address, fixture};

#[test]
fn a_link_says_what_it_sets_up_and_waits() {
    for (button, starts) in [("Start", true), ("Not now", false)] {
        let query = "?preset=ring&methods=dda,static&set=generator.lr=1e-3";
        let mut model = Model::default();
        model.offer = Address::parse(query).unwrap().setup;
        let mut harness = fixture::stage(Offer, model, [390.0, 200.0]);
        assert!(harness.state().actions.is_empty());
        harness
            .get_by_label("This link sets up 2 runs: dda and static on ring, generator.lr=1e-3.");
        harness.get_by_label(button).click();
        harness.run_ok();
        match &harness.state().actions[..] {
            [Action::TakeOffer] => assert!(starts),
            [Action::LeaveOffer] => assert!(!starts),
            other => panic!("{other:?}"),
        }
    }
}
