//! "Delete my data": everything that names one client goes, and what is left tells
//! of nobody.
//!
//! The rows themselves stay, empty, with the ids of bookings and messages: they are
//! what keeps anything from being told twice. The stop list stays, for it is the
//! client's own word, and it holds a hash.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, params};
use serde::Serialize;

use super::{Actor, Outbox, OutboxError, apply_in, aside, get_in, people, stops, unless_refused};
use crate::booking::{BookingId, CompanyId};
use crate::db::{At, StorageError};
use crate::monitor::{Kept, known};
use crate::notification::{Event, NotificationId, Refusal, State};
use crate::phone::Phone;

/// Stands where the database wants a word and there is none any more.
pub(super) const NOTHING: &str = "—";

/// Numbers that end alike are one, however they were written: in a snapshot they are as YClients has them.
const TAIL: usize = 9;

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Forgotten {
    /// Messages that lost name, number and text.
    pub messages: usize,
    /// Of those, cancelled because of it.
    pub cancelled: usize,
    /// Bookings that lost what was kept of them.
    pub bookings: usize,
    /// Attempts to send that lost number and text.
    pub attempts: usize,
    /// Words of the gateway that lost number and text.
    pub gateway_events: usize,
    /// Answers about the number's account, removed whole.
    pub number_checks: usize,
    /// Visits still to come, in YClients: of them a print is kept, whatever becomes of them.
    pub visits_ahead: usize,
    /// The number is on the stop list and stays there, as a hash.
    pub on_stop_list: bool,
    /// Nothing of it is in the journal beside the database any more. False: another program read all the while.
    pub journal_emptied: bool,
}

impl Outbox {
    /// Removes everything that names the client with this number, and then what the file
    /// itself still holds of it. Refused while a message to the client is on its way.
    pub fn forget(&self, phone: &Phone, actor: &Actor, now: DateTime<Utc>) -> Result<Forgotten, OutboxError> {
        let mut done = self.db.write(|tx| forget_in(tx, phone, actor, now))?;
        done.journal_emptied = self.db.overwrite_deleted()?;
        Ok(done)
    }
}

