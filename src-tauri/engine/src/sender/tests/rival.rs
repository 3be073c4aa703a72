//! A second Booking Monitor on one shop and account: what shows it, what does not, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::test;

use super::status;
use crate::error::FaultCode;
use crate::fakes::{FakeMessenger, Shop};
use crate::notification::{Reason, State};
use crate::outbox::{Actor, Evidence};
use crate::person::Resolution;
use crate::ports::{
    Clock as _, DeliveryStatus, GatewayEvent, MessengerError, Pushed, SendOutcome, SentMessage,
};
use crate::shop_mark::written;

fn anna() -> Actor {
    Actor::Person("Анна".into())
}

/// A shop with so many messages in their windows.
async fn with_queued(count: i64) -> Shop {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    for id in 1..=count {
        shop.book(id);
    }
    shop.open(shop.pass(10)).await;
    assert!((1..=count).all(|id| shop.about(id).state == State::Queued));
    shop
}

/// What another program sent through the account.
fn sent(shop: &Shop, id: &str, phone: &str, text: &str) -> GatewayEvent {
    let at = Some(shop.clock.now());
    GatewayEvent::Echo(SentMessage {
        id: id.into(),
        phone: phone.into(),
        text: text.into(),
        at,
        by_api: true,
        status: None,
    })
}

fn delivered(id: &str, phone: &str) -> GatewayEvent {
    let status = DeliveryStatus::Delivered;
    GatewayEvent::Delivery { id: id.into(), phone: phone.into(), status, at: None, detail: String::new() }
}

fn rival(shop: &Shop) -> Option<Evidence> {
    shop.outbox.desk().unwrap().rival.map(|rival| rival.by)
}

fn alarms(shop: &Shop) -> Vec<FaultCode> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect()
}

fn fate(shop: &Shop, id: i64) -> (State, Reason) {
    (shop.about(id).state, shop.about(id).reason)
}

const TOLD: (State, Reason) = (State::Waiting, Reason::ToldElsewhere);

#[test(start_paused = true)]
async fn an_echo_that_says_what_ours_says_stops_everything_with_one_alarm_until_a_person_takes_over() {
    let shop = with_queued(2).await;
    let row = shop.about(1);
    shop.messenger.push(sent(&shop, "X1", &row.phone, &row.text));
    shop.open(async {
        shop.pass(2).await;
        assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, Some(Evidence::Echo)));
        shop.pass(120).await;
        assert_eq!(shop.about(2).state, State::Queued, "the others stand");
        // Not even by a word that does not say who is to write.
        shop.person().send_now(shop.about(2).id, shop.clock.now()).unwrap();
        shop.pass(60).await;
        assert!(shop.messenger.texts().is_empty());
        assert_eq!(alarms(&shop), [FaultCode::AnotherMonitor]);
        shop.outbox.take_over("", &anna(), shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), [shop.about(2).phone]);
    assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, None), "told elsewhere, it is a person's");
    shop.person().release(shop.about(1).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(90)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
}

#[test(start_paused = true)]
async fn what_stood_for_long_waits_for_a_person_as_after_any_gap() {
    let shop = with_queued(2).await;
    let row = shop.about(1);
    shop.messenger.push(sent(&shop, "X1", &row.phone, &row.text));
    shop.open(shop.pass(900)).await;
    assert_eq!(fate(&shop, 2), (State::Waiting, Reason::Late));
    shop.outbox.take_over("", &anna(), shop.clock.now()).unwrap();
    shop.open(shop.pass(300)).await;
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_word_of_delivery_shows_it_where_the_other_one_has_read_the_echo() {
    let shop = with_queued(2).await;
    shop.messenger.push(delivered("X1", &shop.about(1).phone));
    shop.open(shop.pass(120)).await;
    assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, Some(Evidence::Status)));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn what_is_told_later_of_a_message_that_was_judged_stops_nothing_again() {
    for by_echo in [true, false] {
        let shop = with_queued(2).await;
        let row = shop.about(1);
        let first =
            if by_echo { sent(&shop, "X1", &row.phone, &row.text) } else { delivered("X1", &row.phone) };
        shop.messenger.push(first);
        shop.open(async {
            shop.pass(10).await;
            assert!(rival(&shop).is_some());
            shop.outbox.take_over("", &anna(), shop.clock.now()).unwrap();
            shop.messenger.push(delivered("X1", &row.phone));
            shop.pass(60).await;
        })
        .await;
        assert_eq!((rival(&shop), shop.messenger.texts().len()), (None, 1));
    }
}

