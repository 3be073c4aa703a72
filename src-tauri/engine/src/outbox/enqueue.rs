//! New rows, and which bookings a message speaks of.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Actor, audit, rows};
use crate::booking::{BookingId, CompanyId};
use crate::db::{StorageError, to_ms};
use crate::notification::{AFTER_LEASE, Notification, NotificationId};
use crate::visit::VisitFacts;

/// A series is one message, however long; the text counts what it does not name. More than a page
/// of a listing could not be read in one question at the last check.
const GATHER_LIMIT: i64 = 200;

/// A booking that a message speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub booking: BookingId,
    /// What its text was made from; None for a booking not worth a message.
    pub facts: Option<VisitFacts>,
    /// No longer part of the text.
    pub dropped: bool,
}

/// A row on its way into the queue.
#[derive(Debug)]
pub struct NewNotification {
    pub row: Notification,
    pub bookings: Vec<(BookingId, Option<VisitFacts>)>,
}

/// Adds the row with its bookings. That each (booking, kind, copy) exists once
/// is the database's own rule: a second one fails here and with it the whole transaction.
pub(crate) fn enqueue_in(
    tx: &Transaction<'_>,
    new: NewNotification,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<NotificationId, StorageError> {
    let mut row = new.row;
    row.id = rows::insert(tx, &row)?;
    for (booking, facts) in &new.bookings {
        link_in(tx, &row, *booking, facts.as_ref())?;
    }
    audit(tx, actor, "enqueue", None, &row, now)?;
    Ok(row.id)
}

/// Joins a booking to a row.
pub(crate) fn link_in(
    tx: &Transaction<'_>,
    row: &Notification,
    booking: BookingId,
    facts: Option<&VisitFacts>,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "INSERT INTO notification_bookings (company_id, booking_id, kind, copy, notification_id, facts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        row.company.0,
        booking.0,
        row.kind.as_str(),
        row.copy,
        row.id.0,
        to_json(facts)?
    ])?;
    Ok(())
}

/// What the text of a row is made from now: `kept` with new facts, `dropped` left out of it.
pub(crate) fn relink_in(
    tx: &Transaction<'_>,
    id: NotificationId,
    kept: &[(BookingId, VisitFacts)],
    dropped: &[BookingId],
) -> Result<(), StorageError> {
    let mut keep = tx.prepare_cached(
        "UPDATE notification_bookings SET facts = ?3, dropped = 0 WHERE notification_id = ?1 AND booking_id = ?2",
    )?;
    for (booking, facts) in kept {
        keep.execute(params![id.0, booking.0, to_json(Some(facts))?])?;
    }
    let mut drop = tx.prepare_cached(
        "UPDATE notification_bookings SET dropped = 1 WHERE notification_id = ?1 AND booking_id = ?2",
    )?;
    for booking in dropped {
        drop.execute(params![id.0, booking.0])?;
    }
    Ok(())
}

/// Gives a booking to another message, with the facts that one's text is made from.
pub(crate) fn move_link_in(
    tx: &Transaction<'_>,
    row: &Notification,
    booking: BookingId,
    facts: &VisitFacts,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "UPDATE notification_bookings SET notification_id = ?4, facts = ?5, dropped = 0
         WHERE company_id = ?1 AND booking_id = ?2 AND copy = ?3",
    )?
    .execute(params![row.company.0, booking.0, row.copy, row.id.0, to_json(Some(facts))?])?;
    Ok(())
}

/// The bookings of a row, the dropped ones too.
pub(crate) fn links_in(connection: &Connection, id: NotificationId) -> Result<Vec<Link>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT booking_id, facts, dropped FROM notification_bookings WHERE notification_id = ?1
         ORDER BY booking_id",
    )?;
    let links = statement.query_map([id.0], |row| {
        Ok((BookingId(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
    })?;
    links
        .map(|link| {
            let (booking, facts, dropped) = link?;
            Ok(Link { booking, facts: from_json(&facts)?, dropped })
        })
        .collect()
}

/// The row that speaks of a booking: its latest copy.
pub(crate) fn row_about_in(
    connection: &Connection,
    company: CompanyId,
    booking: BookingId,
) -> Result<Option<Notification>, StorageError> {
    let id = connection
        .prepare_cached(
            "SELECT notification_id FROM notification_bookings
             WHERE company_id = ?1 AND booking_id = ?2 AND kind = 'confirmation' ORDER BY copy DESC LIMIT 1",
        )?
        .query_row([company.0, booking.0], |row| row.get(0).map(NotificationId))
        .optional()?;
    match id {
        Some(id) => super::get_in(connection, id),
        None => Ok(None),
    }
}

/// A queued message to the same client that a new booking can join: nobody has
/// touched it, so its text can be made anew.
pub(crate) fn gather_target_in(
    connection: &Connection,
    company: CompanyId,
    facts: &VisitFacts,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<Option<Notification>, StorageError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {} FROM booking_notifications n
             WHERE state = 'queued' AND company_id = ?1 AND client_id = ?2 AND phone = ?3
             AND (client_id <> 0 OR client_name = ?4) AND instance = ?5 AND kind = 'confirmation' AND copy = 0
             AND held = 0 AND edited_by = '' AND draft IS NULL
             AND (lease_until IS NULL OR lease_until + ?6 <= ?7)
             AND (SELECT count(*) FROM notification_bookings WHERE notification_id = n.id) < ?8
             ORDER BY id DESC LIMIT 1",
            rows::COLUMNS
        ))?
        .query_row(
            params![
                company.0,
                facts.client_id,
                facts.phone.as_str(),
                facts.client_name,
                instance,
                AFTER_LEASE.num_milliseconds(),
                to_ms(now),
                GATHER_LIMIT
            ],
            rows::read,
        )
        .optional()?)
}

fn to_json(facts: Option<&VisitFacts>) -> Result<String, StorageError> {
    let Some(facts) = facts else { return Ok(String::new()) };
    serde_json::to_string(facts).map_err(|error| StorageError::Failed(error.to_string()))
}

fn from_json(facts: &str) -> Result<Option<VisitFacts>, StorageError> {
    if facts.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(facts).map(Some).map_err(|error| StorageError::Corrupt(error.to_string()))
}
