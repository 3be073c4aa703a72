//! The data directory as its owner takes it: the lock, and the database in one piece.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::db::{self, Db, StorageError};
use engine::desk::{LockError, OwnerLock};
use engine::outbox::Outbox;
use tracing::warn;

use crate::failure::Failure;

/// Whoever only asks whether the desk is owned holds the lock for an instant.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The lock, or who has it.
pub(crate) fn take_lock(dir: &Path) -> Result<OwnerLock, Failure> {
    for _ in 0..LOCK_TRIES {
        match OwnerLock::take(dir) {
            Ok(lock) => return Ok(lock),
            Err(LockError::Held) => thread::sleep(LOCK_PAUSE),
            Err(LockError::Io(error)) => {
                return Err(match db::meaning(&error, dir) {
                    StorageError::Failed(_) => Failure::Lock(error.to_string()),
                    found => Failure::Storage(found),
                });
            }
        }
    }
    let outbox = Db::open(dir).map(|db| Outbox::new(Arc::new(db)));
    let owner = outbox.and_then(|outbox| outbox.desk()).ok().and_then(|desk| desk.owner);
    Err(Failure::SecondOwner { pid: owner.map(|owner| owner.pid) })
}

/// The database, sound. A damaged one is put aside and never written over.
pub(crate) fn open_sound(dir: &Path, now: DateTime<Utc>) -> Result<Outbox, Failure> {
    let opened = Db::open(dir).map(|db| Outbox::new(Arc::new(db))).and_then(|outbox| {
        // The last owner did not go in order: power may have failed in the middle of a write.
        if outbox.desk()?.owner.is_some() {
            outbox.db().quick_check()?;
        }
        Ok(outbox)
    });
    match opened {
        Err(StorageError::Corrupt(what)) => {
            let to = db::put_aside(dir, now)?;
            Err(Failure::PutAside { what, to })
        }
        other => Ok(other?),
    }
}

/// A line in the log where the directory is another computer's.
pub(crate) fn warn_of_share(dir: &Path) {
    if let Some(share) = db::network_share(dir) {
        warn!(%share, "the data directory is on a network share: the database's locks cannot be trusted there");
    }
}
