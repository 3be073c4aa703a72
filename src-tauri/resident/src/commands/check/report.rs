//! The answer of `check`, line by line.

use std::io::{self, Write as _};

use engine::settings::Language;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Out, Tone, pad, paint};

/// As wide as the longest name.
const NAME: usize = 22;
/// What is looked at: for programs, and for people.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands) struct Name {
    #[serde(rename = "name")]
    key: String,
    #[serde(skip)]
    label: String,
}

impl Name {
    pub(in crate::commands) fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    name: Name,
    pub(crate) ok: bool,
    /// In order, and still worth a look.
    pub(crate) warning: bool,
    pub(crate) message: String,
    /// What to do; empty when nothing needs doing.
    pub(crate) advice: String,
}

impl Line {
    /// What it is about, for programs.
    pub(crate) fn key(&self) -> &str {
        &self.name.key
    }

    /// Whether the line is about this, or about one of these (`yclients.`).
    pub(in crate::commands) fn is_about(&self, key: &str) -> bool {
        self.name.key == key || (key.ends_with('.') && self.name.key.starts_with(key))
    }
}

/// Lines as they become known.
pub(in crate::commands) struct Report<'a> {
    pub(in crate::commands) out: &'a mut Out,
    pub(in crate::commands) json: bool,
    pub(in crate::commands) language: Language,
    pub(in crate::commands) lines: Vec<Line>,
    /// A person waits at a terminal.
    pub(in crate::commands) progress: bool,
}

impl Report<'_> {
    /// Shows what is being asked.
    pub(in crate::commands) fn begin(&self, name: &Name) {
        if self.progress {
            let mut terminal = io::stderr();
            let _ = write!(terminal, "\r\x1b[2K… {}", name.label);
            let _ = terminal.flush();
        }
    }

    pub(in crate::commands) fn good(
        &mut self,
        name: &Name,
        message: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: true,
            warning: false,
            message: message.into(),
            advice: String::new(),
        })
    }

    pub(in crate::commands) fn look(
        &mut self,
        name: &Name,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: true,
            warning: true,
            message: message.into(),
            advice: advice.into(),
        })
    }

    pub(in crate::commands) fn bad(
        &mut self,
        name: &Name,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: false,
            warning: false,
            message: message.into(),
            advice: advice.into(),
        })
    }

    /// A fault with the engine's own words for it, and the small print.
    pub(in crate::commands) fn fault(
        &mut self,
        name: &Name,
        code: engine::error::FaultCode,
        detail: &str,
    ) -> Result<(), Failure> {
        let words = engine::words::fault(code, self.language);
        self.bad(name, format!("{} ({detail})", words.what), words.do_next)
    }

    fn add(&mut self, line: Line) -> Result<(), Failure> {
        if self.progress {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
        if !self.json {
            let (mark, tone) = match (line.ok, line.warning) {
                (true, false) => ("✓", Tone::Good),
                (true, true) => ("!", Tone::Attention),
                (false, _) => ("✗", Tone::Bad),
            };
            self.out.line(format!(
                "{} {}  {}",
                paint(tone, mark),
                pad(&line.name.label, NAME),
                line.message
            ))?;
            if !line.advice.is_empty() {
                self.out.line(format!("{}→ {}", " ".repeat(NAME + 4), line.advice))?;
            }
        }
        self.lines.push(line);
        Ok(())
    }
}
