//! From "taken" to "read": what the gateway says of a message, in every order.

use engine::notification::{Reason, State};
use scenarios::{Plan, Shop};
use simulator::{Delivery, NumberPlan, Outcome};
use tokio::test;

const ANNA: &str = "+79160000001";

async fn told_to(plan: Option<NumberPlan>, delivery: Delivery, end: State) -> (Shop, i64) {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_delivery(delivery);
    if let Some(plan) = plan {
        shop.simulator.set_number(ANNA, plan);
    }
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, end).await;
    shop.until_quiet().await;
    shop.until("the gateway's notifications to be taken", |shop| {
        (shop.simulator.notifications_waiting() == 0).then_some(())
    })
    .await;
    desk.close().await;
    assert_eq!(shop.about(booking).state, end, "nothing that came later changed it");
    (shop, booking)
}

#[test]
async fn delivered_and_read_are_shown_with_their_times() {
    let (shop, booking) = told_to(None, Delivery::default(), State::Read).await;
    let row = shop.about(booking);
    let (accepted, delivered, read) =
        (row.accepted_at.unwrap(), row.delivered_at.unwrap(), row.read_at.unwrap());
    // The gateway stamps by the second.
    let second = chrono::TimeDelta::seconds(1);
    assert!(accepted < delivered + second && delivered <= read, "{accepted} {delivered} {read}");
    assert_eq!(row.gateway_id, shop.simulator.messages()[0].id);
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_status_that_overtakes_the_answer_waits_for_it() {
    let held = Delivery { hold_answer_ms: 900, ..Delivery::default() };
    let (shop, booking) = told_to(None, held, State::Read).await;
    assert_eq!(shop.told(), [ANNA]);
    let row = shop.about(booking);
    assert!(row.accepted_at.is_some() && row.delivered_at.is_some() && row.read_at.is_some());
}

#[test]
async fn a_client_whose_chat_hides_the_number_is_followed_all_the_same() {
    let (shop, _) = told_to(Some(NumberPlan::lid()), Delivery::default(), State::Read).await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_number_that_is_not_on_whatsapp_is_not_written_to_and_says_so() {
    let (shop, booking) =
        told_to(Some(NumberPlan::not_on_whatsapp()), Delivery::default(), State::Failed).await;
    assert_eq!(shop.fate(booking), (State::Failed, Reason::NoWhatsapp));
    assert!(shop.told().is_empty());
    assert_eq!(shop.simulator.count("checkWhatsapp"), 1, "no loop of tries");
}

#[test]
async fn a_number_is_checked_once_and_not_before_each_message() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    let second = shop.book("Анна", ANNA);
    shop.until_state(second, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA, ANNA]);
    assert_eq!(shop.simulator.count("checkWhatsapp"), 1);
}

#[test]
async fn what_the_gateway_cannot_deliver_is_undelivered() {
    let failed = NumberPlan::outcome(Outcome::Failed);
    let (shop, booking) = told_to(Some(failed), Delivery::default(), State::Undelivered).await;
    assert_eq!(shop.about(booking).delivered_at, None);
}

#[test]
async fn statuses_in_the_wrong_order_end_at_the_furthest() {
    let odd = NumberPlan::outcome(Outcome::DeliveredThenSent);
    let unread = Delivery { read_after_ms: None, ..Delivery::default() };
    told_to(Some(odd), unread, State::Delivered).await;
}

#[test]
async fn a_phone_that_is_off_is_shown_as_accepted_and_never_as_delivered() {
    let off = NumberPlan::outcome(Outcome::Sent);
    let (shop, booking) = told_to(Some(off), Delivery::default(), State::Accepted).await;
    assert_eq!(shop.about(booking).delivered_at, None);
    assert_eq!(shop.told(), [ANNA]);
}
