//! The claim: the one statement after which a message may be on its way.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::{Actor, Outbox, audit, rows};
use crate::clock::Clock;
use crate::db::{At, StorageError, to_ms};
use crate::notification::{AFTER_LEASE, Notification, NotificationId, State};

/// The last check must have seen the booking no longer ago than this.
const CHECK_HOLDS: TimeDelta = TimeDelta::seconds(10);

/// A word about another message to the number is judged before, or within this time.
const FOREIGN_HOLDS: TimeDelta = TimeDelta::seconds(15);

/// What else must hold, besides the row itself.
#[derive(Debug, Clone, Copy)]
pub struct ClaimTerms<'a> {
    /// The revision the last check saw.
    pub revision: i64,
    /// The gateway account that will send.
    pub instance: &'a str,
    /// How late the message may be, unless a person released it.
    pub late_after: TimeDelta,
    /// Messages go out by themselves; otherwise only those a person released.
    pub automatic: bool,
}

/// A claimed message: its attempt is on the disk, the first byte may leave.
#[derive(Debug)]
pub struct Claim {
    pub row: Notification,
    /// The attempt's number in `send_attempts`.
    pub attempt: i64,
}

impl Outbox {
    /// Claims a row for sending, or answers None because one of the conditions
    /// does not hold: somebody edited, held or cancelled it, the pause began, the
    /// account is known to be unable to send, the client opted out or may have, the bot turned out to have made the booking, the visit
    /// began, an earlier attempt turned out to have arrived, the database cannot
    /// know what was sent. All conditions and the attempt's row are one
    /// transaction, committed (and synced to the disk) when this returns.
    ///
    /// The time is read in the transaction and not before: another process may
    /// keep the database for seconds, and a computer that sleeps does so in the
    /// middle of a wait. Judged by an earlier time, a visit would not have begun.
    pub fn claim(
        &self,
        id: NotificationId,
        terms: ClaimTerms<'_>,
        clock: &dyn Clock,
    ) -> Result<Option<Claim>, StorageError> {
        self.db.write(|tx| claim_in(tx, id, terms, clock.now()))
    }
}

fn claim_in(
    tx: &Transaction<'_>,
    id: NotificationId,
    terms: ClaimTerms<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Claim>, StorageError> {
    let row = tx
        .prepare_cached(&format!(
            "UPDATE booking_notifications AS n SET
             state = 'sending', reason = '', detail = '', version = version + 1, claimed_at = :now,
             lease_by = '', lease_until = NULL
             WHERE id = :id AND state = 'queued' AND revision = :revision AND instance = :instance
             AND held = 0 AND due_at <= :now AND next_try_at <= :now
             AND (lease_until IS NULL OR lease_until + :after_lease <= :now)
             AND (kind = 'test' OR starts_at > :now)
             AND checked_revision = revision AND checked_at BETWEEN :now - :check_holds AND :now
             AND (released = 1 OR (:automatic
                  AND max(due_at, coalesce(lease_until + :after_lease, due_at)) >= :now - :late_after))
             AND NOT EXISTS (SELECT 1 FROM desk
                 WHERE paused_at IS NOT NULL AND (paused_until IS NULL OR paused_until > :now))
             AND NOT EXISTS (SELECT 1 FROM desk WHERE doubt <> '' OR pause_due = 1 OR rival_at IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM gateway_events e
                 WHERE e.settled = 0 AND e.about IS NULL AND e.kind IN ('echo', 'delivery') AND e.phone = n.phone
                 AND e.instance = n.instance AND e.received_at BETWEEN :now - :foreign_holds AND :now)
             AND NOT EXISTS (SELECT 1 FROM desk WHERE gateway_state NOT IN ('', 'authorised'))
             AND NOT EXISTS (SELECT 1 FROM opt_outs o WHERE o.phone_key = n.phone_key AND o.opted_in_at IS NULL)
             AND (released = 1 OR NOT EXISTS (SELECT 1 FROM stop_suspects s WHERE s.phone_key = n.phone_key))
             AND NOT EXISTS (SELECT 1 FROM notification_bookings nb
                 JOIN bookings b ON b.booking_id = nb.booking_id AND b.company_id IN (0, nb.company_id)
                 WHERE nb.notification_id = n.id AND nb.dropped = 0 AND b.imported = 1)
             AND NOT EXISTS (SELECT 1 FROM send_attempts a
                 WHERE a.notification_id = n.id AND a.outcome IN ('accepted', 'found'))
             RETURNING {}",
            rows::COLUMNS
        ))?
        .query_row(
            named_params! {
                ":id": id.0,
                ":revision": terms.revision,
                ":instance": terms.instance,
                ":now": At(now),
                ":after_lease": AFTER_LEASE.num_milliseconds(),
                ":check_holds": CHECK_HOLDS.num_milliseconds(),
                ":automatic": terms.automatic,
                ":late_after": terms.late_after.num_milliseconds(),
                ":foreign_holds": FOREIGN_HOLDS.num_milliseconds(),
            },
            rows::read,
        )
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    tx.prepare_cached(
        "INSERT INTO send_attempts (notification_id, revision, instance, phone, text, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![row.id.0, row.revision, row.instance, row.phone, row.text, to_ms(now)])?;
    let attempt = tx.last_insert_rowid();
    audit(tx, &Actor::Program, "claim", Some(State::Queued), &row, now)?;
    Ok(Some(Claim { row, attempt }))
}
