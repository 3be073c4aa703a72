//! Bookings that came and could not be read: a row each that says so, a count, one line in the log,
//! and another look now and then.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Transaction, params};

use super::absorb::Light;
use crate::booking::{BookingId, CompanyId, Flaw, Unread};
use crate::db::{At, StorageError};
use crate::notification::{Event, Kind, Made, Notification, Reason, State};
use crate::outbox::{self, Actor, NewNotification, OutboxError};
use crate::visit::instant;

/// What cannot be read is asked for by itself so often.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// A record without a number cannot be asked for: it is counted while listings show it.
const NAMELESS_COUNTS: TimeDelta = TimeDelta::hours(24);

/// Whatever it was, its visit is over, or somebody has seen to it.
const COUNTS: TimeDelta = TimeDelta::days(30);

/// Notes what a listing brought and could not be read. Answers what is news.
pub(super) fn note_in(
    tx: &Transaction<'_>,
    light: Light<'_>,
    unread: Vec<Unread>,
) -> Result<Vec<Unread>, StorageError> {
    let Light { branch, now, .. } = light;
    let company = branch.company;
    let mut news = Vec::new();
    for one in unread {
        let record = one.id.map_or_else(|| format!("?{:016x}", one.print), |id| id.to_string());
        let flaw = one.flaw.to_string();
        let before: Option<String> = tx
            .prepare_cached("SELECT flaw FROM unreadable_bookings WHERE company_id = ?1 AND record = ?2")?
            .query_map(params![company.0, record], |row| row.get(0))?
            .next()
            .transpose()?;
        tx.prepare_cached(
            "INSERT INTO unreadable_bookings (company_id, record, flaw, first_seen_at, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT DO UPDATE SET flaw = excluded.flaw, seen_at = excluded.seen_at",
        )?
        .execute(params![company.0, record, flaw, At(now)])?;
        if before.as_ref() == Some(&flaw) {
            continue;
        }
        if let Some(id) = one.id {
            let row = outbox::row_about_in(tx, company, id)?;
            match row {
                None => {
                    outbox::unless_refused(explain(tx, light, id, &one))?;
                }
                Some(row) if is_about_flaw(&row) => {
                    let event = Event::Unread { detail: detail(id, &one.flaw) };
                    outbox::unless_refused(outbox::apply_in(tx, row.id, None, event, &Actor::Program, now))?;
                }
                // It was read before, and its message knows that it cannot be checked now.
                Some(_) => {}
            }
        }
        news.push(one);
    }
    Ok(news)
}

/// What a row says of a booking that cannot be read: its number, and what is wrong.
fn detail(id: BookingId, flaw: &Flaw) -> String {
    format!("{id} {flaw}")
}

/// The row's reason is that its booking cannot be read.
pub(super) fn is_about_flaw(row: &Notification) -> bool {
    row.state == State::Skipped && row.reason == Reason::Unreadable
}

/// A row for it. Whom it is about is not in it: half of what cannot be read may be wrong.
fn explain(tx: &Transaction<'_>, light: Light<'_>, id: BookingId, one: &Unread) -> Result<(), OutboxError> {
    let starts_at = one.starts_local.map(|local| instant(light.branch.zone, local));
    let made = Made {
        text: String::new(),
        phone: String::new(),
        client_id: 0,
        client_name: String::new(),
        starts_at: starts_at.unwrap_or(DateTime::UNIX_EPOCH),
    };
    let mut row =
        Notification::new(Kind::Confirmation, light.branch.company, State::Skipped, made, light.now);
    row.reason = Reason::Unreadable;
    row.detail = detail(id, &one.flaw);
    light.instance.clone_into(&mut row.instance);
    let new = NewNotification { row, bookings: vec![(id, None)] };
    outbox::enqueue_in(tx, new, &Actor::Program, light.now)?;
    Ok(())
}

/// The numbers of those that cannot be read.
pub(super) fn ids_in(
    connection: &Connection,
    company: CompanyId,
) -> Result<BTreeSet<BookingId>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM unreadable_bookings WHERE company_id = ?1 AND record NOT LIKE '?%'",
    )?;
    let records = statement.query_map([company.0], |row| row.get::<_, String>(0))?;
    let mut ids = BTreeSet::new();
    for record in records {
        ids.extend(record?.parse().ok().map(BookingId));
    }
    Ok(ids)
}

/// It can be read now, or is gone.
pub(super) fn over_in(tx: &Transaction<'_>, company: CompanyId, id: BookingId) -> Result<(), StorageError> {
    tx.prepare_cached("DELETE FROM unreadable_bookings WHERE company_id = ?1 AND record = ?2")?
        .execute(params![company.0, id.to_string()])?;
    Ok(())
}

/// Asked for by itself and still not to be read.
pub(super) fn looked_at_in(
    tx: &Transaction<'_>,
    company: CompanyId,
    id: BookingId,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached("UPDATE unreadable_bookings SET seen_at = ?3 WHERE company_id = ?1 AND record = ?2")?
        .execute(params![company.0, id.to_string(), At(now)])?;
    Ok(())
}

/// Those that no listing has shown for a while, the longest first, to be asked for by themselves.
pub(super) fn to_look_at_in(
    connection: &Connection,
    company: CompanyId,
    most: usize,
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM unreadable_bookings
         WHERE company_id = ?1 AND record NOT LIKE '?%' AND seen_at <= ?2 ORDER BY seen_at, record",
    )?;
    let records =
        statement.query_map(params![company.0, At(now - LOOK_AGAIN)], |row| row.get::<_, String>(0))?;
    let mut ids = Vec::new();
    for record in records {
        ids.extend(record?.parse().ok().map(BookingId));
    }
    ids.truncate(most);
    Ok(ids)
}

/// What no listing shows any more counts no longer.
pub(super) fn tidy_in(
    tx: &Transaction<'_>,
    company: CompanyId,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "DELETE FROM unreadable_bookings WHERE company_id = ?1
         AND (first_seen_at < ?2 OR (record LIKE '?%' AND seen_at < ?3))",
    )?
    .execute(params![company.0, At(now - COUNTS), At(now - NAMELESS_COUNTS)])?;
    Ok(())
}

/// The bookings of a branch that cannot be read, by number where they have one, and what is wrong.
pub fn unread_in(
    connection: &Connection,
    company: CompanyId,
) -> Result<Vec<(Option<BookingId>, Flaw)>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT record, flaw FROM unreadable_bookings WHERE company_id = ?1 ORDER BY first_seen_at, record",
    )?;
    let rows =
        statement.query_map([company.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut unread = Vec::new();
    for row in rows {
        let (record, flaw) = row?;
        // What a newer version calls otherwise still counts.
        let flaw = Flaw::parse(&flaw).unwrap_or_else(|| Flaw::whole(crate::booking::FlawKind::NoRecord));
        unread.push((record.parse().ok().map(BookingId), flaw));
    }
    Ok(unread)
}
