//! Parts of the program that panicked and began anew, for every process to see.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::Outbox;
use crate::db::{At, StorageError};
use crate::supervision::Part;

/// A part that has not worked for a while since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stumble {
    pub part: Part,
    pub since: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub times: i64,
}

impl Outbox {
    /// It panicked, once more if it had already.
    pub fn stumbled(&self, part: Part, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute(
                "INSERT INTO stumbles (part, since, last_at, times) VALUES (?1, ?2, ?2, 1)
                 ON CONFLICT (part) DO UPDATE SET last_at = ?2, times = times + 1",
                params![part.to_string(), At(now)],
            )?;
            Ok(())
        })
    }

    /// It has worked for a while.
    pub fn stands_again(&self, part: Part) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute("DELETE FROM stumbles WHERE part = ?1", [part.to_string()])?;
            Ok(())
        })
    }

    /// What has not worked for a while since it panicked.
    pub fn stumbles(&self) -> Result<Vec<Stumble>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT part, since, last_at, times FROM stumbles ORDER BY since, part")?;
            let rows = statement.query_map([], |row| {
                let part = Part::parse(&row.get::<_, String>(0)?);
                let (since, last_at) = (row.get::<_, At>(1)?.0, row.get::<_, At>(2)?.0);
                // A part of another version is nobody's here.
                Ok(part.map(|part| (part, since, last_at)).zip(Some(row.get(3)?)))
            })?;
            let mut stumbles = Vec::new();
            for row in rows {
                if let Some(((part, since, last_at), times)) = row? {
                    stumbles.push(Stumble { part, since, last_at, times });
                }
            }
            Ok(stumbles)
        })
    }
}
