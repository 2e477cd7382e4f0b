//! Modules take names from those below them only: of the engine, and of the program. Crates are held by their manifests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemFn, ItemMod, ItemUse, UseTree};

/// The engine's modules from the lowest up. Those of one line know nothing of each other.
const ENGINE: &[&[&str]] = &[
    &["caught", "error", "hint", "rng"],
    &["fs", "progress"],
    &["data"],
    &["config"],
    &["device", "loss", "method", "sparse"],
    &["event", "feature", "kernel", "preset"],
    &["balance", "net"],
    &["augment", "layer"],
    &["model"],
    &["metric"],
    &["evaluation", "history"],
    &["record"],
    &["run"],
    &["session"],
];

/// The program's.
const PROGRAM: &[&[&str]] = &[
    &[
        "estimate",
        "interruption",
        "part",
        "paths",
        "problems",
        "stand_in",
    ],
    &["comparison", "device", "report"],
    &["export", "story"],
    &["lab"],
    &["gui"],
    &["cli", "web"],
    &["native"],
];

#[test]
fn modules_of_the_engine_know_only_those_below_them() {
    assert_eq!(upward("core", ENGINE), [""; 0]);
}

#[test]
fn modules_of_the_program_know_only_those_below_them() {
    assert_eq!(upward("app", PROGRAM), [""; 0]);
}

#[test]
fn an_arrow_the_wrong_way_is_found() {
    let file = "use crate::{gui::Model, error::Error};\n#[cfg(test)]\nmod tests {\n    use crate::lab::Lab;\n}\nfn f() { crate::cli::run(); }";
    let taken: Vec<String> = taken(file).into_iter().collect();
    assert_eq!(taken, ["cli", "error", "gui"]);
}

/// Every arrow that does not lead downwards, as `file: module`.
fn upward(member: &str, layers: &[&[&str]]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(member)
        .join("src");
    let level = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for file in sources(&root) {
        let inside = file.strip_prefix(&root).expect("a file below the root");
        let name = inside.iter().next().expect("a name").to_string_lossy();
        let module = name.trim_end_matches(".rs");
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some(own) = level(module) else {
            wrong.push(format!("{module}: this module stands on no layer"));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for other in taken(&text).iter().filter(|other| *other != module) {
            // Names of the root, such as `crate::Error`, belong to no module.
            let is_module = root.join(other).is_dir() || root.join(format!("{other}.rs")).is_file();
            if is_module && level(other).is_none_or(|other| other >= own) {
                wrong.push(format!("{}: {other}", inside.display()));
            }
        }
    }
    wrong
}

/// The source files of a folder and below, without files of tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_test = path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "fixture");
        if is_test {
            continue;
        }
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The modules of its own crate that a file takes names from, tests left out.
fn taken(text: &str) -> BTreeSet<String> {
    let file = syn::parse_file(text).expect("Rust");
    let mut taken = Taken::default();
    taken.visit_file(&file);
    taken.0
}

#[derive(Default)]
struct Taken(BTreeSet<String>);

impl<'ast> Visit<'ast> for Taken {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if let UseTree::Path(path) = &item.tree
            && path.ident == "crate"
            && !is_test(&item.attrs)
        {
            self.heads(&path.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        if names.next().as_deref() == Some("crate") {
            self.0.extend(names.next());
        }
        visit::visit_path(self, path);
    }
}

impl Taken {
    /// The first name of every branch.
    fn heads(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => drop(self.0.insert(path.ident.to_string())),
            UseTree::Name(name) => drop(self.0.insert(name.ident.to_string())),
            UseTree::Rename(name) => drop(self.0.insert(name.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.heads(item)),
            UseTree::Glob(_) => {}
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string() == "test")
    })
}
