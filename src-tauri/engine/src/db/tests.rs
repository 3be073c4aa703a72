use std::collections::BTreeMap;

use chrono::TimeZone;

use super::*;
use crate::clock::SystemClock;

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

/// Whether a word is in the database's file or its journal.
fn is_on_disk(directory: &Path, word: &str) -> bool {
    ["", "-wal"].iter().any(|suffix| {
        let bytes = std::fs::read(directory.join(format!("{FILE_NAME}{suffix}"))).unwrap_or_default();
        bytes.windows(word.len()).any(|bytes| bytes == word.as_bytes())
    })
}

#[test]
fn what_was_deleted_is_overwritten_a_little_at_a_time_and_the_schema_is_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::open(directory.path()).unwrap();
    let content = "Ключ под ковриком ".repeat(300_000);
    let insert =
        "INSERT INTO aside (received_at, instance, kind, why, content) VALUES (0, '', '', 'error', ?1)";
    db.write(|tx| Ok::<_, StorageError>(tx.execute(insert, [&content])?)).unwrap();
    db.write(|tx| Ok::<_, StorageError>(tx.execute("DELETE FROM aside", [])?)).unwrap();
    assert!(is_on_disk(directory.path(), "под ковриком"), "free pages keep it");
    // A program that was killed while it filled left this.
    db.write(|tx| Ok::<_, StorageError>(tx.execute_batch("CREATE TABLE free_pages (zeros BLOB)")?)).unwrap();
    assert!(db.overwrite_deleted().unwrap());
    assert!(!is_on_disk(directory.path(), "под ковриком"));
    let fresh = Db::in_memory().unwrap();
    let shape_of = |db: &Db| db.read(|connection| Ok::<_, StorageError>(shape(connection))).unwrap();
    assert_eq!(shape_of(&db), shape_of(&fresh));
    db.quick_check().unwrap();
}

#[test]
fn what_is_committed_is_on_the_disk_before_anything_goes_by_it() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::open(directory.path()).unwrap();
    let pragma = |name| {
        db.read(|connection| {
            Ok::<_, StorageError>(connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))?)
        })
        .unwrap()
    };
    // 2 is FULL. A test with a power cut sees what the system would have written later: it passes with OFF.
    assert_eq!(pragma("synchronous"), 2);
    // Without effect but on macOS, where a flush without it stops at the disk's own memory.
    assert_eq!((pragma("fullfsync"), pragma("checkpoint_fullfsync")), (1, 1));
}

#[test]
fn what_an_update_would_do_is_tried_on_a_copy_and_the_file_stays_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(FILE_NAME);
    let old = Connection::open(&file).unwrap();
    old.execute_batch(include_str!("../../../../tests/fixtures/version-0.1/database.sql")).unwrap();
    drop(old);
    let bytes = std::fs::read(&file).unwrap();
    let done = rehearse(directory.path(), &SystemClock::new()).unwrap();
    assert_eq!((done.found, done.known), (4, schema_version()));
    assert_eq!(done.steps.first(), Some(&"truth"));
    assert_eq!(done.steps.len(), schema_version() - 4);
    let messages = done.rows.iter().find(|(table, ..)| table == "booking_notifications").unwrap();
    assert_eq!((messages.1, messages.2), (96, 96));
    assert!(done.loses_nothing());
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let left: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, [FILE_NAME]);
}

#[test]
fn what_needs_no_update_a_newer_one_and_none_at_all_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let none = rehearse(directory.path(), &SystemClock::new()).unwrap();
    assert_eq!((none.found, none.steps.len()), (0, schema_version()));
    drop(Db::open(directory.path()).unwrap());
    let same = rehearse(directory.path(), &SystemClock::new()).unwrap();
    assert_eq!((same.found, same.steps.len()), (schema_version(), 0));
    let file = Connection::open(directory.path().join(FILE_NAME)).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    assert!(matches!(
        rehearse(directory.path(), &SystemClock::new()),
        Err(StorageError::Newer { found: 99, .. })
    ));
    std::fs::write(directory.path().join(FILE_NAME), "no database at all".repeat(100)).unwrap();
    assert!(matches!(rehearse(directory.path(), &SystemClock::new()), Err(StorageError::Corrupt(_))));
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
