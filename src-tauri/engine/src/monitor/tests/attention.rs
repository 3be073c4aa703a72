//! Alarms, cursors and windows: what a person must not miss.

use chrono::TimeDelta;
use tokio::test;

use super::{branch, listings};
use crate::error::FaultCode;
use crate::fakes::{Shop, booking};
use crate::notification::{Reason, State};
use crate::ports::{BookingsError, Clock};
use crate::settings::{Delay, QuietHours};

#[test(start_paused = true)]
async fn a_token_revoked_during_an_outage_alarms_all_the_same() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::Offline("dead".into()));
        shop.pass(70).await;
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::UserToken("401".into()));
        shop.pass(600).await;
    })
    .await;
    let told: Vec<_> = shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect();
    assert_eq!(told.last(), Some(&FaultCode::YclientsUserToken));
}

#[test(start_paused = true)]
async fn a_stopped_branch_is_not_polled_again_because_the_computer_slept() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::Rights("403".into()));
        shop.pass(120).await;
        let polls = listings(&shop);
        shop.clock.jump(TimeDelta::hours(1));
        shop.pass(120).await;
        assert_eq!(listings(&shop), polls);
    })
    .await;
}

#[test(start_paused = true)]
async fn a_change_during_a_gap_of_a_booking_told_long_ago_is_noticed() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(20));
    });
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(1).state, State::Accepted);
    shop.clock.jump(TimeDelta::days(5));
    shop.open(shop.pass(120)).await;
    shop.clock.jump(TimeDelta::hours(1));
    shop.bookings.change(1, &shop.clock, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(2));
    });
    shop.clock.jump(TimeDelta::hours(1));
    // Made after the change and before the first poll: the truth shows this one and not that.
    shop.bookings.put(booking(2, &shop.clock));
    shop.open(shop.pass(900)).await;
    assert_eq!(shop.about(1).changed_after_sent, "moved");
}

#[test(start_paused = true)]
async fn a_booking_made_while_the_first_reading_fails_is_not_taken_for_an_old_one() {
    let shop = Shop::new();
    shop.book(1);
    *shop.bookings.listing_failure.lock().unwrap() = Some(BookingsError::Rights("403".into()));
    shop.open(shop.pass(60)).await;
    assert_eq!(branch(&shop).baseline_at, None);
    shop.book(2);
    shop.pass(60).await;
    *shop.bookings.listing_failure.lock().unwrap() = None;
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(1).reason, Reason::BeforeBaseline);
    assert_eq!(shop.about(2).state, State::Accepted);
}

#[test(start_paused = true)]
async fn a_window_that_would_end_after_the_visit_begins_asks() {
    let mut shop = Shop::new();
    shop.settings.delay = Delay::After(TimeDelta::minutes(30));
    shop.baseline().await;
    shop.book_with(1, |booking| {
        let moscow = booking.created_at.unwrap().naive_utc() + TimeDelta::hours(3);
        booking.starts_local = Some(moscow + TimeDelta::minutes(20));
    });
    shop.open(shop.pass(120)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::BeginsFirst));
}

#[test(start_paused = true)]
async fn an_edit_in_quiet_hours_asks_when_the_visit_begins_before_they_end() {
    let mut shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        let moscow = booking.created_at.unwrap().naive_utc() + TimeDelta::hours(3);
        booking.starts_local = Some(moscow + TimeDelta::hours(3));
    });
    shop.open(shop.pass(10)).await;
    shop.settings.quiet_hours = Some("12:00-20:00".parse::<QuietHours>().unwrap());
    let edited = shop.person().edit(shop.about(1).id, None, "Свои слова", shop.clock.now()).unwrap();
    assert_eq!((edited.state, edited.reason), (State::Waiting, Reason::QuietHours));
    assert_eq!(edited.text, "Свои слова");
}

#[test(start_paused = true)]
async fn a_booking_without_a_date_of_creation_is_old_in_the_first_reading_and_asks_later() {
    let shop = Shop::new();
    shop.book_with(1, |booking| booking.created_at = None);
    shop.baseline().await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Skipped, Reason::BeforeBaseline));
    shop.book_with(2, |booking| {
        booking.created_at = None;
        booking.changed_at = Some(shop.clock.now());
    });
    shop.open(shop.pass(300)).await;
    assert_eq!((shop.about(2).state, shop.about(2).reason), (State::Waiting, Reason::Old));
}

#[test(start_paused = true)]
async fn what_the_template_requires_and_the_booking_lacks_is_asked_for_by_name() {
    let mut shop = Shop::new();
    shop.settings.template = Some("Вы записаны {{ when }}[[! к мастеру {{ master }}]].".to_owned());
    shop.baseline().await;
    shop.book_with(1, |booking| booking.staff = None);
    shop.book(2);
    shop.open(shop.pass(120)).await;
    let row = shop.about(1);
    assert_eq!(
        (row.state, row.reason, row.detail.as_str()),
        (State::Waiting, Reason::ValueMissing, "master")
    );
    assert_eq!(shop.about(2).state, State::Accepted);
    assert_eq!(shop.messenger.phones(), [shop.about(2).phone]);
    // Known before it leaves, lost within the window: not sent without it either.
    shop.book(3);
    shop.open(async {
        shop.pass(10).await;
        assert_eq!(shop.about(3).state, State::Queued);
        shop.bookings.change(3, &shop.clock, |booking| booking.staff = None);
        shop.pass(120).await;
    })
    .await;
    assert_eq!((shop.about(3).state, shop.about(3).reason), (State::Waiting, Reason::ValueMissing));
    assert_eq!(shop.messenger.phones().len(), 1);
}
