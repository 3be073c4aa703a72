//! How the story looks in a terminal. Without one it is plain lines; for
//! `--json` nothing of it is printed at all.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::notification::Notification;
use engine::settings::Language;

use crate::failure::Failure;
use crate::output::{Out, Tone, paint};
use crate::when::countdown;
use crate::words::demo as say;

const INDENT: &str = "     ";
/// The countdown's bar, in characters.
const BAR: i64 = 24;
/// In a file a line now and then says how far it is.
const PLAIN_STEP: TimeDelta = TimeDelta::seconds(2);

pub(super) struct Stage {
    out: Out,
    pub(super) language: Language,
    json: bool,
    scene: usize,
    /// A message was shown with all its lines.
    shown_whole: bool,
    /// What the plain countdown said last.
    plain_said: Option<DateTime<Utc>>,
}

impl Stage {
    pub(super) fn new(out: Out, language: Language, json: bool) -> Self {
        Self { out, language, json, scene: 0, shown_whole: false, plain_said: None }
    }

    fn line(&mut self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.out.line(text) }
    }

    pub(super) fn title(&mut self, title: &str, below: &[String]) -> Result<(), Failure> {
        self.line("")?;
        self.line(&format!("  {}", paint(Tone::Strong, title)))?;
        for line in below {
            self.line(&format!("  {}", paint(Tone::Quiet, line)))?;
        }
        Ok(())
    }

    /// A new scene.
    pub(super) fn scene(&mut self, title: &str) -> Result<(), Failure> {
        self.scene += 1;
        self.line("")?;
        self.line(&format!("  {}  {}", paint(Tone::Quiet, self.scene), paint(Tone::Strong, title)))
    }

    pub(super) fn say(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() { self.line("") } else { self.line(&format!("{INDENT}{text}")) }
    }

    pub(super) fn toned(&mut self, tone: Tone, text: &str) -> Result<(), Failure> {
        self.say(&paint(tone, text))
    }

    /// Who is written to, and what. Whole the first time; then its first line says enough.
    pub(super) fn message(&mut self, name: &str, row: &Notification) -> Result<(), Failure> {
        self.say(&paint(Tone::Quiet, format!("{name} · {}", row.phone)))?;
        let lines = if self.shown_whole { 1 } else { usize::MAX };
        self.shown_whole = true;
        let more = if row.text.lines().count() > lines { " …" } else { "" };
        for line in row.text.lines().take(lines) {
            self.say(&format!("{} {line}{more}", paint(Tone::Quiet, "│")))?;
        }
        Ok(())
    }

    /// Old words and new ones: what went, what came, and nothing of what stayed.
    pub(super) fn difference(&mut self, old: &str, new: &str) -> Result<(), Failure> {
        for line in old.lines().filter(|line| new.lines().all(|other| other != *line)) {
            self.say(&format!("{} {line}", paint(Tone::Quiet, "−")))?;
        }
        for line in new.lines().filter(|line| old.lines().all(|other| other != *line)) {
            self.say(&format!("{} {}", paint(Tone::Good, "+"), paint(Tone::Strong, line)))?;
        }
        Ok(())
    }

    /// The time left, drawn from the row's own `due_at`; it decides nothing.
    pub(super) fn counting(
        &mut self,
        row: &Notification,
        window: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let left = (row.due_at - now).max(TimeDelta::zero());
        if !self.out.is_live() {
            if self.plain_said.is_none_or(|at| now - at >= PLAIN_STEP) {
                self.plain_said = Some(now);
                self.say(&say::waits(&countdown(left), self.language))?;
            }
            return Ok(());
        }
        let whole = window.num_milliseconds().max(1);
        let filled = (left.num_milliseconds() * BAR / whole).clamp(0, BAR);
        let length = |cells: i64| usize::try_from(cells).unwrap_or_default();
        let bar = "━".repeat(length(filled));
        let rest = "─".repeat(length(BAR - filled));
        self.out.redraw(format!(
            "{INDENT}{}{}  {}",
            bar,
            paint(Tone::Quiet, rest),
            say::waits(&countdown(left), self.language)
        ))
    }

    /// The countdown is over or interrupted.
    pub(super) fn counted(&mut self) -> Result<(), Failure> {
        self.plain_said = None;
        if self.json { Ok(()) } else { self.out.clear_line() }
    }

    /// The last word, for programs.
    pub(super) fn answer(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        if self.json { self.out.json(value) } else { Ok(()) }
    }
}

/// How often the stage is drawn anew.
pub(super) const FRAME: Duration = Duration::from_millis(100);
