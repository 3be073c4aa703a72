//! What comes in: nothing of it is lost, and the word that ends it finds its client, or a person.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::test;

use super::{message, status, told, unknown};
use crate::db::StorageError;
use crate::fakes::{INSTANCE, Shop};
use crate::notification::{Reason, State};
use crate::outbox::{Actor, AsideSeen, WhyAside};
use crate::phone;
use crate::ports::{Clock, DeliveryStatus, GatewayEvent, Pushed, SentMessage};

const HIDDEN: &str = "5551@lid";

fn stop_from(chat: &str, text: &str) -> Pushed {
    let event = GatewayEvent::Incoming { phone: String::new(), text: text.into(), at: None };
    Pushed { chat: chat.into(), ..Pushed::new(0, event) }
}

fn incoming(phone: &str, text: &str) -> GatewayEvent {
    GatewayEvent::Incoming { phone: phone.into(), text: text.into(), at: None }
}

fn again(shop: &Shop, id: i64, like: i64) {
    let phone = shop.about(like).phone;
    shop.book_with(id, |booking| booking.client.as_mut().unwrap().phone = phone);
}

/// The one client was told, and another visit of theirs is queued.
async fn told_and_queued(shop: &Shop) {
    again(shop, 11, 1);
    shop.pass(70).await;
    assert_eq!(shop.about(11).state, State::Queued, "{:?}", shop.about(11).reason);
}

