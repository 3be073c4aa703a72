//! From the claim to the client's phone, in paused time.

mod account;
mod asleep;
mod doubt;
mod first_contacts;
mod fresh;
mod incoming;
mod new_account;
mod numbers;
mod refusals;
mod rival;

use std::time::Duration;

use chrono::TimeDelta;
use tokio::test;

use crate::fakes::{INSTANCE, Shop, StoppedClock};
use crate::notification::{Event, Reason, Refusal, State};
use crate::outbox::{Actor, OutboxError};
use crate::person::Resolution;
use crate::phone;
use crate::ports::{
    Clock, DeliveryStatus, GatewayEvent, GatewayState, MessengerError, SendOutcome, SentMessage,
};

/// A shop whose one message has gone out.
async fn told() -> Shop {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
    shop
}

/// A shop whose one message may or may not have arrived.
async fn unknown() -> Shop {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, true);
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Unknown, Reason::LookingUp));
    shop
}

fn status(id: &str, status: DeliveryStatus) -> GatewayEvent {
    GatewayEvent::Delivery { id: id.into(), phone: String::new(), status, at: None, detail: String::new() }
}

fn message(shop: &Shop, id: &str) -> SentMessage {
    let row = shop.about(1);
    let at = Some(shop.clock.now());
    SentMessage { id: id.into(), phone: row.phone, text: row.text, at, by_api: true, status: None }
}

#[test(start_paused = true)]
async fn delivery_is_followed_until_the_client_has_read() {
    let shop = told().await;
    shop.messenger.push(status("M1", DeliveryStatus::Sent));
    shop.messenger.push(status("M1", DeliveryStatus::Delivered));
    shop.open(shop.pass(5)).await;
    assert_eq!(shop.about(1).state, State::Delivered);
    shop.messenger.push(status("M1", DeliveryStatus::Read));
    shop.open(shop.pass(5)).await;
    assert_eq!(shop.about(1).state, State::Read);
}

#[test(start_paused = true)]
async fn a_status_that_overtakes_its_answer_finds_its_message() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = Duration::from_secs(10);
    shop.messenger.push(status("M1", DeliveryStatus::Delivered));
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(1).state, State::Delivered);
}

#[test(start_paused = true)]
async fn without_pushed_statuses_delivery_is_asked_for() {
    let shop = told().await;
    *shop.messenger.delivery.lock().unwrap() = Some(DeliveryStatus::Delivered);
    shop.open(shop.pass(90)).await;
    assert_eq!(shop.about(1).state, State::Delivered);
}

#[test(start_paused = true)]
async fn an_undelivered_message_says_so() {
    let shop = told().await;
    shop.messenger.push(status("M1", DeliveryStatus::NoAccount));
    shop.open(shop.pass(5)).await;
    let row = shop.about(1);
    assert_eq!((row.state, row.reason), (State::Undelivered, Reason::NoWhatsapp));
}

#[test(start_paused = true)]
async fn an_unknown_outcome_is_settled_by_an_echo() {
    let shop = unknown().await;
    shop.messenger.push(GatewayEvent::Echo(message(&shop, "E1")));
    shop.messenger.push(status("E1", DeliveryStatus::Delivered));
    shop.open(shop.pass(5)).await;
    assert_eq!((shop.about(1).state, shop.about(1).gateway_id.as_str()), (State::Delivered, "E1"));
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn an_echo_that_came_before_the_answer_was_lost_settles_it_at_once() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = Duration::from_secs(10);
    shop.messenger.next(SendOutcome::Ambiguous { why: "timeout".into() }, true);
    shop.open(async {
        while shop.outbox.in_state(State::Sending).unwrap().is_empty() {
            shop.pass(1).await;
        }
        shop.messenger.push(GatewayEvent::Echo(message(&shop, "E1")));
        shop.pass(90).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).gateway_id.as_str()), (State::Accepted, "E1"));
}