#[test(start_paused = true)]
async fn a_time_that_is_none_is_no_obstacle() {
    use chrono::{DateTime, Utc};
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH] {
        let shop = with_queued(1).await;
        let row = shop.about(1);
        let mut echo = sent(&shop, "X1", &row.phone, &row.text);
        if let GatewayEvent::Echo(message) = &mut echo {
            message.at = Some(at);
        }
        shop.messenger.push(echo);
        shop.open(shop.pass(60)).await;
        assert_eq!((fate(&shop, 1), rival(&shop).is_some()), (TOLD, true), "{at}");
    }
}

#[test(start_paused = true)]
async fn a_client_told_twice_already_shows_it_too() {
    for by_echo in [true, false] {
        let shop = with_queued(1).await;
        shop.open(shop.pass(60)).await;
        let row = shop.about(1);
        assert_eq!(row.state, State::Accepted);
        let word =
            if by_echo { sent(&shop, "X1", &row.phone, &row.text) } else { delivered("X1", &row.phone) };
        shop.messenger.push(word);
        shop.open(shop.pass(10)).await;
        let by = if by_echo { Evidence::Echo } else { Evidence::Status };
        assert_eq!((shop.about(1).state, rival(&shop)), (State::Accepted, Some(by)));
    }
}

#[test(start_paused = true)]
async fn in_other_words_of_the_same_time_the_row_waits_and_the_second_is_no_chance() {
    let shop = with_queued(3).await;
    let (first, second) = (shop.about(1), shop.about(2));
    let time = |row: &crate::notification::Notification| {
        row.starts_at.with_timezone(&chrono_tz::Europe::Moscow).format("%H:%M").to_string()
    };
    shop.open(async {
        shop.messenger.push(sent(&shop, "X1", &first.phone, &format!("See you at {}", time(&first))));
        shop.pass(3).await;
        assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, None));
        shop.messenger.push(sent(&shop, "X2", &second.phone, &format!("See you at {}", time(&second))));
        shop.pass(3).await;
        assert_eq!((fate(&shop, 2), rival(&shop)), (TOLD, Some(Evidence::Echo)));
        shop.pass(60).await;
    })
    .await;
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn the_shop_s_bot_on_the_same_account_stops_nothing() {
    let shop = with_queued(2).await;
    let (client, text) = (shop.about(1).phone, "Спасибо за отзыв! Скидка 10 %");
    // To our client too, with its words of delivery, one of which overtakes the echo.
    shop.messenger.push(delivered("B1", &client));
    shop.messenger.push(sent(&shop, "B1", &client, text));
    shop.messenger.push(delivered("B1", &client));
    for number in 2..40 {
        shop.messenger.push(sent(&shop, &format!("B{number}"), "+79169999999", text));
        shop.messenger.push(delivered(&format!("B{number}"), "+79169999999"));
    }
    shop.open(shop.pass(120)).await;
    assert_eq!((shop.messenger.texts().len(), rival(&shop), alarms(&shop)), (2, None, vec![]));
}

#[test(start_paused = true)]
async fn what_has_neither_number_nor_text_is_like_nothing() {
    let shop = with_queued(1).await;
    for number in 0..3 {
        shop.messenger.push(sent(&shop, &format!("E{number}"), "", ""));
        shop.messenger.push(delivered(&format!("S{number}"), ""));
    }
    shop.messenger.push(delivered("", &shop.about(1).phone));
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.messenger.texts().len(), rival(&shop)), (1, None));
}

#[test(start_paused = true)]
async fn an_echo_from_a_chat_that_hides_its_number_is_known_by_its_words() {
    let shop = with_queued(1).await;
    shop.messenger.push(sent(&shop, "X1", "", &shop.about(1).text));
    shop.open(shop.pass(60)).await;
    assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, Some(Evidence::Echo)));
}

#[test(start_paused = true)]
async fn what_an_attempt_of_ours_could_have_sent_stops_nothing() {
    // Given up: its words of delivery come all the same.
    let shop = super::unknown().await;
    shop.open(shop.pass(600)).await;
    assert_eq!(shop.about(1).reason, Reason::NotFound);
    shop.messenger.push(delivered("G1", &shop.about(1).phone));
    shop.open(shop.pass(60)).await;
    assert_eq!(rival(&shop), None);

    // Forgotten: neither number nor text of it is left.
    let phone = crate::phone::Phone::try_from(shop.about(1).phone).unwrap();
    shop.person().resolve(shop.about(1).id, Resolution::Drop, shop.clock.now()).unwrap();
    shop.outbox.forget(&phone, &anna(), shop.clock.now()).unwrap();
    shop.book_with(2, |booking| booking.client.as_mut().unwrap().phone = phone.as_str().to_owned());
    shop.open(async {
        shop.pass(70).await;
        shop.messenger.push(delivered("G2", phone.as_str()));
        shop.pass(10).await;
    })
    .await;
    assert_eq!(rival(&shop), None);

    // Unsent for certain, says the gateway, and a moment later its echo is there: it waits, for it may have lied.
    let shop = with_queued(1).await;
    let row = shop.about(1);
    let error = MessengerError::RateLimited { retry_after: None };
    shop.messenger.next(SendOutcome::NotSent { retry_after: None, error }, true);
    shop.open(async {
        while shop.messenger.texts().is_empty() {
            shop.pass(1).await;
        }
        shop.messenger.push(sent(&shop, "L1", &row.phone, &row.text));
        shop.pass(120).await;
    })
    .await;
    assert_eq!((fate(&shop, 1), rival(&shop), shop.messenger.texts().len()), (TOLD, None, 1));
}

