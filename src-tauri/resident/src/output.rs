//! What is printed: text with colours where a terminal shows them, or JSON.
//!
//! Answers go to standard output, everything about the asking to standard
//! error. Nothing here panics when the reader goes away.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use engine::settings::Language;
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::words;

/// What a text means, for its colour. The words alone say as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    /// Beside the point, but there for whoever wants it.
    Quiet,
    Good,
    /// Waits, or wants a look.
    Attention,
    Bad,
}

impl Tone {
    const fn style(self) -> Style {
        let style = Style::new();
        match self {
            Self::Plain => style,
            Self::Strong => style.bold(),
            Self::Quiet => style.dimmed(),
            Self::Good => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green))),
            Self::Attention => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow))),
            Self::Bad => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))),
        }
    }
}

/// `text` in its colour. Pad first, paint second.
pub(crate) fn paint(tone: Tone, text: impl Display) -> String {
    let style = tone.style();
    format!("{style}{text}{style:#}")
}

/// `text` and blanks up to `width` characters.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// Standard output.
pub(crate) struct Out {
    stream: AutoStream<io::Stdout>,
    live: bool,
}

impl Out {
    pub(crate) fn new() -> Self {
        let live = io::stdout().is_terminal();
        Self { stream: AutoStream::auto(io::stdout()), live }
    }

    /// Whether a person watches a terminal that can redraw a line.
    pub(crate) const fn is_live(&self) -> bool {
        self.live
    }

    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.stream, "{text}").map_err(Failure::Output)
    }

    /// Draws over the line that was drawn last. For a terminal alone.
    pub(crate) fn redraw(&mut self, text: impl Display) -> Result<(), Failure> {
        let mut raw = io::stdout();
        raw.write_all(b"\r\x1b[2K")?;
        write!(self.stream, "{text}")?;
        Ok(raw.flush()?)
    }

    /// Takes the drawn line away.
    pub(crate) fn clear_line(&mut self) -> Result<(), Failure> {
        if self.live {
            self.redraw("")?;
        }
        Ok(())
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Output(error.into()))?;
        self.line(text)
    }
}

/// One line on standard error. If even that is closed, there is nobody to tell.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// The truth about a failure, on standard error.
pub(crate) fn report(failure: &Failure, json: bool, language: Language) {
    if failure.is_silent() {
        return;
    }
    let message = words::failure(failure, language);
    if json {
        complain(json!({ "error": { "code": failure.code(), "message": message } }));
    } else {
        complain(message);
    }
}