fn forget_in(
    tx: &Transaction<'_>,
    phone: &Phone,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Forgotten, OutboxError> {
    let number = phone.as_str();
    let key = people::phone_key(number);
    let mut done = Forgotten { on_stop_list: people::is_opted_out(tx, number)?, ..Forgotten::default() };
    let held = bookings_with(tx, number)?;
    let ids = messages_of(tx, number, &key, &held)?;
    for id in &ids {
        let Some(row) = get_in(tx, *id)? else { continue };
        let event = match row.state {
            State::Sending => return Err(Refusal::TooLate(State::Sending).into()),
            State::Unknown => Event::ResolveDrop,
            _ => Event::Cancel,
        };
        let cancelled = unless_refused(apply_in(tx, *id, None, event, actor, now))?;
        done.cancelled += usize::from(cancelled.is_some());
        done.visits_ahead += usize::from(row.starts_at > now);
    }
    // Before the links are emptied: by them the bookings are found.
    done.bookings = forget_bookings(tx, &ids, held)?;
    for id in &ids {
        tx.prepare_cached(
            "UPDATE gateway_events SET phone = '', text = '', detail = '' WHERE gateway_id <> '' AND gateway_id IN
             (SELECT gateway_id FROM send_attempts WHERE notification_id = ?1)",
        )?
        .execute([id.0])?;
        done.messages += tx
            .prepare_cached(
                "UPDATE booking_notifications SET client_id = 0, client_name = '', phone_key = '', detail = '',
                 phone = iif(state = 'accepted', ?2, ''), text = iif(state = 'accepted', ?2, ''),
                 proposed_text = NULL, draft = NULL, forgotten = 1 WHERE id = ?1",
            )?
            .execute(params![id.0, NOTHING])?;
        done.attempts += tx
            .prepare_cached(
                // Nothing is left to tell one by: it is looked for no more, and no echo can be its.
                "UPDATE send_attempts SET phone = '', text = '', detail = '',
                 outcome = iif(outcome IN ('open', 'ambiguous'), 'given_up', outcome),
                 finished_at = coalesce(finished_at, ?2) WHERE notification_id = ?1",
            )?
            .execute(params![id.0, At(now)])?;
        tx.prepare_cached("UPDATE notification_bookings SET facts = '' WHERE notification_id = ?1")?
            .execute([id.0])?;
    }
    done.gateway_events = tx
        .execute("UPDATE gateway_events SET phone = '', text = '', detail = '' WHERE phone = ?1", [number])?;
    done.number_checks = tx.execute("DELETE FROM number_checks WHERE phone_key = ?1", [&key])?;
    stops::forget_in(tx, number, &key)?;
    if let Some(tail) = tail(number) {
        aside::forget_in(tx, &tail)?;
    }
    people::note(tx, actor, "forget", now)?;
    Ok(done)
}

/// Every message that went, or would have gone, to the number, or was made when it was the client's.
fn messages_of(
    connection: &Connection,
    number: &str,
    key: &str,
    bookings: &BTreeSet<(i64, i64)>,
) -> Result<BTreeSet<NotificationId>, StorageError> {
    let mut statement = connection.prepare(
        "SELECT id FROM booking_notifications WHERE phone = ?1 OR phone_key = ?2
         UNION SELECT notification_id FROM send_attempts WHERE phone = ?1
         UNION SELECT notification_id FROM notification_bookings WHERE facts LIKE '%\"' || ?1 || '\"%'",
    )?;
    let ids = statement.query_map([number, key], |row| row.get(0).map(NotificationId))?;
    let mut ids: BTreeSet<_> = ids.collect::<Result<_, _>>()?;
    // Skipped for its number, a message may name the client and have none.
    let mut of_booking = connection.prepare_cached(
        "SELECT notification_id FROM notification_bookings WHERE company_id = ?1 AND booking_id = ?2",
    )?;
    for (company, booking) in bookings {
        for id in of_booking.query_map([company, booking], |row| row.get(0).map(NotificationId))? {
            ids.insert(id?);
        }
    }
    Ok(ids)
}

/// The bookings that hold the number, in whatever spelling.
fn bookings_with(connection: &Connection, number: &str) -> Result<BTreeSet<(i64, i64)>, StorageError> {
    let mut found = BTreeSet::new();
    let mut statement = connection.prepare(
        "SELECT company_id, booking_id, json_extract(snapshot, '$.client.phone') FROM bookings
         WHERE snapshot >= '{' AND json_extract(snapshot, '$.client.phone') <> ''",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if tail(&row.get::<_, String>(2)?) == tail(number) {
            found.insert((row.get(0)?, row.get(1)?));
        }
    }
    Ok(found)
}

/// Empties what is kept of these bookings, and of those of the messages.
fn forget_bookings(
    tx: &Transaction<'_>,
    ids: &BTreeSet<NotificationId>,
    mut found: BTreeSet<(i64, i64)>,
) -> Result<usize, StorageError> {
    for id in ids {
        let mut statement = tx.prepare_cached(
            "SELECT company_id, booking_id FROM notification_bookings WHERE notification_id = ?1",
        )?;
        for link in statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))? {
            found.insert(link?);
        }
    }
    let mut emptied = 0;
    for (company, booking) in found {
        emptied += usize::from(leave_a_print(tx, (company, booking), Kept::Forgotten)?);
    }
    Ok(emptied)
}

/// Leaves of a booking what names nobody. False: nothing was kept of it.
pub(super) fn leave_a_print(
    tx: &Transaction<'_>,
    (company, booking): (i64, i64),
    why: Kept,
) -> Result<bool, StorageError> {
    let Some(snapshot) = known::snapshot_in(tx, CompanyId(company), BookingId(booking))? else {
        return Ok(false);
    };
    tx.prepare_cached("UPDATE bookings SET snapshot = ?3 WHERE company_id = ?1 AND booking_id = ?2")?
        .execute(params![company, booking, why.print(&snapshot)])?;
    Ok(true)
}

fn tail(number: &str) -> Option<String> {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    Some(digits.get(digits.len().checked_sub(TAIL)?..)?.iter().collect())
}

/// A client who wants to hear nothing, as the list knows them: by a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    pub phone_key: String,
    pub since: DateTime<Utc>,
    /// `message`, `keyring`, or what the act was given.
    pub source: String,
}

impl Outbox {
    /// The stop list, the latest first.
    pub fn opt_outs(&self) -> Result<Vec<OptOut>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT phone_key, opted_out_at, source FROM opt_outs WHERE opted_in_at IS NULL
                 ORDER BY opted_out_at DESC, phone_key",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(OptOut { phone_key: row.get(0)?, since: row.get::<_, At>(1)?.0, source: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
