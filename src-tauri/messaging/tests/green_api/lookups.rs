use engine::error::MessengerError as Error;
use engine::ports::{DeliveryStatus, DeliveryWord, GatewayState, Messenger, NumberCheck, SentMessage};
use serde_json::{Value, json};

use crate::gateway::{Fate, Gateway, PHONE, TOKEN, answer, impatient};

#[tokio::test]
async fn a_client_names_gateway_and_account() {
    assert_eq!(Gateway::answering(200, "").await.client().instance(), "green-api:1103000001");
}

#[tokio::test]
async fn every_state_is_understood_and_an_unknown_one_is_not_ready() {
    for (word, state) in [
        ("authorized", GatewayState::Authorised),
        ("notAuthorized", GatewayState::NotAuthorised),
        ("starting", GatewayState::Starting),
        ("sleepMode", GatewayState::SleepMode),
        ("yellowCard", GatewayState::YellowCard),
        ("blocked", GatewayState::Blocked),
        ("suspended", GatewayState::Suspended),
        ("pendingPassword", GatewayState::Unknown("pendingPassword".into())),
    ] {
        let gateway = Gateway::answering(200, &json!({ "stateInstance": word }).to_string()).await;
        assert_eq!(gateway.client().state().await, Ok(state));
        assert_eq!(gateway.request().0, format!("GET /waInstance1103000001/getStateInstance/{TOKEN}"));
    }
}

