//! The last check is fresh: nothing leaves by a reading that is older than ten seconds.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::test;

use super::*;
use crate::booking::Attendance;
use crate::notification::{Reason, State};

const FOUR_SECONDS: Duration = Duration::from_secs(4);

/// A shop where one client has so many visits in one message, and its servers have become slow.
async fn with_visits(count: i64) -> Shop {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    for id in 1..=count {
        shop.book_with(id, |booking| {
            booking.client = crate::fakes::booking(1, &shop.clock).client;
            booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::days(id));
        });
    }
    shop.open(shop.pass(7)).await;
    *shop.bookings.answers_take.lock().unwrap() = FOUR_SECONDS;
    shop
}

fn asked_one_by_one(shop: &Shop) -> usize {
    shop.bookings.calls.lock().unwrap().iter().filter(|call| call.starts_with("get")).count()
}

#[test(start_paused = true)]
async fn thirty_visits_at_four_seconds_an_answer_are_one_message_by_one_listing() {
    let shop = with_visits(30).await;
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(asked_one_by_one(&shop), 0);
}

#[test(start_paused = true)]
async fn of_six_visits_the_one_that_is_cancelled_while_the_check_asks_is_not_told() {
    for after in [1, 3, 5, 7] {
        let shop = with_visits(6).await;
        shop.open(async {
            // Until the last check is under way.
            let due = shop.about(1).due_at;
            shop.pass(u64::try_from((due - shop.clock.now()).num_seconds()).unwrap_or(0) + after).await;
            shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Cancelled);
            shop.pass(120).await;
        })
        .await;
        let texts = shop.messenger.texts();
        assert_eq!(texts.len(), 1, "{after}");
        let told_before = shop.about(1).changed_after_sent == "cancelled";
        assert!(told_before || !texts[0].contains("25 ноября"), "{after}: {}", texts[0]);
    }
}

#[test(start_paused = true)]
async fn what_cannot_be_read_within_ten_seconds_stays_in_the_queue_and_says_so() {
    let shop = with_visits(3).await;
    *shop.bookings.answers_take.lock().unwrap() = Duration::from_secs(11);
    shop.open(async {
        shop.pass(60).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Queued, Reason::CannotCheck));
        *shop.bookings.answers_take.lock().unwrap() = Duration::ZERO;
        shop.pass(90).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_bare_not_found_is_looked_at_twice_wherever_it_comes() {
    let shop = with_visits(1).await;
    *shop.bookings.answers_take.lock().unwrap() = Duration::ZERO;
    *shop.bookings.not_found.lock().unwrap() = true;
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 1, "the last check");

    let shop = with_visits(1).await;
    *shop.bookings.answers_take.lock().unwrap() = Duration::ZERO;
    *shop.bookings.not_found.lock().unwrap() = true;
    shop.open(async {
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(900).await;
        assert_eq!((shop.about(1).state, shop.about(1).held), (State::Queued, true), "the reading in turn");
    })
    .await;
}
