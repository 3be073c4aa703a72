//! What a gateway pushed and this program could not work through.
//!
//! The next notification comes only once this one is acknowledged, and what is acknowledged never comes
//! again. So it is kept as it came, and the shop is told that there is something, until a person has seen it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::people::note;
use super::{Actor, Outbox, OutboxError};
use crate::closed_set::closed_set;
use crate::db::{At, StorageError};
use crate::notification::Refusal;

/// Longer than anything a gateway documents.
const LONGEST: usize = 100_000;

/// Kept so long.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

closed_set! {
    /// What became of working it through.
    WhyAside {
        Unreadable = "unreadable",
        Error = "error",
        Panic = "panic",
    }
}

/// How many of one kind lie there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsideCount {
    pub kind: String,
    pub why: String,
    pub count: i64,
}

/// One of them. Not its content: names and numbers may be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub why: String,
}

/// Which of them a person has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsideSeen {
    One(i64),
    /// All that was shown, the last of them this one: what came meanwhile was not.
    UpTo(i64),
}

impl Outbox {
    /// Keeps what cannot be worked through.
    pub fn put_aside(
        &self,
        instance: &str,
        kind: &str,
        why: WhyAside,
        content: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.db.write(|tx| put_aside_in(tx, instance, kind, why, content, now))
    }

    /// What lies there and no person has seen, by kind.
    pub fn aside(&self) -> Result<Vec<AsideCount>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT kind, why, count(*) FROM aside WHERE seen_at IS NULL
                 GROUP BY kind, why ORDER BY kind, why",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(AsideCount { kind: row.get(0)?, why: row.get(1)?, count: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The same one by one, the oldest first.
    pub fn aside_rows(&self) -> Result<Vec<Aside>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, received_at, kind, why FROM aside WHERE seen_at IS NULL ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                let at = row.get::<_, At>(1)?.0;
                Ok(Aside { id: row.get(0)?, at, kind: row.get(2)?, why: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A person has seen that it lies there: it is counted no more, and kept as it came. How many those were.
    pub fn aside_is_seen(
        &self,
        which: AsideSeen,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<usize, OutboxError> {
        self.db.write(|tx| {
            let (from, to) = match which {
                AsideSeen::One(id) => (id, id),
                AsideSeen::UpTo(id) => (0, id),
            };
            let seen = tx
                .prepare_cached(
                    "UPDATE aside SET seen_at = ?3 WHERE id BETWEEN ?1 AND ?2 AND seen_at IS NULL",
                )?
                .execute(params![from, to, At(now)])?;
            if seen == 0 {
                return Err(Refusal::Missing.into());
            }
            note(tx, actor, "aside_seen", now)?;
            Ok(seen)
        })
    }
}

pub(super) fn put_aside_in(
    tx: &Transaction<'_>,
    instance: &str,
    kind: &str,
    why: WhyAside,
    content: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let content: String = content.chars().take(LONGEST).collect();
    // A word of the gateway's, or it may be anything, names and numbers too.
    let word = kind.bytes().all(|byte| byte.is_ascii_alphabetic()) && !kind.is_empty() && kind.len() <= 40;
    let kind = if word { kind } else { "odd" };
    // It comes again when its acknowledgement is lost.
    tx.prepare_cached(
        "INSERT INTO aside (received_at, instance, kind, why, content) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM aside WHERE instance = ?2 AND kind = ?3 AND content = ?5)",
    )?
    .execute(params![At(now), instance, kind, why.as_str(), content])?;
    Ok(())
}

/// Whatever may speak of a number goes with it, however that is written there.
pub(super) fn forget_in(tx: &Transaction<'_>, tail: &str) -> Result<(), StorageError> {
    tx.execute("DELETE FROM aside WHERE content LIKE '%' || ?1 || '%'", [tail])?;
    Ok(())
}

pub(super) fn tidy(tx: &Transaction<'_>, now: DateTime<Utc>) -> Result<(), StorageError> {
    tx.execute("DELETE FROM aside WHERE received_at < ?1", [At(now - KEPT_FOR)])?;
    Ok(())
}
