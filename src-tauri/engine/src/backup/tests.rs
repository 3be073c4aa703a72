//! What a backup holds, and what one that cannot be put back leaves alone.

use chrono::TimeZone as _;

use super::*;
use crate::booking::CompanyId;
use crate::notification::{Kind, Made, Notification};
use crate::outbox::{Actor, NewNotification, enqueue_in};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

/// A directory with settings and so many queued messages.
fn desk(messages: i64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(settings::file_path(dir.path()), "language = \"en\"\n").unwrap();
    let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
    for _ in 0..messages {
        enqueue(&outbox);
    }
    dir
}

fn enqueue(outbox: &Outbox) -> i64 {
    let made = Made {
        text: "Ирина, ждём вас".into(),
        phone: "+79161234567".into(),
        client_id: 5,
        client_name: "Ирина".into(),
        starts_at: now() + chrono::TimeDelta::days(1),
    };
    let row = Notification::new(Kind::Confirmation, CompanyId(1), State::Queued, made, now());
    let new = NewNotification { row, bookings: Vec::new() };
    outbox.db().write(|tx| enqueue_in(tx, new, &Actor::Program, now())).unwrap().0
}

fn rows(dir: &Path) -> Vec<(i64, State, Reason)> {
    let outbox = Outbox::new(Arc::new(Db::open(dir).unwrap()));
    let rows = outbox.all_since(DateTime::UNIX_EPOCH).unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.id.0, row.state, row.reason)).collect();
    rows.sort_by_key(|(id, ..)| *id);
    rows
}

fn backup_of(dir: &Path) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    make(&Db::open(dir).unwrap(), dir, &file, now()).unwrap();
    (place, file)
}

#[test]
fn put_back_over_a_later_database_it_is_doubted_and_no_number_comes_again() {
    let dir = desk(1);
    let (_place, file) = backup_of(dir.path());
    let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
    let last = (0..3).map(|_| enqueue(&outbox)).max().unwrap();
    outbox.opt_out("+79160000001", "person", &Actor::Program, now()).unwrap();
    drop(outbox);
    fs::write(settings::file_path(dir.path()), "language = \"ru\"\n").unwrap();

    let restored = restore(&file, dir.path(), now()).unwrap();
    assert_eq!((restored.made_at, restored.waiting), (now(), 1));
    assert_eq!(rows(dir.path()), [(1, State::Waiting, Reason::Restored)]);
    assert_eq!(fs::read_to_string(settings::file_path(dir.path())).unwrap(), "language = \"en\"\n");
    let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
    assert_eq!(outbox.desk().unwrap().doubt.map(|(doubt, _)| doubt), Some(Doubt::Restored));
    assert!(enqueue(&outbox) > last, "the later database's numbers are used up");
    assert_eq!(outbox.opt_outs().unwrap().len(), 1, "a word said after the copy holds");
    let replaced = restored.replaced.unwrap();
    assert_eq!(rows(&replaced).len(), 4, "what was there is whole");
    fs::remove_dir_all(replaced).unwrap();
}

#[test]
fn an_empty_place_is_filled_and_a_lost_database_is_no_obstacle() {
    let dir = desk(2);
    let (_place, file) = backup_of(dir.path());
    let empty = tempfile::tempdir().unwrap();
    let restored = restore(&file, &empty.path().join("new"), now()).unwrap();
    assert_eq!(restored.replaced, None);
    assert_eq!(rows(&empty.path().join("new")).len(), 2);

    fs::write(dir.path().join(db::FILE_NAME), "damaged").unwrap();
    let restored = restore(&file, dir.path(), now()).unwrap();
    assert_eq!(rows(dir.path()).len(), 2);
    fs::remove_dir_all(restored.replaced.unwrap()).unwrap();
}

#[test]
fn a_backup_is_never_written_over_another_file_and_leaves_no_half_one() {
    let dir = desk(1);
    let (place, file) = backup_of(dir.path());
    let before = fs::read(&file).unwrap();
    let db = Db::open(dir.path()).unwrap();
    assert!(matches!(make(&db, dir.path(), &file, now()), Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&file).unwrap(), before);
    let nowhere = place.path().join("gone/backup");
    assert!(matches!(make(&db, dir.path(), &nowhere, now()), Err(BackupError::File { .. })));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_database_at_work_is_no_backup() {
    let (dir, other) = (desk(1), desk(2));
    let refused = restore(&other.path().join(db::FILE_NAME), dir.path(), now());
    assert!(matches!(refused, Err(BackupError::NotABackup(_))), "{refused:?}");
    assert_eq!(rows(dir.path()).len(), 1);
}
