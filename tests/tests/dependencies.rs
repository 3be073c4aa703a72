//! `docs/dependencies.md` names every direct dependency with its licence and reason, and no other; and
//! the lock files name nothing that is not the public registries'.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";
const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn toml(path: &Path) -> DocumentMut {
    fs::read_to_string(path).unwrap().parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every manifest of the project: the workspace's own first.
fn manifests() -> Vec<DocumentMut> {
    let workspace = toml(&root().join("Cargo.toml"));
    let strings = |list: &str| -> Vec<String> {
        let list = workspace["workspace"].get(list).and_then(Item::as_array);
        list.into_iter().flatten().filter_map(|each| each.as_str().map(str::to_owned)).collect()
    };
    let dirs = strings("members").into_iter().chain(strings("exclude"));
    let members: Vec<_> = dirs.map(|dir| toml(&root().join(dir).join("Cargo.toml"))).collect();
    assert!(members.len() > 7, "{}", members.len());
    std::iter::once(workspace).chain(members).collect()
}

/// What the tables of one manifest or of one of its targets name from a registry.
fn names_of(tables: &dyn TableLike) -> impl Iterator<Item = String> {
    TABLES.iter().filter_map(|table| tables.get(table)?.as_table_like()).flat_map(|table| {
        let ours = |item: &Item| item.get("path").is_some();
        table.iter().filter(move |(_, item)| !ours(item)).map(|(name, _)| name.to_owned())
    })
}

/// Every direct dependency that is not the project's own.
fn crates() -> BTreeSet<String> {
    let manifests = manifests();
    let own: BTreeSet<_> =
        manifests.iter().filter_map(|each| each.get("package")?["name"].as_str()).collect();
    let mut found = BTreeSet::new();
    for manifest in &manifests {
        found.extend(names_of(manifest.as_table()));
        let targets = manifest.get("target").and_then(Item::as_table_like);
        for (_, target) in targets.into_iter().flat_map(TableLike::iter) {
            found.extend(names_of(target.as_table_like().unwrap()));
        }
    }
    found.into_iter().filter(|name| !own.contains(name.as_str())).collect()
}

fn packages() -> BTreeSet<String> {
    let manifest: Value = serde_json::from_slice(&fs::read(root().join("ui/package.json")).unwrap()).unwrap();
    ["dependencies", "devDependencies"]
        .into_iter()
        .filter_map(|table| manifest[table].as_object())
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// The rows under a heading of the page: a name, and whether each of the other columns says something.
fn rows(page: &str, heading: &str) -> BTreeMap<String, bool> {
    let (_, part) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let mut found = BTreeMap::new();
    for line in part.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let whole = cells.len() == 6 && cells[1..5].iter().all(|cell| !cell.is_empty());
        assert!(found.insert(cells[1].to_owned(), whole).is_none(), "twice: {line}");
    }
    found
}

#[test]
fn the_page_names_every_direct_dependency_and_no_other() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    for (heading, direct) in [("Rust", crates()), ("The pages", packages())] {
        let rows = rows(&page, heading);
        let named: BTreeSet<_> = rows.keys().cloned().collect();
        let missing: Vec<_> = direct.difference(&named).collect();
        let gone: Vec<_> = named.difference(&direct).collect();
        assert!(missing.is_empty() && gone.is_empty(), "{heading}: missing {missing:?}, gone {gone:?}");
        let bare: Vec<_> = rows.iter().filter(|(_, whole)| !**whole).collect();
        assert!(bare.is_empty(), "{heading}: a licence, a place and a reason each: {bare:?}");
    }
}

#[test]
fn the_workspace_lists_nothing_that_no_crate_uses() {
    let workspace = toml(&root().join("Cargo.toml"));
    let listed = workspace["workspace"]["dependencies"].as_table_like().unwrap();
    let listed = listed.iter().filter(|(_, item)| item.get("path").is_none());
    let listed: BTreeSet<_> = listed.map(|(name, _)| name.to_owned()).collect();
    let used = crates();
    assert!(listed.len() > 20, "{listed:?}");
    let unused: Vec<_> = listed.difference(&used).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_lock_files_name_public_registries_and_a_checksum_for_everything() {
    for place in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock = toml(&root().join(place));
        let packages = lock["package"].as_array_of_tables().unwrap();
        for package in packages.iter().filter(|package| package.contains_key("source")) {
            let name = &package["name"];
            assert_eq!(package["source"].as_str(), Some(REGISTRY), "{place}: {name}");
            assert!(package.contains_key("checksum"), "{place}: {name} has no checksum");
        }
    }
    let lock: Value =
        serde_json::from_slice(&fs::read(root().join("ui/package-lock.json")).unwrap()).unwrap();
    assert_eq!(lock["lockfileVersion"], 3);
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50);
    // The first is the project itself.
    for (place, package) in packages.iter().filter(|(place, _)| !place.is_empty()) {
        assert!(package["integrity"].is_string(), "{place} has no checksum");
        let from = package["resolved"].as_str().unwrap_or(NPM);
        assert!(from.starts_with(NPM), "{place} comes from {from}");
    }
}

#[test]
fn nothing_is_built_without_its_lock_file() {
    let mut files = vec![root().join("Makefile")];
    for dir in ["scripts", "packaging", ".github/workflows"] {
        files.extend(below(&root().join(dir)));
    }
    assert!(files.len() > 5);
    let builds = ["cargo build", "cargo test", "cargo clippy", "cargo bench", "cargo run", "cargo install"];
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default().replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let locked = !builds.iter().any(|build| line.contains(build)) || line.contains("--locked");
            // What a script tells its user to type is no command of its own.
            let told = line.contains("echo ") || line.contains("usage") || line.contains("Run:");
            assert!(locked || told, "{}: {line}", file.display());
            assert!(!line.contains("npm install") && !line.contains("npm i "), "{}: {line}", file.display());
        }
    }
}

/// Every file below a directory.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}
