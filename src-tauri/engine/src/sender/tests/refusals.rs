//! A gateway that refuses one number, one call, or everything.

use tokio::test;

use super::status;
use crate::error::FaultCode;
use crate::fakes::Shop;
use crate::notification::{Reason, State};
use crate::ports::{DeliveryStatus, MessengerError, SendOutcome};

#[test(start_paused = true)]
async fn a_used_up_quota_fails_each_message_once_and_alarms_once() {
    let shop = Shop::new();
    shop.baseline().await;
    for id in 1..=3 {
        shop.book(id);
        shop.messenger.next(SendOutcome::Rejected { error: MessengerError::Quota }, false);
    }
    shop.open(shop.pass(1200)).await;
    assert!((1..=3).all(|id| shop.about(id).state == State::Failed));
    assert!(shop.about(1).detail.contains("quota"), "{}", shop.about(1).detail);
    let alarms: Vec<_> = shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect();
    assert_eq!(alarms, [FaultCode::GatewayQuota]);
}

#[test(start_paused = true)]
async fn a_notification_that_cannot_be_acknowledged_is_not_fetched_in_a_loop() {
    let shop = Shop::new();
    shop.baseline().await;
    *shop.messenger.deaf.lock().unwrap() = true;
    shop.messenger.push(status("M9", DeliveryStatus::Delivered));
    let before = *shop.messenger.received.lock().unwrap();
    shop.open(shop.pass(600)).await;
    let asked = *shop.messenger.received.lock().unwrap() - before;
    assert!(asked < 30, "{asked} requests in ten minutes");
}

#[test(start_paused = true)]
async fn what_held_a_message_up_until_it_was_late_is_still_told() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.state.lock().unwrap() = Err(MessengerError::Token);
    shop.open(shop.pass(900)).await;
    let row = shop.about(1);
    assert_eq!((row.state, row.reason), (State::Waiting, Reason::Late));
    assert_eq!(row.detail, FaultCode::GatewayToken.as_str());
}
