//! A decision that no person made lasts as long as its facts.

mod by_settings;
mod detours;

use chrono::TimeDelta;
use tokio::test;

use super::*;
use crate::booking::CompanyId;
use crate::notification::Notification;
use crate::notification::acts::{Act, offered};
use crate::settings::BranchSettings;
use detours::{DETOURS, later};

/// Polled every five seconds, the baseline done.
async fn shop() -> Shop {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop
}

fn told(shop: &Shop) -> usize {
    shop.messenger.texts().len()
}

fn acts(shop: &Shop, row: &Notification) -> Vec<Act> {
    offered(row, "Анна", shop.clock.now())
}

#[test(start_paused = true)]
async fn what_was_taken_away_inside_the_window_and_given_back_is_told_once() {
    for (name, away, back, state, reason) in DETOURS {
        let shop = shop().await;
        shop.book(1);
        shop.open(async {
            shop.pass(10).await;
            shop.bookings.change(1, &shop.clock, away);
            shop.pass(10).await;
            assert_eq!((shop.about(1).state, shop.about(1).reason), (state, reason), "{name}");
            shop.bookings.change(1, &shop.clock, back);
            shop.pass(10).await;
            let row = shop.about(1);
            assert_eq!((row.state, row.reason, row.was), (State::Queued, Reason::None, None), "{name}");
            let left = row.due_at - shop.clock.now();
            assert!(left > TimeDelta::seconds(15), "{name}: a fresh window, not {left}");
            shop.pass(120).await;
        })
        .await;
        assert_eq!(told(&shop), 1, "{name}");
    }
}

#[test(start_paused = true)]
async fn what_was_not_worth_a_message_at_first_and_becomes_so_is_told_once() {
    for (name, away, back, state, reason) in DETOURS {
        let shop = shop().await;
        shop.book_with(1, away);
        shop.open(async {
            shop.pass(20).await;
            let row = shop.about(1);
            assert!(matches!(row.state, State::Skipped), "{name}: {} {state}", row.state);
            assert_eq!(row.reason, reason, "{name}");
            shop.bookings.change(1, &shop.clock, back);
            shop.pass(120).await;
        })
        .await;
        assert_eq!(told(&shop), 1, "{name}");
    }
}

#[test(start_paused = true)]
async fn entered_five_minutes_ahead_and_dragged_to_another_day_is_told() {
    let shop = shop().await;
    let soon = shop.clock.now() + TimeDelta::minutes(5);
    shop.book_with(1, |booking| {
        booking.starts_local = Some(soon.with_timezone(&chrono_tz::Europe::Moscow).naive_local());
    });
    shop.open(async {
        shop.pass(20).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Skipped, Reason::TooSoon));
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(120).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn the_reason_of_an_ended_message_follows_its_booking() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        for (change, state, reason) in [
            (
                (|booking: &mut Booking| booking.attendance = Attendance::Came) as fn(&mut Booking),
                State::Expired,
                Reason::Came,
            ),
            (|booking| booking.deleted = true, State::Cancelled, Reason::InYclients),
            (
                |booking| {
                    (booking.deleted, booking.attendance) = (false, Attendance::Waiting);
                    booking.client.as_mut().unwrap().phone = "*****".into();
                },
                State::Skipped,
                Reason::PhoneHidden,
            ),
        ] {
            shop.bookings.change(1, &shop.clock, change);
            shop.pass(10).await;
            assert_eq!((shop.about(1).state, shop.about(1).reason), (state, reason));
        }
        let was = shop.about(1).was.map(|was| was.state);
        assert_eq!(was, Some(State::Queued), "through all of it, it is known what it was");
    })
    .await;
    assert_eq!(told(&shop), 0);
}

#[test(start_paused = true)]
async fn a_held_message_that_was_cancelled_comes_back_held() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Cancelled);
        shop.pass(10).await;
        assert_eq!(shop.about(1).state, State::Cancelled);
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Waiting);
        shop.pass(300).await;
        assert_eq!((shop.about(1).state, shop.about(1).held), (State::Queued, true));
        shop.person().release(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn an_edited_message_that_was_cancelled_comes_back_with_both_texts() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.person().edit(shop.about(1).id, None, "Свои слова", shop.clock.now()).unwrap();
        for deleted in [true, false] {
            shop.bookings.change(1, &shop.clock, |booking| booking.deleted = deleted);
            shop.pass(10).await;
        }
        let row = shop.about(1);
        assert_eq!((row.state, row.reason), (State::Waiting, Reason::ChangedAfterEdit));
        assert_eq!(row.text, "Свои слова");
        assert!(row.proposed_text.is_some_and(|text| text.contains("Клиент 1")));
        shop.pass(120).await;
    })
    .await;
    assert_eq!(told(&shop), 0);
}

#[test(start_paused = true)]
async fn what_waited_comes_back_waiting_with_its_reason() {
    let mut shop = shop().await;
    shop.settings.delay = crate::settings::Delay::Manual;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        assert_eq!(shop.about(1).reason, Reason::Manual);
        for deleted in [true, false] {
            shop.bookings.change(1, &shop.clock, |booking| booking.deleted = deleted);
            shop.pass(10).await;
        }
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Manual));
    })
    .await;
}

