//! Several bookings in one message, and what becomes of it when some of them change.

use chrono::TimeDelta;
use tokio::test;

use crate::booking::{Attendance, BookingId};
use crate::fakes::Shop;
use crate::notification::{Reason, State};
use crate::outbox::Actor;
use crate::ports::Clock;

/// Two visits of one client in one queued message.
async fn two_in_one(shop: &Shop) {
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| {
        booking.client = crate::fakes::booking(1, &shop.clock).client;
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(3));
    });
}

fn set_phone(shop: &Shop, phone: &str) {
    for id in [1, 2] {
        shop.bookings.change(id, &shop.clock, |booking| {
            phone.clone_into(&mut booking.client.as_mut().unwrap().phone);
        });
    }
}

#[test(start_paused = true)]
async fn of_a_shared_message_the_bot_s_booking_leaves_the_text() {
    let shop = Shop::polled_every(5);
    two_in_one(&shop).await;
    shop.open(async {
        shop.pass(8).await;
        let anna = Actor::Person("Анна".into());
        let done = shop.outbox.import_bots_bookings(&[BookingId(1)], &anna, shop.clock.now()).unwrap();
        assert_eq!(done.cancelled, 0, "the other visit is still to be told");
        shop.pass(300).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("18:00") && !texts[0].contains("15:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn a_phone_that_goes_and_comes_back_loses_neither_visit() {
    let shop = Shop::polled_every(5);
    two_in_one(&shop).await;
    shop.open(async {
        shop.pass(8).await;
        set_phone(&shop, "");
        shop.pass(10).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Skipped, Reason::NoPhone));
        set_phone(&shop, "+79160000001");
        shop.pass(300).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("15:00") && texts[0].contains("18:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn a_visit_cancelled_by_mistake_and_put_right_is_in_the_text_again() {
    let shop = Shop::polled_every(5);
    two_in_one(&shop).await;
    shop.open(async {
        shop.pass(8).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Cancelled);
        shop.pass(10).await;
        assert!(!shop.about(2).text.contains("15:00"));
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Waiting);
        shop.pass(300).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("15:00") && texts[0].contains("18:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn two_visits_without_a_phone_become_one_message_when_it_is_added() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    for id in [1, 2] {
        shop.book_with(id, |booking| {
            booking.client = crate::fakes::booking(1, &shop.clock).client;
            booking.client.as_mut().unwrap().phone.clear();
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(id));
        });
    }
    shop.open(async {
        shop.pass(10).await;
        set_phone(&shop, "+79160000001");
        shop.pass(300).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("16:00") && texts[0].contains("17:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn writing_again_about_a_visit_given_away_tells_each_client_their_own() {
    let shop = Shop::polled_every(5);
    two_in_one(&shop).await;
    shop.open(async {
        shop.pass(120).await;
        assert_eq!(shop.messenger.texts().len(), 1);
        shop.bookings.change(2, &shop.clock, |booking| {
            booking.client = crate::fakes::booking(9, &shop.clock).client;
        });
        shop.pass(10).await;
        assert_eq!(shop.about(1).changed_after_sent, "changed");
        // Another change that nobody would notice does not wipe the mark.
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Confirmed);
        shop.pass(10).await;
        let told = shop.about(1).id;
        assert_eq!(shop.row(told).changed_after_sent, "changed");
        shop.person().resend(told, shop.clock.now()).unwrap();
        assert_eq!(shop.row(told).changed_after_sent, "");
        shop.pass(120).await;
    })
    .await;
    let taken = shop.messenger.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 3);
    let theirs = taken.iter().find(|(phone, _)| phone == "+79160000009").unwrap();
    assert!(theirs.1.contains("18:00") && !theirs.1.contains("15:00"), "{}", theirs.1);
    let ours = taken.iter().rfind(|(phone, _)| phone == "+79160000001").unwrap();
    assert!(ours.1.contains("15:00") && !ours.1.contains("18:00"), "{}", ours.1);
}

#[test(start_paused = true)]
async fn when_the_first_of_two_visits_begins_the_other_is_still_to_be_told() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    let soon = crate::fakes::monday().naive_utc() + TimeDelta::hours(3) + TimeDelta::minutes(20);
    shop.book_with(1, |booking| booking.starts_local = Some(soon));
    shop.book_with(2, |booking| booking.client = crate::fakes::booking(1, &shop.clock).client);
    shop.open(async {
        shop.pass(8).await;
        let id = shop.about(1).id;
        assert_eq!(id, shop.about(2).id);
        shop.person().hold(id, shop.clock.now()).unwrap();
        shop.pass(1300).await;
        assert_eq!((shop.about(2).state, shop.about(2).held), (State::Queued, true), "a hold outlasts it");
        shop.person().release(id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("15:00") && !texts[0].contains("12:20"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn a_visit_that_leaves_a_held_message_is_held_too() {
    let shop = Shop::polled_every(5);
    two_in_one(&shop).await;
    shop.open(async {
        shop.pass(8).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.bookings.change(2, &shop.clock, |booking| {
            "+79161111111".clone_into(&mut booking.client.as_mut().unwrap().phone);
        });
        shop.pass(300).await;
    })
    .await;
    assert_ne!(shop.about(1).id, shop.about(2).id);
    assert!(shop.about(1).held && shop.about(2).held);
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_new_visit_does_not_join_a_held_message() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(8).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.book_with(2, |booking| booking.client = crate::fakes::booking(1, &shop.clock).client);
        shop.pass(120).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).held), (State::Queued, true));
    assert_eq!(shop.about(2).state, State::Accepted, "what nobody held goes out by itself");
}

#[test(start_paused = true)]
async fn a_visit_given_to_a_client_who_said_stop_is_told_to_nobody_whatever_its_message_waited_for() {
    for held in [false, true] {
        let shop = Shop::polled_every(5);
        let now = shop.clock.now();
        shop.outbox.opt_out("+79160000009", "message", &Actor::Program, now).unwrap();
        two_in_one(&shop).await;
        shop.open(async {
            shop.pass(8).await;
            if held {
                shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
            }
            for id in [2, 1] {
                shop.bookings.change(id, &shop.clock, |booking| {
                    let client = booking.client.as_mut().unwrap();
                    (client.id, client.phone) = (9, "+79160000009".into());
                });
                shop.pass(8).await;
                let row = shop.about(id);
                assert_eq!((row.state, row.reason), (State::Skipped, Reason::OptedOut), "{id}");
            }
            shop.pass(120).await;
        })
        .await;
        assert!(shop.messenger.texts().is_empty());
    }
}
