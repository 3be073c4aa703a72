//! The end of the log, worker's and window's, as it may be said.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat};

use super::plain;

/// As many of the latest lines of each file.
const LINES: usize = 400;
/// They are looked for in so much of its end.
const BYTES: u64 = 256 << 10;
/// Of so many files: each process has one a day.
const FILES: usize = 3;

pub(super) fn tail(dir: &Path, names: &BTreeSet<String>) -> Vec<String> {
    let mut files: Vec<(_, PathBuf)> = fs::read_dir(dir.join("logs"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let mut lines = Vec::new();
    let newest = files.len().saturating_sub(FILES);
    for (_, path) in files.split_off(newest) {
        let window = path.file_name().is_some_and(|name| name.to_string_lossy().contains("window"));
        let Ok(text) = end_of(&path) else { continue };
        let all: Vec<&str> = text.lines().collect();
        lines.push(format!(
            "-- {}, {} lines",
            if window { "window" } else { "worker" },
            all.len().min(LINES)
        ));
        lines.extend(all.iter().skip(all.len().saturating_sub(LINES)).map(|line| said(line, names)));
    }
    if lines.is_empty() { vec!["none".to_owned()] } else { lines }
}

/// A moment at the beginning of a line is no telephone number.
fn said(line: &str, names: &BTreeSet<String>) -> String {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match DateTime::parse_from_rfc3339(first) {
        Ok(at) => format!("{} {}", at.to_rfc3339_opts(SecondsFormat::Millis, true), plain::said(rest, names)),
        Err(_) => plain::said(line, names),
    }
}

/// Whole lines of a file's end.
fn end_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let cut = file.metadata()?.len().saturating_sub(BYTES);
    file.seek(SeekFrom::Start(cut))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // What was cut in the middle is no line.
    Ok(if cut == 0 {
        text
    } else {
        text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    })
}
