//! Free pages still hold what was deleted. `VACUUM` would write the whole file anew and keep every
//! other writer waiting meanwhile: a minute, for a large one. So they are filled with zeros instead, a
//! little at a time.

use rusqlite::Connection;

use super::{Db, StorageError};

/// What one transaction fills, in bytes: written within milliseconds.
const AT_ONCE: i64 = 1 << 20;

/// Each waits for whoever reads as long as any statement does.
const TRIES: u32 = 3;

/// Holds the zeros while there are free pages left. There is no such table otherwise.
const FILLER: &str = "free_pages";

impl Db {
    /// Overwrites what was deleted, in the file and in the journal beside it. False: another program
    /// read all the while, and the journal still holds it.
    pub fn overwrite_deleted(&self) -> Result<bool, StorageError> {
        self.drop_filler()?;
        while self.fill_some()? {
            // Or the journal would grow as large as what is filled.
            self.read(|connection| Ok::<_, StorageError>(checkpoint(connection, "PASSIVE")?))?;
        }
        self.drop_filler()?;
        self.read(|connection| {
            for _ in 0..TRIES {
                if checkpoint(connection, "TRUNCATE")? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// False: no free page is left. Pages that become free meanwhile were emptied by whoever freed them.
    fn fill_some(&self) -> Result<bool, StorageError> {
        self.write(|tx| {
            let pragma = |name| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            let (free, size) = (pragma("freelist_count")?, pragma("page_size")?);
            if free == 0 {
                return Ok(false);
            }
            let pages = (AT_ONCE / size).min(free);
            // Each page of what overflows has four bytes for where the next one is. Where the length does
            // not divide, the rest stays in the row's own page, if it is no more than fits there beside
            // this: else the last page would be filled in part, and hold in the rest what it held.
            let in_the_row = (size - 12) * 32 / 255 - 23;
            tx.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {FILLER} (zeros BLOB)"))?;
            tx.execute(
                &format!("INSERT INTO {FILLER} VALUES (zeroblob(?1))"),
                [in_the_row + pages * (size - 4)],
            )?;
            Ok(true)
        })
    }

    /// Also what a program left that was killed while it filled.
    fn drop_filler(&self) -> Result<(), StorageError> {
        let exists = self.read(|connection| Ok::<_, StorageError>(connection.table_exists(None, FILLER)?))?;
        if exists {
            self.write(|tx| Ok::<_, StorageError>(tx.execute_batch(&format!("DROP TABLE {FILLER}"))?))?;
        }
        Ok(())
    }
}

/// Whether all of it was done.
fn checkpoint(connection: &Connection, how: &str) -> rusqlite::Result<bool> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| Ok(!row.get::<_, bool>(0)?))
}
