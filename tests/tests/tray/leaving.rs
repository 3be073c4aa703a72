//! Quitting says what will not leave, and leaves it in order.

use engine::notification::State;
use scenarios::Plan;
use tokio::test;

use crate::desktop::{Reception, until_gone};

const IRINA: &str = "+79160000001";

#[test]
async fn with_messages_waiting_the_way_out_leads_past_what_becomes_of_them() {
    let reception = Reception::new(Plan::with_window(600_000)).await;
    let (mut running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    let booking = reception.shop.book("Ирина", IRINA);
    item.until_label("1 ждёт").await;
    let quit = item.until_label("Выйти").await;
    let [warning, anyway] = &quit.inside[..] else { panic!("{quit:?}") };
    assert_eq!(warning.label, "1 сообщение не уйдёт, пока программа закрыта");
    assert!(!warning.enabled);
    assert_eq!(anyway.label, "Всё равно выйти");
    assert!(running.is_running());

    item.click("Всё равно выйти").await;
    running.ended().await.succeeded();
    let left = reception.shop.about(booking);
    assert_eq!(left.state, State::Queued, "it waits for the next start");
    assert!(reception.shop.outbox.desk().unwrap().owner.is_none(), "it left in order");
    let next = reception.program.worker().await;
    let fresh = |shop: &scenarios::Shop| Some(shop.about(booking)).filter(|row| row.due_at > left.due_at);
    let row = reception.shop.until("a fresh window", fresh).await;
    assert_eq!(row.state, State::Queued);
    assert!(reception.shop.told().is_empty());
    next.end_with("TERM").await.succeeded();
}

#[test]
async fn with_nothing_waiting_it_just_goes_and_takes_its_window_along() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window();
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.click("Открыть Booking Monitor").await;
    let windows = reception.until_windows(1).await;
    let pid = windows[0].split(' ').next().unwrap().to_owned();
    item.click("Выйти").await;
    running.ended().await.succeeded();
    until_gone(&pid).await;
}
