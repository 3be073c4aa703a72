//! Bookings that come and cannot be read: none is lost, none is told unseen, and nobody is tired with it.

use chrono::TimeDelta;
use tokio::test;

use super::listings;
use crate::booking::{BookingId, Flaw, FlawKind};
use crate::fakes::{COMPANY, Shop};
use crate::monitor::unread_in;
use crate::notification::{Notification, Reason, State};
use crate::ports::Clock;
use crate::settings::Language;
use crate::words;

fn flawed(shop: &Shop, id: i64, kind: FlawKind, field: &str) {
    shop.bookings.flaws.lock().unwrap().insert(BookingId(id), Flaw::new(kind, field));
}

fn mend(shop: &Shop, id: i64) {
    shop.bookings.flaws.lock().unwrap().remove(&BookingId(id));
    shop.bookings.change(id, &shop.clock, |_| {});
}

fn count(shop: &Shop) -> usize {
    shop.outbox.db().read(|connection| unread_in(connection, COMPANY)).unwrap().len()
}

fn fate(row: &Notification) -> (State, Reason) {
    (row.state, row.reason)
}

#[test(start_paused = true)]
async fn what_cannot_be_read_has_a_row_that_says_so_and_is_told_once_it_can() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    shop.book(1);
    flawed(&shop, 1, FlawKind::UnknownValue, "attendance");
    shop.book(2);
    shop.open(async {
        shop.pass(100).await;
        let row = shop.about(1);
        assert_eq!(fate(&row), (State::Skipped, Reason::Unreadable));
        let says = words::why(&row, Language::Ru).into_owned();
        assert!(says.ends_with("Запись № 1: неизвестное значение (attendance)."), "{says}");
        assert!(row.phone.is_empty() && row.client_name.is_empty(), "half of it may be wrong");
        assert_eq!((count(&shop), shop.about(2).state), (1, State::Accepted));
        // The flaw becomes another one, and the row says which.
        flawed(&shop, 1, FlawKind::Twice, "online");
        shop.pass(310).await;
        assert_eq!(shop.about(1).detail, "1 twice online");
        mend(&shop, 1);
        shop.pass(100).await;
    })
    .await;
    assert_eq!((shop.about(1).state, count(&shop)), (State::Accepted, 0));
    assert_eq!(shop.messenger.phones(), ["+79160000002", "+79160000001"]);
}

#[test(start_paused = true)]
async fn a_record_without_a_number_is_counted_and_forgotten_when_no_listing_shows_it() {
    let shop = Shop::polled_every(1800);
    *shop.bookings.nameless.lock().unwrap() = true;
    shop.baseline().await;
    shop.open(async {
        shop.pass(4000).await;
        let unread = shop.outbox.db().read(|connection| unread_in(connection, COMPANY)).unwrap();
        assert_eq!(unread, [(None, Flaw::whole(FlawKind::NoId))], "one, however often it comes");
        *shop.bookings.nameless.lock().unwrap() = false;
        shop.clock.jump(TimeDelta::hours(25));
        shop.pass(4000).await;
    })
    .await;
    assert_eq!(count(&shop), 0);
}

