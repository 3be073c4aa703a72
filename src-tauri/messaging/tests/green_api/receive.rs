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
        (json!({ "typeWebhook": "somethingNew" }), "somethingNew"),
        (
            json!({ "typeWebhook": "outgoingMessageStatus", "idMessage": "A", "status": "new" }),
            "outgoingMessageStatus",
        ),
        (json!({}), ""),
        (json!([]), ""),
        (json!(null), ""),
    ] {
        assert_eq!(event(body).await, GatewayEvent::Other { kind: kind.into() });
    }
    // What should have told us something is no such thing: it is kept.
    for (body, kind) in [
        (json!({ "typeWebhook": "outgoingMessageStatus", "status": "delivered" }), "outgoingMessageStatus"),
        (
            json!({ "typeWebhook": "outgoingMessageStatus", "idMessage": "A", "status": 7 }),
            "outgoingMessageStatus",
        ),
        (
            json!({ "typeWebhook": "outgoingAPIMessageReceived", "idMessage": 5 }),
            "outgoingAPIMessageReceived",
        ),
        (json!({ "typeWebhook": "incomingMessageReceived", "messageData": {} }), "incomingMessageReceived"),
        (json!({ "typeWebhook": "stateInstanceChanged" }), "stateInstanceChanged"),
        (json!({ "typeWebhook": 5 }), ""),
        (json!("text"), ""),
    ] {
        assert_eq!(event(body).await, GatewayEvent::Unreadable { kind: kind.into() });
    }
    let deep = format!(r#"{{"receiptId":"12","body":{{"x":{}{}}}}}"#, "[".repeat(5000), "]".repeat(5000));
    let kept = receive(200, &deep).await.unwrap().unwrap();
    assert_eq!((kept.receipt, kept.event.clone()), (12, GatewayEvent::Unreadable { kind: "odd".into() }));
    assert!(kept.raw.starts_with("{\"x\":[[["), "as it came");
    assert_eq!(receive(200, r#"{"receiptId":12}"#).await.unwrap().unwrap().receipt, 12);
}

#[tokio::test]
async fn a_key_that_is_there_twice_costs_no_receipt_and_the_feed_goes_on() {
    let twice = r#"{"receiptId":12,"receiptId":12,"body":{"typeWebhook":"incomingCall"},"body":{"typeWebhook":"incomingCall"}}"#;
    assert_eq!(receive(200, twice).await.unwrap().unwrap().receipt, 12);
    let other = r#"{"receiptId":11,"body":null,"more":1,"more":2,"receiptId":12}"#;
    assert_eq!(receive(200, other).await.unwrap().unwrap().receipt, 12);
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

#[tokio::test]
async fn what_is_gone_already_is_acknowledged_however_that_is_said() {
    for (status, body) in [
        (
            500,
            r#"{"statusCode":500,"message":"Cannot read properties of undefined (reading 'findUnAckedMessage')"}"#,
        ),
        (500, "TypeError: findUnAckedMessage"),
        (500, "<html>findUnackedMessage</html>"),
        (400, "Message receiptId = 12 not found"),
        (200, r#"{"status":false,"reason":"receiptId = 12 not found"}"#),
    ] {
        let acknowledged = Gateway::answering(status, body).await.client().acknowledge(12).await;
        assert_eq!(acknowledged, Ok(()), "{status} {body}");
    }
    for (status, body) in [
        (500, ""),
        (502, "<html></html>"),
        (404, "not found"),
        (400, "instance is starting or not authorized"),
    ] {
        let refused = Gateway::answering(status, body).await.client().acknowledge(12).await;
        assert!(refused.is_err(), "{status} {body}");
    }
}

#[tokio::test]
async fn a_time_that_nobody_can_calculate_with_is_none() {
    for timestamp in [
        json!(8_210_266_876_799_i64),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(1_795_000_000_000_i64),
        json!("9e30"),
        json!(1.5),
    ] {
        let body = json!({ "typeWebhook": "outgoingMessageStatus", "chatId": "79161234567@c.us", "idMessage": "AA",
            "timestamp": timestamp, "status": "read" });
        let GatewayEvent::Delivery { at, .. } = event(body).await else { panic!("no delivery") };
        assert_eq!(at, None, "{timestamp}");
    }
}

#[tokio::test]
async fn a_word_is_the_same_typed_under_a_picture_edited_or_tapped() {
    for data in [
        json!({ "typeMessage": "textMessage", "textMessageData": { "textMessage": "Стоп" } }),
        json!({ "typeMessage": "extendedTextMessage", "extendedTextMessageData": { "text": "Стоп", "title": "Страница", "description": "о чём-то" } }),
        json!({ "typeMessage": "quotedMessage", "extendedTextMessageData": { "text": "Стоп" },
            "quotedMessage": { "stanzaId": "OURS", "textMessage": "Вы записаны" } }),
        json!({ "typeMessage": "imageMessage", "fileMessageData": { "caption": "Стоп", "fileName": "a.jpg" } }),
        json!({ "typeMessage": "editedMessage", "editedMessageData": { "textMessage": "Стоп", "stanzaId": "X" } }),
        json!({ "typeMessage": "editedMessage", "editedMessageData": { "caption": "Стоп" } }),
        json!({ "typeMessage": "buttonsResponseMessage",
            "buttonsResponseMessage": { "stanzaId": "OURS", "selectedButtonText": "Стоп" } }),
        json!({ "typeMessage": "templateButtonsReplyMessage",
            "templateButtonReplyMessage": { "stanzaId": "OURS", "selectedIndex": 1, "selectedDisplayText": "Стоп" } }),
        json!({ "typeMessage": "listResponseMessage",
            "listResponseMessage": { "stanzaId": "OURS", "title": "Стоп", "description": "рассылки" } }),
        json!({ "typeMessage": "interactiveButtonsResponse",
            "interactiveButtonsResponse": { "selectedDisplayText": "Стоп" } }),
        json!({ "typeMessage": "pollUpdateMessage", "pollMessageData": { "name": "Писать вам?", "votes": [
            { "optionName": "Да", "optionVoters": [] }, { "optionName": "Стоп", "optionVoters": ["79161234567@c.us"] }] } }),
    ] {
        let body = json!({ "typeWebhook": "incomingMessageReceived", "messageData": data,
            "senderData": { "chatId": "79161234567@c.us", "sender": "79161234567@c.us" } });
        let GatewayEvent::Incoming { phone, text, .. } = event(body).await else { panic!("{data}") };
        assert_eq!((phone.as_str(), text.as_str()), ("+79161234567", "Стоп"), "{data}");
    }
    // Nobody said what stands beside it.
    for data in [
        json!({ "extendedTextMessageData": { "text": "смотрите", "title": "Стоп" } }),
        json!({ "quotedMessage": { "textMessage": "Стоп" }, "extendedTextMessageData": { "text": "ок" } }),
        json!({ "fileMessageData": { "caption": "", "fileName": "Стоп" } }),
        json!({ "pollMessageData": { "votes": [{ "optionName": "Стоп", "optionVoters": ["79160000002@c.us"] }] } }),
    ] {
        let body = json!({ "typeWebhook": "incomingMessageReceived", "messageData": data, "senderData": { "chatId": "79161234567@c.us" } });
        let GatewayEvent::Incoming { text, .. } = event(body).await else { panic!("{data}") };
        assert!(!text.contains("Стоп"), "{data}");
    }
}

#[tokio::test]
async fn a_chat_that_hides_its_number_is_named_with_what_it_answers_and_with_a_number_beside_it() {
    let of = |sender: Value| {
        json!({ "receiptId": 12, "body": { "typeWebhook": "incomingMessageReceived", "senderData": sender,
            "messageData": { "extendedTextMessageData": { "text": "Стоп" }, "quotedMessage": { "stanzaId": "OURS" } } } })
        .to_string()
    };
    let hidden =
        receive(200, &of(json!({ "chatId": "5551@lid", "sender": "5551@lid" }))).await.unwrap().unwrap();
    assert_eq!((hidden.chat.as_str(), hidden.answers.as_str()), ("5551@lid", "OURS"));
    for beside in
        [json!("79161234567@c.us"), json!("79161234567"), json!(79_161_234_567_i64), json!("+79161234567")]
    {
        let sender = json!({ "chatId": "5551@lid", "senderPhoneNumber": beside });
        let named = receive(200, &of(sender)).await.unwrap().unwrap();
        let GatewayEvent::Incoming { phone, .. } = named.event else { panic!("{beside}") };
        assert_eq!((phone.as_str(), named.chat.as_str()), ("+79161234567", "5551@lid"), "{beside}");
    }
    let open = receive(200, &of(json!({ "chatId": "79161234567@c.us" }))).await.unwrap().unwrap();
    assert_eq!(open.chat, "");
}