#[test(start_paused = true)]
async fn an_unknown_outcome_is_settled_by_the_gateway_s_queue_or_later_its_journal() {
    let in_queue = unknown().await;
    *in_queue.messenger.in_queue.lock().unwrap() = vec![message(&in_queue, "Q1")];
    in_queue.open(in_queue.pass(20)).await;
    // The queue was looked at when the attempt failed, before it showed there.
    assert_eq!(in_queue.about(1).state, State::Unknown);

    let in_journal = unknown().await;
    *in_journal.messenger.in_journal.lock().unwrap() = vec![message(&in_journal, "J1")];
    in_journal.open(in_journal.pass(60)).await;
    assert_eq!(in_journal.about(1).state, State::Unknown, "the journal lags: not read yet");
    in_journal.open(in_journal.pass(90)).await;
    assert_eq!(in_journal.about(1).gateway_id, "J1");
}

#[test(start_paused = true)]
async fn two_equal_texts_match_two_attempts_one_to_one() {
    let shop = unknown().await;
    let first = message(&shop, "J1");
    let person = shop.person();
    person.resolve(shop.about(1).id, Resolution::Again, shop.clock.now()).unwrap();
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, false);
    *shop.messenger.in_journal.lock().unwrap() = vec![first];
    shop.open(shop.pass(600)).await;
    let found: i64 = shop
        .outbox
        .db()
        .read(|c| {
            c.query_row("SELECT count(*) FROM send_attempts WHERE outcome = 'found'", [], |row| row.get(0))
                .map_err(crate::db::StorageError::from)
        })
        .unwrap();
    assert_eq!(found, 1, "one message at the gateway stands for one attempt");
}

#[test(start_paused = true)]
async fn only_a_person_sends_an_unknown_message_again() {
    let shop = unknown().await;
    shop.open(shop.pass(3600)).await;
    assert_eq!(shop.about(1).reason, Reason::NotFound);
    assert_eq!(shop.messenger.texts().len(), 1);
    shop.person().resolve(shop.about(1).id, Resolution::Again, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
    assert_eq!(shop.about(1).state, State::Accepted);
}

#[test(start_paused = true)]
async fn a_cancel_while_sending_is_refused_and_said_truly_afterwards() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = Duration::from_secs(10);
    let offline = MessengerError::Offline("refused".into());
    shop.messenger.next(SendOutcome::NotSent { retry_after: None, error: offline }, false);
    shop.open(async {
        while shop.outbox.in_state(State::Sending).unwrap().is_empty() {
            shop.pass(1).await;
        }
        let answer = shop.person().cancel(shop.about(1).id, shop.clock.now());
        assert!(matches!(answer, Err(OutboxError::Refused(Refusal::TooLate(State::Sending)))));
        shop.pass(600).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Cancelled, Reason::ByPerson));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_stop_waits_for_the_answer_that_is_on_its_way() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = Duration::from_secs(5);
    shop.open(async {
        while shop.outbox.in_state(State::Sending).unwrap().is_empty() {
            shop.pass(1).await;
        }
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
}

#[test(start_paused = true)]
async fn a_stop_does_not_wait_for_an_answer_that_never_comes() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    *shop.messenger.slow.lock().unwrap() = Duration::from_hours(1);
    let before = tokio::time::Instant::now();
    shop.open(async {
        while shop.outbox.in_state(State::Sending).unwrap().is_empty() {
            shop.pass(1).await;
        }
    })
    .await;
    assert!(before.elapsed() < Duration::from_mins(1));
    assert_eq!(shop.about(1).state, State::Unknown);
}

#[test(start_paused = true)]
async fn stop_received_opts_the_client_out_of_what_is_queued_and_of_all_to_come() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    let phone = "+79160000001".to_owned();
    shop.open(async {
        shop.pass(10).await;
        shop.messenger.push(GatewayEvent::Incoming {
            phone: phone.clone(),
            text: " Стоп! ".into(),
            at: None,
        });
        shop.pass(60).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Skipped, Reason::OptedOut));
        let answer = shop.person().send_now(shop.about(1).id, shop.clock.now());
        assert!(matches!(answer, Err(OutboxError::Refused(Refusal::OptedOut))));
        shop.book_with(2, |booking| booking.client.as_mut().unwrap().phone.clone_from(&phone));
        shop.pass(600).await;
    })
    .await;
    assert_eq!(shop.about(2).reason, Reason::OptedOut);
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn messages_keep_their_distance() {
    let mut shop = Shop::new();
    shop.settings.whatsapp.send_gap = Duration::from_secs(10);
    shop.baseline().await;
    for id in 1..=4 {
        shop.book(id);
    }
    shop.open(shop.pass(300)).await;
    let mut times: Vec<_> = (1..=4).map(|id| shop.about(id).claimed_at.unwrap()).collect();
    times.sort();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::seconds(10)), "{times:?}");
}

