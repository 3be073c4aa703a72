//! What the command line prints: keys, words, exit codes.

use std::process::Stdio;

use chrono::DateTime;
use engine::notification::State;
use scenarios::{COMPANY, Plan, Program, Shop};
use serde_json::Value;
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

#[track_caller]
fn assert_keys(row: &Value, keys: &[&str]) {
    for key in keys {
        assert!(row.get(key).is_some(), "`{key}` is not in {row}");
    }
}

#[track_caller]
fn assert_time(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    assert!(DateTime::parse_from_rfc3339(text).is_ok(), "{text}");
}

#[test]
async fn the_queue_and_what_was_sent_have_their_keys() {
    let shop = Shop::new(Plan::with_window(600_000)).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    assert_eq!(program.json(["queue", "list"]).await, Value::Array(Vec::new()));
    let booking = shop.book("Анна", ANNA);
    let skipped = shop.book("Пётр", "");
    shop.until_state(booking, State::Queued).await;

    let open = program.json(["queue", "list"]).await;
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
    let keys = [
        "id",
        "state",
        "reason",
        "held",
        "phone",
        "client",
        "branch",
        "starts_at",
        "due_at",
        "text",
        "revision",
    ];
    assert_keys(&open[0], &keys);
    assert_eq!((&open[0]["phone"], &open[0]["state"]), (&ANNA.into(), &"queued".into()));
    assert_eq!((&open[0]["held"], &open[0]["client"]), (&false.into(), &"Анна".into()));
    assert_eq!((&open[0]["branch"], &open[0]["revision"]), (&"Барбершоп на Покровке".into(), &1.into()));
    assert_time(&open[0]["starts_at"]);
    assert_time(&open[0]["due_at"]);

    program.run(["queue", "send", &open[0]["id"].to_string()]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    assert_eq!(program.json(["queue", "list"]).await, Value::Array(Vec::new()), "nothing is open");
    let all = program.rows().await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().any(|row| row["bookings"][0] == skipped && row["reason"] == "no_phone"));

    let sent = program.json(["sent"]).await;
    assert_eq!(sent.as_array().unwrap().len(), 1);
    assert_keys(&sent[0], &keys);
    assert_keys(&sent[0], &["accepted_at", "delivered_at", "read_at", "gateway_id"]);
    for key in ["accepted_at", "delivered_at", "read_at"] {
        assert_time(&sent[0][key]);
    }
    assert_eq!(sent[0]["state"], "read");
    assert_eq!(sent[0]["gateway_id"], shop.simulator.messages()[0].id.as_str());
    assert_eq!(program.json(["sent", "--date", "2020-01-01"]).await, Value::Array(Vec::new()));
    assert!(program.run(["sent"]).await.out.contains("Анна"));
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn status_has_its_keys_and_tells_who_works() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let before = program.json(["status"]).await;
    assert!(before["owner"].is_null());
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    let status = program.json(["status"]).await;
    assert_keys(&status, &["owner", "branches", "gateway", "counts"]);
    assert_eq!(status["owner"]["pid"], worker.id());
    let branch = &status["branches"][0];
    assert_keys(branch, &["company_id", "baseline_at", "last_poll_at", "feed", "error"]);
    assert_eq!(branch["company_id"], COMPANY);
    assert_time(&branch["baseline_at"]);
    assert_time(&branch["last_poll_at"]);
    assert!(branch["error"].is_null());
    assert_eq!(status["gateway"]["state"], "authorised");
    assert_eq!(status["counts"]["read"], 1, "{status}");
    assert!(program.run(["status"]).await.out.contains("Барбершоп на Покровке"));
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn a_poll_asked_for_does_not_wait_for_the_end_of_a_backoff() {
    let shop = Shop::new(Plan { poll_interval_ms: 3_600_000, ..Plan::default() }).await;
    let program = Program::of(&shop).await;
    program.run(["poll"]).await.refused("worker");
    let worker = program.worker().await;
    shop.baseline().await;
    shop.simulator.set_fault(Fault::once(Target::yclients("records"), FaultKind::Html));
    let failed = program.run(["poll"]).await;
    assert_eq!(failed.code, Some(1), "{failed:?}");
    let booking = shop.book("Анна", ANNA);
    let polled = program.json(["poll"]).await;
    assert_eq!(polled[0]["new"], 1, "{polled}");
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn wrong_usage_exits_with_2_and_touches_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let program = Program::on(&data).await;
    assert_eq!(program.run(["quueue"]).await.code, Some(2));
    assert_eq!(program.run(["queue", "cancel", "first"]).await.code, Some(2));
    assert_eq!(program.run(["pause", "a while"]).await.code, Some(2));
    assert_eq!(program.run(["sent", "--date", "tomorrowish"]).await.code, Some(2));
    let help = program.run(["--help"]).await;
    help.succeeded();
    assert!(help.out.contains("worker"));
    program.run(["--version"]).await.succeeded();
}

#[test]
async fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    for number in 0..40 {
        shop.book("Анна", &format!("+7916{number:07}"));
    }
    shop.until_told(40).await;
    for arguments in [["queue", "list", "--all", "--json"], ["sent", "--json", "--date", "today"]] {
        let mut command = program.command(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().await.unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!said.contains("panicked") && said.is_empty(), "{said}");
        assert_eq!(ended.status.code(), Some(0));
    }
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn the_demo_plays_to_its_end_and_says_that_it_came_out_right() {
    for (language, verdict) in [("ru", "каждое один раз"), ("en", "each once")] {
        let dir = tempfile::tempdir().unwrap();
        let demo = Program::without_keyring(dir.path()).run(["demo", "--fast", "--lang", language]).await;
        demo.succeeded();
        assert!(demo.out.contains(verdict), "{}", demo.out);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "it leaves nothing behind");
    }
}
