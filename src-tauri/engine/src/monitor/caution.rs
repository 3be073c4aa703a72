//! What a listing brought and nobody should send without a person's word.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use super::known;
use crate::booking::CompanyId;
use crate::branch::Branch;
use crate::db::StorageError;
use crate::notification::{Event, Notification, Reason, State};
use crate::outbox::{self, Actor};

/// More than this many of one branch, due because of a gap or right by one change, ask a person.
pub(super) const BURST: usize = 5;

/// So many new ones of one branch in so short a time are no day at the desk.
const VOLLEY_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// After a restore: whatever the first reading brought into the queue about a
/// booking older than the baseline may have been told already. It was known
/// before, and could not be told until something changed that this database missed.
pub(super) fn hold_told_perhaps(
    tx: &Transaction<'_>,
    company: CompanyId,
    baseline_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let queued = outbox::open_of_in(tx, company)?;
    for row in queued.into_iter().filter(|row| row.state == State::Queued && !row.released) {
        let mut older = false;
        for link in outbox::links_in(tx, row.id)?.iter().filter(|link| !link.dropped) {
            let made = known::booking_in(tx, company, link.booking)?.and_then(|booking| booking.created_at);
            older |= made.is_none_or(|at| at < baseline_at);
        }
        if !older {
            continue;
        }
        let event = Event::Wait { reason: Reason::Restored, detail: String::new() };
        outbox::unless_refused(outbox::apply_in(tx, row.id, None, event, &Actor::Program, now))?;
    }
    Ok(())
}

/// Many messages at once because nobody looked for a while: a person says.
pub(super) fn hold_burst(
    tx: &Transaction<'_>,
    company: CompanyId,
    gap_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let due = outbox::due_because_of_in(tx, company, gap_at)?;
    if due.len() <= BURST {
        return Ok(());
    }
    ask_about(tx, due, now)
}

/// Many new bookings at once without a gap: an import into YClients, or somebody's program.
/// Nobody could look through them in their windows.
pub(super) fn hold_volley(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let Some(most) = branch.burst() else { return Ok(()) };
    let since = now - VOLLEY_WITHIN;
    if outbox::told_of_since_in(tx, branch.company, since)? <= most {
        return Ok(());
    }
    let queued = outbox::open_of_in(tx, branch.company)?;
    let new = queued.into_iter().filter(|row| row.copy == 0 && row.enqueued_at > since).collect();
    ask_about(tx, new, now)
}

/// What still counts down among these waits for a person.
pub(super) fn ask_about(
    tx: &Transaction<'_>,
    rows: Vec<Notification>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    for row in rows.into_iter().filter(|row| row.state == State::Queued && !row.held && !row.released) {
        let event = Event::Wait { reason: Reason::Burst, detail: String::new() };
        outbox::unless_refused(outbox::apply_in(tx, row.id, None, event, &Actor::Program, now))?;
    }
    Ok(())
}