#[test(start_paused = true)]
async fn switched_off_nothing_leaves_by_itself_and_the_queue_stays() {
    let mut shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    shop.settings.enabled = false;
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(1).state, State::Queued);
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 1, "a person's word is not automatic");
}

#[test(start_paused = true)]
async fn a_message_of_another_account_waits_for_a_person() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    let moved = shop.outbox.db().write(|tx| {
        tx.execute("UPDATE booking_notifications SET instance = 'green-api:7'", [])
            .map_err(crate::db::StorageError::from)
    });
    assert_eq!(moved.unwrap(), 1);
    shop.open(shop.pass(120)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::SettingsChanged));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_test_message_goes_to_one_s_own_number_at_once() {
    let shop = Shop::new();
    let own = phone::read("+7 916 555-44-33", None).unwrap();
    let row = shop.person().send_test(&own, "Проверка", shop.clock.now()).unwrap();
    shop.open(shop.pass(5)).await;
    assert_eq!(shop.row(row.id).state, State::Accepted);
    assert_eq!(shop.messenger.phones(), ["+79165554433"]);
}

#[test(start_paused = true)]
async fn a_pushed_loss_of_the_account_stops_the_next_message() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(async {
        while shop.messenger.texts().is_empty() {
            shop.pass(1).await;
        }
        *shop.messenger.state.lock().unwrap() = Ok(GatewayState::NotAuthorised);
        shop.messenger.push(GatewayEvent::State(GatewayState::NotAuthorised));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_claim_is_refused_for_each_reason_there_is() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    let id = shop.about(1).id;
    let anna = Actor::Person("Анна".into());
    let now = shop.about(1).due_at;
    let terms = |revision| crate::outbox::ClaimTerms {
        revision,
        instance: INSTANCE,
        late_after: TimeDelta::minutes(5),
        automatic: true,
    };
    let checked = || {
        shop.outbox.apply(id, None, Event::Checked { read_at: now }, &Actor::Program, now).unwrap().revision
    };
    let claim = |revision, at| {
        let claimed = shop.outbox.claim(id, terms(revision), &StoppedClock::at(at)).unwrap();
        claimed.map(|claim| claim.attempt)
    };

    assert_eq!(claim(1, now), None, "never checked");
    let revision = checked();
    assert_eq!(claim(revision, now - TimeDelta::milliseconds(1)), None, "before its time");
    assert_eq!(claim(revision, now + TimeDelta::seconds(11)), None, "checked too long ago");
    assert_eq!(claim(revision + 1, now), None, "another revision");
    shop.person().hold(id, now).unwrap();
    assert_eq!(claim(revision, now), None, "held");
    shop.person().release(id, now - TimeDelta::seconds(30)).unwrap();
    assert_eq!(claim(revision, now), None, "released under a new revision");
    let revision = checked();
    shop.person().open_editor(id, now).unwrap();
    assert_eq!(claim(revision, now), None, "an editor is open");
    shop.person().close_editor(id, now - TimeDelta::seconds(10)).unwrap();
    shop.outbox.pause(None, &anna, now).unwrap();
    assert_eq!(claim(revision, now), None, "paused");
    shop.outbox.resume(&anna, now).unwrap();
    assert_eq!(claim(revision, now), None, "the end of the pause is yet to be dealt with");
    shop.outbox.db().write(crate::outbox::Outbox::pause_is_dealt_with).unwrap();
    for state in [GatewayState::NotAuthorised, GatewayState::Starting, GatewayState::Unknown("odd".into())] {
        shop.outbox.gateway_told(&state, now).unwrap();
        assert_eq!(claim(revision, now), None, "the account was heard to be {state:?}");
    }
    shop.outbox.gateway_told(&GatewayState::Authorised, now).unwrap();
    let other = crate::outbox::ClaimTerms { instance: "green-api:7", ..terms(revision) };
    assert!(shop.outbox.claim(id, other, &StoppedClock::at(now)).unwrap().is_none(), "another account");
    let attempt = claim(revision, now);
    assert!(attempt.is_some());
    assert_eq!(claim(revision, now), None, "claimed already");
}
