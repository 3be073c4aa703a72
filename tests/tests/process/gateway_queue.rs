//! What lies in the gateway's own queue while the shop's phone is off: shown as
//! accepted and no more, listed, and thrown away by a person's word.

use engine::notification::{Reason, State};
use scenarios::{Plan, Program, Shop};
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
