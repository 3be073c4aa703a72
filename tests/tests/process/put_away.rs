//! A backup, what goes out after it, and the backup put back: nothing old goes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::error::FaultCode;
use engine::notification::State;
use engine::settings::Language;
use scenarios::{GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Program, Session, Shop, USER_TOKEN};
use serde_json::Value;
use tempfile::TempDir;
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";
const PETER: &str = "+79160000003";
const VERA: &str = "+79160000004";

/// Looks at what is shown until there is what is looked for.
async fn until(program: &Program, what: &str, look: impl Fn(&Value, &[Value]) -> bool) {
    for _ in 0..400 {
        let (status, rows) = (program.json(["status"]).await, program.rows().await);
        if look(&status, &rows) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain for {what}: {} {:?}", program.json(["status"]).await, program.rows().await)
}

fn is(rows: &[Value], phone: &str, state: &str, reason: &str) -> bool {
    rows.iter().any(|row| row["phone"] == phone && row["state"] == state && row["reason"] == reason)
}

/// A place for a backup, and its name.
fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.backup");
    (dir, file)
}

fn replaced(dir: &Path) -> Vec<PathBuf> {
    let start = format!("{}.replaced-", dir.file_name().unwrap().to_str().unwrap());
    let beside = fs::read_dir(dir.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    beside.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&start)).collect()
}

#[test]
async fn a_backup_put_back_sends_nothing_old_and_begun_anew_uses_no_number_twice() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    // Held: in the backup it is queued, and it goes out after it.
    program.run(["pause"]).await.succeeded();
    let second = shop.book("Ольга", OLGA);
    shop.until_state(second, State::Queued).await;
    let (_place, backup) = place();
    let file = backup.to_str().unwrap();
    program.run(["backup", file]).await.succeeded();
    program.run(["backup", file]).await.refused("уже есть");
    assert_private(&backup);
    program.run(["resume"]).await.succeeded();
    shop.until_state(second, State::Read).await;
    let last = shop.about(second).id.0;
    program.run(["restore", file]).await.refused("Закройте окно, выйдите через меню");
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, OLGA]);

    let settings = fs::read_to_string(shop.dir().join("settings.toml")).unwrap();
    fs::write(shop.dir().join("settings.toml"), format!("{settings}# later\n")).unwrap();
    let restored = program.run(["restore", file]).await;
    restored.succeeded();
    assert!(restored.out.contains("booking-monitor begin-anew"), "{restored:?}");
    assert_eq!(
        fs::read_to_string(shop.dir().join("settings.toml")).unwrap(),
        settings,
        "those of the backup"
    );
    let beside = replaced(shop.dir());
    assert!(beside.len() == 1 && beside[0].join("booking-monitor.db").exists(), "{beside:?}");
    assert!(fs::read_to_string(beside[0].join("settings.toml")).unwrap().ends_with("# later\n"));

    // Started, it neither reads nor sends. What was queued in the backup asks a person.
    let asked = shop.simulator.requests().len();
    shop.book("Пётр", PETER);
    let worker = program.worker().await;
    until(&program, "a doubt", |status, rows| {
        status["doubt"]["code"] == "storage_restored" && is(rows, OLGA, "waiting", "restored")
    })
    .await;
    program.run(["poll"]).await.refused(engine::words::fault(FaultCode::StorageRestored, Language::Ru).what);
    let reading = |request: &&simulator::RequestSeen| request.endpoint == "records";
    let polls = shop.simulator.requests()[asked..].iter().filter(reading).count();
    assert_eq!((polls, shop.told().len()), (0, 2));

    program.run(["begin-anew"]).await.succeeded();
    until(&program, "a new baseline", |_, rows| is(rows, PETER, "skipped", "restored")).await;
    // The pause came back with the copy.
    program.run(["resume"]).await.succeeded();
    shop.book("Вера", VERA);
    until(&program, "the new booking told", |_, rows| is(rows, VERA, "read", "")).await;
    shop.polls_later(5).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, OLGA, VERA]);
    let rows = program.rows().await;
    let later = rows.iter().filter(|row| row["phone"] == VERA || row["phone"] == PETER);
    assert!(
        later.clone().count() == 2 && later.clone().all(|row| row["id"].as_i64() > Some(last)),
        "{rows:?}"
    );
    for path in &beside {
        fs::remove_dir_all(path).unwrap();
    }
}

