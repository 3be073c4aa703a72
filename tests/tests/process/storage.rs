//! A database that cannot be written: what cannot be recorded is not sent, and
//! what was sent is recorded as soon as it can be.

use std::fs;

use engine::notification::State;
use rusqlite::Connection;
use scenarios::{Plan, Program, Running, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

/// Polls only when it is asked to: a database that is locked is then the sender's affair.
async fn working(window_ms: u64) -> (Shop, Running) {
    let shop = Shop::new(Plan { poll_interval_ms: 3_600_000, ..Plan::with_window(window_ms) }).await;
    let worker = Program::of(&shop).await.worker().await;
    shop.baseline().await;
    (shop, worker)
}

/// Another program that keeps the database to itself.
fn locked(shop: &Shop) -> Connection {
    let other = Connection::open(shop.dir().join("booking-monitor.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

/// Waits until the worker's log says so.
async fn until_logged(shop: &Shop, words: &str) {
    shop.until(words, |shop| {
        let logs = fs::read_dir(shop.dir().join("logs")).ok()?;
        let said =
            logs.flatten().any(|log| fs::read_to_string(log.path()).unwrap_or_default().contains(words));
        said.then_some(())
    })
    .await;
}

#[test]
async fn what_cannot_be_recorded_is_not_sent() {
    let (shop, mut worker) = working(2500).await;
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Queued).await;
    let other = locked(&shop);
    until_logged(&shop, "storage_busy").await;
    assert!(worker.is_running());
    assert_eq!(shop.simulator.count("sendMessage"), 0);
    other.execute_batch("ROLLBACK").unwrap();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn what_was_sent_is_recorded_when_the_database_lets_it() {
    let (shop, mut worker) = working(300).await;
    let slow = FaultKind::DelayAnswer { milliseconds: 2500 };
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), slow));
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Sending).await;
    let other = locked(&shop);
    until_logged(&shop, "cannot be recorded yet").await;
    assert!(worker.is_running());
    assert_eq!(shop.about(booking).state, State::Sending);
    other.execute_batch("ROLLBACK").unwrap();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
    assert_eq!(shop.simulator.count("sendMessage"), 1);
}
