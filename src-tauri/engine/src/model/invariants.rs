//! What must be true of the queue whatever happened.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{self, Line};
use super::reference::Past;
use super::world::{World, moscow};
use crate::booking::BookingId;
use crate::db::StorageError;
use crate::fakes::COMPANY;
use crate::notification::{LATE_AFTER, Notification, NotificationId, Reason, State};

/// After every step.
pub(super) fn always(world: &World) -> Vec<String> {
    let mut wrong = std::mem::take(&mut world.inner().reference.violations);
    let history = history::read(world.window.db());
    for (id, lines) in &history {
        first(&lines[0], &mut wrong);
        for pair in lines.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            for rule in broken(before, after) {
                wrong.push(format!(
                    "{id} at {} ({}): {rule}\n  {before:?}\n  {after:?}",
                    after.at, after.what
                ));
            }
        }
    }
    let rows = world.window.all_since(DateTime::UNIX_EPOCH).unwrap();
    for row in &rows {
        let last = history.get(&row.id).and_then(|lines| lines.last());
        let told = last.is_some_and(|last| {
            (last.state, last.reason, last.revision, last.held, &last.text, &last.phone)
                == (row.state, row.reason, row.revision, row.held, &row.text, &row.phone)
        });
        if !told {
            wrong.push(format!("the audit does not tell that {row:?}"));
        }
    }
    wrong.extend(attempts(world));
    wrong
}

fn first(line: &Line, wrong: &mut Vec<String>) {
    if line.what != "enqueue" || !line.from.is_empty() {
        wrong.push(format!("the history of {} does not begin at its beginning", line.id));
    }
    if line.state != State::Queued && line.reason == Reason::None {
        wrong.push(format!("{} begins without a reason", line.id));
    }
}

/// The rules of one change that it breaks.
fn broken(before: &Line, after: &Line) -> Vec<&'static str> {
    use State::{Accepted, Cancelled, Expired, Failed, Queued, Sending, Skipped, Unknown, Waiting};
    let what = after.what.as_str();
    let person = !after.by_program;
    let moved = before.state != after.state;
    let mut broken = Vec::new();
    let mut must = |holds: bool, rule: &'static str| {
        if !holds {
            broken.push(rule);
        }
    };
    must(after.from == before.state.as_str(), "the audit's lines do not join");
    let gateways_word = matches!(what, "found" | "delivery");
    match before.state {
        Cancelled | Expired | State::Undelivered | Accepted | State::Delivered | State::Read if moved => {
            must(person || gateways_word, "a final state changed by itself");
        }
        Skipped if moved => {
            let cured = before.reason.is_judged_again();
            must(person || gateways_word || cured, "a skipped row came back by itself");
        }
        Failed if moved => {
            let ended = matches!(what, "expire" | "withdraw" | "skip" | "conflict");
            must(person || gateways_word || ended, "a failed row came back by itself");
        }
        Unknown if moved => must(person || gateways_word, "an unknown outcome was decided by the program"),
        Waiting if moved && after.state == Queued => {
            must(person, "what waited for a person went on by itself");
        }
        Sending if moved => {
            let answered = matches!(what, "accepted" | "not_sent" | "reject" | "ambiguous");
            must(answered, "what was on its way changed without an answer");
            let kept = !before.cancel_asked || !matches!(after.state, Queued | Failed);
            must(kept, "a cancel while sending was forgotten");
        }
        _ => {}
    }
    must(
        before.state != Sending || (before.text == after.text && before.phone == after.phone),
        "changed in flight",
    );
    if before.text != after.text {
        let made = matches!(what, "remake" | "cure") || (what == "restore" && before.text.is_empty());
        must((what == "edit" && person) || (made && !before.edited), "other words, and no person wrote them");
        must(after.revision > before.revision, "other words under the same revision");
    }
    if before.phone != after.phone {
        must(after.revision > before.revision, "another number under the same revision");
    }
    must(after.released <= before.released || person, "released by nobody");
    if before.held && !after.held && after.state == Queued {
        must(person, "let go by nobody");
    }
    if what == "rearm" {
        must(before.released || before.late_by(after.at) <= LATE_AFTER, "late, and given a new time");
    }
    let explained = matches!(after.state, Waiting | Unknown | Failed | Cancelled | Expired | Skipped);
    must(!explained || after.reason != Reason::None, "no reason is given");
    broken
}

