//! What the account said of numbers: whether they are on its channel.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::Outbox;
use crate::db::{At, StorageError};

/// An account's "yes" is good for so long.
const YES_HOLDS: TimeDelta = TimeDelta::days(30);

/// Its "no" is advice, and may be wrong: the next message a day later asks again.
const NO_HOLDS: TimeDelta = TimeDelta::days(1);

impl Outbox {
    /// Whether the number has an account, as far as an answer is still good.
    pub fn number_check(
        &self,
        phone_key: &str,
        instance: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<bool>, StorageError> {
        self.db.read(|connection| number_check_in(connection, phone_key, instance, now))
    }

    /// Keeps the answer to a number check. True when a "no" before it was no more.
    pub fn keep_number_check(
        &self,
        phone_key: &str,
        instance: &str,
        has_account: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        self.db.write(|tx| {
            let before: Option<bool> = tx
                .prepare_cached(
                    "SELECT has_account FROM number_checks WHERE phone_key = ?1 AND instance = ?2",
                )?
                .query_row([phone_key, instance], |row| row.get(0))
                .optional()?;
            tx.prepare_cached("INSERT OR REPLACE INTO number_checks VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![phone_key, instance, has_account, At(now)])?;
            Ok(before == Some(false) && has_account)
        })
    }
}

/// What was delivered after a "no" speaks louder than the "no". An answer from the future was
/// kept by a wrong clock, and holds for nothing.
pub(crate) fn number_check_in(
    connection: &Connection,
    phone_key: &str,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<Option<bool>, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT has_account OR EXISTS (SELECT 1 FROM booking_notifications n
                 WHERE n.phone_key = c.phone_key AND n.accepted_at IS NOT NULL AND n.instance = c.instance
                 AND n.delivered_at > c.checked_at) AS has
             FROM number_checks c WHERE phone_key = :key AND instance = :instance AND checked_at <= :now
             AND checked_at >= :now - iif(has_account OR has, :yes_holds, :no_holds)",
        )?
        .query_row(
            named_params! {
                ":key": phone_key,
                ":instance": instance,
                ":now": At(now),
                ":yes_holds": YES_HOLDS.num_milliseconds(),
                ":no_holds": NO_HOLDS.num_milliseconds(),
            },
            |row| row.get(0),
        )
        .optional()?)
}
