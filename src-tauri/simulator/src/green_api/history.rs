//! The journal: what was sent and received, some time after it happened.

use axum::response::Response;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::message::{DeliveryStatus, Message, Origin};
use super::numbers::{chat_of_phone, phone_of_chat};
use super::{answers, dispatch::Call, gateway::Gateway};

/// A day, which is what an absent `minutes` means.
const DEFAULT_MINUTES: i64 = 1440;
const DEFAULT_COUNT: u64 = 100;

pub(crate) fn get_message(call: &Call) -> Response {
    let (chat, id) = (call.body["chatId"].as_str(), call.body["idMessage"].as_str());
    let Some(chat) = chat else { return call.invalid("'chatId' is required") };
    let Some(id) = id else { return call.invalid("'idMessage' is required") };
    let found = call.shared.read(|world| {
        let mut shown = shown(&world.gateway);
        shown.find(|message| message.taken.id == id && is_chat(message, chat)).map(|message| {
            // Seen live: of a number without an account the entry says next to nothing.
            if message.taken.status == DeliveryStatus::NoAccount {
                json!({ "type": "outgoing", "typeMessage": "" })
            } else {
                entry(&world.gateway, message)
            }
        })
    });
    found.map_or_else(|| call.refused("Message not found"), answers::data)
}

pub(crate) fn chat_history(call: &Call) -> Response {
    let Some(chat) = call.body["chatId"].as_str() else { return call.invalid("'chatId' is required") };
    let count = usize::try_from(call.body["count"].as_u64().unwrap_or(DEFAULT_COUNT)).unwrap_or(usize::MAX);
    answers::data(call.shared.read(|world| {
        let rows: Vec<Value> = shown(&world.gateway)
            .rev()
            .filter(|message| is_chat(message, chat))
            .take(count)
            .map(|message| entry(&world.gateway, message))
            .collect();
        json!(rows)
    }))
}

/// The last messages of all chats, of one direction.
pub(crate) fn last(call: &Call, incoming: bool) -> Response {
    let minutes = match call.parameter("minutes").map(str::parse::<i64>) {
        None => DEFAULT_MINUTES,
        Some(Ok(minutes)) if minutes > 0 => minutes,
        Some(_) => return call.invalid("'minutes' must be a positive number"),
    };
    answers::data(call.shared.read(|world| {
        let since = world.clock.now() - TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX);
        let rows: Vec<Value> = shown(&world.gateway)
            .rev()
            .filter(|message| (message.origin == Origin::Client) == incoming && message.taken.at >= since)
            .map(|message| entry(&world.gateway, message))
            .collect();
        json!(rows)
    }))
}

/// What the journal shows by now.
fn shown(gateway: &Gateway) -> impl DoubleEndedIterator<Item = &Message> {
    let now = Instant::now();
    gateway
        .messages
        .iter()
        .filter(move |message| message.journaled_at <= now && message.taken.status != DeliveryStatus::Cleared)
}

/// A chat may be asked for by phone and by `@lid`.
fn is_chat(message: &Message, chat: &str) -> bool {
    message.taken.chat_id == chat
        || phone_of_chat(chat).is_some_and(|phone| !phone.is_empty() && phone == message.taken.phone)
}

/// The text of a message as the gateway wraps it: extended, though nothing was extended.
pub(crate) fn message_data(text: &str) -> Value {
    json!({ "typeMessage": "extendedTextMessage", "extendedTextMessageData": extended(text) })
}

fn extended(text: &str) -> Value {
    json!({
        "text": text,
        "description": "",
        "title": "",
        "previewType": "None",
        "jpegThumbnail": "",
        "forwardingScore": 0,
        "isForwarded": false,
    })
}

fn entry(gateway: &Gateway, message: &Message) -> Value {
    let taken = &message.taken;
    if message.origin == Origin::Client {
        return json!({
            "type": "incoming",
            "idMessage": taken.id,
            "timestamp": taken.at.timestamp(),
            "typeMessage": "textMessage",
            "chatId": message.notified_chat,
            "textMessage": taken.text,
            "senderId": chat_of_phone(&taken.phone),
            "senderName": "",
            "isEdited": false,
            "isDeleted": false,
        });
    }
    // The journal names a chat by phone unless the number is known by its `@lid` only.
    let chat_id = if taken.phone.is_empty() { taken.chat_id.clone() } else { gateway.chat(&taken.phone) };
    json!({
        "type": "outgoing",
        "idMessage": taken.id,
        "timestamp": taken.at.timestamp(),
        "typeMessage": "extendedTextMessage",
        "chatId": chat_id,
        "textMessage": taken.text,
        "extendedTextMessage": extended(&taken.text),
        "statusMessage": taken.status.wire(),
        "sendByApi": true,
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": false,
        "isDeleted": false,
    })
}
