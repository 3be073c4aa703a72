use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::contract::typescript;
use crate::names::COMMANDS;

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Without formatting, which is the UI's own affair.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
}

#[test]
fn the_bindings_of_the_page_are_those_of_the_commands() {
    let path = root().join("ui/src/lib/backend/bindings.ts");
    if std::env::var_os("BOOKING_MONITOR_WRITE_BINDINGS").is_some() {
        fs::write(&path, typescript()).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        bare(&kept) == bare(&typescript()),
        "the types changed: BOOKING_MONITOR_WRITE_BINDINGS=1 cargo test -p booking-monitor-window bindings"
    );
}

/// The methods of the page's `Backend`; `on_…` are events, no commands.
fn methods() -> BTreeSet<String> {
    let contract = read("ui/src/lib/backend/contract.ts");
    let (_, body) = contract.split_once("export interface Backend {").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    body.lines()
        .filter(|line| !line.trim_start().starts_with(['/', '*']))
        .filter_map(|line| line.trim().split_once('(').map(|(name, _)| name.to_owned()))
        .filter(|name| !name.starts_with("on_") && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

fn granted(window: &str) -> BTreeSet<String> {
    let capability: serde_json::Value =
        serde_json::from_str(&read(&format!("src-tauri/capabilities/{window}.json"))).unwrap();
    assert_eq!(capability["windows"], serde_json::json!([window]));
    let permissions = capability["permissions"].as_array().unwrap().iter();
    permissions.map(|permission| permission.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_page_asks_for_the_commands_that_there_are() {
    let commands: BTreeSet<String> = COMMANDS.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(commands.len(), COMMANDS.len(), "each once");
    assert_eq!(methods(), commands);

    let app = read("src-tauri/src/app.rs");
    let (_, handled) = app.split_once("generate_handler![").unwrap();
    let (handled, _) = handled.split_once(']').unwrap();
    let handled: BTreeSet<String> = handled
        .split(',')
        .filter_map(|path| path.trim().rsplit("::").next().filter(|name| !name.is_empty()).map(str::to_owned))
        .collect();
    assert_eq!(handled, commands);
}

#[test]
fn each_window_is_granted_its_commands_by_name_and_nothing_else() {
    let listening = ["core:event:allow-listen", "core:event:allow-unlisten"];
    let permission = |name: &str| format!("allow-{}", name.replace('_', "-"));
    let with = |names: &[&str]| -> BTreeSet<String> {
        let commands = names.iter().map(|name| permission(name));
        commands.chain(listening.map(str::to_owned)).collect()
    };
    let all: Vec<&str> = COMMANDS.iter().copied().filter(|name| *name != "hide_small").collect();
    assert_eq!(granted("main"), with(&all));
    let few =
        ["program", "desk", "send_now", "cancel", "extend", "hold", "restore", "show_main", "hide_small"];
    assert_eq!(granted("small"), with(&few));
}

#[test]
fn the_page_may_load_and_run_nothing_but_its_own() {
    let config: serde_json::Value = serde_json::from_str(&read("src-tauri/tauri.conf.json")).unwrap();
    let app = &config["app"];
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(app["security"]["capabilities"], serde_json::json!(["main", "small"]));
    assert_eq!(app["security"].get("dangerousDisableAssetCspModification"), None);
    let csp = app["security"]["csp"].as_object().unwrap();
    assert_eq!(csp["default-src"], "'none'");
    for (directive, sources) in csp {
        for source in sources.as_str().unwrap().split_whitespace() {
            let own = ["'none'", "'self'", "ipc:", "http://ipc.localhost"].contains(&source);
            assert!(own || (directive == "img-src" && source == "data:"), "{directive} {source}");
        }
    }
}
