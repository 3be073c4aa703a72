//! Whom the program must not write to: who opted out, and whose booking is the bot's own.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, params};

use super::{Actor, Link, Outbox, OutboxError, RequestKind, apply_in, control, enqueue, unless_refused};
use crate::booking::{BookingId, CompanyId};
use crate::db::{At, StorageError};
use crate::hash;
use crate::notification::{Event, Notification, NotificationId, Reason, Refusal};

/// A number as the stop list knows it: recognisable, not readable.
pub fn phone_key(phone: &str) -> String {
    if phone.is_empty() {
        return String::new();
    }
    hash::of(phone)
}

/// A text as an attempt keeps it once it is let go.
pub(super) fn text_key(text: &str) -> String {
    if text.is_empty() { String::new() } else { hash::of(text) }
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct ImportedBookings {
    /// Ids in the import.
    pub given: usize,
    /// Ids that were not known as the bot's own before.
    pub new: usize,
    /// Queued or waiting messages cancelled because of it.
    pub cancelled: usize,
}

pub(crate) fn is_opted_out(connection: &Connection, phone: &str) -> Result<bool, StorageError> {
    is_key_opted_out(connection, &phone_key(phone))
}

pub(super) fn is_key_opted_out(connection: &Connection, key: &str) -> Result<bool, StorageError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM opt_outs WHERE phone_key = ?1 AND opted_in_at IS NULL")?
        .exists([key])?)
}

/// Whether an import named the booking as the bot's own. Who made it is the settings' affair.
pub(crate) fn is_imported(
    connection: &Connection,
    company: CompanyId,
    booking: BookingId,
) -> Result<bool, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM bookings WHERE booking_id = ?1 AND company_id IN (0, ?2) AND imported = 1",
        )?
        .exists([booking.0, company.0])?)
}

/// Which bookings of a message an import named as the bot's own.
pub(crate) fn imported_of_in(
    connection: &Connection,
    company: CompanyId,
    links: &[Link],
) -> Result<HashSet<BookingId>, StorageError> {
    let mut imported = HashSet::new();
    for link in links {
        if is_imported(connection, company, link.booking)? {
            imported.insert(link.booking);
        }
    }
    Ok(imported)
}

/// What holds for a person's "send it all the same" too.
pub(super) fn may_be_written_to(connection: &Connection, row: &Notification) -> Result<(), OutboxError> {
    if is_opted_out(connection, &row.phone)? {
        return Err(Refusal::OptedOut.into());
    }
    for link in enqueue::links_in(connection, row.id)? {
        if !link.dropped && is_imported(connection, row.company, link.booking)? {
            return Err(Refusal::BotsOwn.into());
        }
    }
    Ok(())
}

impl Outbox {
    /// Never write to this number again. Queued messages to it are skipped at once.
    pub fn opt_out(
        &self,
        phone: &str,
        source: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.db.write(|tx| opt_out_in(tx, phone, source, actor, now))
    }

    /// The client wants to hear from the shop again. False when they were not on the list.
    pub fn opt_in(&self, phone: &str, actor: &Actor, now: DateTime<Utc>) -> Result<bool, StorageError> {
        self.db.write(|tx| {
            let removed = tx.execute(
                "UPDATE opt_outs SET opted_in_at = ?2 WHERE phone_key = ?1 AND opted_in_at IS NULL",
                params![phone_key(phone), At(now)],
            )?;
            note(tx, actor, "opt_in", now)?;
            // What was skipped for it is judged again by the one who polls.
            if removed > 0 {
                control::ask_in(tx, RequestKind::SettingsChanged, "", now)?;
            }
            Ok(removed > 0)
        })
    }

