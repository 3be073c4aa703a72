//! What became of each time a message was handed to a gateway.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Actor, Claim, Outbox, OutboxError, apply_in, gateway, stops, unless_refused};
use crate::db::{At, StorageError};
use crate::notification::{Event, Kind, Notification, NotificationId, Reason, State};

/// The end of an attempt, as the sender learnt it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    Accepted { id: String },
    NotSent { detail: String, next_try_at: DateTime<Utc> },
    Rejected { reason: Reason, detail: String },
    Ambiguous { detail: String },
}

/// An attempt whose end nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub attempt: i64,
    pub notification: NotificationId,
    pub instance: String,
    pub phone: String,
    pub text: String,
    pub started_at: DateTime<Utc>,
    /// Look-ups done so far.
    pub looked_up: usize,
}

impl Outbox {
    /// Records how an attempt ended. What the gateway pushed about it before its
    /// answer was here is applied in the same transaction.
    pub fn finish_attempt(
        &self,
        claim: &Claim,
        end: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<Notification, OutboxError> {
        self.db.write(|tx| {
            let (outcome, detail, gateway_id, event) = match end.clone() {
                Attempt::Accepted { id } => ("accepted", String::new(), id.clone(), Event::Accepted { id }),
                Attempt::NotSent { detail, next_try_at } => {
                    ("not_sent", detail.clone(), String::new(), Event::NotSent { detail, next_try_at })
                }
                Attempt::Rejected { reason, detail } => {
                    ("rejected", detail.clone(), String::new(), Event::Reject { reason, detail })
                }
                Attempt::Ambiguous { detail } => {
                    ("ambiguous", detail.clone(), String::new(), Event::Ambiguous { detail })
                }
            };
            tx.prepare_cached(
                "UPDATE send_attempts SET outcome = ?2, detail = ?3, gateway_id = ?4, finished_at = ?5
                 WHERE id = ?1 AND outcome = 'open'",
            )?
            .execute(params![claim.attempt, outcome, detail, gateway_id, At(now)])?;
            apply_in(tx, claim.row.id, None, event, &Actor::Program, now)?;
            match end {
                Attempt::Accepted { id } => gateway::settle_by_id(tx, id, now)?,
                Attempt::Ambiguous { .. } => gateway::settle_by_text(tx, claim.attempt, now)?,
                Attempt::NotSent { .. } | Attempt::Rejected { .. } => {}
            }
            // While it was under way, its client may have written the word that ends it: a released one too.
            if let Attempt::NotSent { .. } = end
                && let Some(row) = super::get_in(tx, claim.row.id)?
                && row.state == State::Queued
                && row.kind == Kind::Confirmation
                && stops::is_suspected_in(tx, &row.phone)?
            {
                let event = Event::Wait { reason: Reason::StopUnclear, detail: String::new() };
                apply_in(tx, row.id, None, event, &Actor::Program, now)?;
            }
            // While this attempt was under way, an earlier one may have turned out to have arrived.
            if let (false, Some(id)) = (matches!(end, Attempt::Accepted { .. }), found_id(tx, claim.row.id)?)
            {
                arrived(tx, claim.row.id, &id, now)?;
            }
            Ok(super::get_in(tx, claim.row.id)?.ok_or(crate::notification::Refusal::Missing)?)
        })
    }

    /// After a start nobody knows what became of a request that was on its way:
    /// every `sending` row is of unknown outcome. Answers how many there were.
    pub fn recover_in_flight(&self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        self.db.write(|tx| {
            let open: Vec<(i64, i64)> = tx
                .prepare("SELECT id, notification_id FROM send_attempts WHERE outcome = 'open'")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for &(attempt, notification) in &open {
                tx.execute(
                    "UPDATE send_attempts SET outcome = 'ambiguous', detail = 'interrupted', finished_at = ?2
                     WHERE id = ?1",
                    params![attempt, At(now)],
                )?;
                let event = Event::Ambiguous { detail: "interrupted".to_owned() };
                unless_refused(apply_in(
                    tx,
                    NotificationId(notification),
                    None,
                    event,
                    &Actor::Program,
                    now,
                ))?;
                gateway::settle_by_text(tx, attempt, now)?;
            }
            Ok(open.len())
        })
    }

    /// Attempts that still have to be looked for at their gateway, oldest first.
    pub fn unsettled(&self) -> Result<Vec<Unsettled>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, notification_id, instance, phone, text, started_at, looked_up FROM send_attempts
                 WHERE outcome = 'ambiguous' ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Unsettled {
                    attempt: row.get(0)?,
                    notification: NotificationId(row.get(1)?),
                    instance: row.get(2)?,
                    phone: row.get(3)?,
                    text: row.get(4)?,
                    started_at: row.get::<_, At>(5)?.0,
                    looked_up: row.get::<_, u32>(6)? as usize,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The gateway shows the message of an ambiguous attempt under `gateway_id`.
    /// False when that id belongs to another attempt already: equal texts match one to one.
    pub fn found_at_gateway(
        &self,
        attempt: i64,
        gateway_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        self.db.write(|tx| {
            if is_taken(tx, gateway_id)? {
                return Ok(false);
            }
            found_in(tx, attempt, gateway_id, now)
        })
    }

    /// One more look-up brought nothing. After the `last` one a person decides.
    pub fn looked_in_vain(
        &self,
        unsettled: &Unsettled,
        last: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.db.write(|tx| {
            let outcome = if last { "given_up" } else { "ambiguous" };
            tx.execute(
                "UPDATE send_attempts SET looked_up = looked_up + 1, outcome = ?2
                 WHERE id = ?1 AND outcome = 'ambiguous'",
                params![unsettled.attempt, outcome],
            )?;
            let others = tx
                .prepare_cached(
                    "SELECT 1 FROM send_attempts WHERE notification_id = ?1 AND outcome IN ('open', 'ambiguous')",
                )?
                .exists([unsettled.notification.0])?;
            if last && !others {
                unless_refused(apply_in(tx, unsettled.notification, None, Event::NotFound, &Actor::Program, now))?;
            }
            Ok(())
        })
    }

    /// The account that the last attempt went through; None before the first.
    pub fn last_instance(&self) -> Result<Option<String>, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT instance FROM send_attempts WHERE id = (SELECT max(id) FROM send_attempts)",
                )?
                .query_row([], |row| row.get(0))
                .optional()?)
        })
    }

    /// When the account last sent something: pacing goes on across a restart. What
    /// lies a thousand attempts back paces nothing, and is not looked for: for a new
    /// account that would be a walk over every attempt ever made.
    pub fn last_attempt_at(&self, instance: &str) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.db.read(|connection| {
            let at: Option<At> = connection
                .prepare_cached(
                    "SELECT started_at FROM send_attempts
                     WHERE instance = ?1 AND id > (SELECT max(id) FROM send_attempts) - 1000
                     ORDER BY id DESC LIMIT 1",
                )?
                .query_row([instance], |row| row.get(0))
                .optional()?;
            Ok(at.map(|at| at.0))
        })
    }
}

