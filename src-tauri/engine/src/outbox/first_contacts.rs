//! Numbers that were never written to before: WhatsApp restricts accounts that
//! write to many of them in a day.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{Actor, Outbox, people};
use crate::db::{At, StorageError};

/// So many in a day are worth a warning. Nothing is held back for it.
pub const MANY_FIRST_CONTACTS: i64 = 20;

/// The audit's word for the warning of a day.
const WARNED: &str = "many_first_contacts";

/// What an account took for a number at `?2` or later and never before. A test goes to one's own phone.
const COUNT: &str =
    "SELECT count(DISTINCT phone_key) FROM booking_notifications n INDEXED BY notifications_sent
     WHERE accepted_at >= ?2 AND kind = 'confirmation' AND instance = ?1
     AND NOT EXISTS (SELECT 1 FROM booking_notifications e INDEXED BY notifications_by_phone
         WHERE e.phone_key = n.phone_key AND e.accepted_at < ?2 AND e.instance = n.instance)";

impl Outbox {
    /// How many numbers the account wrote to for the first time since `day_start`.
    pub fn first_contacts(&self, instance: &str, day_start: DateTime<Utc>) -> Result<i64, StorageError> {
        self.db.read(|connection| count(connection, instance, day_start))
    }

    /// True once a day: there are [`MANY_FIRST_CONTACTS`] by now, and nobody was warned yet.
    pub fn first_contacts_are_news(
        &self,
        instance: &str,
        day_start: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        if self.first_contacts(instance, day_start)? < MANY_FIRST_CONTACTS {
            return Ok(false);
        }
        self.db.write(|tx| {
            let warned = tx
                .prepare_cached("SELECT 1 FROM events WHERE what = ?1 AND at >= ?2")?
                .exists(params![WARNED, At(day_start)])?;
            if !warned {
                people::note(tx, &Actor::Program, WARNED, now)?;
            }
            Ok(!warned)
        })
    }
}

fn count(connection: &Connection, instance: &str, day_start: DateTime<Utc>) -> Result<i64, StorageError> {
    Ok(connection.prepare_cached(COUNT)?.query_row(params![instance, At(day_start)], |row| row.get(0))?)
}
