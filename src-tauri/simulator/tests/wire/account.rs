//! The account in every state it can be in: what it takes, what it refuses, and what leaves later.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{DeliveryStatus, NumberPlan, Outcome, Simulator};

use crate::support::{PATIENCE, gateway, get, next_notification, post, start};

const ANNA: &str = "79031112233@c.us";

async fn send(simulator: &Simulator, text: &str) -> reqwest::Response {
    gateway(simulator, Method::POST, "sendMessage", Some(json!({ "chatId": ANNA, "message": text }))).await
}

async fn until(simulator: &Simulator, status: DeliveryStatus) {
    let is = |simulator: &Simulator| (simulator.messages()[0].status == status).then_some(());
    assert!(simulator.until(PATIENCE, is).await.is_some(), "{:?}", simulator.messages());
}

#[tokio::test]
async fn a_message_is_taken_while_no_phone_is_linked_and_leaves_when_one_is() {
    for state in ["notAuthorized", "sleepMode", "yellowCard", "blocked", "aWordNobodyKnows"] {
        let simulator = start().await;
        simulator.set_gateway_state(state);
        let answer = send(&simulator, "Ждём вас").await;
        assert_eq!(answer.status(), 200, "{state}");
        let id = answer.json::<Value>().await.expect("JSON")["idMessage"].clone();
        assert_eq!(get(&simulator, "showMessagesQueue").await[0]["messageID"], id, "{state}");
        assert_eq!(get(&simulator, "getMessagesCount").await, json!({ "count": 1 }));
        assert_eq!(simulator.messages()[0].status, DeliveryStatus::Queued, "{state}");
        simulator.set_gateway_state("authorized");
        until(&simulator, DeliveryStatus::Read).await;
    }
}

#[tokio::test]
async fn what_lay_in_the_queue_for_more_than_a_day_does_not_leave() {
    let simulator = start().await;
    simulator.set_gateway_state("notAuthorized");
    send(&simulator, "Ждём вас").await;
    simulator.set_clock_offset(TimeDelta::hours(25));
    assert_eq!(get(&simulator, "showMessagesQueue").await, json!([]));
    simulator.set_gateway_state("authorized");
    assert_eq!(simulator.messages()[0].status, DeliveryStatus::Cleared);
}

#[tokio::test]
async fn while_it_starts_or_is_suspended_it_takes_nothing() {
    let simulator = start().await;
    let cases = [
        ("starting", 400, "instance in starting process try later"),
        ("null", 400, "instance in starting process try later"),
        ("suspended", 403, r#"{"message":"Your account is suspended"}"#),
    ];
    for (state, status, text) in cases {
        simulator.set_gateway_state(state);
        let answer = send(&simulator, "x").await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.text().await.expect("text"), text);
    }
    assert!(simulator.messages().is_empty());
}

#[tokio::test]
async fn a_number_is_not_checked_while_no_phone_is_linked() {
    let simulator = start().await;
    for state in ["notAuthorized", "starting", "null"] {
        simulator.set_gateway_state(state);
        let body = json!({ "phoneNumber": 79_031_112_233_u64 });
        let answer = gateway(&simulator, Method::POST, "checkWhatsapp", Some(body)).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.text().await.expect("text"), "instance is starting or not authorized");
    }
}

#[tokio::test]
async fn an_instance_that_is_being_made_has_no_state_but_null() {
    let simulator = start().await;
    simulator.set_gateway_state("null");
    assert_eq!(get(&simulator, "getStateInstance").await, Value::Null);
    assert_eq!(simulator.notifications_waiting(), 0);
}

#[tokio::test]
async fn a_message_may_end_as_a_yellow_card() {
    let simulator = start().await;
    simulator.set_number("79031112233", NumberPlan::outcome(Outcome::YellowCard));
    send(&simulator, "x").await;
    until(&simulator, DeliveryStatus::YellowCard).await;
    let history = post(&simulator, "getChatHistory", json!({ "chatId": ANNA })).await;
    assert_eq!(history[0]["statusMessage"], "yellowCard");
    assert_eq!(next_notification(&simulator).await["typeWebhook"], "outgoingAPIMessageReceived");
    assert_eq!(next_notification(&simulator).await["status"], "yellowCard");
}

#[tokio::test]
async fn whatsapp_s_word_on_the_account_names_its_phone_and_until_when_it_is_suspended() {
    let simulator = start().await;
    let linked = get(&simulator, "getWaSettings").await;
    assert_eq!((&linked["phone"], &linked["stateInstance"]), (&json!("79990000000"), &json!("authorized")));
    assert!(linked.get("suspendedUntil").is_none());
    let until = simulator.now() + TimeDelta::hours(3);
    simulator.set_gateway_state("suspended");
    simulator.set_suspended_until(Some(until));
    assert_eq!(get(&simulator, "getWaSettings").await["suspendedUntil"], until.timestamp());
    get(&simulator, "logout").await;
    let unlinked = get(&simulator, "getWaSettings").await;
    assert_eq!((&unlinked["phone"], &unlinked["deviceId"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn notifications_are_counted_and_thrown_away_at_most_once_a_minute() {
    let simulator = start().await;
    for _ in 0..3 {
        simulator.push_notification(json!({ "typeWebhook": "x" }));
    }
    assert_eq!(get(&simulator, "getWebhooksCount").await, json!({ "count": 3 }));
    let clear = async || {
        let answer = gateway(&simulator, Method::DELETE, "clearWebhooksQueue", None).await;
        answer.json::<Value>().await.expect("JSON")
    };
    assert_eq!(clear().await, json!({ "isCleared": true, "reason": "" }));
    assert_eq!(get(&simulator, "getWebhooksCount").await, json!({ "count": 0 }));
    let again = clear().await;
    assert_eq!((&again["isCleared"], &again["reason"]), (&json!(false), &json!("Too many requests")));
    assert!(again["leftTime"].as_u64().is_some_and(|seconds| (1..=60).contains(&seconds)), "{again}");
}

#[tokio::test]
async fn what_clients_wrote_and_what_was_sent_are_listed_apart() {
    let simulator = start().await;
    send(&simulator, "Ждём вас").await;
    let id = simulator.incoming("79031112233", "Анна", "Спасибо");
    let incoming = get(&simulator, "lastIncomingMessages?minutes=5").await;
    let outgoing = get(&simulator, "lastOutgoingMessages?minutes=5").await;
    assert_eq!((incoming.as_array().map(Vec::len), outgoing.as_array().map(Vec::len)), (Some(1), Some(1)));
    assert_eq!((&incoming[0]["idMessage"], &incoming[0]["type"]), (&json!(id), &json!("incoming")));
    assert_eq!(outgoing[0]["type"], "outgoing");
}