#[cfg(unix)]
fn assert_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(file).unwrap();
    for token in [PARTNER_TOKEN, USER_TOKEN, GATEWAY_TOKEN] {
        assert!(
            !bytes.windows(token.len()).any(|window| window == token.as_bytes()),
            "a token is in the backup"
        );
    }
}

#[test]
async fn on_a_new_computer_a_backup_waits_for_a_person_too_and_the_stop_list_comes_along() {
    let shop = Shop::new(Plan::default()).await;
    let old = Program::of(&shop).await.with("BOOKING_MONITOR_MACHINE_ID", "the old one");
    let worker = old.worker().await;
    shop.baseline().await;
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    old.run(["opt-out", "8 916 000-00-02"]).await.succeeded();
    let (_place, backup) = place();
    old.run(["backup", backup.to_str().unwrap()]).await.succeeded();
    worker.end_with("TERM").await.succeeded();

    // Nothing of the old computer is here but the file: another keyring, another id.
    let (dir, session) = (tempfile::tempdir().unwrap(), Session::start().await);
    let data = dir.path().join("data");
    let new = Program::in_session(&data, &session).with("BOOKING_MONITOR_MACHINE_ID", "the new one");
    new.store_tokens().await;
    let restored = new.json(["restore", backup.to_str().unwrap()]).await;
    assert!(restored["replaced"].is_null() || replaced(&data).len() == 1, "{restored}");
    shop.book("Пётр", PETER);
    let worker = new.worker().await;
    until(&new, "a doubt", |status, _| status["doubt"]["code"] == "storage_restored").await;
    assert_eq!(shop.told(), [ANNA]);
    new.run(["begin-anew"]).await.succeeded();
    until(&new, "a new baseline", |_, rows| is(rows, PETER, "skipped", "restored")).await;
    shop.book("Ольга", OLGA);
    until(&new, "the stop to hold", |_, rows| is(rows, OLGA, "skipped", "opted_out")).await;
    shop.book("Вера", VERA);
    until(&new, "the new booking told", |_, rows| is(rows, VERA, "read", "")).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, VERA]);
}

#[test]
async fn what_is_no_sound_backup_is_refused_and_changes_nothing() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    shop.until_state(shop.book("Анна", ANNA), State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let (place, good) = place();
    program.run(["backup", good.to_str().unwrap()]).await.succeeded();
    let bytes = fs::read(&good).unwrap();
    let file = place.path().join("bad");
    let mut flipped = bytes.clone();
    let middle = bytes.len() / 2;
    flipped[middle..middle + 4096].fill(0xa5);
    for (bad, said) in [
        (bytes[..bytes.len() / 2].to_vec(), "повреждена"),
        (flipped, "повреждена"),
        (b"no database at all".to_vec(), "не копия Booking Monitor"),
        (Vec::new(), "не копия Booking Monitor"),
    ] {
        fs::write(&file, bad).unwrap();
        program.run(["restore", file.to_str().unwrap()]).await.refused(said);
    }
    fs::write(&file, &bytes).unwrap();
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
    program.run(["restore", file.to_str().unwrap()]).await.refused("более новой версией");
    program.run(["restore", place.path().join("gone").to_str().unwrap()]).await.refused("gone");
    assert!(replaced(shop.dir()).is_empty());
    let left = fs::read_dir(shop.dir()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with(".restore")));
    assert!(program.json(["status"]).await["doubt"].is_null());
    let worker = program.worker().await;
    shop.until_state(shop.book("Ольга", OLGA), State::Read).await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn what_an_update_would_do_is_said_and_nothing_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("booking-monitor.db");
    let program = Program::without_keyring(dir.path());
    let old = include_str!("../../fixtures/version-0.1/database.sql");
    rusqlite::Connection::open(&file).unwrap().execute_batch(old).unwrap();
    let bytes = fs::read(&file).unwrap();
    let said = program.run(["migrate", "--dry-run"]).await;
    said.succeeded();
    assert!(said.out.contains("База в схеме 4"), "{}", said.out);
    assert!(said.out.contains("booking_notifications: 96 строк\n"), "{}", said.out);
    let json = program.json(["migrate", "--dry-run"]).await;
    assert_eq!((&json["found"], &json["loses_nothing"]), (&Value::from(4), &Value::from(true)));
    assert_eq!(fs::read(&file).unwrap(), bytes);
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let refused = program.run(["migrate", "--dry-run"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("99"), "{}", refused.err);
    // It is tried, not done: nothing else may be meant by it.
    assert_eq!(program.run(["migrate"]).await.code, Some(2));
}
