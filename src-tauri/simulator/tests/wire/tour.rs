//! The shortest way through both services.

use serde_json::json;
use simulator::NewBooking;

use crate::support::{BRANCH, PATIENCE, get, ids, next_notification, post, start, yclients};

#[tokio::test]
async fn a_booking_made_in_process_is_read_over_http() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::for_client("Мария", "+79031112233"));

    assert_eq!(ids(&simulator, "").await, [id]);
    let (status, body) = yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(body["data"]["client"]["name"], "Мария");
    assert_eq!(body["data"]["online"], false);
    assert_eq!(body["data"]["created_user_id"], 501);
}

#[tokio::test]
async fn a_message_is_taken_echoed_delivered_and_read() {
    let simulator = start().await;
    let answer =
        post(&simulator, "sendMessage", json!({ "chatId": "79031112233@c.us", "message": "Ждём вас" })).await;

    let echo = next_notification(&simulator).await;
    assert_eq!(echo["typeWebhook"], "outgoingAPIMessageReceived");
    assert_eq!(echo["idMessage"], answer["idMessage"]);
    for status in ["sent", "delivered", "read"] {
        let told = next_notification(&simulator).await;
        assert_eq!(
            (&told["typeWebhook"], &told["status"]),
            (&json!("outgoingMessageStatus"), &json!(status))
        );
    }
    let messages = simulator.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].text.as_str(), messages[0].phone.as_str()), ("Ждём вас", "79031112233"));
}

#[tokio::test]
async fn a_test_waits_for_what_it_expects_instead_of_sleeping() {
    let simulator = start().await;
    let waiting = simulator.clone();
    let waiter = tokio::spawn(async move {
        waiting.until(PATIENCE, |simulator| (simulator.count("getStateInstance") == 1).then_some(())).await
    });

    assert_eq!(get(&simulator, "getStateInstance").await, json!({ "stateInstance": "authorized" }));
    assert_eq!(waiter.await.expect("no panic"), Some(()));
}
