//! The tray's menu: a pure function of the view and the language.
//!
//! Everything is in the menu, for on Linux a click on the icon tells the program nothing.

use chrono::{DateTime, Utc};
use engine::notification::NotificationId;
use engine::settings::Language;

use super::view::{Note, PauseEnd, PendingRow, TrayState, TrayView, Trouble};
use crate::when;
use crate::words::tray as say;

/// A page of the window, by the word the window takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Queue,
    Today,
    Settings,
}

impl Page {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Today => "today",
            Self::Settings => "settings",
        }
    }
}

/// How long to pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseLength {
    Minutes(i64),
    /// Until the desk's next day begins.
    Tomorrow,
    UntilResumed,
}

/// What a person can do from the menu or from a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Open(Page),
    SendNow(NotificationId),
    Cancel(NotificationId),
    Pause(PauseLength),
    Resume,
    /// Ends the program, if nothing waits; else it asks.
    Quit,
    /// The answer to that question.
    QuitAnyway,
}

/// One entry. Texts are plain: whoever draws them escapes what its menus read as marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Tells and does nothing.
    Label(String),
    Act(String, Act),
    Submenu(String, Vec<Entry>),
    Separator,
}

/// The menu, in the order people look for things.
pub(crate) fn menu(view: &TrayView, language: Language) -> Vec<Entry> {
    let mut entries = Vec::new();
    if view.training {
        entries.push(Entry::Label(say::training(language).to_owned()));
    }
    entries.push(Entry::Act(say::waiting(view.pending, language), Act::Open(Page::Queue)));
    if view.needs_you > 0 {
        entries.push(Entry::Act(say::needs_you(view.needs_you, language), Act::Open(Page::Queue)));
    }
    entries.extend(view.rows.iter().map(|row| row_entry(row, language)));
    entries.push(Entry::Separator);
    entries.push(Entry::Act(say::open(language).to_owned(), Act::Open(Page::Queue)));
    entries.push(pause(view, language));
    entries.push(Entry::Act(say::sent_today(view.sent_today, language), Act::Open(Page::Today)));
    entries.push(Entry::Label(status(view, language)));
    if let Some(note) = &view.note {
        entries.push(Entry::Label(say::note(note, language).to_owned()));
    }
    entries.push(Entry::Separator);
    entries.push(Entry::Act(say::settings(language).to_owned(), Act::Open(Page::Settings)));
    entries.push(quit(view, language));
    entries
}

fn row_entry(row: &PendingRow, language: Language) -> Entry {
    let label = say::row(&row.client, row.visit.map(|visit| when::short(visit, language)), language);
    let acts = vec![
        Entry::Act(say::send_now(language).to_owned(), Act::SendNow(row.id)),
        Entry::Act(say::do_not_send(language).to_owned(), Act::Cancel(row.id)),
    ];
    Entry::Submenu(label, acts)
}

fn pause(view: &TrayView, language: Language) -> Entry {
    if let Some(end) = view.paused {
        let until = moment(end, view, language);
        return Entry::Act(say::resume(until.as_deref(), language), Act::Resume);
    }
    let lengths = [
        PauseLength::Minutes(15),
        PauseLength::Minutes(60),
        PauseLength::Tomorrow,
        PauseLength::UntilResumed,
    ];
    let entries =
        lengths.map(|length| Entry::Act(say::pause_for(length, language).to_owned(), Act::Pause(length)));
    Entry::Submenu(say::pause(language).to_owned(), entries.to_vec())
}

/// With messages waiting the way out leads past what becomes of them.
fn quit(view: &TrayView, language: Language) -> Entry {
    let label = say::quit(language).to_owned();
    if view.pending == 0 {
        return Entry::Act(label, Act::Quit);
    }
    let entries = vec![
        Entry::Label(say::will_not_leave(view.pending, language)),
        Entry::Act(say::quit_anyway(language).to_owned(), Act::QuitAnyway),
    ];
    Entry::Submenu(label, entries)
}

/// One line on how things stand.
pub(crate) fn status(view: &TrayView, language: Language) -> String {
    if let Some(wanting) = view.wanting {
        return say::wanting(wanting, language).to_owned();
    }
    match &view.trouble {
        Some(Trouble::Offline(since)) => say::offline(&clock(*since, view), language),
        Some(Trouble::Unwell(since)) => say::unwell(&clock(*since, view), language),
        Some(Trouble::Fault(code)) => engine::words::fault(*code, language).what.to_owned(),
        Some(Trouble::Worker(words)) => words.clone(),
        Some(Trouble::Stuck(number)) => say::stuck(*number, language),
        None if !view.enabled => say::switched_off(language).to_owned(),
        None => match view.last_poll {
            Some(at) => say::last_poll(&clock(at, view), language),
            None => say::no_poll_yet(language).to_owned(),
        },
    }
}

/// The figures, for desktops that show a tooltip.
pub(crate) fn tooltip(view: &TrayView, language: Language) -> String {
    let mut lines = vec![say::waiting(view.pending, language)];
    if view.needs_you > 0 {
        lines.push(say::needs_you(view.needs_you, language));
    }
    if let Some(end) = view.paused {
        let until = moment(end, view, language);
        lines.push(say::paused(until.as_deref(), language));
    }
    lines.push(say::sent_today(view.sent_today, language));
    lines.push(status(view, language));
    lines.extend(view.note.as_ref().map(|note: &Note| say::note(note, language).to_owned()));
    lines.join("\n")
}

/// Whether the icon asks for attention where the desktop can show that.
pub(crate) const fn wants_attention(view: &TrayView) -> bool {
    matches!(view.state, TrayState::NeedsYou)
}

/// `14:05`, or with its zone where the desk's own is not known.
fn clock(at: DateTime<Utc>, view: &TrayView) -> String {
    match view.zone {
        Some(zone) => when::clock(at.with_timezone(&zone).time()),
        None => format!("{} UTC", when::clock(at.time())),
    }
}

/// `чт, 14 авг, 15:00`: a pause may end on another day. None: when it is resumed.
fn moment(end: PauseEnd, view: &TrayView, language: Language) -> Option<String> {
    let PauseEnd::At(at) = end else { return None };
    Some(match view.zone {
        Some(zone) => when::short(at.with_timezone(&zone).naive_local(), language),
        None => when::short_utc(at, language),
    })
}

#[cfg(test)]
mod tests;
