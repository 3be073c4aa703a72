//! `queue list` and `sent`: rows as a person at the desk reads them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use engine::db::StorageError;
use engine::notification::{Notification, Reason, State};
use engine::outbox::Outbox;
use engine::settings::Language;
use engine::words::why;

use crate::failure::Failure;
use crate::output::{Out, Tone, pad, paint};
use crate::session::Session;
use crate::views::{Branches, Row};
use crate::when::{self, Day};
use crate::words;

/// How far back `--all` goes.
const ALL_DAYS: TimeDelta = TimeDelta::days(7);
/// Wider than any zone is off UTC, so that no branch's day is cut.
const ZONES: TimeDelta = TimeDelta::hours(15);

pub(super) fn queue(session: &mut Session, all: bool) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let now = session.now();
    let rows = if all { outbox.all_since(now - ALL_DAYS)? } else { outbox.open_rows()? };
    let mut branches = Branches::new(&outbox);
    if session.json {
        return print_json(&mut session.out, &rows, &outbox, &mut branches);
    }
    let language = session.language();
    if rows.is_empty() {
        return session.out.line(words::lists::nothing_queued(all, language));
    }
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            session.out.line("")?;
        }
        print_row(&mut session.out, row, &mut branches, now, language)?;
    }
    Ok(())
}

pub(super) fn sent(session: &mut Session, day: Day) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let now = session.now();
    let mut branches = Branches::new(&outbox);
    let middle = day.date(Tz::UTC, now);
    let from = when::day_start(Tz::UTC, middle) - ZONES - TimeDelta::days(1);
    let mut rows = Vec::new();
    for row in outbox.sent_between(from, from + TimeDelta::days(3) + ZONES + ZONES)? {
        let zone = branches.zone(row.company)?.unwrap_or(Tz::UTC);
        let at = row.accepted_at.map(|at| at.with_timezone(&zone).date_naive());
        if at == Some(day.date(zone, now)) {
            rows.push(row);
        }
    }
    if session.json {
        return print_json(&mut session.out, &rows, &outbox, &mut branches);
    }
    let language = session.language();
    if rows.is_empty() {
        return session.out.line(words::lists::nothing_sent(language));
    }
    print_sent(&mut session.out, &rows, &mut branches, language)
}

fn print_json(
    out: &mut Out,
    rows: &[Notification],
    outbox: &Outbox,
    branches: &mut Branches<'_>,
) -> Result<(), Failure> {
    let views: Vec<Row> = rows.iter().map(|row| Row::of(row, outbox, branches)).collect::<Result<_, _>>()?;
    out.json(&views)
}

/// One row whole: time left, who, when, what will be written, and why it waits.
pub(super) fn print_row(
    out: &mut Out,
    row: &Notification,
    branches: &mut Branches<'_>,
    now: DateTime<Utc>,
    language: Language,
) -> Result<(), Failure> {
    let visit = visit(row, branches, language)?;
    let mut facts = vec![client(row, language), row.phone.clone(), visit, branches.title(row.company)?];
    facts.retain(|fact| !fact.is_empty());
    out.line(format!(
        "{}  {}  {}",
        paint(Tone::Quiet, format!("{:>4}", row.id.0)),
        paint(tone(row.state), pad(&words::lists::state(row, now, language), 18)),
        facts.join(" · "),
    ))?;
    for note in notes(row, language) {
        out.line(format!("      {note}"))?;
    }
    // What can still be changed is shown whole.
    let lines = if State::OPEN.contains(&row.state) { usize::MAX } else { 1 };
    let more = if row.text.lines().count() > lines { " …" } else { "" };
    for line in row.text.lines().take(lines) {
        out.line(format!("      {} {line}{more}", paint(Tone::Quiet, "│")))?;
    }
    if let Some(proposed) = &row.proposed_text {
        out.line(format!("      {}", words::lists::proposed(language)))?;
        for line in proposed.lines() {
            out.line(format!("      {} {line}", paint(Tone::Attention, "┆")))?;
        }
    }
    Ok(())
}

/// Sentences below a row: why it is where it is, and what else a person should know.
fn notes(row: &Notification, language: Language) -> Vec<String> {
    let mut notes = vec![why(row, language).into_owned()];
    if row.reason == Reason::ValueMissing {
        notes.push(words::lists::missing(&row.detail, language));
    }
    if row.held {
        notes.push(words::lists::held(language).to_owned());
    }
    if row.is_edited() {
        notes.push(words::lists::edited(&row.edited_by, language));
    }
    if row.draft.is_some() {
        notes.push(words::lists::draft(language).to_owned());
    }
    if !row.cancel_asked_by.is_empty() && row.state == State::Sending {
        notes.push(words::lists::cancel_asked(language).to_owned());
    }
    if !row.changed_after_sent.is_empty() {
        notes.push(words::lists::changed_after_sent(&row.changed_after_sent, language).to_owned());
    }
    notes.retain(|note| !note.is_empty());
    notes
}

fn print_sent(
    out: &mut Out,
    rows: &[Notification],
    branches: &mut Branches<'_>,
    language: Language,
) -> Result<(), Failure> {
    let names: Vec<String> = rows.iter().map(|row| client(row, language)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().min(24);
    let mut totals: BTreeMap<State, usize> = BTreeMap::new();
    for (row, name) in rows.iter().zip(&names) {
        let zone = branches.zone(row.company)?.unwrap_or(Tz::UTC);
        let at = row.accepted_at.unwrap_or(row.enqueued_at).with_timezone(&zone).time();
        out.line(format!(
            "{}  {}  {}  {}  {}  {}  {}",
            paint(Tone::Quiet, format!("{:>4}", row.id.0)),
            when::clock_seconds(at),
            paint(tone(row.state), pad(engine::words::states::state(row.state, language), 13)),
            pad(name, width),
            pad(&row.phone, 13),
            visit(row, branches, language)?,
            paint(Tone::Quiet, branches.title(row.company)?),
        ))?;
        if row.state == State::Undelivered {
            out.line(format!("      {}", why(row, language)))?;
        }
        if !row.changed_after_sent.is_empty() {
            out.line(format!(
                "      {}",
                words::lists::changed_after_sent(&row.changed_after_sent, language)
            ))?;
        }
        *totals.entry(row.state).or_default() += 1;
    }
    out.line("")?;
    out.line(words::lists::total(rows.len(), &totals, language))
}

/// The name, or a word where there is none.
fn client(row: &Notification, language: Language) -> String {
    if row.client_name.is_empty() {
        words::lists::nameless(language).to_owned()
    } else {
        row.client_name.clone()
    }
}

/// The visit's start on the branch's wall clock.
fn visit(
    row: &Notification,
    branches: &mut Branches<'_>,
    language: Language,
) -> Result<String, StorageError> {
    let zone = branches.zone(row.company)?.unwrap_or(Tz::UTC);
    // What never had a start was stored with the beginning of time.
    if row.starts_at <= DateTime::UNIX_EPOCH {
        return Ok(String::new());
    }
    Ok(when::short(row.starts_at.with_timezone(&zone).naive_local(), language))
}

/// The colour of a state; the word says the same.
pub(crate) const fn tone(state: State) -> Tone {
    match state {
        State::Queued | State::Sending | State::Accepted => Tone::Strong,
        State::Waiting | State::Unknown => Tone::Attention,
        State::Failed | State::Undelivered => Tone::Bad,
        State::Delivered | State::Read => Tone::Good,
        State::Cancelled | State::Expired | State::Skipped => Tone::Quiet,
    }
}
