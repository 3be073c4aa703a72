//! Whole days at the desk, in paused time, against a world made of lists.

mod clock;
mod gaps;
mod panics;
mod pauses;
mod retention;

use chrono::TimeDelta;
use tokio::test;

use crate::booking::{Attendance, BookingId};
use crate::fakes::{BOT, COMPANY, Shop};
use crate::notification::{Reason, State};
use crate::outbox::Actor;
use crate::ports::{Clock, GatewayState, MessengerError, SendOutcome};

fn state_of(shop: &Shop, id: i64) -> (State, Reason) {
    let row = shop.about(id);
    (row.state, row.reason)
}

#[test(start_paused = true)]
async fn a_booking_made_by_staff_is_told_once_after_its_window() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(20).await;
        assert_eq!(state_of(&shop, 1), (State::Queued, Reason::None));
        assert!(shop.messenger.texts().is_empty(), "the window is still open");
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79160000001"]);
    assert_eq!(shop.about(1).state, State::Accepted);
}

#[test(start_paused = true)]
async fn of_old_online_bot_made_phoneless_past_and_cancelled_ones_none_is_told_and_each_says_why() {
    let shop = Shop::new();
    shop.book(1);
    shop.baseline().await;
    shop.book_with(2, |booking| booking.online = true);
    shop.book_with(3, |booking| booking.created_by = BOT);
    shop.book_with(4, |booking| booking.client = None);
    shop.book_with(5, |booking| booking.client.as_mut().unwrap().phone = "+7 916 ***-**-05".to_owned());
    shop.book_with(6, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at - TimeDelta::days(2));
    });
    shop.book_with(7, |booking| booking.attendance = Attendance::Cancelled);
    shop.book_with(8, |booking| booking.created_by = 0);
    shop.book_with(9, |booking| {
        booking.starts_local = Some(crate::fakes::monday().naive_utc() + TimeDelta::minutes(3 * 60 + 10));
    });
    shop.open(shop.pass(900)).await;
    assert!(shop.messenger.texts().is_empty());
    let reasons: Vec<_> = (1..=9).map(|id| shop.about(id).reason).collect();
    assert_eq!(
        reasons,
        [
            Reason::BeforeBaseline,
            Reason::Online,
            Reason::Bot,
            Reason::NoClient,
            Reason::PhoneHidden,
            Reason::Begun,
            Reason::InYclients,
            Reason::NoAuthor,
            Reason::TooSoon,
        ]
    );
    assert!((1..=9).all(|id| shop.about(id).state == State::Skipped));
}

#[test(start_paused = true)]
async fn a_booking_made_while_the_first_poll_runs_is_told() {
    let shop = Shop::new();
    *shop.bookings.slow.lock().unwrap() = std::time::Duration::from_secs(20);
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        shop.book(2);
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79160000002"]);
}

#[test(start_paused = true)]
async fn two_bookings_of_one_client_within_the_window_are_one_message() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(15).await;
        shop.book_with(2, |booking| {
            booking.client = crate::fakes::booking(1, &shop.clock).client;
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(1));
        });
        shop.pass(600).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("15:00") && texts[0].contains("16:00"), "{}", texts[0]);
    assert_eq!(shop.about(1).id, shop.about(2).id);
}

#[test(start_paused = true)]
async fn a_phone_corrected_inside_the_window_is_the_one_written_to() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(20).await;
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.client.as_mut().unwrap().phone = "+79161111111".to_owned();
        });
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79161111111"]);
}

#[test(start_paused = true)]
async fn a_phone_added_a_minute_later_is_told() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| booking.client.as_mut().unwrap().phone = String::new());
    shop.open(async {
        shop.pass(60).await;
        assert_eq!(state_of(&shop, 1), (State::Skipped, Reason::NoPhone));
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.client.as_mut().unwrap().phone = "8 916 111-11-11".to_owned();
        });
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79161111111"]);
}

#[test(start_paused = true)]
async fn moved_at_second_twenty_is_one_message_with_the_new_time() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(20).await;
        shop.bookings.change(1, &shop.clock, |booking| {
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(2));
        });
        shop.pass(600).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("17:00"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn deleted_at_second_twenty_nine_is_not_sent() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(29).await;
        shop.bookings.change(1, &shop.clock, |booking| booking.deleted = true);
        shop.pass(600).await;
    })
    .await;
    assert!(shop.messenger.texts().is_empty());
    assert_eq!(state_of(&shop, 1), (State::Cancelled, Reason::InYclients));
}

#[test(start_paused = true)]
async fn an_edited_text_goes_out_byte_for_byte_and_a_change_under_it_asks() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(async {
        shop.pass(10).await;
        let words = "Ждём вас, *Иван*!\n\nДо встречи ✂️ ";
        shop.person().edit(shop.about(1).id, None, words, shop.clock.now()).unwrap();
        shop.person().edit(shop.about(2).id, None, "Свои слова", shop.clock.now()).unwrap();
        shop.bookings.change(2, &shop.clock, |booking| {
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(2));
        });
        shop.pass(600).await;
        assert_eq!(shop.messenger.texts(), [words]);
    })
    .await;
    let asked = shop.about(2);
    assert_eq!((asked.state, asked.reason), (State::Waiting, Reason::ChangedAfterEdit));
    assert_eq!(asked.text, "Свои слова");
    assert!(asked.proposed_text.unwrap().contains("17:00"));
}