/// Whether an attempt of the message is not certainly unsent.
pub(crate) fn may_have_been_sent_in(
    connection: &Connection,
    id: NotificationId,
) -> Result<bool, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM send_attempts WHERE notification_id = ?1 AND outcome NOT IN ('not_sent', 'rejected')",
        )?
        .exists([id.0])?)
}

/// Whether the end of an attempt of the message was never known.
pub(crate) fn has_unsettled_in(connection: &Connection, id: NotificationId) -> Result<bool, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM send_attempts WHERE notification_id = ?1 AND outcome IN ('open', 'ambiguous', 'given_up')",
        )?
        .exists([id.0])?)
}

/// Whether some attempt has this gateway id.
pub(super) fn is_taken(tx: &Transaction<'_>, gateway_id: &str) -> Result<bool, StorageError> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM send_attempts WHERE gateway_id = ?1 AND gateway_id <> ''")?
        .exists([gateway_id])?)
}

/// An attempt of unknown end turned out to have arrived. False when its end is
/// known by now.
pub(super) fn found_in(
    tx: &Transaction<'_>,
    attempt: i64,
    gateway_id: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    if gateway_id.is_empty() {
        return Ok(false);
    }
    let notification: Option<i64> = tx
        .prepare_cached(
            "UPDATE send_attempts SET outcome = 'found', gateway_id = ?2
             WHERE id = ?1 AND outcome IN ('ambiguous', 'given_up') RETURNING notification_id",
        )?
        .query_row(params![attempt, gateway_id], |row| row.get(0))
        .optional()?;
    let Some(notification) = notification else { return Ok(false) };
    arrived(tx, NotificationId(notification), gateway_id, now)?;
    gateway::settle_by_id(tx, gateway_id, now)?;
    Ok(true)
}

/// A message that was taken back from the gateway's queue left all the same: the gateway's word on a
/// message outweighs what was concluded from its list.
pub(super) fn left_after_all(
    tx: &Transaction<'_>,
    gateway_id: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let notification: Option<i64> = tx
        .prepare_cached(
            "UPDATE send_attempts SET outcome = 'found', detail = ''
             WHERE gateway_id = ?1 AND gateway_id <> '' AND outcome = 'not_sent' RETURNING notification_id",
        )?
        .query_row([gateway_id], |row| row.get(0))
        .optional()?;
    notification.map_or(Ok(()), |id| arrived(tx, NotificationId(id), gateway_id, now))
}

/// The gateway id under which an attempt of the message was found, if one was.
fn found_id(tx: &Transaction<'_>, id: NotificationId) -> Result<Option<String>, StorageError> {
    Ok(tx
        .prepare_cached(
            "SELECT gateway_id FROM send_attempts WHERE notification_id = ?1 AND outcome = 'found' LIMIT 1",
        )?
        .query_row([id.0], |row| row.get(0))
        .optional()?)
}

fn arrived(
    tx: &Transaction<'_>,
    id: NotificationId,
    gateway_id: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let event = Event::Found { id: gateway_id.to_owned() };
    // Refused: its second attempt is on its way, or it is known to be sent. The attempt tells the truth.
    unless_refused(apply_in(tx, id, None, event, &Actor::Program, now)).map(drop)
}
