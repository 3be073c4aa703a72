//! What an account says of a number is advice: a clear "no" keeps one message back for
//! a person, and nothing else it says, or does not say, keeps any.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::test;

use super::status;
use crate::error::SecretsError;
use crate::fakes::{INSTANCE, Shop};
use crate::notification::{Reason, State};
use crate::outbox::phone_key;
use crate::ports::{Clock as _, DeliveryStatus, GatewayState, MessengerError};

const ANNA: &str = "+79160000001";

/// A shop whose account says "no" of Anna's number.
async fn without_anna() -> Shop {
    let shop = Shop::new();
    shop.baseline().await;
    shop.messenger.absent.lock().unwrap().push(ANNA.into());
    shop
}

fn book_for_anna(shop: &Shop, id: i64) {
    shop.book_with(id, |booking| booking.client.as_mut().unwrap().phone = ANNA.into());
}

fn checks(shop: &Shop) -> usize {
    *shop.messenger.checks.lock().unwrap()
}

fn fate(shop: &Shop, id: i64) -> (State, Reason) {
    (shop.about(id).state, shop.about(id).reason)
}

#[test(start_paused = true)]
async fn a_number_without_whatsapp_fails_for_the_call_list_and_is_asked_once_a_day() {
    let shop = without_anna().await;
    book_for_anna(&shop, 1);
    book_for_anna(&shop, 2);
    shop.open(shop.pass(60)).await;
    for id in [1, 2] {
        assert_eq!(fate(&shop, id), (State::Failed, Reason::NoWhatsapp));
    }
    assert_eq!(checks(&shop), 1);
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_no_is_asked_again_a_day_later_with_the_next_message_and_a_yes_brings_back_the_first() {
    let shop = without_anna().await;
    book_for_anna(&shop, 1);
    shop.open(shop.pass(60)).await;
    shop.clock.jump(TimeDelta::hours(25));
    shop.baseline().await;
    assert_eq!(checks(&shop), 1, "nothing to the number is due");
    shop.messenger.absent.lock().unwrap().clear();
    book_for_anna(&shop, 2);
    shop.open(shop.pass(120)).await;
    assert_eq!((checks(&shop), shop.about(2).state), (2, State::Accepted));
    // It comes more than twelve hours after its first time: a person says.
    assert_eq!(fate(&shop, 1), (State::Waiting, Reason::Again));
}

#[test(start_paused = true)]
async fn a_yes_within_the_day_lets_what_failed_go_by_itself() {
    let shop = without_anna().await;
    book_for_anna(&shop, 1);
    shop.open(shop.pass(60)).await;
    let key = phone_key(ANNA);
    assert!(shop.outbox.keep_number_check(&key, INSTANCE, true, shop.clock.now()).unwrap());
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(1).state, State::Accepted);
}

#[test(start_paused = true)]
async fn a_person_who_sends_all_the_same_really_sends() {
    let shop = without_anna().await;
    book_for_anna(&shop, 1);
    shop.open(shop.pass(60)).await;
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.about(1).state, shop.messenger.phones()), (State::Accepted, vec![ANNA.to_owned()]));
    assert_eq!(checks(&shop), 1, "nobody is asked to overrule them");
    shop.messenger.push(status("M1", DeliveryStatus::NoAccount));
    shop.open(shop.pass(5)).await;
    assert_eq!(fate(&shop, 1), (State::Undelivered, Reason::NoWhatsapp));
}

#[test(start_paused = true)]
async fn what_was_delivered_all_the_same_speaks_louder_than_the_no() {
    let shop = without_anna().await;
    book_for_anna(&shop, 1);
    shop.open(shop.pass(60)).await;
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.messenger.push(status("M1", DeliveryStatus::Delivered));
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.about(1).state, State::Delivered);
    book_for_anna(&shop, 2);
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.about(2).state, checks(&shop)), (State::Accepted, 1));
}

#[test(start_paused = true)]
async fn a_check_that_comes_to_nothing_lets_the_message_go() {
    let server = |status| MessengerError::Server { status };
    let refused = |why: &str| MessengerError::Refused(why.to_owned());
    for error in [
        refused("check phone number timeout limit exceeded"),
        refused("Validation failed. Details: 'phoneNumber' must be a number"),
        MessengerError::Unreadable("{}".into()),
        MessengerError::CheckLimit,
        MessengerError::Quota,
        MessengerError::Instance { status: 403 },
        MessengerError::Instance { status: 404 },
        MessengerError::RateLimited { retry_after: Some(Duration::from_mins(10)) },
        MessengerError::Offline("refused".into()),
        MessengerError::NoAnswer("timeout".into()),
        MessengerError::Certificate("expired".into()),
        server(500),
        server(502),
    ] {
        let shop = Shop::new();
        shop.baseline().await;
        shop.book(1);
        shop.book(2);
        *shop.messenger.check_failure.lock().unwrap() = Some(error.clone());
        shop.open(shop.pass(60)).await;
        assert_eq!(shop.messenger.texts().len(), 2, "{error}");
        assert!(shop.desktop.alarms.lock().unwrap().is_empty(), "{error}");
        assert_eq!(shop.outbox.desk().unwrap().gateway.fault, "", "{error}");
    }
}

#[test(start_paused = true)]
async fn a_check_that_hangs_holds_the_line_for_seconds_and_once() {
    let shop = Shop::new();
    shop.baseline().await;
    *shop.messenger.checks_take.lock().unwrap() = Duration::from_hours(1);
    shop.open(async {
        for id in 1..=5 {
            shop.book(id);
        }
        // A minute to notice them, half a minute's window, the pace of five.
        shop.pass(135).await;
    })
    .await;
    assert_eq!((shop.messenger.texts().len(), checks(&shop)), (5, 1));
}

#[test(start_paused = true)]
async fn a_check_that_speaks_of_the_account_asks_for_its_state_and_believes_that() {
    let news = [
        MessengerError::NotAuthorised,
        MessengerError::Starting,
        MessengerError::Suspended,
        MessengerError::Token,
        MessengerError::Expired("renew".into()),
        MessengerError::Secrets(SecretsError::Locked),
    ];
    for error in news {
        let shop = Shop::new();
        shop.baseline().await;
        shop.book(1);
        *shop.messenger.check_failure.lock().unwrap() = Some(error.clone());
        let unlinked = shop.messenger.clone();
        shop.messenger.while_it_checks(move || {
            *unlinked.state.lock().unwrap() = Ok(GatewayState::NotAuthorised);
        });
        shop.open(shop.pass(60)).await;
        assert_eq!(fate(&shop, 1), (State::Queued, Reason::GatewayNotReady), "{error}");
        assert!(
            shop.messenger.texts().is_empty(),
            "{error}: an account that is not linked takes it for later"
        );

        // It says so of the number for ever, and its state is well: the number does not matter.
        *shop.messenger.state.lock().unwrap() = Ok(GatewayState::Authorised);
        shop.open(shop.pass(120)).await;
        assert_eq!(shop.messenger.texts().len(), 1, "{error}");
    }
}

#[test(start_paused = true)]
async fn an_answer_that_a_wrong_clock_kept_in_the_future_holds_for_nothing() {
    let shop = Shop::new();
    shop.baseline().await;
    book_for_anna(&shop, 1);
    let ahead = shop.clock.now() + TimeDelta::days(3);
    shop.outbox.keep_number_check(&phone_key(ANNA), INSTANCE, false, ahead).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.about(1).state, checks(&shop)), (State::Accepted, 1));
}