#[test(start_paused = true)]
async fn a_stop_from_a_chat_without_a_number_is_obeyed_once_an_answer_named_both() {
    let mut shop = Shop::new();
    shop.messenger.chats.lock().unwrap().push(("+79160000001".into(), HIDDEN.into()));
    shop.settings.delay = crate::settings::Delay::After(TimeDelta::minutes(2));
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(240).await;
        assert!(shop.about(1).state.is_sent());
        told_and_queued(&shop).await;
        shop.messenger.push_whole(stop_from(HIDDEN, "Стоп, пожалуйста"));
        shop.pass(10).await;
    })
    .await;
    assert_eq!((shop.about(11).state, shop.about(11).reason), (State::Skipped, Reason::OptedOut));
    assert!(shop.outbox.stop_wishes().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_word_of_delivery_in_a_chat_without_a_number_says_whose_it_is() {
    let shop = told().await;
    let delivered = Pushed { chat: HIDDEN.into(), ..Pushed::new(0, status("M1", DeliveryStatus::Delivered)) };
    shop.messenger.push_whole(delivered);
    shop.messenger.push_whole(stop_from(HIDDEN, "STOP"));
    shop.open(shop.pass(5)).await;
    again(&shop, 2, 1);
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.about(2).reason, Reason::OptedOut);
    assert!(shop.outbox.stop_wishes().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn an_answer_to_our_own_message_says_whose_the_chat_is() {
    let shop = told().await;
    shop.messenger.push_whole(Pushed { answers: "M1".into(), ..stop_from(HIDDEN, "стоп") });
    shop.open(shop.pass(5)).await;
    assert_eq!(shop.outbox.opt_outs().unwrap().len(), 1);
}

/// Two clients were told, each has another message queued, and a third one was never written to.
async fn two_likely() -> Shop {
    let mut shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(shop.pass(90)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
    shop.settings.delay = crate::settings::Delay::After(TimeDelta::minutes(10));
    again(&shop, 11, 1);
    again(&shop, 12, 2);
    shop.book(3);
    shop.open(async {
        shop.pass(90).await;
        shop.messenger.push_whole(stop_from(HIDDEN, "Стоп"));
        shop.pass(5).await;
    })
    .await;
    shop
}

#[test(start_paused = true)]
async fn whose_stop_it_is_nobody_knows_so_the_likely_ones_wait_for_a_person() {
    let shop = two_likely().await;
    for id in [11, 12] {
        assert_eq!(
            (shop.about(id).state, shop.about(id).reason),
            (State::Waiting, Reason::StopUnclear),
            "{id}"
        );
    }
    assert_eq!(shop.about(3).state, State::Queued, "nobody wrote to them");
    let wishes = shop.outbox.stop_wishes().unwrap();
    let likely: Vec<_> = wishes[0].likely.iter().map(|one| one.phone.clone()).collect();
    assert_eq!((wishes.len(), wishes[0].sure, likely.len()), (1, true, 2));
    assert!(likely.contains(&shop.about(1).phone) && likely.contains(&shop.about(2).phone));
    // A message that comes later to one of them does not leave either.
    again(&shop, 21, 1);
    shop.open(shop.pass(1200)).await;
    assert_eq!((shop.about(21).state, shop.about(21).reason), (State::Waiting, Reason::StopUnclear));
    assert_eq!(shop.messenger.phones().iter().filter(|phone| **phone == shop.about(1).phone).count(), 1);
    assert!(shop.about(3).state.is_sent());

    let anna = Actor::Person("Анна".into());
    shop.outbox.stop_is_of(wishes[0].id, &shop.about(2).phone, &anna, shop.clock.now()).unwrap();
    shop.open(shop.pass(1200)).await;
    assert_eq!((shop.about(12).state, shop.about(12).reason), (State::Skipped, Reason::OptedOut));
    assert!(shop.about(11).state.is_sent(), "{:?} {:?}", shop.about(11).state, shop.about(11).reason);
    // The chat is known from now on.
    shop.messenger.push_whole(stop_from(HIDDEN, "стоп!"));
    shop.open(shop.pass(5)).await;
    assert!(shop.outbox.stop_wishes().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn what_a_person_sends_all_the_same_goes_and_a_stop_that_is_none_frees_everybody() {
    let shop = two_likely().await;
    shop.person().send_now(shop.about(11).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(900)).await;
    assert!(shop.about(11).state.is_sent());
    let wish = shop.outbox.stop_wishes().unwrap()[0].id;
    let anna = Actor::Person("Анна".into());
    shop.outbox.stop_is_no_wish(wish, &anna, shop.clock.now()).unwrap();
    assert!(shop.outbox.stop_is_no_wish(wish, &anna, shop.clock.now()).is_err(), "it is decided");
    shop.open(shop.pass(1200)).await;
    assert!(shop.about(12).state.is_sent());
    assert!(shop.outbox.opt_outs().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_stop_is_matched_later_by_what_names_both() {
    let shop = two_likely().await;
    let read = Pushed { chat: HIDDEN.into(), ..Pushed::new(0, status("M2", DeliveryStatus::Read)) };
    shop.messenger.push_whole(read);
    shop.open(shop.pass(1500)).await;
    let sent = shop.messenger.phones();
    let (stopped, other) = if sent[1] == shop.about(1).phone { (11, 12) } else { (12, 11) };
    assert_eq!((shop.about(stopped).state, shop.about(stopped).reason), (State::Skipped, Reason::OptedOut));
    assert!(shop.about(other).state.is_sent());
    assert!(shop.outbox.stop_wishes().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_text_that_merely_contains_the_word_is_shown_and_keeps_nothing_back() {
    let shop = told().await;
    let phone = shop.about(1).phone;
    for _ in 0..2 {
        shop.messenger.push(incoming(&phone, "остановите на стоп-кране"));
        shop.messenger.push(incoming(&phone, "Спасибо!"));
    }
    again(&shop, 2, 1);
    shop.open(shop.pass(120)).await;
    assert!(shop.about(2).state.is_sent());
    let wishes = shop.outbox.stop_wishes().unwrap();
    assert_eq!(wishes.len(), 1);
    assert_eq!((wishes[0].phone.as_str(), wishes[0].sure), (phone.as_str(), false));
    assert_eq!(wishes[0].text, "остановите на стоп-кране");
    let number = phone::read(&phone, None).unwrap();
    shop.outbox.forget(&number, &Actor::Person("Анна".into()), shop.clock.now()).unwrap();
    assert!(shop.outbox.stop_wishes().unwrap().is_empty(), "it goes with the client");
}

#[test(start_paused = true)]
async fn an_echo_of_nothing_matches_no_forgotten_attempt_and_the_feed_goes_on() {
    let shop = unknown().await;
    let number = phone::read(&shop.about(1).phone, None).unwrap();
    shop.outbox.forget(&number, &Actor::Person("Анна".into()), shop.clock.now()).unwrap();
    assert!(shop.outbox.unsettled().unwrap().is_empty(), "nothing is looked for any more");
    let nothing = |id: &str, at| SentMessage {
        id: id.into(),
        phone: String::new(),
        text: String::new(),
        at,
        by_api: true,
        status: None,
    };
    shop.messenger.push(GatewayEvent::Echo(nothing("E1", None)));
    shop.messenger.push(GatewayEvent::Echo(nothing("", None)));
    shop.messenger.push(GatewayEvent::Echo(nothing("E2", Some(DateTime::<Utc>::MAX_UTC))));
    shop.messenger.push(incoming("+79160000009", "Стоп"));
    shop.open(shop.pass(30)).await;
    assert_eq!(shop.about(1).state, State::Cancelled);
    assert_eq!(shop.outbox.opt_outs().unwrap().len(), 1, "what stood behind it came");
    assert!(shop.outbox.aside().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn no_time_that_a_gateway_can_say_ends_the_program() {
    let shop = unknown().await;
    for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        let mut echo = message(&shop, "E1");
        echo.at = Some(at);
        shop.messenger.push(GatewayEvent::Echo(SentMessage { text: "другое".into(), ..echo }));
        shop.messenger.push(GatewayEvent::Incoming {
            phone: String::new(),
            text: "стоп".into(),
            at: Some(at),
        });
        let delivered = GatewayEvent::Delivery {
            id: "M1".into(),
            phone: String::new(),
            status: DeliveryStatus::Read,
            at: Some(at),
            detail: String::new(),
        };
        shop.messenger.push(delivered);
    }
    shop.open(shop.pass(60)).await;
    assert!(*shop.messenger.received.lock().unwrap() > 6);
    assert!(shop.messenger.pushed.lock().unwrap().is_empty());
}

/// The database takes everything but this one message's word.
fn refuse(shop: &Shop, id: &str) {
    let trigger = format!(
        "CREATE TRIGGER odd BEFORE INSERT ON gateway_events WHEN NEW.gateway_id = '{id}'
         BEGIN SELECT RAISE(ABORT, 'it cannot be worked through'); END"
    );
    shop.outbox.db().write(|tx| tx.execute_batch(&trigger).map_err(StorageError::from)).unwrap();
}

#[test(start_paused = true)]
async fn what_cannot_be_worked_through_is_put_aside_as_it_came_after_three_tries() {
    let shop = told().await;
    refuse(&shop, "ODD");
    let odd = Pushed {
        raw: r#"{"odd":"+79160000001"}"#.into(),
        ..Pushed::new(0, status("ODD", DeliveryStatus::Sent))
    };
    shop.messenger.push_whole(odd);
    shop.messenger.push(status("M1", DeliveryStatus::Read));
    let before = *shop.messenger.received.lock().unwrap();
    shop.open(async {
        shop.pass(3).await;
        assert_eq!(shop.messenger.pushed.lock().unwrap().len(), 2, "nothing is acknowledged before");
        shop.pass(10).await;
    })
    .await;
    assert!(*shop.messenger.received.lock().unwrap() >= before + 4);
    assert_eq!(shop.about(1).state, State::Read, "what stood behind it came");
    let aside = shop.outbox.aside().unwrap();
    assert_eq!((aside[0].kind.as_str(), aside[0].why.as_str(), aside[0].count), ("delivery", "error", 1));
    let number = phone::read("+79160000001", None).unwrap();
    shop.outbox.forget(&number, &Actor::Person("Анна".into()), shop.clock.now()).unwrap();
    assert!(shop.outbox.aside().unwrap().is_empty(), "a forgotten client is in none of it");
}

#[test(start_paused = true)]
async fn while_the_database_refuses_nothing_is_acknowledged_and_nothing_is_put_aside() {
    let shop = told().await;
    shop.messenger.push(status("M1", DeliveryStatus::Read));
    let refuse = |on: bool| {
        let pragma = |connection: &rusqlite::Connection| {
            Ok::<_, StorageError>(connection.pragma_update(None, "query_only", on)?)
        };
        shop.outbox.db().read(pragma).unwrap();
    };
    shop.open(async {
        shop.pass(1).await;
        refuse(true);
        shop.messenger.push(incoming("+79160000009", "Стоп"));
        shop.pass(60).await;
        assert_eq!(shop.messenger.pushed.lock().unwrap().len(), 1);
        refuse(false);
        shop.pass(10).await;
    })
    .await;
    assert_eq!(shop.outbox.opt_outs().unwrap().len(), 1);
    assert!(shop.outbox.aside().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn what_the_reader_cannot_read_is_kept_and_named() {
    let shop = told().await;
    for kind in ["outgoingMessageStatus", "Иван +79160000001"] {
        let event = GatewayEvent::Unreadable { kind: kind.into() };
        shop.messenger.push_whole(Pushed { raw: "{".into(), ..Pushed::new(0, event) });
    }
    shop.open(shop.pass(5)).await;
    let kinds: Vec<_> = shop.outbox.aside().unwrap().into_iter().map(|one| (one.kind, one.why)).collect();
    let unreadable = |kind: &str| (kind.to_owned(), "unreadable".to_owned());
    assert_eq!(kinds, [unreadable("odd"), unreadable("outgoingMessageStatus")]);
}

#[test(start_paused = true)]
async fn what_lay_waiting_over_the_weekend_is_read_before_the_first_message_leaves() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(shop.pass(10)).await;
    for number in 100..250 {
        shop.messenger.push(incoming(&format!("+79160000{number}"), "Здравствуйте"));
    }
    shop.messenger.push(incoming(&shop.about(1).phone, "стоп"));
    // Released by a person, it leaves at once: there is no window to hide behind.
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.person().send_now(shop.about(2).id, shop.clock.now()).unwrap();
    // Each takes its time, as over a line.
    *shop.messenger.receive_takes.lock().unwrap() = Duration::from_millis(100);
    shop.open(shop.pass(90)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Skipped, Reason::OptedOut));
    assert_eq!(shop.messenger.phones(), [shop.about(2).phone]);
}

#[test(start_paused = true)]
async fn a_feed_without_an_end_holds_the_first_message_up_for_a_minute_at_most() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    *shop.messenger.deaf.lock().unwrap() = true;
    shop.messenger.push(incoming("+79160000009", "Здравствуйте"));
    shop.open(async {
        shop.pass(50).await;
        assert!(shop.messenger.texts().is_empty());
        shop.pass(20).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn after_a_sleep_the_feed_is_read_before_the_next_message_leaves() {
    let shop = told().await;
    again(&shop, 2, 1);
    shop.open(async {
        shop.pass(70).await;
        shop.book(3);
        shop.pass(70).await;
        shop.clock.jump(TimeDelta::hours(9));
        let left = shop.messenger.texts().len();
        *shop.messenger.receive_takes.lock().unwrap() = Duration::from_secs(1);
        for _ in 0..20 {
            shop.messenger.push(incoming("+79160000009", "Здравствуйте"));
        }
        shop.book(4);
        shop.messenger.push(incoming("+79160000004", "стоп"));
        shop.pass(15).await;
        assert_eq!(shop.messenger.texts().len(), left);
        shop.pass(300).await;
    })
    .await;
    assert_eq!(shop.about(4).reason, Reason::OptedOut);
}

#[test(start_paused = true)]
async fn an_early_empty_entry_in_the_journal_says_nothing_and_a_lasting_one_is_corrected() {
    let shop = told().await;
    *shop.messenger.shell.lock().unwrap() = true;
    shop.open(shop.pass(540)).await;
    assert_eq!(shop.about(1).state, State::Accepted, "the journal lags");
    shop.open(shop.pass(1200)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Undelivered, Reason::NoWhatsapp));
    // It is asked again all the same, and a later word is truer.
    *shop.messenger.shell.lock().unwrap() = false;
    *shop.messenger.delivery.lock().unwrap() = Some(DeliveryStatus::Delivered);
    shop.open(shop.pass(2400)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Delivered, Reason::None));
}

#[test(start_paused = true)]
async fn one_empty_entry_between_words_of_sending_is_forgotten() {
    let shop = told().await;
    shop.open(async {
        for _ in 0..6 {
            *shop.messenger.shell.lock().unwrap() = true;
            shop.pass(310).await;
            *shop.messenger.shell.lock().unwrap() = false;
            *shop.messenger.delivery.lock().unwrap() = Some(DeliveryStatus::Sent);
            shop.pass(310).await;
        }
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
    assert_eq!(shop.outbox.last_instance().unwrap().as_deref(), Some(INSTANCE));
}

#[test(start_paused = true)]
async fn what_a_person_has_seen_is_counted_no_more_and_kept_as_it_came() {
    let shop = told().await;
    let (instance, anna, now) = ("account", Actor::Person("Анна".into()), shop.clock.now());
    for content in ["{1", "{2", "{3"] {
        shop.outbox.put_aside(instance, "delivery", WhyAside::Unreadable, content, now).unwrap();
    }
    let rows = shop.outbox.aside_rows().unwrap();
    shop.outbox.put_aside(instance, "echo", WhyAside::Error, "{4", now).unwrap();
    assert_eq!(shop.outbox.aside_is_seen(AsideSeen::One(rows[0].id), &anna, now).unwrap(), 1);
    assert!(shop.outbox.aside_is_seen(AsideSeen::One(rows[0].id), &anna, now).is_err(), "it is seen");
    assert_eq!(shop.outbox.aside_is_seen(AsideSeen::UpTo(rows[2].id), &anna, now).unwrap(), 2);
    let left = shop.outbox.aside().unwrap();
    assert_eq!((left.len(), left[0].kind.as_str()), (1, "echo"), "what came meanwhile was not shown");
    // The same comes again, for its acknowledgement was lost.
    shop.outbox.put_aside(instance, "delivery", WhyAside::Unreadable, "{1", now).unwrap();
    assert_eq!(shop.outbox.aside().unwrap(), left);
    let (kept, audit): (i64, i64) = shop
        .outbox
        .db()
        .read(|connection| {
            let one = |sql: &str| connection.query_row(sql, [], |row| row.get(0));
            Ok::<_, StorageError>((
                one("SELECT count(*) FROM aside WHERE content LIKE '{%'")?,
                one("SELECT count(*) FROM events WHERE what = 'aside_seen' AND actor = 'Анна'")?,
            ))
        })
        .unwrap();
    assert_eq!((kept, audit), (4, 2));
}
