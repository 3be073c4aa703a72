//! Another version is put in the place of the running one: it goes on as that, and the queue does not notice.

use engine::notification::State;
use scenarios::{Plan, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

use crate::desktop::{Reception, until, until_gone};

const IRINA: &str = "+79160000001";
const MARIA: &str = "+79160000002";

#[test]
async fn an_update_under_the_running_program_is_taken_up_and_the_queue_stays_as_it_was() {
    let reception = Reception::new(Plan::with_window(600_000)).await;
    reception.install_window();
    let (mut running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    let booking = reception.shop.book("Ирина", IRINA);
    item.until_label("1 ждёт").await;
    item.click("Открыть Booking Monitor").await;
    let windows = reception.until_windows(1).await;
    let (before, owner) = (reception.shop.about(booking), owner_since(&reception.shop));
    let process = running.id();

    reception.update();
    until_gone(windows[0].split(' ').next().unwrap()).await;
    let windows = reception.until_windows(2).await;
    assert!(windows[1].contains("--page queue"), "the window that was open is open again: {windows:?}");
    until("the next owner", async || (owner_since(&reception.shop) > owner).then_some(())).await;
    assert!(running.is_running());
    assert_eq!(running.id(), process, "whoever started it still has it");

    let fresh = |shop: &Shop| Some(shop.about(booking)).filter(|row| row.due_at > before.due_at);
    let after = reception.shop.until("a fresh window", fresh).await;
    assert_eq!((after.id, after.state, &after.text), (before.id, State::Queued, &before.text));
    assert!(reception.shop.told().is_empty());
    let id = after.id.0.to_string();
    reception.program.run(["queue", "send", &id]).await.succeeded();
    reception.shop.until_state(booking, State::Read).await;
    reception.shop.until_quiet().await;
    assert_eq!(reception.shop.told(), [IRINA]);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn what_is_on_its_way_gets_its_record_before_the_new_version_begins() {
    let reception = Reception::new(Plan::default()).await;
    let worker = reception.program.worker().await;
    reception.shop.baseline().await;
    // Longer than the two looks at the new file.
    let slow = FaultKind::DelayAnswer { milliseconds: 8_000 };
    reception.shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), slow));
    let first = reception.shop.book("Ирина", IRINA);
    reception.shop.until_state(first, State::Sending).await;
    let owner = owner_since(&reception.shop);
    reception.update();
    until("the next owner", async || (owner_since(&reception.shop) > owner).then_some(())).await;
    assert_eq!(reception.shop.about(first).gateway_id, reception.shop.simulator.messages()[0].id);
    reception.shop.until_state(first, State::Read).await;

    let second = reception.shop.book("Мария", MARIA);
    reception.shop.until_state(second, State::Read).await;
    reception.shop.until_quiet().await;
    assert_eq!(reception.shop.told(), [IRINA, MARIA]);
    worker.end_with("TERM").await.succeeded();
}

/// Since when somebody owns the desk; None while nobody does.
fn owner_since(shop: &Shop) -> Option<chrono::DateTime<chrono::Utc>> {
    shop.outbox.desk().unwrap().owner.map(|owner| owner.since)
}
