//! The computer's clock is wrong, for a moment or for good; the servers' are right.

use chrono::TimeDelta;
use tokio::test;

use super::*;
use crate::clock::ClockStanding;
use crate::error::FaultCode;
use crate::ports::Clock as _;

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// A visit so long ahead, by the true time.
fn book_ahead(shop: &Shop, id: i64, ahead: TimeDelta) {
    let start = shop.clock.true_now() + ahead;
    let written = crate::clock::floor_to_second(shop.clock.true_now());
    shop.book_with(id, |booking| {
        (booking.created_at, booking.changed_at) = (Some(written), Some(written));
        booking.starts_local = Some(start.with_timezone(&chrono_tz::Europe::Moscow).naive_local());
    });
}

fn codes(shop: &Shop) -> Vec<FaultCode> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect()
}

fn told(shop: &Shop) -> usize {
    shop.messenger.texts().len()
}

#[test(start_paused = true)]
async fn a_clock_two_days_ahead_for_seven_seconds_ends_and_skips_nothing() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    for id in [1, 2] {
        shop.book(id);
    }
    shop.open(async {
        shop.pass(10).await;
        shop.person().hold(shop.about(2).id, shop.clock.now()).unwrap();
        shop.clock.set(TimeDelta::days(2));
        shop.pass(1).await;
        book_ahead(&shop, 3, TimeDelta::hours(5));
        shop.pass(6).await;
        shop.clock.set(-TimeDelta::days(2));
        shop.pass(5).await;
        assert_eq!((shop.about(2).state, shop.about(2).held), (State::Queued, true));
        shop.pass(120).await;
        assert_eq!((shop.about(2).state, shop.about(2).held), (State::Queued, true));
    })
    .await;
    assert_eq!(told(&shop), 2, "the queued one and the new one, each once");
    assert_eq!(shop.outbox.clock().unwrap().difference, TimeDelta::zero());
}

#[test(start_paused = true)]
async fn a_clock_ahead_or_behind_for_good_is_corrected_by_the_servers_with_one_alarm() {
    for wrong in [65, -65, 180, -180, 3 * 1440] {
        let shop = Shop::polled_every(5);
        shop.baseline().await;
        shop.clock.set(minutes(wrong));
        shop.open(async {
            shop.pass(10).await;
            book_ahead(&shop, 1, TimeDelta::hours(1));
            book_ahead(&shop, 2, -minutes(30));
            shop.pass(120).await;
        })
        .await;
        assert_eq!(told(&shop), 1, "{wrong}: the visit in an hour, and not the one that has begun");
        assert_eq!(shop.about(2).reason, Reason::Begun, "{wrong}");
        assert_eq!(codes(&shop), [FaultCode::ClockCorrected], "{wrong}");
        let clock = shop.outbox.clock().unwrap();
        assert_eq!(clock.standing, ClockStanding::Agreed);
        assert!((clock.difference + minutes(wrong)).abs() < TimeDelta::seconds(2), "{wrong}: {clock:?}");
        let sent = shop.about(1).accepted_at.unwrap();
        assert!((sent - shop.clock.true_now()).abs() < minutes(5), "{wrong}: in true time");
    }
}

#[test(start_paused = true)]
async fn two_minutes_of_difference_are_no_difference() {
    let shop = Shop::polled_every(5);
    shop.clock.set(TimeDelta::seconds(115));
    shop.open(shop.pass(30)).await;
    assert_eq!(shop.outbox.clock().unwrap().difference, TimeDelta::zero());
    assert!(codes(&shop).is_empty());
}

#[test(start_paused = true)]
async fn while_no_two_clocks_agree_nothing_is_sent_and_it_is_said() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        *shop.bookings.date.wrong_by.lock().unwrap() = TimeDelta::hours(5);
        *shop.messenger.date.wrong_by.lock().unwrap() = -TimeDelta::hours(7);
        shop.clock.set(TimeDelta::hours(1));
        shop.pass(300).await;
        assert_eq!((told(&shop), shop.about(1).state), (0, State::Queued));
        assert_eq!(shop.outbox.clock().unwrap().standing, ClockStanding::Disputed);
        assert_eq!(codes(&shop), [FaultCode::ClockDisputed]);
        // One of them comes to reason: two that agree are enough.
        *shop.messenger.date.wrong_by.lock().unwrap() = TimeDelta::hours(5);
        shop.pass(60).await;
        assert_eq!(shop.outbox.clock().unwrap().standing, ClockStanding::Agreed);
    })
    .await;
}

#[test(start_paused = true)]
async fn a_server_whose_clock_is_wrong_is_outvoted() {
    let shop = Shop::polled_every(5);
    *shop.bookings.date.wrong_by.lock().unwrap() = TimeDelta::hours(5);
    shop.open(shop.pass(30)).await;
    let clock = shop.outbox.clock().unwrap();
    assert_eq!((clock.standing, clock.difference), (ClockStanding::Agreed, TimeDelta::zero()));
}

#[test(start_paused = true)]
async fn without_any_server_s_word_the_computer_s_clock_serves_after_ten_minutes() {
    let shop = Shop::polled_every(5);
    for date in [&shop.bookings.date, &shop.messenger.date] {
        *date.silent.lock().unwrap() = true;
    }
    shop.open(async {
        shop.pass(590).await;
        assert_eq!(shop.outbox.clock().unwrap().standing, ClockStanding::Unconfirmed);
        assert!(shop.outbox.row_about(COMPANY, BookingId(1)).unwrap().is_none());
        shop.pass(20).await;
        assert_eq!(shop.outbox.clock().unwrap().standing, ClockStanding::Alone);
        shop.pass(10).await;
        shop.book(1);
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn what_the_wrong_clock_ended_is_judged_again_when_it_is_put_right() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        for date in [&shop.bookings.date, &shop.messenger.date] {
            *date.silent.lock().unwrap() = true;
        }
        shop.pass(10).await;
        shop.clock.set(TimeDelta::days(2));
        shop.pass(700).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Expired, Reason::Begun));
        for date in [&shop.bookings.date, &shop.messenger.date] {
            *date.silent.lock().unwrap() = false;
        }
        shop.pass(120).await;
        assert_eq!(shop.outbox.clock().unwrap().standing, ClockStanding::Agreed);
    })
    .await;
    assert_eq!(told(&shop), 1, "less than twelve hours after its time, it gets a fresh window");
}

#[test(start_paused = true)]
async fn a_person_s_window_ends_by_the_corrected_clock() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.clock.set(minutes(65));
    shop.open(async {
        shop.pass(10).await;
        let process = crate::clock::DeskClock::new(shop.clock.clone());
        process.refresh(&shop.outbox).unwrap();
        assert!((process.now() - shop.clock.true_now()).abs() < TimeDelta::seconds(2));
        let edited = shop.person().edit(shop.about(1).id, None, "Свои слова", process.now()).unwrap();
        assert!(edited.due_at - shop.clock.true_now() < TimeDelta::seconds(32));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn a_start_with_a_wrong_clock_makes_nothing_late_and_nothing_begun() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    shop.clock.set(TimeDelta::days(2));
    shop.open(async {
        shop.pass(5).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Queued, Reason::None));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}
