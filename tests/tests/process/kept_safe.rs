//! Credentials and data: where they are, where they are not, and what happens
//! when the place is damaged.

use std::fs;
use std::path::Path;

use engine::error::FaultCode;
use engine::notification::State;
use engine::settings::Language;
use scenarios::{COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Program, Session, Shop, USER_TOKEN};
use tokio::test;

const ANNA: &str = "+79167654321";
const TOKENS: [&str; 3] = [PARTNER_TOKEN, USER_TOKEN, GATEWAY_TOKEN];

/// Every file below a directory, with what is in it.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[track_caller]
fn assert_no_token_in(name: &str, bytes: &[u8]) {
    for token in TOKENS {
        assert!(!contains(bytes, token), "a token is in {name}");
    }
}

#[test]
async fn a_secret_is_stored_listed_and_removed_and_never_shown() {
    let shop = Shop::new(Plan::default()).await;
    let session = Session::start().await;
    let program = Program::in_session(shop.dir(), &session);
    let nothing = program.json(["secret", "list"]).await;
    assert!(nothing.as_array().unwrap().iter().all(|secret| secret["set"] == false), "{nothing}");
    program.store_tokens().await;
    let listed = program.run(["secret", "list"]).await;
    listed.succeeded();
    assert_no_token_in("the list", listed.out.as_bytes());
    let all = program.json(["secret", "list"]).await;
    assert!(all.as_array().unwrap().iter().all(|secret| secret["set"] == true), "{all}");

    program.run(["secret", "remove", "green-api.token"]).await.succeeded();
    let left = program.json(["secret", "list"]).await;
    assert_eq!(left[2]["set"], false, "{left}");
    let empty = program.run_with_input(["secret", "set", "green-api.token"], "\n").await;
    empty.refused("console.green-api.com");
    assert_eq!(program.run(["secret", "set", "green-api"]).await.code, Some(2));
    for (name, bytes) in files(shop.dir()) {
        assert_no_token_in(&name, &bytes);
    }
}

#[test]
async fn at_work_no_token_is_in_arguments_environment_files_or_log_and_no_client_in_the_log() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await.with("BOOKING_MONITOR_LOG", "trace");
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Евпраксия", ANNA);
    shop.until_state(booking, State::Read).await;
    shop.simulator.set_gateway_token("another");
    let stuck = shop.book("Евпраксия", ANNA);
    shop.until("a refusal of the gateway", |shop| shop.row(stuck).filter(|row| !row.detail.is_empty())).await;
    for file in ["cmdline", "environ"] {
        let bytes = fs::read(format!("/proc/{}/{file}", worker.id())).unwrap();
        assert!(!bytes.is_empty());
        assert_no_token_in(file, &bytes);
    }
    let done = worker.end_with("TERM").await;
    done.succeeded();
    assert_no_token_in("standard output", done.out.as_bytes());
    let mut logs = vec![("standard error".to_owned(), done.err.into_bytes())];
    for (name, bytes) in files(shop.dir()) {
        assert_no_token_in(&name, &bytes);
        if name.contains("/logs/") {
            logs.push((name, bytes));
        }
    }
    assert_eq!(logs.len(), 2, "the log has a file");
    for (name, bytes) in logs {
        assert!(bytes.len() > 500, "{name} is a log");
        assert_no_token_in(&name, &bytes);
        for word in ["9167654321", "Евпраксия", "Мужская стрижка"] {
            assert!(!contains(&bytes, word), "{word} is in {name}");
        }
    }
}

