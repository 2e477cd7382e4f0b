use tightrope_core::{
    method::{METHODS, Method},
    preset::PRESETS,
    rng::Stream,
};

use super::*;
use crate::{gui::fixture, story::STORIES};

fn parse(query: &str) -> Address {
    Address::parse(query).unwrap_or_else(|why| panic!("{query}: {why}"))
}

fn refusal(query: &str) -> String {
    match Address::parse(query) {
        Ok(address) => panic!("{query} is taken for {address:?}"),
        Err(why) => why,
    }
}

#[test]
fn an_address_carries_a_lesson() {
    let address =
        parse("?story=2&embed=1&device=cpu&hide=going,beam&speed=20&axis=flops&theme=dark");
    assert_eq!(address.story.map(|story| story.name), Some("strong"));
    assert_eq!(address.device, Some(DeviceChoice::Cpu));
    assert_eq!(
        address.hidden(),
        [
            Part::Welcome,
            Part::Runs,
            Part::Layers,
            Part::Going,
            Part::Beam
        ]
    );
    assert_eq!(address.speed, Some(Speed::Limit(20.0)));
    let mut preferences = Preferences::default();
    address.lend(&mut preferences);
    assert_eq!(
        (preferences.device, preferences.axis, preferences.theme),
        (DeviceChoice::Cpu, Axis::Flops, ThemePreference::Dark)
    );
    let nothing = parse("");
    assert!(nothing.story.is_none() && nothing.setup.is_none() && !nothing.embed);
    let own = Preferences::default();
    nothing.lend(&mut preferences);
    assert_eq!(preferences.axis, Axis::Flops);
    assert!(nothing.hidden().is_empty() && nothing.query().is_empty());
    assert_eq!(preferences.without(&preferences, &own), own);
}

#[test]
fn an_address_carries_a_comparison_in_the_words_of_the_command_line() {
    let setup = |query: &str| parse(query).setup.unwrap();
    let runs = setup(
        "?preset=ring&methods=dda,static:strong&seed=5&seeds=2&iterations=90&density-g=0.3&set=generator.lr=1e-3&set=z_dim=3",
    )
    .runs;
    let told: Vec<_> = runs.iter().map(|run| (run.seed, run.method)).collect();
    let pair = |seed| [(seed, Method::Dda), (seed, Method::Static)];
    assert_eq!(told, [pair(5), pair(6)].concat());
    for run in &runs {
        assert_eq!((run.iterations, run.z_dim), (90, 3));
        assert_eq!((run.generator.density, run.generator.lr), (0.3, 1e-3));
    }
    // The showcase fills in everything the query leaves out.
    let runs = setup("?seed=1").runs;
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.preset.as_str(), run.method))
        .collect();
    assert_eq!(
        told,
        [("spiral", Method::AdaptRelax), ("spiral", Method::StuGan)]
    );
    assert_eq!(setup("?data=grid&methods=dda").runs[0].preset, "grid");
    let runs = setup("?preset=ring&methods=dda&and&preset=ring&methods=dda&set=n_critic%3D2").runs;
    assert_eq!(runs.iter().map(|run| run.n_critic).max(), Some(2));
    assert_eq!(runs.len(), 2);
}

#[test]
fn what_there_is_not_is_refused() {
    for (query, why) in [
        ("?story=6", "has story=6: choose 1 to 5 or"),
        ("?story", "has story: choose"),
        ("?embed=yes", "has embed=yes: choose 1 or 0"),
        (
            "?device=toaster",
            "has device=toaster: 'toaster' is not a device; choose auto, cpu, gpu or gpu:N",
        ),
        ("?<script>=1", "has <script>=1: it can have story, embed,"),
        ("?config=/etc/passwd", "config=/etc/passwd: it can have"),
        ("?out=x", "out=x: it can have"),
        ("?hide=runs,samples", "choose from title, beam,"),
        ("?hide=", "has hide: choose from"),
        ("?speed=0", "choose slow-motion, full, or 0.1 to 1000"),
        ("?speed=NaN", "choose slow-motion"),
        ("?axis=time", "choose from iterations, flops,"),
        ("?theme=pink", "choose light or dark"),
        (
            "?preset=sprial",
            "preset: sprial: no such preset; did you mean `spiral`?",
        ),
        ("?methods=dad", "method: dad: no such method"),
        ("?methods=", "methods"),
        ("?methods=dda,dda", "dda is named twice"),
        ("?seed=-1", "has seed=-1: a whole number"),
        ("?seed=1&seed=2", "has seed=2: it is given twice"),
        ("?preset=ring&preset=ring", "it is given twice"),
        ("?seeds=0", "has seeds=0: choose 1 to 1000"),
        ("?seeds=18446744073709551615", "choose 1 to 1000"),
        ("?seeds=1000", "2000 runs; a page trains at most 12"),
        ("?iterations=1e400", "iterations: `1e400` is not"),
        (
            "?iterations=999999999",
            "iterations: 999999999: a link can ask for at most 1000000",
        ),
        (
            "?iterations=1000000&set=record.sample_every=1",
            "are records",
        ),
        ("?density-g=2", "generator.density: 2"),
        ("?density-g=NaN", "generator.density"),
        ("?set=..", "`..` has no value"),
        ("?set=%00=%00", "no such setting"),
        ("?set=generator.lr=inf", "generator.lr"),
        ("?set=g_hidden=20000,20000&set=d_hidden=20000,20000", "GB"),
        ("?preset=shapes32&set=batch_d=4096&set=batch_g=4096", "GB"),
        (
            "?set=n_critic=1000&set=batch_d=4096&set=g_hidden=512,512,512&set=d_hidden=512,512,512",
            "FLOPs",
        ),
        ("?set=method=dda", "not a setting"),
        (
            "?preset=shapes16&set=data.source=zip:/etc",
            "open the page without it, drop the data",
        ),
        (
            "?preset=mnist16",
            "data mnist: a link brings no files along",
        ),
        (
            "?data=folder:../..",
            "data folder: a link brings no files along",
        ),
        ("?data=ring:x", "data ring: a link brings no files along"),
        (
            "?story=1&preset=ring",
            "has a story and a comparison beside it",
        ),
        ("?and=1", "has and=1: it stands for itself"),
        (&"&and".repeat(20), "a page trains at most 12 runs"),
        ("?preset=%FF", "has %FF, which is not UTF-8 text"),
    ] {
        let said = refusal(query);
        assert!(said.starts_with("this page's address"), "{said}");
        assert!(said.contains(why), "{query}: {said}");
        assert!(!said.contains("tightrope"), "{said}");
        assert!(
            !said.chars().any(char::is_control) && said.len() < 1000,
            "{said}"
        );
    }
}

