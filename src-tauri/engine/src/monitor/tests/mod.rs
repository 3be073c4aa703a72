//! What polls find, miss and notice, in paused time.

mod again;
mod attention;
mod facts;
mod feed;
mod gathered;
mod refused;
mod unread;
mod words;

use std::time::Duration;

use chrono::TimeDelta;
use tokio::test;

use super::known;
use crate::booking::{Attendance, Booking, BookingId, BranchFacts};
use crate::error::FaultCode;
use crate::fakes::{COMPANY, INSTANCE, Shop};
use crate::notification::{Reason, Refusal, State};
use crate::outbox::{Actor, OutboxError, RequestKind};
use crate::ports::{BookingsError, Clock};
use crate::settings::{Delay, QuietHours};

fn branch(shop: &Shop) -> known::BranchState {
    shop.outbox.db().read(|connection| known::branch_in(connection, COMPANY)).unwrap().unwrap()
}

fn listings(shop: &Shop) -> usize {
    shop.bookings.calls.lock().unwrap().iter().filter(|call| !call.starts_with("get")).count()
}

#[test(start_paused = true)]
async fn ten_polls_of_the_same_list_are_one_message() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(200)).await;
    assert!(listings(&shop) > 10);
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn services_in_another_order_payment_and_attendance_confirmed_change_nothing() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book_with(1, |booking| {
        let mut beard = booking.services[0].clone();
        (beard.id, beard.title) = (2, "Борода".into());
        booking.services.push(beard);
    });
    shop.open(async {
        shop.pass(10).await;
        let revision = shop.about(1).revision;
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.services.reverse();
            booking.attendance = Attendance::Confirmed;
        });
        shop.pass(10).await;
        assert_eq!(shop.about(1).revision, revision);
        shop.pass(120).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(shop.about(1).changed_after_sent, "");
}

#[test(start_paused = true)]
async fn four_updates_for_one_edit_are_one_message() {
    let shop = Shop::polled_every(2);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        for _ in 0..4 {
            shop.pass(4).await;
            shop.bookings.change(1, &shop.clock, |_| {});
        }
        shop.pass(300).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn an_outage_loses_nothing_and_leaves_old_conclusions_alone() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::Unreadable("HTML".into()));
        shop.book(1);
        shop.pass(120).await;
        assert_eq!(branch(&shop).fault_code, FaultCode::YclientsUnreadable.as_str());
        *shop.bookings.failure.lock().unwrap() = None;
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(branch(&shop).fault_code, "");
}

#[test(start_paused = true)]
async fn a_revoked_token_stops_polling_with_one_alarm_and_goes_on_when_a_person_asks() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        *shop.bookings.failure.lock().unwrap() = Some(BookingsError::UserToken("401".into()));
        shop.pass(120).await;
        let polls = listings(&shop);
        shop.pass(24 * 60).await;
        assert_eq!(listings(&shop), polls, "no hot loop, no loop at all");
        assert!(branch(&shop).stopped);
        *shop.bookings.failure.lock().unwrap() = None;
        let request = shop.outbox.ask(RequestKind::Poll, "", shop.clock.now()).unwrap();
        shop.pass(5).await;
        assert!(shop.outbox.is_answered(request).unwrap());
        assert!(!branch(&shop).stopped);
    })
    .await;
    assert_eq!(shop.desktop.alarms.lock().unwrap().len(), 1);
}

#[test(start_paused = true)]
async fn the_server_s_wish_to_be_left_alone_is_kept() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.open(async {
        let limited = BookingsError::RateLimited { retry_after: Some(Duration::from_mins(5)) };
        *shop.bookings.failure.lock().unwrap() = Some(limited);
        shop.pass(10).await;
        let polls = listings(&shop);
        shop.pass(280).await;
        assert_eq!(listings(&shop), polls);
    })
    .await;
}

#[test(start_paused = true)]
async fn a_change_after_the_message_is_shown_and_one_click_writes_again() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(120).await;
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(2));
        });
        shop.pass(120).await;
        assert_eq!(shop.about(1).changed_after_sent, "moved");
        assert_eq!(shop.messenger.texts().len(), 1, "never by itself");
        let first = shop.about(1).id;
        let again = shop.person().resend(first, shop.clock.now()).unwrap();
        assert_eq!(again.copy, 1);
        let twice = shop.person().resend(first, shop.clock.now());
        assert!(matches!(twice, Err(OutboxError::Refused(Refusal::NotNow(State::Queued)))));
        shop.pass(120).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].contains("17:00"), "{}", texts[1]);
}

