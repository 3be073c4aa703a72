//! Notifications of the account that nobody can do anything with.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::script::Odd;

/// In no booking of any shop.
const STRANGER: &str = "79990000000@c.us";
/// Seconds that lie in no year a calendar has.
const BEYOND_ALL_YEARS: i64 = 8_210_266_876_799;

/// What the account pushes, in the shapes that its documentation gives. `latest` is the id of the message
/// that was sent last.
pub(crate) fn body(odd: Odd, latest: &str, now: DateTime<Utc>) -> Value {
    let now = now.timestamp();
    let instance =
        json!({ "idInstance": 1_103_000_001, "wid": "79990000001@c.us", "typeInstance": "whatsapp" });
    match odd {
        Odd::UnknownKind => {
            json!({ "typeWebhook": "quotaExceeded", "instanceData": instance, "timestamp": now, "quotaData": {} })
        }
        Odd::FarAway => json!({
            "typeWebhook": "outgoingMessageStatus",
            "chatId": STRANGER,
            "instanceData": instance,
            "timestamp": BEYOND_ALL_YEARS,
            "idMessage": latest,
            "status": "sent",
            "sendByApi": true,
        }),
        Odd::BlankEcho => echo("", "", "", &instance, now),
        Odd::Stranger => echo(STRANGER, "3EB0FFFFFFFFFFFFFFFFFE", "Ваш заказ готов", &instance, now),
        Odd::Chatter => json!({
            "typeWebhook": "incomingMessageReceived",
            "instanceData": instance,
            "timestamp": now,
            "idMessage": format!("3A{now:018X}"),
            "senderData": { "chatId": STRANGER, "sender": STRANGER, "senderName": "Пётр" },
            "messageData": { "typeMessage": "textMessage", "textMessageData": { "textMessage": "А где вход?" } },
        }),
        Odd::Shapeless => json!({ "typeWebhook": 7, "timestamp": "вчера", "messageData": [] }),
    }
}

fn echo(chat: &str, id: &str, text: &str, instance: &Value, now: i64) -> Value {
    json!({
        "typeWebhook": "outgoingAPIMessageReceived",
        "instanceData": instance,
        "timestamp": now,
        "idMessage": id,
        "senderData": { "chatId": chat, "sender": "79990000001@c.us", "chatName": "", "senderName": "" },
        "messageData": { "typeMessage": "extendedTextMessage", "extendedTextMessageData": { "text": text } },
    })
}
