//! The computer sleeps, or its clock is set, between a claim and its first byte.

use std::cell::RefCell;
use std::sync::Arc;

use chrono::TimeDelta;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use tokio::test;

use crate::clock::Clock;
use crate::db::StorageError;
use crate::fakes::{FakeClock, Shop};
use crate::notification::{Reason, State};

/// A shop with a message in its window, and its clock.
async fn waiting() -> (Shop, Arc<FakeClock>) {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    let clock = shop.clock.clone();
    (shop, clock)
}

/// What became of each attempt, and why.
fn attempts(shop: &Shop) -> Vec<(String, String)> {
    let read = shop.outbox.db().read(|connection| {
        let mut statement = connection.prepare("SELECT outcome, detail FROM send_attempts ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, StorageError>(rows.collect::<Result<_, _>>()?)
    });
    read.unwrap()
}

fn not_sent() -> (String, String) {
    ("not_sent".to_owned(), "the computer slept, or stood still, before the message could leave".to_owned())
}

#[test(start_paused = true)]
async fn three_hours_asleep_between_claim_and_first_byte_send_nothing_and_lose_nothing() {
    let (shop, clock) = waiting().await;
    shop.messenger.while_it_connects(move || clock.jump(TimeDelta::hours(3)));
    shop.open(shop.pass(600)).await;
    assert!(shop.messenger.texts().is_empty());
    assert_eq!(attempts(&shop), [not_sent()]);
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Late));
    shop.open(async {
        shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1, "a person still can");
}

#[test(start_paused = true)]
async fn asleep_until_the_visit_has_begun_the_message_expires() {
    let (shop, clock) = waiting().await;
    shop.messenger.while_it_connects(move || clock.jump(TimeDelta::hours(40)));
    shop.open(shop.pass(600)).await;
    assert!(shop.messenger.texts().is_empty());
    assert_eq!(shop.about(1).state, State::Expired);
}

#[test(start_paused = true)]
async fn after_half_a_minute_asleep_there_the_message_goes_out_once_through_a_window_of_its_own() {
    let (shop, clock) = waiting().await;
    shop.messenger.while_it_connects(move || clock.jump(TimeDelta::seconds(30)));
    shop.open(async {
        while attempts(&shop).is_empty() {
            shop.pass(1).await;
        }
        shop.pass(20).await;
        assert!(shop.messenger.texts().is_empty(), "nobody could see the old window");
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(attempts(&shop)[0], not_sent());
}

#[test(start_paused = true)]
async fn five_seconds_are_in_time_and_a_moment_more_is_not() {
    for (milliseconds, sent) in [(5000, 1), (5001, 0)] {
        let (shop, clock) = waiting().await;
        shop.messenger.while_it_connects(move || clock.jump(TimeDelta::milliseconds(milliseconds)));
        shop.open(async {
            while attempts(&shop).is_empty() {
                shop.pass(1).await;
            }
        })
        .await;
        assert_eq!(shop.messenger.texts().len(), sent, "{milliseconds} ms");
    }
}

#[test(start_paused = true)]
async fn a_clock_that_somebody_sets_there_is_no_sleep() {
    for by in [TimeDelta::hours(3), TimeDelta::hours(-3)] {
        let (shop, clock) = waiting().await;
        shop.messenger.while_it_connects(move || clock.set(by));
        shop.open(shop.pass(60)).await;
        assert_eq!(shop.messenger.texts().len(), 1, "{by}");
    }
}

thread_local! {
    static SLEEPER: RefCell<Option<Arc<FakeClock>>> = const { RefCell::new(None) };
}

/// The computer sleeps just when the row is claimed.
fn fall_asleep(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event
        && statement.sql().contains("state = 'sending', reason = ''")
        && let Some(clock) = SLEEPER.take()
    {
        clock.jump(TimeDelta::seconds(6));
    }
}

#[test(start_paused = true)]
async fn a_sleep_in_the_middle_of_the_claim_itself_counts() {
    let (shop, clock) = waiting().await;
    SLEEPER.set(Some(clock));
    let watched = shop.outbox.db().read(|connection| {
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(fall_asleep));
        Ok::<_, StorageError>(())
    });
    watched.unwrap();
    shop.open(async {
        while attempts(&shop).is_empty() {
            shop.pass(1).await;
        }
    })
    .await;
    assert!(SLEEPER.take().is_none(), "it slept");
    assert_eq!(attempts(&shop), [not_sent()]);
}
