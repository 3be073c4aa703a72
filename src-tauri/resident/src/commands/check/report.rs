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
pub(super) struct Name {
    #[serde(rename = "name")]
    key: String,
    #[serde(skip)]
    label: String,
}

impl Name {
    pub(super) fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    #[serde(flatten)]
    name: Name,
    pub(super) ok: bool,
    /// In order, and still worth a look.
    warning: bool,
    message: String,
    /// What to do; empty when nothing needs doing.
    advice: String,
}

/// Lines as they become known.
pub(super) struct Report<'a> {
    pub(super) out: &'a mut Out,
    pub(super) json: bool,
    pub(super) language: Language,
    pub(super) lines: Vec<Line>,
    /// A person waits at a terminal.
    pub(super) progress: bool,
}

impl Report<'_> {
    /// Shows what is being asked.
    pub(super) fn begin(&self, name: &Name) {
        if self.progress {
            let mut terminal = io::stderr();
            let _ = write!(terminal, "\r\x1b[2K… {}", name.label);
            let _ = terminal.flush();
        }
    }

    pub(super) fn good(&mut self, name: &Name, message: impl Into<String>) -> Result<(), Failure> {
        self.add(Line {
            name: name.clone(),
            ok: true,
            warning: false,
            message: message.into(),
            advice: String::new(),
        })
    }

    pub(super) fn look(
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

    pub(super) fn bad(
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
    pub(super) fn fault(
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
