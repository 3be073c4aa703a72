//! The first message through an account: what lies in its queue goes first, or away.

use chrono::TimeDelta;
use tokio::test;

use crate::error::FaultCode;
use crate::fakes::Shop;
use crate::notification::{Reason, State};
use crate::ports::{Clock as _, SentMessage};

fn of_another(shop: &Shop) -> SentMessage {
    let (phone, text) = ("+79160000009".to_owned(), "of the old number".to_owned());
    let at = Some(shop.clock.now() - TimeDelta::hours(3));
    SentMessage { id: "OLD".into(), phone, text, at, by_api: true, status: None }
}

#[test(start_paused = true)]
async fn nothing_goes_through_a_new_account_until_its_queue_was_seen_empty() {
    let shop = Shop::new();
    shop.baseline().await;
    *shop.messenger.in_queue.lock().unwrap() = vec![of_another(&shop)];
    shop.book(1);
    shop.open(shop.pass(90)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Queued, Reason::GatewayNotReady));
    assert_eq!(shop.outbox.desk().unwrap().gateway.fault, FaultCode::GatewayQueueLeft.as_str());
    let alarms: Vec<_> = shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect();
    assert_eq!(alarms, [FaultCode::GatewayQueueLeft]);
    assert!(shop.messenger.texts().is_empty());

    shop.messenger.in_queue.lock().unwrap().clear();
    shop.open(shop.pass(90)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(shop.outbox.desk().unwrap().gateway.fault, "");
}

#[test(start_paused = true)]
async fn what_lies_in_the_queue_of_an_account_that_is_ours_is_ours_and_holds_nothing() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(60)).await;
    *shop.messenger.in_queue.lock().unwrap() = vec![of_another(&shop)];
    shop.book(2);
    shop.open(shop.pass(90)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
}
