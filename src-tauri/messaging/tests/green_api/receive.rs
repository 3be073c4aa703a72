use std::time::Duration;

use engine::error::MessengerError as Error;
use engine::ports::{DeliveryStatus, GatewayEvent, GatewayState, Messenger, Pushed, SentMessage};
use serde_json::{Value, json};

use crate::gateway::{Fate, Gateway, TOKEN};

const WAIT: Duration = Duration::from_secs(20);

async fn receive(status: u16, body: &str) -> Result<Option<Pushed>, Error> {
    Gateway::answering(status, body).await.client().receive(WAIT).await
}

async fn event(body: Value) -> GatewayEvent {
    let pushed = receive(200, &json!({ "receiptId": 12, "body": body }).to_string()).await.unwrap().unwrap();
    assert_eq!(pushed.receipt, 12);
    pushed.event
}

fn at() -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(1_795_000_000, 0)
}

#[tokio::test]
async fn nothing_comes_in_several_spellings() {
    for (status, body) in [(200, "null"), (200, ""), (200, " null\n"), (408, ""), (408, "<html></html>")] {
        assert_eq!(receive(status, body).await, Ok(None));
    }
}

#[tokio::test]
async fn the_wait_stays_within_what_the_gateway_allows() {
    for (wait, asked) in [(0, 5), (20, 20), (600, 60)] {
        let gateway = Gateway::answering(200, "null").await;
        gateway.client().receive(Duration::from_secs(wait)).await.unwrap();
        let expected =
            format!("GET /waInstance1103000001/receiveNotification/{TOKEN}?receiveTimeout={asked}");
        assert_eq!(gateway.request().0, expected);
    }
}

#[tokio::test]
async fn a_set_webhook_takes_everything_away() {
    let text = "Message cannot be received because custom webhook url is set. Clear it";
    assert_eq!(receive(400, text).await, Err(Error::WebhookSet));
}

#[tokio::test]
async fn an_echo_of_the_api_brings_id_chat_and_text() {
    let extended =
        json!({ "typeMessage": "extendedTextMessage", "extendedTextMessageData": { "text": "Вы записаны" } });
    let plain = json!({ "typeMessage": "textMessage", "textMessageData": { "textMessage": "Вы записаны" } });
    for (kind, by_api) in [("outgoingAPIMessageReceived", true), ("outgoingMessageReceived", false)] {
        for data in [&extended, &plain] {
            let body = json!({ "typeWebhook": kind, "idMessage": "AA", "timestamp": 1_795_000_000,
                "senderData": { "chatId": "79161234567@c.us" }, "messageData": data });
            let message = SentMessage {
                id: "AA".into(),
                phone: "+79161234567".into(),
                text: "Вы записаны".into(),
                at: at(),
                by_api,
                status: None,
            };
            assert_eq!(event(body).await, GatewayEvent::Echo(message));
        }
    }
}

#[tokio::test]
async fn delivery_moves_on() {
    for (word, description, status, detail) in [
        ("sent", "", DeliveryStatus::Sent, ""),
        ("delivered", "", DeliveryStatus::Delivered, ""),
        ("read", "", DeliveryStatus::Read, ""),
        ("noAccount", "SWE004: 1000", DeliveryStatus::NoAccount, "SWE004: 1000"),
        ("failed", "why", DeliveryStatus::Failed, "why"),
        ("yellowCard", "", DeliveryStatus::Failed, "yellowCard"),
        ("notInGroup", "gone", DeliveryStatus::Failed, "notInGroup: gone"),
    ] {
        let body = json!({ "typeWebhook": "outgoingMessageStatus", "chatId": "79161234567@c.us", "idMessage": "AA",
            "timestamp": "1795000000", "status": word, "description": description });
        let expected = GatewayEvent::Delivery {
            id: "AA".into(),
            phone: "+79161234567".into(),
            status,
            at: at(),
            detail: detail.into(),
        };
        assert_eq!(event(body).await, expected);
    }
}

#[tokio::test]
async fn delivery_in_a_chat_that_hides_its_number_is_known_by_its_id() {
    let body = json!({ "typeWebhook": "outgoingMessageStatus", "chatId": "5551@lid", "idMessage": "AA", "status": "read" });
    let expected = GatewayEvent::Delivery {
        id: "AA".into(),
        phone: String::new(),
        status: DeliveryStatus::Read,
        at: None,
        detail: String::new(),
    };
    assert_eq!(event(body).await, expected);
}

#[tokio::test]
async fn a_change_of_state_is_told() {
    let body = json!({ "typeWebhook": "stateInstanceChanged", "stateInstance": "notAuthorized" });
    assert_eq!(event(body).await, GatewayEvent::State(GatewayState::NotAuthorised));
}

