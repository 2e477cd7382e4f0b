//! Modules of the engine and of the program take names only from those below them. Manifests hold
//! the order of crates.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemFn, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// The engine's modules from the lowest up. Those on one line do not know each other.
const ENGINE: &[&[&str]] = &[
    &["caught", "hint", "memory", "rng", "text", "zip_archive"],
    &["error"],
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

/// The program's modules.
const PROGRAM: &[&[&str]] = &[
    &["estimate", "interruption", "part", "paths"],
    &["comparison", "device", "report"],
    &["export", "story"],
    &["lab"],
    &["gui"],
    &["cli", "web"],
    &["native"],
];

/// The window's modules.
const WINDOW: &[&[&str]] = &[
    &["explain", "link", "picture", "platform", "theme"],
    &["model"],
    &["action", "address", "requests"],
    &["remote", "story"],
    &["browser", "panel"],
    &["shell"],
    &["page"],
];

#[test]
fn modules_of_the_engine_know_only_those_below_them() {
    assert_eq!(upward("core", &[], ENGINE), [""; 0]);
}

#[test]
fn modules_of_the_program_know_only_those_below_them() {
    assert_eq!(upward("app", &[], PROGRAM), [""; 0]);
}

#[test]
fn modules_of_the_window_know_only_those_below_them() {
    assert_eq!(upward("app", &["gui"], WINDOW), [""; 0]);
}

#[test]
fn an_arrow_the_wrong_way_is_found() {
    let file = "use crate::{gui::Model, error::Error};\nuse super::super::model::{self, Run};\nuse self::own::Part;\n\
                #[cfg(test)]\nmod tests {\n    use crate::lab::Lab;\n}\nfn f() { crate::cli::run(); super::ask(); }";
    let here = ["gui", "panel", "beam"].map(String::from);
    let taken: Vec<String> = taken(file, &here)
        .into_iter()
        .map(|path| path.join("::"))
        .collect();
    let expected = [
        "cli::run",
        "error::Error",
        "gui::Model",
        "gui::model::Run",
        "gui::model::self",
        "gui::panel::ask",
        "gui::panel::beam::own::Part",
    ];
    assert_eq!(taken, expected);
}

/// Every dependency between the modules inside `parent` that does not point downwards, as
/// `file: module`.
fn upward(member: &str, parent: &[&str], layers: &[&[&str]]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(member)
        .join("src");
    let level = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let folder: PathBuf = parent.iter().fold(root.clone(), |at, name| at.join(name));
    let mut wrong = Vec::new();
    for file in sources(&folder) {
        let inside = file
            .strip_prefix(&root)
            .expect("a file below the root")
            .with_extension("");
        let path: Vec<String> = inside
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let module = path[parent.len()].as_str();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some(own) = level(module) else {
            wrong.push(format!("{module}: this module stands on no layer"));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for taken in taken(&text, &path) {
            let is_inside = taken
                .iter()
                .zip(parent)
                .all(|(name, parent)| name == parent);
            let Some(other) = taken.get(parent.len()).filter(|_| is_inside) else {
                continue;
            };
            // Names of the root, such as `crate::Error`, belong to no module.
            let is_module =
                folder.join(other).is_dir() || folder.join(format!("{other}.rs")).is_file();
            if *other != module && is_module && level(other).is_none_or(|other| other >= own) {
                wrong.push(format!("{}: {other}", inside.display()));
            }
        }
    }
    wrong
}

/// The source files below a folder, without files of tests.
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

/// Paths within its own crate that a file of the module `here` uses, without tests.
fn taken(text: &str, here: &[String]) -> BTreeSet<Vec<String>> {
    let file = syn::parse_file(text).expect("Rust");
    let mut taken = Taken {
        here,
        paths: BTreeSet::new(),
    };
    taken.visit_file(&file);
    taken.paths
}

struct Taken<'a> {
    here: &'a [String],
    paths: BTreeSet<Vec<String>>,
}

impl<'ast> Visit<'ast> for Taken<'_> {
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
        if !is_test(&item.attrs) {
            self.branches(&item.tree, &mut Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter();
        self.take(names.map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

impl Taken<'_> {
    /// Visits every branch of a tree of imports.
    fn branches(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.branches(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) => self.take([&before[..], &[name.ident.to_string()]].concat()),
            UseTree::Rename(name) => self.take([&before[..], &[name.ident.to_string()]].concat()),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|item| self.branches(item, before)),
            UseTree::Glob(_) => self.take(before.clone()),
        }
    }

    /// Adds a path that begins at the crate, at this module or at a parent.
    fn take(&mut self, path: Vec<String>) {
        let ups = path.iter().take_while(|name| *name == "super").count();
        let start = match path.first().map(String::as_str) {
            Some("crate") => &[],
            Some("self") => self.here,
            Some("super") if ups <= self.here.len() => &self.here[..self.here.len() - ups],
            _ => return,
        };
        self.paths.insert([start, &path[ups.max(1)..]].concat());
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
