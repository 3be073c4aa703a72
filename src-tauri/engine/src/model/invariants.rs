//! What must be true of the queue whatever happened.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{self, Line};
use super::reasons::Now;
use super::reference::Span;
use super::world::World;
use super::{changes, evidence};
use crate::db::StorageError;
use crate::fakes::COMPANY;
use crate::notification::{Notification, NotificationId, Reason, State};
use crate::outbox::is_opted_out;

/// After every step.
pub(super) fn always(world: &World) -> Vec<String> {
    let mut wrong = std::mem::take(&mut world.inner().reference.violations);
    let history = history::read(world.window.db());
    wrong.extend(new_lines(world, &history));
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

/// What the audit has got since it was last judged.
fn new_lines(world: &World, history: &BTreeMap<NotificationId, Vec<Line>>) -> Vec<String> {
    let (now, slack) = (world.server_time(), world.slack());
    let mut wrong = Vec::new();
    let mut inner = world.inner();
    let known = &mut inner.reference;
    let mut judged_up_to = known.judged_up_to;
    for (id, lines) in history {
        for (index, line) in lines.iter().enumerate() {
            if line.event <= known.judged_up_to {
                continue;
            }
            judged_up_to = judged_up_to.max(line.event);
            let span = known.span_of(line.event).unwrap_or(Span { up_to: line.event, from: now, until: now });
            let mut broken = match index {
                0 => first(line),
                _ => changes::broken(lines, index, known, span, slack),
            };
            if evidence::is_made_up(lines, index, history, known, span, slack) {
                broken
                    .push(format!("{} because {}, and nothing like that happened", line.state, line.reason));
            }
            wrong.extend(broken.iter().map(|rule| format!("{id}: {rule}\n{}", tell(&lines[..=index]))));
        }
    }
    known.judged_up_to = judged_up_to;
    wrong
}

fn first(line: &Line) -> Vec<String> {
    let mut broken = Vec::new();
    if line.what != "enqueue" || !line.from.is_empty() {
        broken.push("the history does not begin at its beginning".to_owned());
    }
    if line.state != State::Queued && line.reason == Reason::None {
        broken.push("it begins without a reason".to_owned());
    }
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
    let now = Now::of(world, baseline_at);
    let history = history::read(world.window.db());
    let mut wrong = worth_a_message(world, &now, &history);
    for row in world.window.all_since(DateTime::UNIX_EPOCH).unwrap() {
        let links = world.window.links(row.id).unwrap();
        let past = &history[&row.id];
        let mut must = |holds: bool, rule: &str| {
            if !holds {
                let (id, state, reason) = (row.id, row.state, row.reason);
                wrong.push(format!("{id} is {state} because {reason:?}: {rule}\n{}", tell(past)));
            }
        };
        must(now.is_true(&row, &links, past), "that is not so now");
        let open = matches!(row.state, State::Queued | State::Waiting | State::Failed);
        let over = links.iter().all(|link| now.is_over(link.booking, row.wanted));
        must(!open || !over, "nobody can be written to about any of its bookings");
        must(row.state != State::Sending, "it is stuck");
        must(row.state != State::Unknown || row.reason == Reason::NotFound, "it is stuck");
        let overdue = row.ready_at() < now.at - TimeDelta::seconds(90) - world.slack();
        must(row.state != State::Queued || row.held || !overdue, "it is stuck");
    }
    wrong.extend(sent_but_not_arrived(world));
    wrong.extend(stop_list_with_holes(world));
    wrong
}

/// Every booking that is worth a message is told, on its way or before a person: ended only
/// by a person's word, and not left out of the message that should tell it.
fn worth_a_message(world: &World, now: &Now, history: &BTreeMap<NotificationId, Vec<Line>>) -> Vec<String> {
    let mut wrong = Vec::new();
    let bookings: Vec<_> = world.inner().reference.past.keys().copied().collect();
    for booking in bookings {
        let Some(row) = world.window.row_about(COMPANY, booking).unwrap() else {
            if now.was_made_after_the_baseline(booking) {
                wrong.push(format!("booking {booking} is lost"));
            }
            continue;
        };
        if !now.is_worth(booking) || row.reason == Reason::ByPerson {
            continue;
        }
        let past = tell(&history[&row.id]);
        if matches!(row.state, State::Skipped | State::Expired | State::Cancelled) {
            let (state, reason) = (row.state, row.reason);
            wrong.push(format!("booking {booking} is worth a message, and {state} because {reason}\n{past}"));
        }
        let links = world.window.links(row.id).unwrap();
        let left_out = links.iter().any(|link| link.booking == booking && link.dropped);
        if left_out && (row.state.is_sent() || row.state == State::Queued) {
            wrong.push(format!("booking {booking} is left out of its message, {}\n{past}", row.state));
        }
    }
    wrong
}

fn tell(lines: &[Line]) -> String {
    let told = lines.iter().map(|line| {
        let flags = [(line.held, " held"), (line.released, " released"), (line.edited, " edited")];
        let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        let by = if line.by_program { "" } else { " by a person" };
        format!("  {} {}{by}: {} {}{flags}, due {}", line.at, line.what, line.state, line.reason, line.due_at)
    });
    told.collect::<Vec<_>>().join("\n")
}

fn sent_but_not_arrived(world: &World) -> Vec<String> {
    let rows = world.window.all_since(DateTime::UNIX_EPOCH).unwrap();
    let inner = world.inner();
    let arrived = |row: &Notification| inner.arrived.iter().any(|arrival| arrival.id == row.gateway_id);
    let told = |row: &Notification| row.reason == Reason::ArrivedSaysPerson || arrived(row);
    let by_name = |row: &Notification| row.state.is_sent() && !row.gateway_id.is_empty();
    rows.iter()
        .filter(|row| by_name(row) && !told(row))
        .map(|row| format!("{} is shown as sent, and the gateway never had it", row.id))
        .collect()
}

/// Whoever a person put on the list is on it.
fn stop_list_with_holes(world: &World) -> Vec<String> {
    let numbers = world.inner().reference.opted_out.clone();
    let is_missing = |phone: &String| {
        !world
            .window
            .db()
            .read(|connection| is_opted_out(connection, phone))
            .unwrap_or_else(|error: StorageError| panic!("{error}"))
    };
    numbers
        .iter()
        .filter(|phone| is_missing(phone))
        .map(|phone| format!("{phone} is not on the stop list"))
        .collect()
}
