//! Sleep, switched off, no network, a clock that was set: nothing leaves late by itself.

use chrono::TimeDelta;
use tokio::test;

use super::state_of;
use crate::fakes::Shop;
use crate::notification::{Reason, State};
use crate::ports::{BookingsError, Clock};

#[test(start_paused = true)]
async fn off_from_saturday_to_monday_saturday_s_bookings_wait_for_a_person() {
    let shop = Shop::new();
    shop.baseline().await;
    // Five minutes after closing the desk, somebody books by phone from home.
    shop.clock.jump(TimeDelta::minutes(5));
    shop.book(1);
    shop.clock.jump(TimeDelta::hours(38));
    shop.bookings.change(1, &shop.clock, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(7));
        booking.changed_at = booking.created_at;
    });
    shop.open(shop.pass(600)).await;
    assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Old));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn sleep_at_second_twelve_for_nine_hours_makes_the_queued_wait() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(12).await;
        shop.clock.jump(TimeDelta::hours(9));
        shop.pass(300).await;
    })
    .await;
    assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Late));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn after_a_short_sleep_the_window_opens_anew() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(12).await;
        shop.clock.jump(TimeDelta::seconds(60));
        shop.pass(20).await;
        assert!(shop.messenger.texts().is_empty(), "nobody could see the old window");
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn six_bookings_found_after_a_gap_wait_as_a_burst_and_five_do_not() {
    for (count, told) in [(5, 5), (6, 0)] {
        let shop = Shop::new();
        shop.baseline().await;
        shop.clock.jump(TimeDelta::hours(1));
        for id in 1..=count {
            shop.book(id);
        }
        shop.clock.jump(TimeDelta::hours(1));
        shop.open(shop.pass(900)).await;
        assert_eq!(shop.messenger.texts().len(), told, "{count} bookings");
        if told == 0 {
            assert!((1..=count).all(|id| state_of(&shop, id) == (State::Waiting, Reason::Burst)));
        }
    }
}

#[test(start_paused = true)]
async fn a_clock_set_back_two_hours_does_not_freeze_the_queue() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(12).await;
        shop.clock.set(TimeDelta::hours(-2));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_clock_set_forward_a_day_that_no_server_tells_of_releases_nothing() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(9));
    });
    shop.open(async {
        shop.pass(12).await;
        for date in [&shop.bookings.date, &shop.messenger.date] {
            *date.silent.lock().unwrap() = true;
        }
        shop.clock.set(TimeDelta::days(1));
        shop.pass(590).await;
        assert_eq!(state_of(&shop, 1), (State::Queued, Reason::None), "nobody has confirmed the day yet");
        shop.pass(60).await;
    })
    .await;
    assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Late));
}

#[test(start_paused = true)]
async fn a_dead_network_sends_nothing_late_without_a_person_s_word() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(12).await;
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::Offline("dead".into()));
        shop.pass(120).await;
        assert_eq!(state_of(&shop, 1), (State::Queued, Reason::CannotCheck));
        shop.pass(600).await;
        assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Late));
        *shop.bookings.failure.lock().unwrap() = None;
        shop.pass(600).await;
        assert!(shop.messenger.texts().is_empty());
        shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
        assert_eq!(shop.messenger.texts().len(), 1);
    })
    .await;
}
