//! From an empty file to the schema of this version, a step a release.

use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite_migration::{Error, M, Migrations, SchemaVersion};

use super::StorageError;

/// In order, each with what it brings; a released step is never changed.
const STEPS: &[(&str, &str)] = &[
    ("first", include_str!("migrations/0001_first.sql")),
    ("place", include_str!("migrations/0002_place.sql")),
    ("first_contacts", include_str!("migrations/0003_first_contacts.sql")),
    ("history", include_str!("migrations/0004_history.sql")),
    ("truth", include_str!("migrations/0005_truth.sql")),
    ("unreadable", include_str!("migrations/0006_unreadable.sql")),
    ("incoming", include_str!("migrations/0007_incoming.sql")),
    ("shop", include_str!("migrations/0008_shop.sql")),
    ("account", include_str!("migrations/0009_account.sql")),
    ("aside_seen", include_str!("migrations/0010_aside_seen.sql")),
    ("stumbles", include_str!("migrations/0011_stumbles.sql")),
    ("retention", include_str!("migrations/0012_retention.sql")),
];

static MIGRATIONS: LazyLock<Migrations<'static>> =
    LazyLock::new(|| Migrations::new(STEPS.iter().map(|(_, sql)| M::up(sql)).collect()));

/// The schema of this version, as `user_version` counts it.
pub const fn latest() -> usize {
    STEPS.len()
}

/// What each step after this schema is called, in order.
pub(super) fn names_after(version: usize) -> Vec<&'static str> {
    STEPS.iter().skip(version).map(|(name, _)| *name).collect()
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