#[test(start_paused = true)]
async fn what_becomes_right_more_than_twelve_hours_later_asks_a_person() {
    let shop = shop().await;
    shop.book_with(1, |booking| {
        booking.client = None;
        later(booking);
    });
    shop.open(async {
        shop.pass(10).await;
        assert_eq!(shop.about(1).reason, Reason::NoClient);
        shop.clock.jump(TimeDelta::hours(13));
        shop.pass(10).await;
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.client =
                Some(crate::booking::Client {
                    id: 501, name: "Ирина".into(), phone: "+79160000001".into()
                });
        });
        shop.pass(20).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Again));
        shop.person().release(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn a_second_copy_that_becomes_right_again_asks_a_person() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(60).await;
        shop.person().resend(shop.about(1).id, shop.clock.now()).unwrap();
        for deleted in [true, false] {
            shop.bookings.change(1, &shop.clock, |booking| booking.deleted = deleted);
            shop.pass(10).await;
        }
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Again));
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn what_a_person_cancelled_stays_cancelled_whatever_its_booking_does() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.person().cancel(shop.about(1).id, shop.clock.now()).unwrap();
        for deleted in [true, false] {
            shop.bookings.change(1, &shop.clock, |booking| booking.deleted = deleted);
            shop.pass(10).await;
        }
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(60).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Cancelled, Reason::ByPerson));
    })
    .await;
    assert_eq!(told(&shop), 0);
}

#[test(start_paused = true)]
async fn what_was_told_before_it_was_cancelled_is_no_new_message_when_it_stands_again() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(60).await;
        for (deleted, shown) in [(true, "cancelled"), (false, "")] {
            shop.bookings.change(1, &shop.clock, |booking| booking.deleted = deleted);
            shop.pass(60).await;
            assert_eq!(shop.about(1).changed_after_sent, shown);
        }
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn another_number_than_the_one_that_said_stop_is_written_to() {
    let shop = shop().await;
    shop.outbox.opt_out("+79160000001", "person", &Actor::Program, shop.clock.now()).unwrap();
    shop.book(1);
    shop.open(async {
        shop.pass(20).await;
        assert_eq!(shop.about(1).reason, Reason::OptedOut);
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.client.as_mut().unwrap().phone = "+79160000002".to_owned();
        });
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn a_skipped_booking_that_moved_is_restored_as_it_is_and_not_as_it_was() {
    let shop = shop().await;
    let soon = shop.clock.now() + TimeDelta::minutes(5);
    shop.book_with(1, |booking| {
        booking.online = true;
        booking.starts_local = Some(soon.with_timezone(&chrono_tz::Europe::Moscow).naive_local());
    });
    shop.open(async {
        shop.pass(20).await;
        assert_eq!(shop.about(1).reason, Reason::Online);
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(20).await;
        let restored = shop.person().restore(shop.about(1).id, shop.clock.now()).unwrap();
        assert_eq!((restored.state, restored.reason), (State::Queued, Reason::None));
        assert!(restored.starts_at > soon);
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
    assert!(shop.messenger.texts()[0].contains("24 ноября"), "{:?}", shop.messenger.texts());
}

#[test(start_paused = true)]
async fn what_is_marked_as_come_goes_out_by_a_person_s_word_and_a_cancelled_visit_never() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.attendance = Attendance::Came);
        shop.pass(10).await;
        assert_eq!(acts(&shop, &shop.about(1)), [Act::Restore]);
        shop.person().restore(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
        assert_eq!(told(&shop), 1);
    })
    .await;
    let shop = self::shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.deleted = true);
        shop.pass(10).await;
        let row = shop.about(1);
        assert_eq!(acts(&shop, &row), [Act::LookAgain]);
        let answer = shop.person().restore(row.id, shop.clock.now());
        assert!(matches!(answer, Err(OutboxError::Refused(Refusal::CancelledInYclients))), "{answer:?}");
    })
    .await;
}

#[test(start_paused = true)]
async fn another_look_brings_back_what_no_listing_shows_any_more() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.deleted = true);
        shop.pass(10).await;
        // Taken back, and no feed tells of it.
        shop.bookings.all.lock().unwrap().get_mut(&BookingId(1)).unwrap().deleted = false;
        *shop.bookings.hidden.lock().unwrap() = vec![BookingId(1)];
        shop.pass(400).await;
        assert_eq!(shop.about(1).state, State::Cancelled);
        let now = shop.clock.now();
        shop.person().look_again(shop.about(1).id, now).unwrap();
        shop.pass(60).await;
        assert!(shop.outbox.asked().unwrap().is_empty(), "answered");
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn another_look_at_a_branch_that_nobody_reads_is_refused_and_one_asked_before_is_answered() {
    let mut shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.deleted = true);
        shop.pass(10).await;
    })
    .await;
    let id = shop.about(1).id;
    shop.person().look_again(id, shop.clock.now()).unwrap();
    let branch = shop.settings.branches.remove(0);
    shop.settings.branches.push(BranchSettings::new(CompanyId(5)));
    let answer = shop.person().look_again(id, shop.clock.now());
    assert!(matches!(answer, Err(OutboxError::Refused(Refusal::NotInSettings))), "{answer:?}");
    assert_eq!(shop.outbox.asked().unwrap().len(), 1);
    shop.open(shop.pass(10)).await;
    assert!(shop.outbox.asked().unwrap().is_empty(), "nobody waits for what nobody does");

    shop.settings.branches = vec![branch];
    shop.settings.enabled = false;
    let answer = shop.person().look_again(id, shop.clock.now());
    assert!(matches!(answer, Err(OutboxError::Refused(Refusal::SwitchedOff))), "{answer:?}");
    assert_eq!(shop.about(1).state, State::Cancelled);
}
