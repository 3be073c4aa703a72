//! The queue of notifications.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Delivery, DeliveryStatus, NumberPlan, Options, Outcome, Simulator};

use crate::support::{gateway, get, next_notification, post, start, start_with};

const MESSAGE: fn() -> Value = || json!({ "chatId": "79031112233@c.us", "message": "Ждём вас" });

fn impatient() -> Options {
    Options { delivery: Delivery { empty_poll_ms: Some(0), ..Delivery::default() }, ..Options::default() }
}

async fn statuses(simulator: &Simulator, count: usize) -> Vec<String> {
    let mut told = Vec::new();
    while told.len() < count {
        let notification = next_notification(simulator).await;
        if notification["typeWebhook"] == "outgoingMessageStatus" {
            told.push(notification["status"].as_str().expect("a word").to_owned());
        }
    }
    told
}

#[tokio::test]
async fn a_notification_comes_again_until_it_is_deleted() {
    let simulator = start().await;
    simulator.push_notification(json!({ "typeWebhook": "first" }));
    simulator.push_notification(json!({ "typeWebhook": "second" }));

    let first = get(&simulator, "receiveNotification?receiveTimeout=5").await;
    assert_eq!(get(&simulator, "receiveNotification").await, first);
    let path = format!("deleteNotification/{}", first["receiptId"]);
    let deleted: Value = gateway(&simulator, Method::DELETE, &path, None).await.json().await.expect("JSON");
    assert_eq!(deleted["result"], true);
    let again: Value = gateway(&simulator, Method::DELETE, &path, None).await.json().await.expect("JSON");
    assert_eq!(again["result"], false);
    assert_eq!(get(&simulator, "receiveNotification").await["body"]["typeWebhook"], "second");
}

#[tokio::test]
async fn nothing_is_null_or_no_byte_at_all() {
    let simulator = start_with(impatient()).await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let answer = gateway(&simulator, Method::GET, "receiveNotification", None).await;
        assert_eq!(answer.status(), 200);
        bodies.push(answer.text().await.expect("text"));
    }
    bodies.sort();
    assert_eq!(bodies, ["", "null"]);
}

#[tokio::test]
async fn a_long_poll_ends_when_something_happens() {
    let simulator = start().await;
    let polling = simulator.clone();
    let poll = tokio::spawn(async move { get(&polling, "receiveNotification?receiveTimeout=60").await });
    let arrived = simulator.until(Duration::from_secs(5), |simulator| {
        (simulator.count("receiveNotification") == 1).then_some(())
    });
    arrived.await.expect("the poll has come");

    simulator.incoming("+79031112233", "Мария", "Стоп");
    let notification = poll.await.expect("no panic");
    let body = &notification["body"];
    assert_eq!(body["typeWebhook"], "incomingMessageReceived");
    assert_eq!(body["messageData"]["textMessageData"]["textMessage"], "Стоп");
    assert_eq!(body["senderData"]["chatId"], "79031112233@c.us");
}

#[tokio::test]
async fn a_timeout_outside_the_documented_range_is_refused() {
    let simulator = start().await;
    for seconds in ["4", "61", "x"] {
        let method = format!("receiveNotification?receiveTimeout={seconds}");
        assert_eq!(gateway(&simulator, Method::GET, &method, None).await.status(), 400);
    }
}

#[tokio::test]
async fn a_webhook_of_another_program_stops_the_polling() {
    let simulator = start().await;
    simulator.set_gateway_setting("webhookUrl", json!("https://crm.example"));
    let answer = gateway(&simulator, Method::GET, "receiveNotification", None).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.expect("text").contains("custom webhook url is set"));
}

#[tokio::test]
async fn echo_and_status_can_overtake_the_answer() {
    let delivery = Delivery { sent_after_ms: 0, hold_answer_ms: 60_000, ..Delivery::default() };
    let simulator = start_with(Options { delivery, ..Options::default() }).await;
    let sending = simulator.clone();
    let send = tokio::spawn(async move { post(&sending, "sendMessage", MESSAGE()).await });

    let echo = next_notification(&simulator).await;
    assert_eq!(echo["messageData"]["extendedTextMessageData"]["text"], "Ждём вас");
    assert_eq!(echo["senderData"]["chatId"], "79031112233@c.us");
    assert_eq!(statuses(&simulator, 1).await, ["sent"]);
    assert!(!send.is_finished());
    send.abort();
}