#[tokio::test]
async fn what_a_client_writes_is_told_and_what_a_group_writes_is_not() {
    let incoming = |chat: &str, sender: &str, data: Value| {
        json!({ "typeWebhook": "incomingMessageReceived", "idMessage": "BB", "timestamp": 1_795_000_000,
            "senderData": { "chatId": chat, "sender": sender }, "messageData": data })
    };
    let stop = json!({ "textMessageData": { "textMessage": "Стоп" } });
    let answer = json!({ "extendedTextMessageData": { "text": "Стоп" } });
    let told =
        |phone: &str, text: &str| GatewayEvent::Incoming { phone: phone.into(), text: text.into(), at: at() };
    let number = "79161234567@c.us";
    assert_eq!(event(incoming(number, number, stop.clone())).await, told("+79161234567", "Стоп"));
    assert_eq!(event(incoming(number, number, answer)).await, told("+79161234567", "Стоп"));
    assert_eq!(event(incoming("5551@lid", number, stop.clone())).await, told("+79161234567", "Стоп"));
    assert_eq!(event(incoming("5551@lid", "5551@lid", stop.clone())).await, told("", "Стоп"));
    assert_eq!(
        event(incoming(number, number, json!({ "fileMessageData": {} }))).await,
        told("+79161234567", "")
    );
    let group = GatewayEvent::Other { kind: "incomingMessageReceived".into() };
    assert_eq!(event(incoming("1203@g.us", number, stop)).await, group);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_can_be_acknowledged() {
    for (body, kind) in [
        (json!({ "typeWebhook": "incomingCall", "from": "79161234567@c.us" }), "incomingCall"),
        (json!({ "typeWebhook": "outgoingMessageStatus", "status": "delivered" }), "outgoingMessageStatus"),
        (
            json!({ "typeWebhook": "outgoingMessageStatus", "idMessage": "A", "status": "new" }),
            "outgoingMessageStatus",
        ),
        (
            json!({ "typeWebhook": "outgoingAPIMessageReceived", "idMessage": 5 }),
            "outgoingAPIMessageReceived",
        ),
        (json!({ "typeWebhook": "stateInstanceChanged" }), "stateInstanceChanged"),
        (json!({ "typeWebhook": 5 }), ""),
        (json!("text"), ""),
        (json!(null), ""),
    ] {
        assert_eq!(event(body).await, GatewayEvent::Other { kind: kind.into() });
    }
    let deep = format!(r#"{{"receiptId":"12","body":{{"x":{}{}}}}}"#, "[".repeat(5000), "]".repeat(5000));
    let other = GatewayEvent::Other { kind: "unreadable".into() };
    assert_eq!(receive(200, &deep).await, Ok(Some(Pushed { receipt: 12, event: other })));
    assert_eq!(receive(200, r#"{"receiptId":12}"#).await.unwrap().unwrap().receipt, 12);
}

#[tokio::test]
async fn a_notification_without_a_receipt_is_an_error() {
    for body in
        [r#"{"body":{"typeWebhook":"incomingCall"}}"#, r#"{"receiptId":null}"#, "[]", "[200]", "<html>", "5"]
    {
        let received = receive(200, body).await;
        assert!(matches!(received, Err(Error::Unreadable(_))), "{body}: {received:?}");
    }
}

#[tokio::test]
async fn an_acknowledgement_may_come_twice() {
    for body in [r#"{"result":true,"reason":""}"#, r#"{"result":false,"reason":"receiptId = 12 not found"}"#]
    {
        let gateway = Gateway::answering(200, body).await;
        assert_eq!(gateway.client().acknowledge(12).await, Ok(()));
        let line = format!("DELETE /waInstance1103000001/deleteNotification/{TOKEN}/12");
        assert_eq!(gateway.request().0, line);
    }
}

#[tokio::test]
async fn any_whole_success_acknowledges_whatever_it_says() {
    for body in ["", "null", "true", "{}", r#"{"result":"true"}"#, r#"{"result":1}"#, "<html></html>"] {
        let acknowledged = Gateway::answering(200, body).await.client().acknowledge(12).await;
        assert_eq!(acknowledged, Ok(()), "{body}");
    }
    let broken = "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{\"result\":true";
    let broken = Gateway::with(Fate::Broken(broken)).await.client().acknowledge(12).await;
    assert!(matches!(broken, Err(Error::NoAnswer(_))), "{broken:?}");
}

#[tokio::test]
async fn listening_keeps_one_connection() {
    let gateway = Gateway::answering(200, "null").await;
    let client = gateway.client();
    for _ in 0..3 {
        client.receive(WAIT).await.unwrap();
    }
    assert_eq!((gateway.requests().len(), gateway.connections()), (3, 1));
}
