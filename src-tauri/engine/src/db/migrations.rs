//! From an empty file to the schema of this version, a step a release.

use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite_migration::{Error, M, Migrations, SchemaVersion};

use super::StorageError;

/// In order; a released step is never changed.
const STEPS: &[M<'static>] = &[
    M::up(include_str!("migrations/0001_first.sql")),
    M::up(include_str!("migrations/0002_place.sql")),
    M::up(include_str!("migrations/0003_first_contacts.sql")),
    M::up(include_str!("migrations/0004_history.sql")),
    M::up(include_str!("migrations/0005_truth.sql")),
    M::up(include_str!("migrations/0006_unreadable.sql")),
    M::up(include_str!("migrations/0007_incoming.sql")),
    M::up(include_str!("migrations/0008_shop.sql")),
    M::up(include_str!("migrations/0009_account.sql")),
    M::up(include_str!("migrations/0010_aside_seen.sql")),
];

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| Migrations::from_slice(STEPS));

/// The schema of this version, as `user_version` counts it.
pub const fn latest() -> usize {
    STEPS.len()
}

/// Brings the file to this version's schema, or refuses one from a newer version.
pub(super) fn to_latest(connection: &mut Connection) -> Result<(), StorageError> {
    let known = STEPS.len();
    match MIGRATIONS.current_version(connection).map_err(unfold)? {
        SchemaVersion::Inside(version) if version.get() == known => Ok(()),
        SchemaVersion::Outside(version) => Err(StorageError::Newer { found: version.get(), known }),
        SchemaVersion::NoneSet | SchemaVersion::Inside(_) => match MIGRATIONS.to_latest(connection) {
            Ok(()) => Ok(()),
            // Two processes opened a new directory at once, and the other one was first.
            Err(error) => match MIGRATIONS.current_version(connection) {
                Ok(SchemaVersion::Inside(version)) if version.get() == known => Ok(()),
                _ => Err(unfold(error)),
            },
        },
    }
}

fn unfold(error: Error) -> StorageError {
    match error {
        Error::RusqliteError { err, .. } => err.into(),
        other => StorageError::Failed(other.to_string()),
    }
}