#[tokio::test]
async fn numbers_can_end_in_their_own_way() {
    let cases: [(Outcome, &[&str]); 6] = [
        (Outcome::Read, &["sent", "delivered", "read"]),
        (Outcome::Delivered, &["sent", "delivered"]),
        (Outcome::NoAccount, &["noAccount"]),
        (Outcome::Failed, &["failed"]),
        (Outcome::FailedThenSent, &["failed", "sent"]),
        (Outcome::DeliveredThenSent, &["delivered", "sent", "read"]),
    ];
    for (outcome, expected) in cases {
        let simulator = start().await;
        simulator.set_number("79031112233", NumberPlan::outcome(outcome));
        post(&simulator, "sendMessage", MESSAGE()).await;
        assert_eq!(statuses(&simulator, expected.len()).await, expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn notifications_can_come_twice() {
    let delivery = Delivery { doubled: true, read_after_ms: None, ..Delivery::default() };
    let simulator = start_with(Options { delivery, ..Options::default() }).await;
    post(&simulator, "sendMessage", MESSAGE()).await;
    let first = get(&simulator, "receiveNotification").await;
    next_notification(&simulator).await;
    let again = get(&simulator, "receiveNotification").await;
    assert_eq!(first["body"], again["body"]);
    assert_ne!(first["receiptId"], again["receiptId"]);
    assert_eq!(statuses(&simulator, 4).await, ["sent", "sent", "delivered", "delivered"]);
}

#[tokio::test]
async fn notifications_can_overtake_one_another_and_none_is_lost() {
    let delivery = Delivery { shuffled: true, read_after_ms: None, ..Delivery::default() };
    let simulator = start_with(Options { delivery, ..Options::default() }).await;
    post(&simulator, "sendMessage", MESSAGE()).await;
    assert_eq!(next_notification(&simulator).await["status"], "sent");
    assert_eq!(next_notification(&simulator).await["typeWebhook"], "outgoingAPIMessageReceived");
    simulator
        .until(Duration::from_secs(5), |simulator| {
            (simulator.messages()[0].status == DeliveryStatus::Delivered).then_some(())
        })
        .await
        .expect("a delivery");
    // Nothing follows it; it comes all the same, when the poll ends.
    assert_eq!(simulator.notifications_waiting(), 0);
    simulator.set_delivery(Delivery { empty_poll_ms: Some(0), ..Delivery::default() });
    assert_eq!(next_notification(&simulator).await["status"], "delivered");
}

#[tokio::test]
async fn a_number_without_an_account_is_explained() {
    let simulator = start().await;
    simulator.set_number("79031112233", NumberPlan::not_on_whatsapp());
    post(&simulator, "sendMessage", MESSAGE()).await;
    next_notification(&simulator).await;
    assert_eq!(next_notification(&simulator).await["description"], "SWE004: 1000");
}

#[tokio::test]
async fn a_fresh_instance_tells_of_failures_only() {
    let options = Options { fresh_instance: true, ..impatient() };
    let simulator = start_with(options).await;
    simulator.set_number("79031112233", NumberPlan::outcome(Outcome::Failed));
    post(&simulator, "sendMessage", MESSAGE()).await;
    simulator.incoming("+79031112233", "Мария", "Стоп");
    simulator.set_gateway_state("starting");
    simulator.set_gateway_state("authorized");
    simulator
        .until(Duration::from_secs(5), |simulator| (simulator.notifications_waiting() > 0).then_some(()))
        .await
        .expect("a notification");
    assert_eq!(next_notification(&simulator).await["status"], "failed");
    assert_eq!(simulator.notifications_waiting(), 0);
}

#[tokio::test]
async fn a_change_of_state_is_told() {
    let simulator = start().await;
    simulator.set_gateway_state("notAuthorized");
    simulator.set_gateway_state("notAuthorized");
    let told = next_notification(&simulator).await;
    assert_eq!(
        (&told["typeWebhook"], &told["stateInstance"]),
        (&json!("stateInstanceChanged"), &json!("notAuthorized"))
    );
    assert_eq!(told["instanceData"]["idInstance"], 1_103_000_001);
    assert_eq!(simulator.notifications_waiting(), 0);
}

#[tokio::test]
async fn another_programs_message_is_echoed_and_is_not_ours() {
    let simulator = start().await;
    let id = simulator.foreign_message("+79260000000", "Скидка!");
    let echo = next_notification(&simulator).await;
    assert_eq!(echo["idMessage"], id.as_str());
    assert!(simulator.messages().is_empty());
}

#[tokio::test]
async fn a_chat_known_by_its_lid_is_named_so_in_notifications() {
    let simulator = start().await;
    simulator.set_number("79031112233", NumberPlan::lid());
    post(&simulator, "sendMessage", MESSAGE()).await;
    next_notification(&simulator).await;
    let chat = next_notification(&simulator).await["chatId"].clone();
    assert!(chat.as_str().is_some_and(|chat| chat.ends_with("@lid")), "{chat}");
}
