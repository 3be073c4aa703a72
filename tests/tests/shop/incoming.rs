//! What comes in from the gateway: nothing of it is lost, and the word that ends it finds its client.

use engine::clock::Clock as _;
use engine::notification::{Reason, State};
use engine::outbox::Actor;
use futures::future::join_all;
use scenarios::{Plan, Shop};
use serde_json::{Value, json};
use simulator::{Fault, FaultKind, NumberPlan, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// Once everything that lies at the account was taken.
async fn all_taken(shop: &Shop) {
    shop.until("the gateway's notifications to be taken", |shop| {
        (shop.simulator.notifications_waiting() == 0).then_some(())
    })
    .await;
}

fn written(chat: &str, data: &Value) -> Value {
    json!({ "typeWebhook": "incomingMessageReceived", "timestamp": 1_795_000_000, "idMessage": "IN",
        "senderData": { "chatId": chat, "sender": chat }, "messageData": data })
}

fn typed(chat: &str, text: &str) -> Value {
    written(chat, &json!({ "typeMessage": "textMessage", "textMessageData": { "textMessage": text } }))
}

#[test]
async fn a_stop_from_a_chat_that_hides_its_number_is_obeyed() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::lid());
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    shop.simulator.incoming(ANNA, "Анна", "Стоп, пожалуйста");
    all_taken(&shop).await;
    let next = shop.book("Анна", ANNA);
    shop.until_state(next, State::Skipped).await;
    desk.close().await;
    assert_eq!(shop.fate(next), (State::Skipped, Reason::OptedOut));
    assert_eq!(shop.told(), [ANNA]);
    assert!(shop.outbox.stop_wishes().unwrap().is_empty());
}

#[test]
async fn a_stop_of_nobody_known_keeps_the_likely_ones_until_a_person_says_whose_it_is() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    for (name, phone) in [("Анна", ANNA), ("Ольга", OLGA)] {
        let told = shop.book(name, phone);
        shop.until_state(told, State::Read).await;
    }
    shop.simulator.push_notification(typed("777001@lid", "СТОП"));
    all_taken(&shop).await;
    let queued = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    for booking in queued {
        shop.until_state(booking, State::Waiting).await;
        assert_eq!(shop.fate(booking), (State::Waiting, Reason::StopUnclear));
    }
    let new = shop.book("Пётр", "+79160000003");
    shop.until_state(new, State::Read).await;
    let wishes = shop.outbox.stop_wishes().unwrap();
    assert_eq!((wishes.len(), wishes[0].likely.len()), (1, 2));
    let anna = Actor::Person("Анна".into());
    shop.outbox.stop_is_of(wishes[0].id, OLGA, &anna, shop.clock.now()).unwrap();
    shop.until_state(queued[1], State::Skipped).await;
    shop.until_state(queued[0], State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA, OLGA, "+79160000003", ANNA]);
}

#[test]
async fn the_word_is_the_same_edited_tapped_or_under_a_picture() {
    let ways = [
        json!({ "typeMessage": "editedMessage", "editedMessageData": { "textMessage": "Стоп" } }),
        json!({ "typeMessage": "imageMessage", "fileMessageData": { "caption": "STOP!" } }),
        json!({ "typeMessage": "quotedMessage", "extendedTextMessageData": { "text": "стоп 🙏" } }),
        json!({ "typeMessage": "buttonsResponseMessage", "buttonsResponseMessage": { "selectedButtonText": "Стоп" } }),
        json!({ "typeMessage": "templateButtonsReplyMessage",
            "templateButtonReplyMessage": { "selectedDisplayText": "Стоп" } }),
        json!({ "typeMessage": "listResponseMessage", "listResponseMessage": { "title": "Отписаться" } }),
    ];
    join_all(ways.map(async |data| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        shop.simulator.push_notification(written("79160000001@c.us", &data));
        all_taken(&shop).await;
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Skipped).await;
        desk.close().await;
        assert_eq!(shop.fate(booking), (State::Skipped, Reason::OptedOut), "{data}");
    }))
    .await;
}

#[test]
async fn what_is_acknowledged_though_it_is_gone_costs_no_time() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let gone = r#"{"statusCode":500,"message":"Cannot read properties of undefined (reading 'findUnAckedMessage')"}"#;
    let handled = FaultKind::StatusAfter { status: 500, body: gone.to_owned() };
    shop.simulator.set_fault(Fault::always(Target::gateway("deleteNotification"), handled));
    for number in 0..60 {
        shop.simulator.incoming(&format!("+791600001{number:02}"), "Кто-то", "Здравствуйте");
    }
    let begun = tokio::time::Instant::now();
    all_taken(&shop).await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    desk.close().await;
}

#[test]
async fn times_and_echoes_of_nothing_end_nothing() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    for timestamp in [json!(8_210_266_876_799_i64), json!(i64::MAX), json!(i64::MIN), json!("8210266876799")]
    {
        let mut odd = typed("777002@lid", "стоп");
        odd["timestamp"] = timestamp.clone();
        shop.simulator.push_notification(odd);
        shop.simulator
            .push_notification(json!({ "typeWebhook": "outgoingMessageStatus", "chatId": "79160000001@c.us",
            "timestamp": timestamp, "idMessage": shop.simulator.messages()[0].id, "status": "read" }));
        shop.simulator
            .push_notification(json!({ "typeWebhook": "outgoingAPIMessageReceived", "timestamp": timestamp,
            "idMessage": "FOREIGN", "senderData": { "chatId": "" }, "messageData": {} }));
    }
    all_taken(&shop).await;
    desk.close().await;
    let desk = shop.open();
    let next = shop.book("Пётр", "+79160000003");
    shop.until_state(next, State::Read).await;
    desk.close().await;
}

#[test]
async fn what_lay_there_over_the_weekend_is_read_before_the_first_message_leaves() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    desk.close().await;
    for number in 0..150 {
        shop.simulator.incoming(&format!("+7916000{:04}", number + 1000), "Кто-то", "Здравствуйте");
    }
    shop.simulator.incoming(ANNA, "Анна", "стоп");
    let bookings = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    let desk = shop.open();
    shop.until_told(1).await;
    assert_eq!(
        shop.simulator.notifications_waiting().saturating_sub(3),
        0,
        "the first left with some unread"
    );
    shop.until_state(bookings[1], State::Read).await;
    shop.until_state(bookings[0], State::Skipped).await;
    desk.close().await;
    assert_eq!(shop.told(), [OLGA]);
}

#[test]
async fn what_cannot_be_read_is_kept_and_what_stands_behind_it_comes() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    for body in [
        json!({ "typeWebhook": "outgoingMessageStatus", "status": 7, "chatId": "79160000001@c.us" }),
        json!({ "typeWebhook": "incomingMessageReceived", "messageData": "text" }),
        json!({ "typeWebhook": ["a"], "x": 1 }),
    ] {
        shop.simulator.push_notification(body);
    }
    shop.simulator.incoming(ANNA, "Анна", "Стоп");
    all_taken(&shop).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Skipped).await;
    desk.close().await;
    let kinds: Vec<_> = shop.outbox.aside().unwrap().into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["incomingMessageReceived", "odd", "outgoingMessageStatus"]);
}