#[tokio::test]
async fn every_failure_of_a_look_up_has_its_own_error() {
    for (status, body, error) in [
        (401, "", Error::Token),
        (403, "", Error::Instance { status: 403 }),
        (404, "<html></html>", Error::Instance { status: 404 }),
        (429, "", Error::RateLimited { retry_after: None }),
        (466, "{}", Error::Quota),
        (499, "", Error::Server { status: 499 }),
        (502, "<html></html>", Error::Server { status: 502 }),
        (400, "instance in starting process try later", Error::Starting),
        (200, r#"{"status":false,"reason":"instance is starting or not authorized"}"#, Error::NotAuthorised),
        (408, "", Error::NoAnswer("HTTP 408".into())),
        (405, "", Error::Unreadable("HTTP 405".into())),
        (200, "{}", Error::Unreadable("it names no state".into())),
    ] {
        assert_eq!(
            Gateway::answering(status, body).await.client().state().await,
            Err(error),
            "{status} {body}"
        );
    }
    for body in ["", "<html></html>", "{", "null"] {
        let state = Gateway::answering(200, body).await.client().state().await;
        assert!(matches!(state, Err(Error::Unreadable(_))), "{state:?}");
    }
    let silent = Gateway::with(Fate::Silence).await;
    assert!(matches!(impatient(&silent.address).state().await, Err(Error::NoAnswer(_))));
    for lost in [Fate::CloseRead, Fate::Broken("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")] {
        let state = Gateway::with(lost).await.client().state().await;
        assert!(matches!(state, Err(Error::NoAnswer(_))), "{state:?}");
    }
}

#[tokio::test]
async fn a_number_is_looked_up() {
    let hidden = json!({ "existsWhatsapp": true, "chatId": "5551@lid", "phoneNumber": "79161234567@c.us" });
    let gateway = Gateway::answering(200, &hidden.to_string()).await;
    assert_eq!(gateway.client().check_number(PHONE).await, Ok(NumberCheck::Exists));
    let (line, body) = gateway.request();
    assert_eq!(line, format!("POST /waInstance1103000001/checkWhatsapp/{TOKEN}"));
    assert_eq!(body, json!({ "phoneNumber": 79_161_234_567_u64 }));

    let gateway = Gateway::answering(200, r#"{"existsWhatsapp":false,"chatId":""}"#).await;
    assert_eq!(gateway.client().check_number(PHONE).await, Ok(NumberCheck::Absent));
}

#[tokio::test]
async fn a_number_that_was_not_looked_up_is_not_called_absent() {
    for (status, body, error) in [
        (469, "User get contact info limit reached", Error::CheckLimit),
        (200, r#"{"status":false,"reason":"User get contact info limit reached"}"#, Error::CheckLimit),
        (466, r#"{"invokeStatus":{"status":"QUOTE_EXCEEDED"}}"#, Error::Quota),
        (400, r#"{"message":"Validation failed"}"#, Error::Refused("Validation failed".into())),
        (200, "{}", Error::Unreadable("it does not say whether the number exists".into())),
    ] {
        assert_eq!(Gateway::answering(status, body).await.client().check_number(PHONE).await, Err(error));
    }
}

fn entry() -> Value {
    json!({
        "type": "outgoing", "idMessage": "AA11", "timestamp": 1_795_000_000, "typeMessage": "extendedTextMessage",
        "chatId": "79161234567@c.us", "textMessage": "Вы записаны",
        "extendedTextMessage": { "text": "Вы записаны" }, "statusMessage": "delivered", "sendByApi": true,
    })
}

#[tokio::test]
async fn delivery_of_one_message_is_told() {
    for (word, status) in [
        ("pending", DeliveryStatus::Pending),
        ("sent", DeliveryStatus::Sent),
        ("delivered", DeliveryStatus::Delivered),
        ("read", DeliveryStatus::Read),
        ("noAccount", DeliveryStatus::NoAccount),
        ("failed", DeliveryStatus::Failed),
        ("yellowCard", DeliveryStatus::Failed),
    ] {
        let mut entry = entry();
        entry["statusMessage"] = json!(word);
        let gateway = Gateway::answering(200, &entry.to_string()).await;
        assert_eq!(gateway.client().delivery(PHONE, "AA11").await, Ok(DeliveryWord::Status(status)));
        let body = json!({ "chatId": "79161234567@c.us", "idMessage": "AA11" });
        assert_eq!(gateway.request(), (format!("POST /waInstance1103000001/getMessage/{TOKEN}"), body));
    }
}

#[tokio::test]
async fn an_empty_shell_in_the_journal_is_told_as_what_it_is() {
    let gateway = Gateway::answering(200, r#"{"type":"outgoing","typeMessage":""}"#).await;
    assert_eq!(gateway.client().delivery(PHONE, "AA11").await, Ok(DeliveryWord::Shell));
}

#[tokio::test]
async fn of_a_message_the_gateway_does_not_know_there_is_no_word() {
    for (status, body) in [
        (200, ""),
        (200, "null"),
        (200, "{}"),
        (200, r#"{"type":"outgoing","typeMessage":"textMessage","statusMessage":"martian"}"#),
        (200, r#"{"type":"incoming","typeMessage":""}"#),
        (400, r#"{"message":"Message not found"}"#),
    ] {
        assert_eq!(
            Gateway::answering(status, body).await.client().delivery(PHONE, "AA11").await,
            Ok(DeliveryWord::Nothing),
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_journal_of_a_chat_has_our_side_of_it() {
    let mut bare = entry();
    bare["textMessage"] = json!("");
    bare["extendedTextMessage"]["text"] = json!("Только здесь");
    bare["chatId"] = json!("5551@lid");
    bare["sendByApi"] = json!(false);
    let theirs = json!({ "type": "incoming", "idMessage": "BB", "textMessage": "Спасибо" });
    let list = json!([entry(), theirs, bare, { "type": "outgoing" }, 7]);
    let gateway = Gateway::answering(200, &list.to_string()).await;
    let journal = gateway.client().journal(PHONE).await.unwrap();
    let first = SentMessage {
        id: "AA11".into(),
        phone: PHONE.into(),
        text: "Вы записаны".into(),
        at: chrono::DateTime::from_timestamp(1_795_000_000, 0),
        by_api: true,
        status: Some(DeliveryStatus::Delivered),
    };
    let second = SentMessage { text: "Только здесь".into(), by_api: false, ..first.clone() };
    assert_eq!(journal, [first, second]);
    let body = json!({ "chatId": "79161234567@c.us", "count": 20 });
    assert_eq!(gateway.request(), (format!("POST /waInstance1103000001/getChatHistory/{TOKEN}"), body));
}

#[tokio::test]
async fn the_queue_shows_what_has_not_left_yet() {
    let list = json!([
        { "messageID": "CC", "type": "sendMessage", "body": { "chatId": "79161234567@c.us", "message": "Вы записаны" } },
        { "messageID": "DD", "type": "sendFileByUrl", "body": { "chatId": "79161234567@c.us" } },
    ]);
    let gateway = Gateway::answering(200, &list.to_string()).await;
    let queued = gateway.client().queued().await.unwrap();
    let waiting = SentMessage {
        id: "CC".into(),
        phone: PHONE.into(),
        text: "Вы записаны".into(),
        at: None,
        by_api: true,
        status: Some(DeliveryStatus::Pending),
    };
    assert_eq!(queued, [waiting]);
}

#[tokio::test]
async fn the_queue_is_cleared_only_when_the_gateway_says_so() {
    let gateway = Gateway::answering(200, r#"{"isCleared":true}"#).await;
    assert_eq!(gateway.client().clear_queue().await, Ok(()));
    assert_eq!(gateway.request().0, format!("GET /waInstance1103000001/clearMessagesQueue/{TOKEN}"));
    let too_often = r#"{"isCleared":false,"reason":"Too many requests","leftTime":46}"#;
    let refused = Gateway::answering(200, too_often).await.client().clear_queue().await;
    assert_eq!(refused, Err(Error::NotCleared("Too many requests".to_owned())));
    let refused = Gateway::answering(200, r#"{"isCleared":false}"#).await.client().clear_queue().await;
    assert!(matches!(refused, Err(Error::NotCleared(_))), "{refused:?}");
    for body in ["", "null", "{}", "[]", "<html></html>"] {
        let cleared = Gateway::with(answer(200, body)).await.client().clear_queue().await;
        assert!(matches!(cleared, Err(Error::Unreadable(_))), "{body}: {cleared:?}");
    }
    assert_eq!(Gateway::answering(401, "").await.client().clear_queue().await, Err(Error::Token));
}

#[tokio::test]
async fn what_is_no_list_is_not_an_empty_one() {
    for body in ["", "null", "{}", "<html></html>"] {
        let client = Gateway::with(answer(200, body)).await.client();
        assert!(matches!(client.journal(PHONE).await, Err(Error::Unreadable(_))), "{body}");
        assert!(matches!(client.queued().await, Err(Error::Unreadable(_))), "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_names_both_a_number_and_its_chat_is_remembered() {
    let answer = |chat: &str, phone: &str| {
        format!(r#"{{"existsWhatsapp":true,"chatId":"{chat}","phoneNumber":"{phone}","fromCache":true}}"#)
    };
    for (chat, phone, known) in [
        ("5551@lid", "79161234567@c.us", Some("5551@lid")),
        ("5551@lid", "79160000002@c.us", None),
        ("5551@lid", "", None),
        ("79161234567@c.us", "79161234567@c.us", None),
    ] {
        let gateway = Gateway::answering(200, &answer(chat, phone)).await;
        let client = gateway.client();
        client.check_number("+79161234567").await.unwrap();
        assert_eq!(client.chat_of("+79161234567").as_deref(), known, "{chat} {phone}");
        assert_eq!(client.chat_of("+79160000003"), None);
    }
}
