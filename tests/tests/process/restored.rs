//! An older copy of the database put back, and a database on another computer.

use std::time::Duration;

use engine::error::FaultCode;
use engine::notification::State;
use engine::settings::Language;
use scenarios::{Plan, Program, Shop};
use serde_json::Value;
use tokio::test;

use super::crash_points::{copy, put_back};

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";
const PETER: &str = "+79160000003";
const VERA: &str = "+79160000004";

/// Looks at what a command shows until there is what is looked for.
async fn until(program: &Program, what: &str, look: impl Fn(&Value, &[Value]) -> bool) -> Value {
    for _ in 0..400 {
        let (status, rows) = (program.json(["status"]).await, program.rows().await);
        if look(&status, &rows) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain for {what}: {} {:?}", program.json(["status"]).await, program.rows().await)
}

fn is(rows: &[Value], phone: &str, state: &str, reason: &str) -> bool {
    rows.iter().any(|row| row["phone"] == phone && row["state"] == state && row["reason"] == reason)
}

#[test]
async fn an_older_copy_put_back_sends_nothing_until_a_person_begins_anew() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let backup = copy(shop.dir());
    let worker = program.worker().await;
    let second = shop.book("Ольга", OLGA);
    shop.until_state(second, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let last = shop.about(second).id.0;

    put_back(backup.path(), shop.dir());
    shop.book("Пётр", PETER);
    let asked = shop.simulator.requests().len();
    let worker = program.worker().await;
    let status = until(&program, "a doubt", |status, _| !status["doubt"].is_null()).await;
    assert_eq!(status["doubt"]["code"], "storage_restored");
    let words = engine::words::fault(FaultCode::StorageRestored, Language::Ru);
    assert!(program.run(["status"]).await.out.contains(words.what));
    program.run(["poll"]).await.refused(words.what);
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1));
    assert!(check.out.contains(words.what) && check.out.contains("begin-anew"), "{}", check.out);
    let by_check = |request: &&simulator::RequestSeen| request.endpoint == "records";
    let polls = shop.simulator.requests()[asked..].iter().filter(by_check).count();
    assert_eq!((polls, shop.told().len()), (0, 2));

    let begun = program.json(["begin-anew"]).await;
    assert_eq!((&begun["found"], begun["branches"].as_array().unwrap().len()), (&"restored".into(), 1));
    let skipped = |rows: &[Value], phone| is(rows, phone, "skipped", "restored");
    until(&program, "a new baseline", |_, rows| skipped(rows, OLGA) && skipped(rows, PETER)).await;
    shop.book("Вера", VERA);
    until(&program, "the new booking told", |_, rows| is(rows, VERA, "read", "")).await;
    shop.polls_later(5).await;
    program.run(["begin-anew"]).await.refused("Начинать заново нечего");
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, OLGA, VERA]);
    let rows = program.rows().await;
    let later = rows.iter().filter(|row| row["phone"] != ANNA);
    assert!(
        later.clone().count() == 3 && later.clone().all(|row| row["id"].as_i64() > Some(last)),
        "{rows:?}"
    );
}

#[test]
async fn the_same_data_on_another_computer_is_a_copy_and_begun_anew_it_is_this_one_s() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let old = program.clone().with("BOOKING_MONITOR_MACHINE_ID", "the old one");
    let new = program.with("BOOKING_MONITOR_MACHINE_ID", "the new one");
    let worker = old.worker().await;
    shop.baseline().await;
    worker.end_with("TERM").await.succeeded();
    shop.book("Анна", ANNA);
    let worker = new.worker().await;
    let doubted = |status: &Value, _: &[Value]| status["doubt"]["code"] == "storage_copied";
    until(&new, "a doubt", doubted).await;
    let begun = new.run(["begin-anew"]).await;
    begun.succeeded();
    assert!(begun.out.contains("На прежнем компьютере программу больше не запускайте"), "{}", begun.out);
    until(&new, "a new baseline", |_, rows| is(rows, ANNA, "skipped", "restored")).await;
    worker.end_with("TERM").await.succeeded();
    let worker = old.worker().await;
    until(&old, "a doubt at the old one", doubted).await;
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty());
}

#[test]
async fn secrets_are_listed_without_what_the_program_keeps_for_itself() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    worker.end_with("TERM").await.succeeded();
    let Value::Array(listed) = program.json(["secret", "list"]).await else { panic!("no array") };
    let names: Vec<_> = listed.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["yclients.partner-token", "yclients.user-token", "green-api.token"]);
}
