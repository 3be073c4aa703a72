//! What is wrong with the settings, in words for the person who wrote them.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One thing that is wrong, and where. Shows itself as one line:
/// `…/settings.toml, line 3: poll_interval_ms must be …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The file; None when an environment variable is to blame.
    pub path: Option<PathBuf>,
    /// Counted from 1; None when the file as a whole is to blame.
    pub line: Option<usize>,
    /// In characters, counted from 1.
    pub column: Option<usize>,
    /// The key (`yclients.base_url`) or the environment variable.
    pub key: Option<String>,
    /// What is wrong and what is allowed; reads on after the key.
    pub message: String,
}

impl SettingsError {
    /// The file as a whole.
    pub(super) fn of_file(path: &Path, message: impl Into<String>) -> Self {
        Self { path: Some(path.to_owned()), line: None, column: None, key: None, message: message.into() }
    }

    /// An environment variable.
    pub(super) fn of_variable(name: &str, message: impl Into<String>) -> Self {
        Self { path: None, line: None, column: None, key: Some(name.to_owned()), message: message.into() }
    }

    /// A place in the file's text; `span` is in bytes.
    pub(super) fn at(
        path: &Path,
        text: &[u8],
        span: Option<Range<usize>>,
        key: Option<String>,
        message: impl Into<String>,
    ) -> Self {
        let (line, column) = span.map(|span| position(text, span.start)).unzip();
        Self { path: Some(path.to_owned()), line, column, key, message: message.into() }
    }
}

/// Line and column of a byte, both counted from 1.
pub(super) fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.split(|byte| *byte == b'\n').count();
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    (line, column)
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", path.display())?;
            if let Some(line) = self.line {
                write!(f, ", line {line}")?;
                // A key is found by its name; broken syntax only by its column.
                if let (Some(column), None) = (self.column, &self.key) {
                    write!(f, ", column {column}")?;
                }
            }
            f.write_str(": ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key} ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for SettingsError {}
