use std::collections::BTreeMap;

use chrono::TimeZone;

use super::*;

const SCHEMA: &str = include_str!("../../../../schema.sql");

/// Every object of a database by name, its SQL without comments and white space.
fn shape(connection: &Connection) -> BTreeMap<String, String> {
    let mut statement = connection
        .prepare("SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        .unwrap();
    statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .map(|(name, sql)| {
            let bare: String = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
            (name, bare.split_whitespace().collect::<String>())
        })
        .collect()
}

#[test]
fn schema_sql_is_what_a_migrated_database_has() {
    let written = Connection::open_in_memory().unwrap();
    written.execute_batch(SCHEMA).unwrap();
    let migrated = Db::in_memory().unwrap();
    let migrated = migrated.read(|connection| Ok::<_, StorageError>(shape(connection))).unwrap();
    assert_eq!(shape(&written), migrated);
}

#[test]
fn every_column_in_schema_sql_says_what_it_holds() {
    let mut inside = false;
    for line in SCHEMA.lines() {
        inside = if line.starts_with("CREATE TABLE") { true } else { inside && !line.starts_with(')') };
        let word = line.trim_start();
        let continues = word.starts_with("CHECK") || word.starts_with("PRIMARY") || word.starts_with('\'');
        // The one CHECK that takes two lines has its comment at the end of the second.
        let opens = word.contains("'queued', 'sending', 'waiting', 'unknown', 'failed', 'accepted',");
        if inside && line.starts_with("    ") && !continues && !opens {
            assert!(line.contains("-- "), "no comment: {line}");
        }
    }
}

#[test]
fn a_newer_database_is_refused_in_words_and_left_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    Db::open(directory.path()).unwrap();
    let raw = Connection::open(directory.path().join(FILE_NAME)).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let error = Db::open(directory.path()).unwrap_err();
    assert!(matches!(error, StorageError::Newer { found: 99, .. }), "{error}");
    let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_damaged_file_is_refused_and_put_aside_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let rubbish = b"this is no database at all, ".repeat(400);
    std::fs::write(&path, &rubbish).unwrap();
    assert!(matches!(Db::open(directory.path()), Err(StorageError::Corrupt(_))));
    assert_eq!(std::fs::read(&path).unwrap(), rubbish, "never overwritten");

    let now = Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap();
    let aside = put_aside(directory.path(), now).unwrap();
    assert_eq!(std::fs::read(&aside).unwrap(), rubbish);
    assert!(!path.exists());
    Db::open(directory.path()).unwrap();
    assert!(put_aside(directory.path(), now).is_err(), "one put aside before is kept");
}

#[cfg(unix)]
#[test]
fn the_data_directory_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    Db::open(&directory).unwrap();
    assert_eq!(std::fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn the_audit_cannot_be_changed_or_deleted() {
    let db = Db::in_memory().unwrap();
    db.write(|tx| {
        tx.execute("INSERT INTO events (at, actor, what) VALUES (0, 'program', 'started')", [])
            .map_err(StorageError::from)
    })
    .unwrap();
    for attempt in ["UPDATE events SET actor = 'somebody'", "DELETE FROM events"] {
        let outcome = db.write(|tx| tx.execute(attempt, []).map_err(StorageError::from));
        assert!(outcome.unwrap_err().to_string().contains("append-only"));
    }
}

#[test]
fn another_process_s_commit_changes_the_data_version() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Db::open(directory.path()).unwrap();
    let theirs = Db::open(directory.path()).unwrap();
    let before = ours.data_version().unwrap();
    assert_eq!(before, ours.data_version().unwrap());
    theirs.write(|tx| tx.execute("UPDATE desk SET owner_pid = 1", []).map_err(StorageError::from)).unwrap();
    assert_ne!(before, ours.data_version().unwrap());
}

#[test]
fn a_panic_in_a_transaction_leaves_nothing_of_it_and_the_next_one_works() {
    let db = Db::in_memory().unwrap();
    let count = || {
        db.read(|connection| {
            Ok::<i64, StorageError>(connection.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?)
        })
        .unwrap()
    };
    let insert = "INSERT INTO users (company_id, user_id, name) VALUES (1, ?1, 'x')";
    let fell = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.write(|tx| {
            tx.execute(insert, [1])?;
            // In the middle of a statement's rows, too.
            let mut statement = tx.prepare_cached("SELECT user_id FROM users")?;
            let mut rows = statement.query([])?;
            let _row = rows.next()?;
            panic!("in the middle");
            #[expect(unreachable_code, reason = "says the type")]
            Ok::<(), StorageError>(())
        })
    }));
    assert!(fell.is_err());
    assert_eq!(count(), 0, "rolled back");
    db.write(|tx| Ok::<_, StorageError>(tx.execute(insert, [2])?)).unwrap();
    assert_eq!(count(), 1);
}

#[test]
fn a_panic_while_reading_leaves_a_connection_that_reads_and_writes() {
    let db = Db::in_memory().unwrap();
    let fell = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT id FROM desk")?;
            let mut rows = statement.query([])?;
            assert!(rows.next()?.is_none(), "there is one");
            Ok::<(), StorageError>(())
        })
    }));
    assert!(fell.is_err());
    let alive = "UPDATE desk SET alive_at = 7";
    assert_eq!(db.write(|tx| Ok::<_, StorageError>(tx.execute(alive, [])?)).unwrap(), 1);
}
