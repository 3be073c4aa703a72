//! What the gateway remembers of messages: its journal of a chat, one message of
//! it, and the queue of what has not left yet.

use chrono::{DateTime, Utc};
use engine::clock::is_sensible;
use engine::error::MessengerError;
use engine::ports::{DeliveryStatus, DeliveryWord, SentMessage};
use serde_json::Value;

use super::http::json;
use super::{number, state};

/// The outgoing messages of one chat. `phone` is whose chat was asked for: the
/// entries may name it in the way that hides the number.
pub(super) fn history(body: &str, phone: &str) -> Result<Vec<SentMessage>, MessengerError> {
    let outgoing = |entry: &&Value| entry.get("type").and_then(Value::as_str) == Some("outgoing");
    let message = |entry: &Value| {
        Some(SentMessage {
            id: text(entry, "/idMessage")?,
            phone: phone.to_owned(),
            text: entry_text(entry),
            at: instant(entry.get("timestamp")),
            by_api: entry.get("sendByApi").and_then(Value::as_bool).unwrap_or(false),
            status: text(entry, "/statusMessage").and_then(|word| state::delivery(&word)),
        })
    };
    Ok(list(body)?.iter().filter(outgoing).filter_map(message).collect())
}

/// Messages that wait in the gateway; other things it queues are passed over.
pub(super) fn queue(body: &str) -> Result<Vec<SentMessage>, MessengerError> {
    let message = |entry: &Value| {
        if text(entry, "/type")? != "sendMessage" {
            return None;
        }
        Some(SentMessage {
            id: text(entry, "/messageID").or_else(|| text(entry, "/idMessage"))?,
            phone: number::phone(&text(entry, "/body/chatId").unwrap_or_default()),
            text: entry.pointer("/body/message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            at: None,
            by_api: true,
            status: Some(DeliveryStatus::Pending),
        })
    };
    Ok(list(body)?.iter().filter_map(message).collect())
}

/// How far one message came.
pub(super) fn delivery(body: &str) -> Result<DeliveryWord, MessengerError> {
    if body.trim().is_empty() {
        return Ok(DeliveryWord::Nothing);
    }
    let entry = json(body)?;
    if let Some(word) = text(&entry, "/statusMessage") {
        return Ok(state::delivery(&word).map_or(DeliveryWord::Nothing, DeliveryWord::Status));
    }
    // For a number without an account the journal keeps an empty shell; and it may show one before the
    // entry is written.
    let outgoing = text(&entry, "/type").as_deref() == Some("outgoing");
    let empty =
        entry.get("typeMessage").and_then(Value::as_str) == Some("") && text(&entry, "/idMessage").is_none();
    Ok(if outgoing && empty { DeliveryWord::Shell } else { DeliveryWord::Nothing })
}

/// A message sent by the API is journaled as an extended text; `textMessage` is
/// filled beside it, mostly.
fn entry_text(entry: &Value) -> String {
    let places = ["/textMessage", "/extendedTextMessage/text"];
    let mut texts = places.iter().filter_map(|place| entry.pointer(place)?.as_str());
    texts.find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

fn list(body: &str) -> Result<Vec<Value>, MessengerError> {
    match json(body)? {
        Value::Array(entries) => Ok(entries),
        _ => Err(MessengerError::Unreadable("it is not a list".into())),
    }
}

/// A text that is there and not empty.
pub(super) fn text(value: &Value, place: &str) -> Option<String> {
    value.pointer(place)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Seconds since 1970, as a number or as digits.
pub(super) fn instant(value: Option<&Value>) -> Option<DateTime<Utc>> {
    let seconds = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(digits) => digits.parse().ok()?,
        _ => return None,
    };
    // A time in another unit, or no time at all, is none: everything after this calculates with it.
    DateTime::from_timestamp(seconds, 0).filter(is_sensible)
}
