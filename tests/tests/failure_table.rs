//! `docs/failure-cases.md` is complete, and names only tests that exist and run.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

/// The cases of the page.
fn cases() -> impl Iterator<Item = u32> {
    1..=98
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The lines of the page that are wrong, and why.
fn mistakes(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rows: Vec<(String, [&str; 2])> = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| F")) {
        match line.split('|').map(str::trim).collect::<Vec<_>>()[..] {
            ["", case, happens, shown, ""] => rows.push((case.to_owned(), [happens, shown])),
            _ => found.push(format!("not three columns: {line}")),
        }
    }
    for case in cases().map(|number| format!("F{number:02}")) {
        let count = rows.iter().filter(|(row, _)| *row == case).count();
        if count != 1 {
            found.push(format!("{case} has {count} rows"));
        }
    }
    for (case, [happens, shown]) in &rows {
        // Every second piece is what stands between two backticks.
        let names: Vec<_> = shown.split('`').skip(1).step_by(2).collect();
        if names.is_empty() && !happens.contains("**Not yet") {
            found.push(format!("{case} is shown by nothing, and does not say so"));
        }
        found.extend(names.iter().filter_map(|name| Some(format!("{case}: {name}: {}", wrong(name)?))));
    }
    found
}

/// What is wrong with a test's name.
fn wrong(name: &str) -> Option<&'static str> {
    let mut path: Vec<_> = name.split("::").collect();
    let (Some(test), false) = (path.pop(), path.is_empty()) else { return Some("is no path") };
    let base = match path.remove(0) {
        "scenarios" => workspace().join("tests"),
        "booking-monitor" => workspace().join("src-tauri/resident"),
        "e2e" => workspace().join("tests/e2e"),
        other => workspace().join("src-tauri").join(other),
    };
    let Some(source) = source(&base, &path) else { return Some("no such module") };
    let Some((before, _)) = source.split_once(&format!("fn {test}(")) else { return Some("no such test") };
    // Its attributes follow the end of whatever stands before it.
    let attributes = before.rsplit("\n\n").next().unwrap_or_default();
    if !attributes.contains("#[test") && !attributes.contains("#[tokio::test") {
        return Some("is no test");
    }
    attributes.contains("#[ignore").then_some("is not run by default")
}

/// The text of a module of a crate, or of one of its test binaries.
fn source(base: &Path, path: &[&str]) -> Option<String> {
    let below: PathBuf = path.iter().collect();
    for root in ["src", "tests"] {
        let place = base.join(root).join(&below);
        for file in
            [place.with_extension("rs"), place.join("mod.rs"), place.join("main.rs"), place.join("lib.rs")]
        {
            if let Ok(text) = fs::read_to_string(file) {
                return Some(text);
            }
        }
    }
    // A module at the end of its parent's file.
    let (last, parent) = path.split_last()?;
    source(base, parent).filter(|text| text.contains(&format!("mod {last} {{")))
}

#[test]
fn every_case_is_there_and_every_test_it_names_exists() {
    let page = fs::read_to_string(workspace().join("docs/failure-cases.md")).unwrap();
    assert_eq!(mistakes(&page), Vec::<String>::new());
}

#[test]
fn a_page_that_is_wrong_is_found_out() {
    let good = "scenarios::failure_table::a_page_that_is_wrong_is_found_out";
    let page = |shown: &str| {
        let rows = cases().skip(1).map(|number| format!("| F{number:02} | as it should | `{good}` |\n"));
        rows.collect::<String>() + &format!("| F01 | as it should | {shown} |")
    };
    assert_eq!(mistakes(&page(&format!("`{good}`"))), Vec::<String>::new());
    for (shown, complaint) in [
        ("", "F01 is shown by nothing, and does not say so"),
        ("`scenarios::failure_table::gone`", "F01: scenarios::failure_table::gone: no such test"),
        ("`scenarios::nowhere::at_all`", "F01: scenarios::nowhere::at_all: no such module"),
        ("`scenarios::failure_table::mistakes`", "F01: scenarios::failure_table::mistakes: is no test"),
        ("`gone`", "F01: gone: is no path"),
    ] {
        assert_eq!(mistakes(&page(shown)), [complaint]);
    }
    let complete = page(&format!("`{good}`"));
    assert_eq!(mistakes(&complete.replace("| F12 |", "| F13 |")), ["F12 has 0 rows", "F13 has 2 rows"]);
}