#[test(start_paused = true)]
async fn a_skipped_booking_goes_out_all_the_same_by_a_person_s_word() {
    let shop = Shop::new();
    shop.book(1);
    shop.baseline().await;
    assert_eq!(shop.about(1).reason, Reason::BeforeBaseline);
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn quiet_hours_hold_without_being_late() {
    let mut shop = Shop::new();
    shop.settings.quiet_hours = Some("11:00-20:00".parse::<QuietHours>().unwrap());
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| {
        booking.starts_local = booking.created_at.map(|at| at.naive_utc() + TimeDelta::hours(5));
    });
    shop.open(async {
        shop.pass(3600).await;
        assert_eq!(shop.about(1).state, State::Queued);
        assert_eq!((shop.about(2).state, shop.about(2).reason), (State::Waiting, Reason::QuietHours));
        assert!(shop.messenger.texts().is_empty());
        shop.pass(8 * 3600).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79160000001"]);
}

#[test(start_paused = true)]
async fn in_manual_mode_every_message_waits_for_a_person() {
    let mut shop = Shop::new();
    shop.settings.delay = Delay::Manual;
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(3600).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Manual));
        shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_held_message_s_booking_is_read_again_and_a_cancellation_reaches_it() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(30));
    });
    shop.open(async {
        shop.pass(10).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.clock.jump(TimeDelta::days(3));
        shop.pass(600).await;
        assert!(shop.about(1).held, "a hold outlasts a sleep");
        // A deletion that moves no date of change: neither feed nor truth lists it any more.
        shop.bookings.all.lock().unwrap().remove(&BookingId(1));
        shop.pass(900).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Cancelled, Reason::InYclients));
}

#[test(start_paused = true)]
async fn a_booking_given_to_another_client_leaves_the_message_it_shared() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| booking.client = crate::fakes::booking(1, &shop.clock).client);
    shop.open(async {
        shop.pass(8).await;
        assert_eq!(shop.about(1).id, shop.about(2).id);
        shop.bookings.change(2, &shop.clock, |booking| {
            booking.client.as_mut().unwrap().id = 999;
            booking.client.as_mut().unwrap().phone = "+79169999999".into();
        });
        shop.pass(300).await;
    })
    .await;
    let mut phones = shop.messenger.phones();
    phones.sort();
    assert_eq!(phones, ["+79160000001", "+79169999999"]);
}

#[test(start_paused = true)]
async fn one_of_two_visits_cancelled_leaves_a_message_about_the_other() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| {
        booking.client = crate::fakes::booking(1, &shop.clock).client;
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(3));
    });
    shop.open(async {
        shop.pass(8).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Cancelled);
        shop.pass(300).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("18:00") && !texts[0].contains("15:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn mother_and_child_on_one_phone_get_a_message_each() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| booking.client.as_mut().unwrap().phone = "+79160000001".into());
    shop.open(shop.pass(300)).await;
    assert_eq!(shop.messenger.phones(), ["+79160000001", "+79160000001"]);
}

#[test(start_paused = true)]
async fn the_screen_shows_the_change_in_the_text_as_soon_as_a_poll_brings_it() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(8).await;
        let before = shop.about(1);
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(2));
        });
        shop.pass(8).await;
        let after = shop.about(1);
        assert!(after.text.contains("17:00"));
        assert!(after.revision > before.revision && after.due_at > before.due_at);
    })
    .await;
}

#[test(start_paused = true)]
async fn whoever_wrote_a_booking_is_asked_for_by_name_once_and_not_at_every_poll() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    *shop.bookings.names.lock().unwrap() = vec![(501, "Ольга".to_owned())];
    shop.book_with(1, |booking| booking.created_by = 501);
    shop.open(shop.pass(100)).await;
    assert_eq!(shop.outbox.user_name(COMPANY, 501).unwrap().as_deref(), Some("Ольга"));
    assert_eq!(*shop.bookings.names_asked.lock().unwrap(), 1);
    // Whom YClients does not name is asked for again, but not all the time.
    shop.book_with(2, |booking| booking.created_by = 502);
    shop.open(shop.pass(2 * 3600)).await;
    assert_eq!(shop.outbox.user_name(COMPANY, 502).unwrap(), None);
    let asked = *shop.bookings.names_asked.lock().unwrap();
    assert!((2..=4).contains(&asked), "asked {asked} times");
}
