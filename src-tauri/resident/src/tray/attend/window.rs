//! What the tray does with windows: shows the one that is open or starts one, says what becomes of it,
//! and brings the small one where messages count down and nobody looks.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use engine::outbox::RequestKind;
use engine::settings::Settings;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::Attendant;
use crate::tray::menu::Page;
use crate::tray::notice::{Button, Notice};
use crate::tray::view::Note;
use crate::tray::windows::Ended;
use crate::when;
use crate::words::{self, tray as say};

/// A window that lives answers sooner; one that was closed and still ends does not.
const JUST_ASKED: TimeDelta = TimeDelta::seconds(2);
/// Its presence says that "working in the tray" was said.
const SAID: &str = "tray-notice-shown";

impl Attendant {
    /// Shows the window: the one that is open, else a new one.
    pub(super) fn open(&mut self, page: &str) {
        if self.windows.is_open() {
            let asked =
                self.outbox().and_then(|outbox| Ok(outbox.ask(RequestKind::ShowWindow, page, self.now())?));
            if let Err(failure) = asked {
                warn!("{}", words::failure(&failure, self.language()));
            }
            return;
        }
        match self.windows.start(page, self.host.is_seen()) {
            Ok(()) => {
                self.window_seen = true;
                self.own.note.take_if(|note| note.is_of_window());
            }
            Err(error) => {
                warn!(%error, "the window cannot be started");
                let missing = error.kind() == io::ErrorKind::NotFound;
                self.no_window(if missing { Note::WindowMissing } else { Note::WindowFailed });
            }
        }
    }

    /// Said in words, and in the menu as long as it lasts.
    fn no_window(&mut self, note: Note) {
        let (title, body) = match note {
            Note::WindowMissing => say::window_missing(self.language()),
            Note::NoWebView => say::no_web_view(self.language()),
            _ => say::window_failed(self.language()),
        };
        warn!("{title}. {body}");
        self.own.note = Some(note);
        self.window_seen = false;
        self.tell(Notice::new(title, body));
        self.end_training();
    }

    pub(super) fn window_ended(&mut self, ended: Ended) {
        match ended {
            Ended::Small => {}
            Ended::Failed => self.no_window(Note::WindowFailed),
            Ended::NoWebView => self.no_window(Note::NoWebView),
            Ended::Closed => self.window_closed(),
            Ended::Crashed => {
                self.window_closed();
                self.offer_again = true;
            }
        }
    }

    /// What a window showed that crashed is shown again, as if it had just begun to count down; once nothing
    /// of it holds its lock any more.
    pub(super) fn offer_what_was_lost(&mut self, now: DateTime<Utc>) {
        if self.offer_again && !self.windows.is_open() {
            self.offer_again = false;
            self.counted = None;
            self.counting(now);
        }
    }

    /// The first time a window goes, the tray says that the work goes on.
    pub(super) fn window_closed(&mut self) {
        let open = self.windows.is_open();
        if open || !std::mem::replace(&mut self.window_seen, open) {
            self.window_seen = open;
            return;
        }
        self.end_training();
        match self.answer_for_window() {
            // Asked for while the process of the closed window still ended: nobody has shown it.
            Ok(Some(page)) if self.start.training.is_none() => return self.open(&page),
            Ok(_) => {}
            Err(error) => debug!(%error, "what was asked of the window could not be answered"),
        }
        if self.start.training.is_none() && self.host.is_seen() && first_time(&self.start.dir) {
            let (title, body) = say::in_tray(self.language());
            self.tell(Notice::new(title, body).with(&[Button::Open, Button::Quit]));
        }
    }

    /// What was asked of the window that went must not bring it back, unless it was asked just now: then
    /// this is the page.
    fn answer_for_window(&self) -> Result<Option<String>, engine::db::StorageError> {
        let Some(outbox) = &self.outbox else { return Ok(None) };
        let (now, mut page) = (self.now(), None);
        for request in outbox.asked()?.into_iter().filter(|request| request.kind == RequestKind::ShowWindow) {
            outbox.answer(request.id, now)?;
            if now - request.asked_at < JUST_ASKED {
                page = Some(request.argument);
            }
        }
        Ok(page)
    }

    fn end_training(&self) {
        if self.start.training.is_some() {
            let _ = self.start.quit.send(true);
        }
    }

    /// A message that begins to count down is shown without taking anybody's focus.
    pub(super) fn counting(&mut self, now: DateTime<Utc>) {
        let Some(facts) = &self.facts else { return };
        let counting: BTreeSet<i64> = facts.counting(now).map(|row| row.id.0).collect();
        let before = self.counted.replace(counting);
        let before = before.unwrap_or_default();
        let new: Vec<_> = facts.counting(now).filter(|row| !before.contains(&row.id.0)).collect();
        let (Some(first), false) = (new.first(), self.windows.is_open()) else { return };
        if !small_window(&self.settings) {
            return;
        }
        let whom = (new.len() == 1 && names_in_banners(&self.settings)).then(|| {
            let visit = facts.zones.get(&first.company);
            let visit = visit.map(|zone| first.starts_at.with_timezone(zone).naive_local());
            say::row(
                &first.client_name,
                visit.map(|visit| when::short(visit, self.settings.language)),
                self.settings.language,
            )
        });
        let number = new.len();
        if can_place_windows() && self.windows.start_small() {
            return;
        }
        let (title, body) = say::counting_down(number, whom.as_deref(), self.language());
        self.tell(Notice::new(title, body));
    }

    /// Without a panel there is no icon: the window stands in for it, or a notification.
    pub(super) fn mention_panel(&mut self) {
        if self.panel_due.take_if(|due| *due <= Instant::now()).is_none() || self.host.is_seen() {
            return;
        }
        if self.start.hidden {
            let (title, body) = say::without_tray(self.language());
            self.tell(Notice::new(title, body));
        } else if !self.windows.is_open() {
            self.open(Page::Queue.as_str());
        }
    }
}

/// Whether it was never said on this data. Said once even where it cannot be noted down.
fn first_time(dir: &Path) -> bool {
    fs::OpenOptions::new().write(true).create_new(true).open(dir.join(SAID)).is_ok()
}

/// Whether the small window is wanted.
const fn small_window(settings: &Settings) -> bool {
    settings.window.small_window
}

/// Whether notifications may show names.
const fn names_in_banners(settings: &Settings) -> bool {
    settings.window.names_in_banners
}

/// Wayland leaves the place of a window to the desktop, so a small one in the corner cannot be had.
fn can_place_windows() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || (set("DISPLAY") && !set("WAYLAND_DISPLAY"))
}
