//! A worker that stands still for a while, as on a computer that sleeps.

use std::time::Duration;

use chrono::TimeDelta;
use engine::notification::State;
use scenarios::{Plan, Program, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const INTERVAL: u64 = 400;
const LONG: Duration = Duration::from_secs(4);

#[test]
async fn stopped_for_a_while_it_polls_once_and_tells_once() {
    let shop = Shop::new(Plan { poll_interval_ms: INTERVAL, ..Plan::with_window(1500) }).await;
    let worker = Program::of(&shop).await.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    worker.signal("STOP").await;
    // What it had asked before is answered by now.
    tokio::time::sleep(LONG).await;
    assert!(shop.told().is_empty());
    let woken = shop.simulator.now();
    worker.signal("CONT").await;
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
    let at_once = |request: &simulator::RequestSeen| {
        let after = request.at - woken;
        request.endpoint == "records"
            && after >= TimeDelta::zero()
            && after < TimeDelta::milliseconds(i64::try_from(INTERVAL / 2).unwrap())
    };
    let burst = shop.simulator.requests().into_iter().filter(at_once).count();
    assert!(burst <= 1, "{burst} polls at once, for {} missed ones", LONG.as_millis() / u128::from(INTERVAL));
}

#[test]
async fn stopped_in_mid_send_it_tells_once() {
    let shop = Shop::new(Plan::default()).await;
    let worker = Program::of(&shop).await.worker().await;
    shop.baseline().await;
    let slow = FaultKind::DelayAnswer { milliseconds: 1000 };
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), slow));
    let booking = shop.book("Анна", ANNA);
    shop.until_told(1).await;
    worker.signal("STOP").await;
    tokio::time::sleep(LONG).await;
    assert_eq!(shop.about(booking).state, State::Sending);
    worker.signal("CONT").await;
    shop.until_state(booking, State::Read).await;
    shop.polls_later(3).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}