#[cfg(unix)]
#[test]
async fn the_data_directory_is_the_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let shop = Shop::new(Plan::default()).await;
    fs::set_permissions(shop.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    Program::of(&shop).await.worker().await.end_with("TERM").await.succeeded();
    assert_eq!(fs::metadata(shop.dir()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
async fn without_a_keyring_it_says_so_and_writes_no_token_anywhere() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::without_keyring(shop.dir());
    let set = program.run_with_input(["secret", "set", "green-api.token"], GATEWAY_TOKEN).await;
    set.refused("нет связки ключей");
    let worker = program.run(["worker"]).await;
    assert_eq!(worker.code, Some(1), "{worker:?}");
    assert!(worker.err.contains("нет связки ключей"), "{}", worker.err);
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1));
    assert!(check.out.contains("нет связки ключей"), "{}", check.out);
    for (name, bytes) in files(shop.dir()) {
        assert_no_token_in(&name, &bytes);
    }
    // What needs no secret works all the same.
    program.run(["queue", "list"]).await.succeeded();
    program.run(["status"]).await.succeeded();
    assert_eq!(shop.simulator.requests().len(), 0);
}

#[test]
async fn a_locked_keyring_is_named_and_waited_for_and_nothing_is_asked_meanwhile() {
    let shop = Shop::new(Plan::default()).await;
    let session = Session::start_locked().await;
    let program = Program::in_session(shop.dir(), &session);
    let set = program.run_with_input(["secret", "set", "green-api.token"], GATEWAY_TOKEN).await;
    let words = engine::words::fault(FaultCode::KeyringLocked, Language::Ru);
    set.refused(words.what);
    let mut worker = program.worker().await;
    shop.until("the fault", |shop| (shop.branch(COMPANY).fault_code == "keyring_locked").then_some(())).await;
    assert!(worker.is_running());
    let said = program.run(["status"]).await;
    assert!(said.out.contains(words.what), "{}", said.out);
    assert!(shop.simulator.requests().is_empty());
    worker.end_with("TERM").await.succeeded();
    for (name, bytes) in files(shop.dir()) {
        assert_no_token_in(&name, &bytes);
    }
}

#[test]
async fn a_damaged_database_is_put_aside_whole_and_nothing_is_sent() {
    let shop = Shop::new(Plan::default()).await;
    let dir = tempfile::tempdir().unwrap();
    Plan::default().write(&shop.simulator, dir.path());
    let damaged = b"this was a database once, and is none any more".repeat(200);
    fs::write(dir.path().join("booking-monitor.db"), &damaged).unwrap();
    let program = Program::on(dir.path()).await;
    let refused = program.run(["worker"]).await;
    refused.refused("повреждена");
    let aside: Vec<_> =
        files(dir.path()).into_iter().filter(|(name, _)| name.contains(".damaged-")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(aside[0].1, damaged, "byte for byte");
    assert!(refused.err.contains(&aside[0].0), "it says where: {}", refused.err);
    assert!(shop.simulator.requests().is_empty());

    let worker = program.worker().await;
    worker.end_with("TERM").await.succeeded();
    assert!(files(dir.path()).iter().any(|(name, bytes)| *name == aside[0].0 && *bytes == damaged));
}

#[test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let shop = Shop::new(Plan::default()).await;
    let connection = rusqlite::Connection::open(shop.dir().join("booking-monitor.db")).unwrap();
    connection.pragma_update(None, "user_version", 4711).unwrap();
    let program = Program::of(&shop).await;
    let refused = program.run(["worker"]).await;
    refused.refused("4711");
    program.run(["queue", "list"]).await.refused("4711");
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 4711);
    assert!(!files(shop.dir()).iter().any(|(name, _)| name.contains(".damaged-")));
    assert!(shop.simulator.requests().is_empty());
}

#[test]
async fn a_keyring_without_the_tokens_polls_nobody_and_names_what_is_missing() {
    let shop = Shop::new(Plan::default()).await;
    let session = Session::start().await;
    let program = Program::in_session(shop.dir(), &session);
    let mut worker = program.worker().await;
    shop.until("the fault", |shop| (shop.branch(COMPANY).fault_code == "secret_missing").then_some(())).await;
    assert!(worker.is_running());
    assert!(shop.simulator.requests().is_empty());
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1));
    for name in ["yclients.partner-token", "yclients.user-token", "green-api.token"] {
        assert!(check.out.contains(name), "{}", check.out);
    }
    // Set while it runs, they are taken at once.
    program.store_tokens().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
}
