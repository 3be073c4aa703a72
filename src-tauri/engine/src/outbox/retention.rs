//! What is older than `keep_days` names nobody: names, numbers and texts go, ids and hashes stay.
//!
//! It goes in small steps while nothing else is to be done, oldest first, so that no step is noticed.
//! The rows are what keeps anything from being told twice, so they stay; a print of each booking stays,
//! so that nothing reads as changed; hashes of number and text stay with each attempt, so that a late
//! word of the gateway still finds it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rusqlite::{Transaction, params};

use super::forget::{NOTHING, leave_a_print};
use super::{Outbox, get_in, links_in, people};
use crate::booking::{BookingId, CompanyId};
use crate::db::{At, StorageError};
use crate::monitor::{Kept, known};
use crate::notification::{Notification, NotificationId, State};

/// Rows that one step looks at: no statement beside it waits for more than a few milliseconds.
const STEP: u8 = 20;

/// No wall clock is further from UTC.
const ZONES_DIFFER: TimeDelta = TimeDelta::hours(14);

/// How far a pass over everything old has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Messages, behind this visit's start and id.
    Messages(i64, i64),
    /// Bookings, behind this look, branch and id.
    Bookings(i64, i64, i64),
    /// All were looked at.
    Over,
}

impl Default for Pass {
    fn default() -> Self {
        Self::Messages(i64::MIN, 0)
    }
}

/// What was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LetGo {
    /// Messages that lost name, number and text.
    pub messages: i64,
    /// Bookings of which a print is left.
    pub bookings: i64,
}

/// The same, so far, for whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LetGoSoFar {
    pub let_go: LetGo,
    /// None: nothing was old enough yet.
    pub last_at: Option<DateTime<Utc>>,
}