#[test(start_paused = true)]
async fn while_an_attempt_is_under_way_nothing_of_its_like_is_judged() {
    let shop = with_queued(1).await;
    let row = shop.about(1);
    *shop.messenger.slow.lock().unwrap() = std::time::Duration::from_secs(10);
    shop.open(async {
        while shop.about(1).state != State::Sending {
            shop.pass(1).await;
        }
        shop.messenger.push(sent(&shop, "M1", &row.phone, &row.text));
        shop.messenger.push(status("M1", DeliveryStatus::Delivered));
        shop.pass(60).await;
    })
    .await;
    assert_eq!((shop.about(1).state, rival(&shop)), (State::Delivered, None));
}

#[test(start_paused = true)]
async fn a_message_to_a_number_that_was_just_written_to_by_others_is_not_claimed_before_that_is_judged() {
    let shop = with_queued(1).await;
    let phone = shop.about(1).phone;
    let outbox = shop.outbox.clone();
    let (instance, now) = (shop.messenger.instance.lock().unwrap().to_owned(), shop.clock.now());
    // It comes while the number is checked: after the last look, before the claim.
    shop.messenger.while_it_checks(move || {
        let pushed = Pushed::new(0, delivered("X1", &phone));
        outbox.store_pushed(&instance, &pushed, now + TimeDelta::seconds(20)).unwrap();
    });
    shop.open(shop.pass(120)).await;
    assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, Some(Evidence::Status)));
    assert!(shop.messenger.texts().is_empty());
}

/// Two installations of one shop, and how many of its clients both told.
async fn two_with_queued(count: i64, words_take: Duration) -> (Shop, Shop, usize) {
    let (mut first, mut second) = (Shop::polled_every(5), Shop::polled_every(5));
    for shop in [&mut first, &mut second] {
        shop.settings.whatsapp.send_gap = Duration::from_millis(500);
    }
    second.messenger = Arc::new(FakeMessenger::beside(&first.messenger));
    for shop in [&first, &second] {
        *shop.messenger.answers_take.lock().unwrap() = words_take;
        shop.baseline().await;
    }
    for id in 1..=count {
        first.book(id);
        second.book(id);
    }
    let story = async {
        first.pass(29).await;
        // When all are due, the shop's bot has just said much.
        for number in 0..10 {
            first.messenger.push(sent(&first, &format!("B{number}"), "+79169999999", "Спасибо за отзыв!"));
        }
        assert!(first.messenger.texts().is_empty());
        first.pass(150).await;
    };
    tokio::join!(Box::pin(first.open(story)), Box::pin(second.open(second.pass(179))));
    let told = second.messenger.phones();
    let twice = first.messenger.phones().iter().filter(|phone| told.contains(phone)).count();
    (first, second, twice)
}

#[test(start_paused = true)]
async fn of_many_at_once_two_installations_tell_two_clients_twice_at_the_most() {
    for words_take in [0, 100, 300, 800] {
        let (first, second, twice) = Box::pin(two_with_queued(10, Duration::from_millis(words_take))).await;
        let picture = (first.messenger.phones(), second.messenger.phones());
        assert!(twice <= 2, "a word took {words_take} ms: {picture:?}");
        assert!(
            rival(&first).is_some() || rival(&second).is_some(),
            "a word took {words_take} ms: {picture:?}"
        );
    }
}

#[test(start_paused = true)]
async fn a_word_that_may_be_another_s_holds_every_message_until_it_is_judged() {
    let mut shop = with_queued(6).await;
    shop.settings.whatsapp.send_gap = Duration::from_secs(1);
    shop.open(async {
        while shop.messenger.texts().is_empty() {
            shop.pass(1).await;
        }
        let told = shop.messenger.phones();
        // The other one has read the echo of what it sent.
        shop.messenger.push(delivered("X1", &told[0]));
        shop.pass(60).await;
        assert!(shop.messenger.phones().len() <= told.len() + 1, "{:?}", shop.messenger.phones());
    })
    .await;
    assert_eq!(rival(&shop), Some(Evidence::Status));
}