    /// Bookings that the shop's bot made and confirms itself, by their numbers.
    /// A queued message about one is cancelled; one on its way is not.
    pub fn import_bots_bookings(
        &self,
        ids: &[BookingId],
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<ImportedBookings, StorageError> {
        self.db.write(|tx| {
            let mut done = ImportedBookings { given: ids.len(), ..ImportedBookings::default() };
            for id in ids {
                let new = tx
                    .prepare_cached(
                        "INSERT INTO bookings (company_id, booking_id, made_by, imported, first_seen_at, seen_at)
                         VALUES (0, ?1, 'unseen', 1, ?2, ?2) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![id.0, At(now)])?;
                done.new += new;
                done.cancelled += withdraw(tx, *id, actor, now)?;
            }
            note(tx, actor, "import_bookings", now)?;
            Ok(done)
        })
    }
}

/// Cancels what is queued about a booking that turned out to be the bot's. A
/// message that speaks of other bookings too is left to the last check, which
/// makes its text anew without this one; the claim holds it back until then.
fn withdraw(
    tx: &Transaction<'_>,
    booking: BookingId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<usize, StorageError> {
    let mut cancelled = 0;
    for id in open_about(tx, booking)? {
        if enqueue::links_in(tx, id)?.iter().any(|link| !link.dropped && link.booking != booking) {
            continue;
        }
        cancelled +=
            usize::from(unless_refused(apply_in(tx, id, None, Event::Import, actor, now))?.is_some());
    }
    Ok(cancelled)
}

fn open_about(connection: &Connection, booking: BookingId) -> Result<Vec<NotificationId>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT n.id FROM notification_bookings nb JOIN booking_notifications n ON n.id = nb.notification_id
         WHERE nb.booking_id = ?1 AND nb.dropped = 0 AND n.state IN ('queued', 'waiting', 'failed')",
    )?;
    let ids = statement.query_map([booking.0], |row| row.get(0).map(NotificationId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The stop list grows, and what is queued for the number goes.
pub(super) fn opt_out_in(
    tx: &Transaction<'_>,
    phone: &str,
    source: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    opt_out_key_in(tx, &phone_key(phone), source, actor, now)
}

/// The same for a number of which nothing but the hash is known.
pub(super) fn opt_out_key_in(
    tx: &Transaction<'_>,
    key: &str,
    source: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    // Who comes back and leaves again has left now.
    tx.prepare_cached(
        "INSERT INTO opt_outs (phone_key, opted_out_at, source) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET opted_out_at = excluded.opted_out_at, source = excluded.source,
         opted_in_at = NULL WHERE opted_in_at IS NOT NULL",
    )?
    .execute(params![key, At(now), source])?;
    note(tx, actor, "opt_out", now)?;
    skip_all_to(tx, key, actor, now)
}

/// What is queued for the number of this hash goes.
pub(super) fn skip_all_to(
    tx: &Transaction<'_>,
    key: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let queued: Vec<NotificationId> = tx
        .prepare_cached(
            "SELECT id FROM booking_notifications
             WHERE state IN ('queued', 'waiting', 'failed') AND phone_key = ?1",
        )?
        .query_map([key], |row| row.get(0).map(NotificationId))?
        .collect::<Result<_, _>>()?;
    for id in queued {
        unless_refused(apply_in(tx, id, None, Event::Skip { reason: Reason::OptedOut }, actor, now))?;
    }
    Ok(())
}

/// A line of the audit that concerns no one message.
pub(super) fn note(
    tx: &Transaction<'_>,
    actor: &Actor,
    what: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached("INSERT INTO events (at, actor, what) VALUES (?1, ?2, ?3)")?.execute(params![
        At(now),
        actor.as_str(),
        what
    ])?;
    count_act(tx, actor)
}

/// What a person did must not be undone by an older copy of the database: the keyring counts along.
pub(super) fn count_act(tx: &Transaction<'_>, actor: &Actor) -> Result<(), StorageError> {
    if matches!(actor, Actor::Person(_)) {
        tx.prepare_cached("UPDATE desk SET acts = acts + 1")?.execute([])?;
    }
    Ok(())
}

impl Outbox {
    /// What forbids a message for good, if anything does.
    pub fn obstacle(&self, row: &Notification) -> Result<Option<Refusal>, StorageError> {
        self.db.read(|connection| match may_be_written_to(connection, row) {
            Ok(()) => Ok(None),
            Err(OutboxError::Refused(refusal)) => Ok(Some(refusal)),
            Err(OutboxError::Storage(error)) => Err(error),
        })
    }
}