/// Attempts and what the gateway has under their names.
fn attempts(world: &World) -> Vec<String> {
    type Attempt = (i64, i64, String, String, String);
    let attempts: Vec<Attempt> = world
        .window
        .db()
        .read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, notification_id, gateway_id, phone, text FROM send_attempts WHERE gateway_id <> ''",
            )?;
            let read =
                |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
            let found = statement.query_map([], read)?;
            Ok::<_, StorageError>(found.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let inner = world.inner();
    let mut wrong = Vec::new();
    let mut names = BTreeMap::new();
    for (attempt, row, name, phone, text) in attempts {
        if let Some(other) = names.insert(name.clone(), attempt) {
            wrong.push(format!("attempts {other} and {attempt} are both {name}"));
        }
        let arrival = inner.arrived.iter().find(|arrival| arrival.id == name);
        if !arrival.is_some_and(|arrival| arrival.phone == phone && arrival.text == text) {
            wrong.push(format!("attempt {attempt} of {row} is not what arrived as {name}"));
        }
    }
    wrong
}

/// After the world has been healthy for a while.
pub(super) fn settled(world: &World, baseline_at: DateTime<Utc>) -> Vec<String> {
    let now = world.wall();
    let mut wrong = Vec::new();
    let past = world.inner().reference.past.clone();
    for (booking, past) in &past {
        let row = world.window.row_about(COMPANY, *booking).unwrap();
        let Some(row) = row else {
            if !past.vanished && past.created_at.is_some_and(|at| at >= baseline_at) {
                wrong.push(format!("booking {booking} is lost"));
            }
            continue;
        };
        if !is_explained(world, (booking, past), &row) {
            wrong.push(format!("booking {booking} is {} because {}, which is not so", row.state, row.reason));
        }
    }
    let history = history::read(world.window.db());
    for row in world.window.open_rows().unwrap() {
        let stuck = match row.state {
            State::Sending => true,
            State::Unknown => row.reason != Reason::NotFound,
            State::Queued => !row.held && row.ready_at() < now - TimeDelta::seconds(90),
            _ => false,
        };
        if stuck {
            wrong.push(format!("stuck at {now}: {row:?}\n{}", tell(&history[&row.id])));
        }
    }
    wrong.extend(sent_but_not_arrived(world));
    wrong
}

fn tell(lines: &[Line]) -> String {
    let told = lines.iter().map(|line| format!("  {} {} {} {}", line.at, line.what, line.state, line.reason));
    told.collect::<Vec<_>>().join("\n")
}

/// Whether the reason why a booking is not told was ever true.
fn is_explained(world: &World, (booking, past): (&BookingId, &Past), row: &Notification) -> bool {
    let inner = world.inner();
    let reference = &inner.reference;
    match (row.state, row.reason) {
        (State::Cancelled, Reason::ByPerson) => !reference.stopped.is_empty(),
        (State::Cancelled | State::Skipped, Reason::Bot) => {
            past.reasons.contains(&Reason::Bot) || !reference.imported.is_empty()
        }
        (State::Skipped, Reason::OptedOut) => {
            past.phones.iter().any(|phone| reference.ever_opted_out.contains(phone))
        }
        (State::Skipped | State::Expired, Reason::Begun | Reason::TooSoon) => {
            let latest = reference.latest_wall.map(|at| moscow(at) + TimeDelta::minutes(16));
            // Of a message about several visits the gravest word is told: this one may
            // have gone from it for a reason of its own.
            past.earliest_start <= latest
                || !past.reasons.is_empty()
                || reference.imported.contains(booking)
                || past.phones.iter().any(|phone| reference.ever_opted_out.contains(phone))
        }
        (State::Skipped, Reason::Gathered) => false,
        // A row may speak of several bookings: the reason is one of theirs.
        (State::Skipped | State::Cancelled | State::Expired, reason) => {
            reference.past.values().any(|past| past.reasons.contains(&reason))
        }
        _ => true,
    }
}

fn sent_but_not_arrived(world: &World) -> Vec<String> {
    let rows = world.window.all_since(DateTime::UNIX_EPOCH).unwrap();
    let inner = world.inner();
    let arrived = |row: &Notification| inner.arrived.iter().any(|arrival| arrival.id == row.gateway_id);
    let told = |row: &Notification| row.reason == Reason::ArrivedSaysPerson || arrived(row);
    let by_name = |row: &Notification| row.state.is_sent() && !row.gateway_id.is_empty();
    rows.iter()
        .filter(|row| by_name(row) && !told(row))
        .map(|row| format!("{} is shown as sent, and the gateway never had it", NotificationId(row.id.0)))
        .collect()
}
