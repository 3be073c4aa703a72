//! Attempts of unknown end, and what turns up about them later.

use chrono::TimeDelta;
use tokio::test;

use super::{message, unknown};
use crate::fakes::Shop;
use crate::notification::{Reason, Refusal, State};
use crate::outbox::OutboxError;
use crate::person::Resolution;
use crate::ports::{Clock, GatewayEvent, MessengerError, SendOutcome, SentMessage};

fn offline() -> SendOutcome {
    SendOutcome::NotSent { retry_after: None, error: MessengerError::Offline("refused".into()) }
}

#[test(start_paused = true)]
async fn an_echo_while_the_second_attempt_is_on_its_way_stops_the_third() {
    let shop = unknown().await;
    shop.open(shop.pass(600)).await;
    let first = message(&shop, "E1");
    *shop.messenger.slow.lock().unwrap() = std::time::Duration::from_secs(10);
    shop.messenger.next(offline(), false);
    shop.person().resolve(shop.about(1).id, Resolution::Again, shop.clock.now()).unwrap();
    shop.open(async {
        while shop.about(1).state != State::Sending {
            shop.pass(1).await;
        }
        // A journal read by hand, say, names the first attempt while the second is under way.
        let attempt = 1;
        shop.outbox.found_at_gateway(attempt, &first.id, shop.clock.now()).unwrap();
        shop.pass(300).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).gateway_id.as_str()), (State::Accepted, "E1"));
    assert_eq!(shop.messenger.texts().len(), 1, "the first attempt's message, and no other");
}

#[test(start_paused = true)]
async fn a_dropped_message_that_arrived_after_all_says_so_and_cannot_be_restored() {
    let shop = unknown().await;
    shop.person().resolve(shop.about(1).id, Resolution::Drop, shop.clock.now()).unwrap();
    assert_eq!(shop.about(1).state, State::Cancelled);
    shop.messenger.push(GatewayEvent::Echo(message(&shop, "E1")));
    shop.open(shop.pass(10)).await;
    assert_eq!(shop.about(1).state, State::Accepted, "\"cancelled\" is shown only when it is true");
    let answer = shop.person().restore(shop.about(1).id, shop.clock.now());
    assert!(matches!(answer, Err(OutboxError::Refused(Refusal::TooLate(State::Accepted)))));
}

#[test(start_paused = true)]
async fn an_echo_that_may_belong_to_the_attempt_under_way_waits_for_its_answer() {
    let shop = unknown().await;
    shop.open(shop.pass(600)).await;
    assert_eq!(shop.about(1).reason, Reason::NotFound);
    *shop.messenger.slow.lock().unwrap() = std::time::Duration::from_secs(10);
    shop.messenger.next(SendOutcome::Accepted { id: "E2".into() }, true);
    shop.person().resolve(shop.about(1).id, Resolution::Again, shop.clock.now()).unwrap();
    shop.open(async {
        while shop.about(1).state != State::Sending {
            shop.pass(1).await;
        }
        shop.messenger.push(GatewayEvent::Echo(message(&shop, "E2")));
        shop.pass(60).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).gateway_id.as_str()), (State::Accepted, "E2"));
}

#[test(start_paused = true)]
async fn after_a_night_off_the_gateway_is_asked_before_anything_is_given_up() {
    let shop = unknown().await;
    *shop.messenger.in_journal.lock().unwrap() = vec![message(&shop, "J1")];
    shop.clock.jump(TimeDelta::hours(15));
    *shop.messenger.unreachable.lock().unwrap() = true;
    shop.open(async {
        shop.pass(60).await;
        assert_eq!(shop.about(1).reason, Reason::LookingUp, "the network is not up yet");
        *shop.messenger.unreachable.lock().unwrap() = false;
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.about(1).gateway_id, "J1");
}

#[test(start_paused = true)]
async fn what_the_staff_type_by_hand_is_neither_stored_nor_taken_for_ours() {
    let shop = unknown().await;
    let typed = SentMessage { by_api: false, ..message(&shop, "H1") };
    shop.messenger.push(GatewayEvent::Echo(typed));
    shop.open(shop.pass(400)).await;
    assert_eq!(shop.about(1).reason, Reason::NotFound);
    let stored: i64 = shop
        .outbox
        .db()
        .read(|connection| {
            connection
                .query_row("SELECT count(*) FROM gateway_events", [], |row| row.get(0))
                .map_err(crate::db::StorageError::from)
        })
        .unwrap();
    assert_eq!(stored, 0);
}

#[test(start_paused = true)]
async fn a_server_that_asks_to_be_left_alone_for_ever_is_asked_again_within_the_hour() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(9));
    });
    let forever = std::time::Duration::from_secs(u64::MAX / 2);
    let error = MessengerError::RateLimited { retry_after: Some(forever) };
    shop.messenger.next(SendOutcome::NotSent { retry_after: Some(forever), error }, false);
    shop.open(async {
        shop.pass(40).await;
        shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(3700).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_clock_set_back_after_a_message_does_not_hold_the_next_one_for_hours() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(60).await;
        assert_eq!(shop.messenger.texts().len(), 1);
        shop.book(2);
        shop.clock.set(TimeDelta::hours(-2));
        shop.pass(180).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 2);
}

#[test(start_paused = true)]
async fn what_waited_under_another_account_goes_out_through_the_present_one() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    shop.outbox
        .db()
        .write(|tx| {
            tx.execute("UPDATE booking_notifications SET instance = 'green-api:7'", [])
                .map_err(crate::db::StorageError::from)
        })
        .unwrap();
    shop.open(async {
        shop.pass(5).await;
        assert_eq!(shop.about(1).reason, Reason::SettingsChanged);
        shop.person().release(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}
