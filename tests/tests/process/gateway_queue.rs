//! What lies in the gateway's own queue while the shop's phone is off: shown as
//! accepted and no more, listed, and thrown away by a person's word.

use engine::notification::{Reason, State};
use scenarios::{Plan, Program, Session, Shop};
use serde_json::json;
use simulator::{DeliveryStatus, NumberPlan, Outcome};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

#[test]
async fn what_lies_in_the_gateway_s_queue_is_shown_cleared_and_undelivered() {
    let shop = Shop::new(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Queued));
    let program = Program::of(&shop).await;
    let empty = program.run(["gateway", "queue"]).await;
    empty.succeeded();
    assert!(empty.out.contains("пуста"), "{empty:?}");

    let worker = program.worker().await;
    shop.baseline().await;
    let (booking, other) = (shop.book("Анна", ANNA), shop.book("Ольга", OLGA));
    let row = shop.until_state(booking, State::Accepted).await;
    shop.until_state(other, State::Read).await;
    let queue = program.json(["gateway", "queue"]).await;
    let lying = json!([
        { "gateway_id": row.gateway_id, "phone": ANNA, "text": row.text, "notification": row.id.0 }
    ]);
    assert_eq!(queue, lying);

    let cleared = program.json(["gateway", "clear"]).await;
    assert_eq!(cleared, json!({ "cleared": 1, "left": 0, "notifications": [row.id.0] }));
    assert_eq!(shop.fate(booking), (State::Undelivered, Reason::Cleared));
    assert_eq!(shop.simulator.messages()[0].status, DeliveryStatus::Cleared);
    assert_eq!(program.json(["gateway", "queue"]).await, json!([]));
    let again = program.run(["gateway", "clear"]).await;
    again.succeeded();
    assert!(again.out.contains("нечего"), "{again:?}");

    // Nobody is told twice by it, and the next ones go out as ever.
    let next = shop.book("Ольга", OLGA);
    shop.until_state(next, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let told = |phone: &str| shop.told().iter().filter(|told| *told == phone).count();
    assert_eq!((told(ANNA), told(OLGA)), (1, 2));
    assert_eq!(shop.fate(other).0, State::Read);
}

#[test]
async fn a_queue_that_cannot_be_asked_about_is_a_refusal_with_its_reason() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    shop.simulator.set_gateway_token("another");
    for act in ["queue", "clear"] {
        program.run(["gateway", act]).await.refused("не принимает токен");
    }
}

#[test]
async fn before_a_phone_is_linked_again_check_tells_of_what_would_leave_at_once() {
    let shop = Shop::new(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Queued));
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Accepted).await;
    worker.end_with("TERM").await.succeeded();
    assert!(!program.run(["check"]).await.out.contains("gateway clear"), "linked, it is on its way");
    shop.simulator.set_gateway_state("notAuthorized");
    let check = program.run(["check"]).await;
    assert!(check.out.contains("booking-monitor gateway clear"), "{check:?}");
    program.run(["gateway", "clear"]).await.succeeded();
    assert!(!program.run(["check"]).await.out.contains("gateway clear"));
}

#[test]
async fn through_an_account_with_another_s_queue_nothing_goes_until_a_person_clears_it() {
    let shop = Shop::new(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Queued));
    let before = Program::of(&shop).await;
    let worker = before.worker().await;
    shop.baseline().await;
    let lying = shop.book("Анна", ANNA);
    shop.until_state(lying, State::Accepted).await;
    worker.end_with("TERM").await.succeeded();

    // The same account, from a computer that never sent through it.
    let (dir, session) = (tempfile::tempdir().unwrap(), Session::start().await);
    std::fs::copy(shop.dir().join("settings.toml"), dir.path().join("settings.toml")).unwrap();
    let program = Program::in_session(dir.path(), &session);
    program.store_tokens().await;
    let worker = program.worker().await;
    until(&program, |status, _| !status["branches"][0]["baseline_at"].is_null()).await;
    shop.book("Ольга", OLGA);
    until(&program, |status, _| status["gateway"]["error"]["code"] == "gateway_queue_left").await;
    shop.polls_later(10).await;
    assert_eq!(shop.told(), [ANNA]);
    assert!(program.run(["status"]).await.out.contains("booking-monitor gateway clear"));
    program.run(["gateway", "clear"]).await.succeeded();
    until(&program, |_, rows| rows.iter().any(|row| row["phone"] == OLGA && row["state"] == "read")).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, OLGA]);
}

/// Looks at what is shown until there is what is looked for.
async fn until(program: &Program, look: impl Fn(&serde_json::Value, &[serde_json::Value]) -> bool) {
    for _ in 0..400 {
        let (status, rows) = (program.json(["status"]).await, program.rows().await);
        if look(&status, &rows) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("waited in vain: {} {:?}", program.json(["status"]).await, program.rows().await)
}