#[test(start_paused = true)]
async fn of_the_first_reading_none_is_told_when_it_can_be_read() {
    let shop = Shop::polled_every(10);
    for id in 1..=2 {
        shop.book(id);
        flawed(&shop, id, FlawKind::NoFlag, "online");
    }
    shop.bookings.change(2, &shop.clock, |booking| booking.created_at = None);
    shop.pass(5).await;
    shop.baseline().await;
    assert_eq!(fate(&shop.about(1)), (State::Skipped, Reason::Unreadable));
    mend(&shop, 1);
    mend(&shop, 2);
    shop.open(shop.pass(300)).await;
    assert_eq!(fate(&shop.about(1)), (State::Skipped, Reason::BeforeBaseline));
    assert_eq!(fate(&shop.about(2)), (State::Waiting, Reason::Old), "nobody knows how old it is");
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn what_is_mended_thirteen_hours_later_asks_and_so_do_more_than_five_at_once() {
    let shop = Shop::polled_every(300);
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(3));
    });
    flawed(&shop, 1, FlawKind::NoDate, "create_date");
    shop.open(async {
        shop.pass(700).await;
        shop.clock.jump(TimeDelta::hours(13));
        shop.pass(700).await;
        mend(&shop, 1);
        shop.pass(700).await;
        assert_eq!(fate(&shop.about(1)), (State::Waiting, Reason::Old));
        for id in 2..=7 {
            shop.book_with(id, |booking| {
                booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(3));
            });
            flawed(&shop, id, FlawKind::UnknownValue, "attendance");
        }
        shop.pass(400).await;
        for id in 2..=7 {
            mend(&shop, id);
        }
        shop.pass(700).await;
    })
    .await;
    for id in 2..=7 {
        assert_eq!(fate(&shop.about(id)), (State::Waiting, Reason::Burst));
    }
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn what_was_queued_and_cannot_be_read_any_more_is_not_sent_and_not_taken_for_gone() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        flawed(&shop, 1, FlawKind::UnknownValue, "attendance");
        shop.bookings.change(1, &shop.clock, |_| {});
        // Not found by its address, and in the listing all the same.
        *shop.bookings.not_found.lock().unwrap() = true;
        shop.pass(60).await;
        assert_eq!(fate(&shop.about(1)), (State::Queued, Reason::CannotCheck));
        assert_eq!(count(&shop), 1);
        *shop.bookings.not_found.lock().unwrap() = false;
        mend(&shop, 1);
        shop.pass(120).await;
    })
    .await;
    assert_eq!((shop.about(1).state, count(&shop)), (State::Accepted, 0));
}

#[test(start_paused = true)]
async fn what_no_listing_shows_any_more_is_asked_for_now_and_then_and_its_end_is_seen() {
    let shop = Shop::new();
    shop.baseline().await;
    for id in 1..=2 {
        shop.book_with(id, |booking| {
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(20));
        });
        flawed(&shop, id, FlawKind::Twice, "client");
    }
    shop.open(async {
        shop.pass(120).await;
        shop.bookings.hidden.lock().unwrap().extend([BookingId(1), BookingId(2)]);
        shop.pass(3 * 3600).await;
        let asked = shop.bookings.calls.lock().unwrap().iter().filter(|call| *call == "get 1").count();
        assert!((2..=4).contains(&asked), "asked {asked} times in three hours");
        // Mended without a word in any listing; and deleted.
        shop.bookings.flaws.lock().unwrap().clear();
        shop.bookings.all.lock().unwrap().remove(&BookingId(2));
        shop.pass(2 * 3600).await;
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
    assert_eq!(fate(&shop.about(2)), (State::Cancelled, Reason::InYclients));
    assert_eq!(count(&shop), 0);
    assert!(listings(&shop) > 100);
}

#[test(start_paused = true)]
async fn a_person_may_ask_for_another_look() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    flawed(&shop, 1, FlawKind::NoNumber, "created_user_id");
    shop.open(async {
        shop.pass(120).await;
        let row = shop.about(1);
        let acts = crate::notification::acts::offered(&row, "Анна", shop.clock.now());
        assert_eq!(acts, [crate::notification::acts::Act::LookAgain], "there is no number to send to");
        shop.bookings.flaws.lock().unwrap().clear();
        shop.person().look_again(row.id, shop.clock.now()).unwrap();
        shop.pass(400).await;
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
}

#[test(start_paused = true)]
async fn a_date_of_creation_without_a_zone_is_the_branch_s() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    shop.book(1);
    *shop.bookings.listing_says.lock().unwrap() = Some(|booking| {
        let moscow =
            |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&chrono_tz::Europe::Moscow).naive_local();
        booking.created_local = booking.created_at.take().map(moscow);
        booking.changed_local = booking.changed_at.take().map(moscow);
    });
    shop.open(shop.pass(120)).await;
    let row = shop.about(1);
    assert_eq!(row.state, State::Accepted);
    assert_eq!(row.booked_at, shop.bookings.all.lock().unwrap()[&BookingId(1)].created_at);
    assert_eq!(shop.outbox.all_since(shop.clock.now() - TimeDelta::days(1)).unwrap().len(), 1);
}
