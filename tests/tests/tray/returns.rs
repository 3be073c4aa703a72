//! The computer wakes, a person unlocks it, the network comes: one look at YClients.

use scenarios::Plan;
use tokio::test;

use crate::desktop::{Reception, System, until};

/// Nothing else polls while a test looks on.
fn rarely() -> Plan {
    Plan { poll_interval_ms: 3_600_000, ..Plan::with_window(600_000) }
}

#[test]
async fn woken_unlocked_and_connected_again_it_polls_once() {
    let reception = Reception::new(rarely()).await;
    let system = System::start(reception.session.bus()).await;
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    let polls = || reception.shop.simulator.count("records");
    let before = polls();
    // None of these is a return.
    system.sleeps(true).await;
    system.network(20).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(polls(), before);

    let booking = reception.shop.book("Ирина", "+79160000001");
    system.sleeps(false).await;
    system.unlocks().await;
    system.network(70).await;
    until("the booking made meanwhile", async || reception.shop.row(booking)).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(polls(), before + 1, "one for all three");
    running.end_with("TERM").await.succeeded();
}