#[test(start_paused = true)]
async fn a_hold_lasts_until_released_and_then_a_full_window_runs() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let id = shop.about(1).id;
        shop.person().hold(id, shop.clock.now()).unwrap();
        shop.pass(3600).await;
        assert_eq!(shop.about(1).state, State::Queued);
        assert!(shop.messenger.texts().is_empty());
        shop.person().release(id, shop.clock.now()).unwrap();
        shop.pass(25).await;
        assert!(shop.messenger.texts().is_empty(), "a full window");
        shop.pass(60).await;
        assert_eq!(shop.messenger.texts().len(), 1);
    })
    .await;
}

#[test(start_paused = true)]
async fn nothing_is_handed_to_a_gateway_that_is_not_linked() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.state.lock().unwrap() = Ok(GatewayState::NotAuthorised);
    shop.open(async {
        shop.pass(120).await;
        assert_eq!(state_of(&shop, 1), (State::Queued, Reason::GatewayNotReady));
        *shop.messenger.state.lock().unwrap() = Ok(GatewayState::Authorised);
        shop.pass(90).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
    assert_eq!(shop.desktop.alarms.lock().unwrap().len(), 1, "one alarm, not one a try");
}

#[test(start_paused = true)]
async fn a_certain_failure_is_tried_again_and_an_ambiguous_one_never() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    let offline = MessengerError::Offline("refused".into());
    shop.messenger.next(SendOutcome::NotSent { retry_after: None, error: offline }, false);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, true);
    shop.open(shop.pass(1800)).await;
    assert_eq!(shop.messenger.texts().len(), 1, "the second attempt arrived, there is no third");
    assert_eq!(state_of(&shop, 1), (State::Unknown, Reason::NotFound));
}

#[test(start_paused = true)]
async fn killed_while_sending_is_unknown_at_the_next_start_and_not_sent_again() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = std::time::Duration::from_secs(30);
    shop.open_until_killed(async {
        shop.pass(30).await;
        while shop.about(1).state != State::Sending {
            shop.pass(1).await;
        }
    })
    .await;
    *shop.messenger.slow.lock().unwrap() = std::time::Duration::ZERO;
    shop.open(shop.pass(1800)).await;
    assert!(shop.messenger.texts().is_empty(), "no second attempt");
    assert_eq!(state_of(&shop, 1), (State::Unknown, Reason::NotFound));
}

#[test(start_paused = true)]
async fn a_pause_holds_everything_and_what_is_late_then_waits() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    let anna = Actor::Person("Анна".into());
    shop.open(async {
        shop.pass(10).await;
        shop.outbox.pause(None, &anna, shop.clock.now()).unwrap();
        shop.pass(240).await;
        assert_eq!(shop.about(1).state, State::Queued);
        shop.pass(180).await;
        assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Late));
        shop.outbox.resume(&anna, shop.clock.now()).unwrap();
        shop.pass(300).await;
    })
    .await;
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn an_import_of_the_bot_s_bookings_cancels_what_is_queued() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let anna = Actor::Person("Анна".into());
        let done = shop.outbox.import_bots_bookings(&[BookingId(1)], &anna, shop.clock.now()).unwrap();
        assert_eq!((done.new, done.cancelled), (1, 1));
        shop.pass(600).await;
    })
    .await;
    assert_eq!(state_of(&shop, 1), (State::Cancelled, Reason::Bot));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn what_an_editor_kept_back_into_the_quiet_hours_leaves_at_their_end() {
    let mut shop = Shop::new();
    // Noon in Moscow: the quiet begins three minutes later.
    shop.settings.quiet_hours = Some("12:03-12:20".parse().unwrap());
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let id = shop.about(1).id;
        for _ in 0..9 {
            shop.person().open_editor(id, shop.clock.now()).unwrap();
            shop.pass(20).await;
        }
        shop.person().close_editor(id, shop.clock.now()).unwrap();
        shop.pass(900).await;
        assert!(shop.messenger.texts().is_empty(), "it is quiet");
        shop.pass(240).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1, "and that is not late");
}

#[test(start_paused = true)]
async fn a_hold_outlasts_a_number_that_was_missing_for_a_while() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(15).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        let number = |phone: &'static str| {
            shop.bookings.change(1, &shop.clock, |booking| {
                phone.clone_into(&mut booking.client.as_mut().unwrap().phone);
            });
        };
        number("");
        shop.pass(15).await;
        assert_eq!(state_of(&shop, 1), (State::Skipped, Reason::NoPhone));
        number("+79161111111");
        shop.pass(300).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).held), (State::Queued, true));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_person_s_words_outlast_a_number_that_was_missing_for_a_while() {
    let shop = Shop::polled_every(10);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(15).await;
        shop.person().edit(shop.about(1).id, None, "Свои слова", shop.clock.now()).unwrap();
        let number = |phone: &'static str| {
            shop.bookings.change(1, &shop.clock, |booking| {
                phone.clone_into(&mut booking.client.as_mut().unwrap().phone);
            });
        };
        number("");
        shop.pass(15).await;
        number("+79161111111");
        shop.pass(300).await;
    })
    .await;
    assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::ChangedAfterEdit));
    assert_eq!((shop.about(1).text.as_str(), shop.about(1).phone.as_str()), ("Свои слова", "+79161111111"));
}