#[test]
fn however_much_is_asked_the_answer_is_short() {
    let many = format!("?methods={}", "dda,".repeat(10_000));
    assert!(refusal(&many).contains("asks for too much: 40009 bytes"));
    let many = refusal(&format!("?methods={}", "dda,".repeat(1000)));
    assert!(many.contains("and 995 more") && many.len() < 1000, "{many}");
    let mut random = Stream::new(9, "hostile");
    let pieces = [
        "methods=",
        "small-dense",
        ",",
        "set=",
        "g_hidden=",
        "g_channels=",
        "[]",
        "99999999999",
        "-1",
        "&",
        "and",
        "=",
        "%",
        "%00",
        "\u{202E}",
        "\u{1F980}",
        "preset=",
        "shapes16",
        "\0",
        "density-g=",
        "1e-300",
        "seeds=",
        "side=",
        "bottom=",
        "d_pool=",
        "null",
        "{}",
        "mask_interval=0",
        "?",
        "#",
        "+",
        "story=",
        "batch_g=",
        "strategy",
    ];
    let mut refused = 0;
    for _ in 0..3000 {
        let count = random.below(12) + 1;
        let query: String = (0..count)
            .map(|_| pieces[random.below(pieces.len())])
            .collect();
        if let Err(why) = Address::parse(&query) {
            refused += 1;
            assert!(why.starts_with("this page's address"), "{query:?}: {why}");
            assert!(why.chars().count() < 1000, "{query:?}: {why}");
        }
    }
    assert!(refused > 2000, "{refused}");
}

#[test]
fn every_preset_without_files_fits_a_page() {
    for preset in PRESETS.iter().filter(|preset| preset.data.is_some()) {
        for info in METHODS {
            let query = format!("?preset={}&methods={}", preset.name, info.name);
            assert_eq!(parse(&query).setup.map(|setup| setup.runs.len()), Some(1));
        }
    }
    parse("?preset=shapes32&seeds=6");
}

#[test]
fn what_is_shown_comes_back_from_its_link() {
    let mut model = fixture::model();
    model.preferences.axis = Axis::Seconds;
    model.speed = Speed::Limit(5.0);
    model.show(Part::Timelines, false);
    model.hidden = vec![Part::Beam];
    let (address, left_out) = Address::of(&model);
    assert!(left_out.is_empty(), "{left_out:?}");
    let query = address.query();
    let again = parse(&query);
    assert_eq!(again.query(), query);
    let configs = model
        .runs
        .iter()
        .filter_map(|run| run.history.config.clone());
    assert_eq!(again.setup.unwrap().runs, configs.collect::<Vec<_>>());
    assert_eq!(again.hide, [Part::Beam, Part::Timelines]);
    assert_eq!(
        (again.axis, again.speed),
        (Some(Axis::Seconds), Some(Speed::Limit(5.0)))
    );
    // The window hides the welcome, but the link does not.
    assert!(!model.shows(Part::Welcome));
}

#[test]
fn stories_come_back_by_name() {
    for story in STORIES {
        let (story, query) = (Some(story), format!("?story={}", story.name));
        let address = Address {
            story,
            ..Address::default()
        };
        assert_eq!(address.query(), query);
        assert_eq!(parse(&query).story.map(|s| s.name), story.map(|s| s.name));
    }
}

#[test]
fn text_survives_the_way_through_an_address() {
    for text in [
        "a b+c&d=e#f%g",
        "it's [1,2] \u{e9}\u{1F980}",
        "x:y/z;~!$*?@",
    ] {
        let mut setup = parse("?preset=ring").setup.unwrap();
        setup.comparisons[0].data = Some(text.to_owned());
        let setup = Some(setup);
        let query = Address {
            setup,
            ..Address::default()
        }
        .query();
        let parts: Result<Vec<_>, _> = query::parts(&query).collect();
        assert_eq!(parts.unwrap()[1], ("data".to_owned(), text.to_owned()));
        assert!(!query.contains(' ') && !query.contains('#'), "{query}");
    }
}

#[test]
fn what_no_link_can_say_is_named() {
    let mut model = fixture::model();
    let run = &mut model.runs[0];
    for value in ["1e-3", "2e-3"] {
        run.history.apply(&tightrope_core::event::Event::Edited {
            iteration: 10,
            key: "generator.lr".to_owned(),
            value: value.to_owned(),
        });
    }
    model.runs[1].history.resumed.push(500);
    let (_, left_out) = Address::of(&model);
    let lines = left_out.join("\n");
    assert_eq!(left_out.len(), 2, "{lines}");
    assert!(lines.contains("left out: generator.lr\n"), "{lines}");
    assert!(lines.contains("continued from a checkpoint"), "{lines}");
}