#[test(start_paused = true)]
async fn a_shop_that_is_alone_loses_no_time_by_listening_for_others() {
    for silent in [false, true] {
        let mut shop = with_queued(8).await;
        shop.settings.whatsapp.send_gap = Duration::from_secs(3);
        *shop.messenger.tells.lock().unwrap() = !silent;
        *shop.messenger.receive_takes.lock().unwrap() = Duration::from_millis(150);
        shop.open(shop.pass(120)).await;
        let mut times: Vec<_> = (1..=8).map(|id| shop.about(id).claimed_at.unwrap()).collect();
        times.sort();
        assert!(times[0] - shop.about(1).due_at <= TimeDelta::seconds(1), "{times:?}");
        let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        // Three seconds of distance, and a third of it by chance.
        assert!(longest <= Some(TimeDelta::milliseconds(4200)), "{times:?}");
    }
}

#[test(start_paused = true)]
async fn a_feed_that_fails_or_never_ends_holds_nothing_up_for_ever() {
    let shop = with_queued(3).await;
    *shop.messenger.feed_fails.lock().unwrap() = true;
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.messenger.texts().len(), 3);

    let shop = with_queued(3).await;
    *shop.messenger.receive_takes.lock().unwrap() = Duration::from_millis(100);
    shop.open(async {
        for number in 0..1200 {
            shop.messenger.push(sent(&shop, &format!("B{number}"), "+79169999999", "Спасибо"));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert_eq!((shop.messenger.texts().len(), rival(&shop)), (3, None));
}

#[test(start_paused = true)]
async fn another_shop_s_mark_stops_before_the_first_message_and_no_other_mark_does() {
    let shop = with_queued(1).await;
    *shop.messenger.mark.lock().unwrap() = Ok(Some(written("00ff00ff00ff00ff")));
    shop.open(async {
        shop.pass(120).await;
        assert_eq!((rival(&shop), shop.about(1).state), (Some(Evidence::Mark), State::Queued));
        assert_eq!(alarms(&shop), [FaultCode::AnotherMonitor]);
        // Where the account does not keep what is written, a person's word holds all the same.
        shop.outbox.take_over("00ff00ff00ff00ff", &anna(), shop.clock.now()).unwrap();
        shop.pass(60).await;
        assert_eq!((rival(&shop), shop.messenger.texts().len()), (None, 1));
        // A third shop is another matter.
        *shop.messenger.mark.lock().unwrap() = Ok(Some(written("abcdef")));
        shop.pass(900).await;
        shop.book(2);
        shop.pass(60).await;
    })
    .await;
    assert_eq!((rival(&shop), shop.messenger.texts().len()), (Some(Evidence::Mark), 1));

    let own = with_queued(1).await;
    let ours = written(&own.outbox.shop().unwrap());
    assert!(ours.len() > 20, "a desk worked on it: {ours}");
    drop(own);
    for harmless in [
        Ok(None),
        Ok(Some(String::new())),
        Ok(Some("Bearer of another program".to_owned())),
        Err(MessengerError::Server { status: 500 }),
        Err(MessengerError::Unreadable("{}".into())),
    ] {
        let shop = with_queued(1).await;
        *shop.messenger.mark.lock().unwrap() = harmless.clone();
        shop.open(shop.pass(60)).await;
        assert_eq!((shop.messenger.texts().len(), rival(&shop)), (1, None), "{harmless:?}");
    }
    let shop = with_queued(1).await;
    *shop.messenger.mark.lock().unwrap() = Ok(Some(written(&shop.outbox.shop().unwrap())));
    shop.open(shop.pass(60)).await;
    assert_eq!((shop.messenger.texts().len(), rival(&shop)), (1, None));
}

#[test(start_paused = true)]
async fn after_a_copy_was_begun_anew_words_about_what_it_forgot_stop_nothing() {
    let shop = with_queued(1).await;
    let row = shop.about(1);
    shop.outbox
        .db()
        .write(|tx| {
            tx.execute("UPDATE desk SET remembers_since = ?1", [crate::db::At(shop.clock.now())])
                .map_err(crate::db::StorageError::from)
        })
        .unwrap();
    shop.messenger.push(delivered("F1", &row.phone));
    shop.open(shop.pass(60)).await;
    assert_eq!((fate(&shop, 1), rival(&shop)), (TOLD, None), "it may be what the copy sent, and waits");
}