impl Outbox {
    /// One step: lets go what ended before `before`, and whose visits began before it.
    pub fn let_go(
        &self,
        pass: &mut Pass,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<LetGo, StorageError> {
        let (next, gone) = self.db.write(|tx| {
            let mut gone = LetGo::default();
            let next = match *pass {
                Pass::Messages(start, id) => messages(tx, (start, id), before, &mut gone)?,
                Pass::Bookings(seen, company, id) => bookings(tx, (seen, company, id), before, &mut gone)?,
                Pass::Over => Pass::Over,
            };
            if gone != LetGo::default() {
                tx.prepare_cached(
                    "UPDATE desk SET let_go_messages = let_go_messages + ?1,
                     let_go_bookings = let_go_bookings + ?2, let_go_at = ?3",
                )?
                .execute(params![gone.messages, gone.bookings, At(now)])?;
            }
            Ok::<_, StorageError>((next, gone))
        })?;
        *pass = next;
        Ok(gone)
    }

    /// What was let go since there is this database.
    pub fn let_go_so_far(&self) -> Result<LetGoSoFar, StorageError> {
        self.db.read(|connection| {
            let mut desk =
                connection.prepare_cached("SELECT let_go_messages, let_go_bookings, let_go_at FROM desk")?;
            Ok(desk.query_row([], |row| {
                let let_go = LetGo { messages: row.get(0)?, bookings: row.get(1)? };
                Ok(LetGoSoFar { let_go, last_at: row.get::<_, Option<At>>(2)?.map(|at| at.0) })
            })?)
        })
    }

    /// Whether nothing is on its way or about to leave within `soon`.
    pub fn is_idle(&self, now: DateTime<Utc>, soon: TimeDelta) -> Result<bool, StorageError> {
        let first = self.first_in_line(false)?;
        let waits = first.is_none_or(|row| row.due_at.max(row.next_try_at) > now + soon);
        Ok(waits && self.in_state(State::Sending)?.is_empty())
    }
}

fn messages(
    tx: &Transaction<'_>,
    (start, id): (i64, i64),
    before: DateTime<Utc>,
    gone: &mut LetGo,
) -> Result<Pass, StorageError> {
    let found: Vec<(i64, i64)> = tx
        .prepare_cached(
            "SELECT starts_at, id FROM booking_notifications INDEXED BY notifications_named
             WHERE (client_name <> '' OR phone NOT IN ('', '—') OR text NOT IN ('', '—'))
             AND (starts_at, id) > (?1, ?2) AND starts_at < ?3 ORDER BY starts_at, id LIMIT ?4",
        )?
        .query_map(params![start, id, At(before), STEP], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (_, id) in &found {
        let Some(row) = get_in(tx, NotificationId(*id))? else { continue };
        if is_over(tx, &row, before)? {
            empty(tx, &row)?;
            gone.messages += 1;
        }
    }
    Ok(match found.last() {
        Some((start, id)) if found.len() == usize::from(STEP) => Pass::Messages(*start, *id),
        _ => Pass::Bookings(i64::MIN, 0, 0),
    })
}

/// Whether its end and every visit that it speaks of lie before.
fn is_over(tx: &Transaction<'_>, row: &Notification, before: DateTime<Utc>) -> Result<bool, StorageError> {
    if matches!(row.state, State::Queued | State::Sending | State::Waiting | State::Unknown) {
        return Ok(false);
    }
    let end = [row.finished_at, row.read_at, row.delivered_at, row.accepted_at].into_iter().flatten().max();
    if end.is_none_or(|end| end >= before) {
        return Ok(false);
    }
    let unsettled = tx
        .prepare_cached(
            "SELECT 1 FROM send_attempts WHERE notification_id = ?1 AND outcome IN ('open', 'ambiguous')",
        )?
        .exists([row.id.0])?;
    if unsettled {
        return Ok(false);
    }
    for link in links_in(tx, row.id)? {
        let told = link.facts.map(|facts| facts.starts_at);
        // It may have been moved since.
        let seen = known::booking_in(tx, row.company, link.booking)?.and_then(|booking| booking.starts_local);
        if told.is_some_and(|start| start >= before) || seen.is_some_and(|start| !is_past(start, before)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Wherever that wall clock hangs.
fn is_past(start: NaiveDateTime, before: DateTime<Utc>) -> bool {
    before.naive_utc().checked_sub_signed(ZONES_DIFFER).is_some_and(|sure| start < sure)
}

fn empty(tx: &Transaction<'_>, row: &Notification) -> Result<(), StorageError> {
    let attempts: Vec<(i64, String, String, bool)> = tx
        .prepare_cached(
            "SELECT id, phone, text, outcome = 'given_up' FROM send_attempts
             WHERE notification_id = ?1 AND phone <> ''",
        )?
        .query_map([row.id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let given_up = attempts.iter().any(|(.., given_up)| *given_up);
    for (id, phone, text, _) in attempts {
        tx.prepare_cached(
            "UPDATE send_attempts SET phone = '', text = '', phone_key = ?2, text_key = ?3 WHERE id = ?1",
        )?
        .execute(params![id, people::phone_key(&phone), people::text_key(&text)])?;
    }
    // Taken by the gateway, or found there after all some day: then the row must have both.
    let kept = if row.state == State::Accepted || given_up { NOTHING } else { "" };
    tx.prepare_cached(
        "UPDATE booking_notifications SET client_name = '', phone = ?2, text = ?2, proposed_text = NULL,
         draft = NULL WHERE id = ?1",
    )?
    .execute(params![row.id.0, kept])?;
    tx.prepare_cached(
        "UPDATE notification_bookings SET facts = '' WHERE notification_id = ?1 AND facts <> ''",
    )?
    .execute([row.id.0])?;
    Ok(())
}

fn bookings(
    tx: &Transaction<'_>,
    behind: (i64, i64, i64),
    before: DateTime<Utc>,
    gone: &mut LetGo,
) -> Result<Pass, StorageError> {
    let found: Vec<(i64, i64, i64)> = tx
        .prepare_cached(
            "SELECT seen_at, company_id, booking_id FROM bookings INDEXED BY bookings_named
             WHERE snapshot >= '{' AND (seen_at, company_id, booking_id) > (?1, ?2, ?3) AND seen_at < ?4
             ORDER BY seen_at, company_id, booking_id LIMIT ?5",
        )?
        .query_map(params![behind.0, behind.1, behind.2, At(before), STEP], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (_, company, id) in &found {
        // A text that this version cannot read tells it nothing either, and names somebody all the same.
        let start = known::booking_in(tx, CompanyId(*company), BookingId(*id))
            .ok()
            .flatten()
            .and_then(|booking| booking.starts_local);
        if start.is_none_or(|start| is_past(start, before)) && !is_named(tx, *company, *id)? {
            gone.bookings += i64::from(leave_a_print(tx, (*company, *id), Kept::LetGo)?);
        }
    }
    Ok(match found.last() {
        Some((seen, company, id)) if found.len() == usize::from(STEP) => Pass::Bookings(*seen, *company, *id),
        _ => Pass::Over,
    })
}

/// Whether a message about it still stands as it was: then it is not over.
fn is_named(tx: &Transaction<'_>, company: i64, booking: i64) -> Result<bool, StorageError> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM notification_bookings b JOIN booking_notifications n ON n.id = b.notification_id
             WHERE b.company_id = ?1 AND b.booking_id = ?2
             AND (n.phone NOT IN ('', '—') OR n.text NOT IN ('', '—'))",
        )?
        .exists([company, booking])?)
}
