//! Which database this is: what one that was restored or copied is told by, and
//! what becomes of its queue.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Actor, Outbox, OutboxError, apply_in, list, people};
use crate::closed_set::closed_set;
use crate::db::{At, StorageError};
use crate::error::FaultCode;
use crate::notification::{Event, Reason, State};

closed_set! {
    /// Why the database cannot know what was sent already.
    Doubt {
        /// More was sent on this computer than it knows of: an older copy was put back.
        Restored = "restored",
        /// It worked on another computer.
        Copied = "copied",
        /// The keyring does not know it.
        Unknown = "unknown",
    }
}

impl Doubt {
    /// What it means at the desk.
    pub const fn code(self) -> FaultCode {
        match self {
            Self::Restored => FaultCode::StorageRestored,
            Self::Copied => FaultCode::StorageCopied,
            Self::Unknown => FaultCode::StorageUnfamiliar,
        }
    }
}

/// The last numbers given out. They only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Numbers {
    /// Of `send_attempts`.
    pub attempt: i64,
    /// Of `booking_notifications`.
    pub notification: i64,
    /// Of acts of persons, which a copy put back would undo. A mark of version 0.1 knows of none.
    #[serde(default)]
    pub acts: i64,
}

impl Numbers {
    /// Whether either is beyond the other's.
    pub(crate) const fn exceed(self, other: Self) -> bool {
        self.attempt > other.attempt || self.notification > other.notification || self.acts > other.acts
    }

    /// The greater of each, and `by` more.
    pub(crate) fn beyond(self, other: Self, by: i64) -> Self {
        Self {
            attempt: self.attempt.max(other.attempt) + by,
            notification: self.notification.max(other.notification) + by,
            acts: self.acts.max(other.acts) + by,
        }
    }
}

/// What the database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Its own random number; empty before a desk worked on it.
    pub instance: String,
    /// The computer it works on; empty when that has no id.
    pub machine: String,
    pub numbers: Numbers,
    /// The shop's id, which copies share; empty before a desk worked on it.
    pub shop: String,
    /// Nothing was ever sent from it and no branch was read: there is nothing to doubt.
    pub fresh: bool,
    pub doubt: Option<Doubt>,
}

/// What a database is called from now on, and where it works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anew<'a> {
    pub instance: &'a str,
    pub machine: &'a str,
    pub shop: &'a str,
    /// No id up to these is given out again.
    pub numbers: Numbers,
    /// Something was sent from here before that it does not know of.
    pub forgot: bool,
    /// The keyring's stop list.
    pub stops: &'a [String],
}

impl Outbox {
    pub(crate) fn origin(&self) -> Result<Origin, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT instance, machine, doubt, shop,
                     NOT EXISTS (SELECT 1 FROM send_attempts) AND NOT EXISTS (SELECT 1 FROM booking_monitor_state
                         WHERE baseline_at IS NOT NULL OR baseline_begun_at IS NOT NULL OR anew_at IS NOT NULL)
                     FROM desk",
                )?
                .query_row([], |row| {
                    Ok(Origin {
                        instance: row.get(0)?,
                        machine: row.get(1)?,
                        numbers: numbers_in(connection)?,
                        shop: row.get(3)?,
                        fresh: row.get(4)?,
                        doubt: Doubt::parse(&row.get::<_, String>(2)?),
                    })
                })?)
        })
    }

    /// How many acts of persons there were.
    pub(crate) fn acts(&self) -> Result<i64, StorageError> {
        self.db.read(|connection| {
            Ok(connection.prepare_cached("SELECT acts FROM desk")?.query_row([], |row| row.get(0))?)
        })
    }

    /// The stop list, as hashes, in the order it grew.
    pub(crate) fn stops(&self) -> Result<Vec<String>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT phone_key FROM opt_outs WHERE opted_in_at IS NULL ORDER BY opted_out_at, phone_key",
            )?;
            let keys = statement.query_map([], |row| row.get(0))?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
    }

    /// The database is this computer's, under this name.
    pub(crate) fn adopt(&self, anew: Anew<'_>, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| name_in(tx, anew, now))
    }

    /// Nobody knows what was sent since this database was in use: it is written
    /// down, and everything queued asks a person, who alone can see in the chat
    /// whether it went out. So does what waits for another reason, for a word
    /// given to that one may have been given already. Once; later calls change nothing.
    pub(crate) fn take_doubt(&self, doubt: Doubt, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            let news = tx.execute(
                "UPDATE desk SET doubt = ?1, doubt_at = ?2 WHERE doubt = ''",
                params![doubt.as_str(), At(now)],
            )?;
            if news == 0 {
                return Ok(());
            }
            people::note(tx, &Actor::Program, "doubt", now)?;
            let mut rows = list::in_state(tx, State::Queued)?;
            rows.extend(list::in_state(tx, State::Waiting)?);
            for row in rows {
                let detail = row.reason.as_str().to_owned();
                let event = Event::Wait { reason: Reason::Restored, detail };
                match apply_in(tx, row.id, None, event, &Actor::Program, now) {
                    Ok(_) | Err(OutboxError::Refused(_)) => {}
                    Err(OutboxError::Storage(error)) => return Err(error),
                }
            }
            Ok(())
        })
    }
}

/// A person's word: from here on the database is right, and what was made before is not written about.
pub(crate) fn begin_anew_in(
    tx: &Transaction<'_>,
    anew: Anew<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    name_in(tx, anew, now)?;
    tx.execute("UPDATE desk SET doubt = '', doubt_at = NULL", [])?;
    tx.execute(
        "UPDATE booking_monitor_state SET baseline_at = NULL, baseline_begun_at = NULL, truth_at = NULL,
         fast_server_at = NULL, last_change_at = NULL, anew_at = ?1
         WHERE baseline_at IS NOT NULL OR baseline_begun_at IS NOT NULL OR anew_at IS NOT NULL",
        [At(now)],
    )?;
    people::note(tx, actor, "begin_anew", now)
}

fn name_in(tx: &Transaction<'_>, anew: Anew<'_>, now: DateTime<Utc>) -> Result<(), StorageError> {
    tx.execute(
        "UPDATE desk SET instance = ?1, machine = ?2, shop = ?3, acts = max(acts, ?4)",
        params![anew.instance, anew.machine, anew.shop, anew.numbers.acts],
    )?;
    if anew.forgot {
        tx.execute("UPDATE desk SET remembers_since = ?1", [At(now)])?;
    }
    for (table, number) in
        [("send_attempts", anew.numbers.attempt), ("booking_notifications", anew.numbers.notification)]
    {
        let raised = tx.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
            params![table, number],
        )?;
        if raised == 0 && number > 0 {
            tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", params![table, number])?;
        }
    }
    for key in anew.stops {
        let new = tx
            .prepare_cached(
                "INSERT INTO opt_outs (phone_key, opted_out_at, source) VALUES (?1, ?2, 'keyring')
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![key, At(now)])?;
        if new > 0 {
            people::skip_all_to(tx, key, &Actor::Program, now)?;
        }
    }
    Ok(())
}

fn numbers_in(connection: &Connection) -> rusqlite::Result<Numbers> {
    connection
        .prepare_cached(
            "SELECT coalesce(max(iif(name = 'send_attempts', seq, 0)), 0),
             coalesce(max(iif(name = 'booking_notifications', seq, 0)), 0), (SELECT acts FROM desk)
             FROM sqlite_sequence",
        )?
        .query_row([], |row| {
            Ok(Numbers { attempt: row.get(0)?, notification: row.get(1)?, acts: row.get(2)? })
        })
}
