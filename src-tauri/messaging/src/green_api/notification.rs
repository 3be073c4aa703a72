//! What the gateway pushes: one notification at a time, first in, first out.
//!
//! The next one comes only after this one was acknowledged, so one that cannot be
//! read must not become an error: it is [`GatewayEvent::Unreadable`], kept as it came and
//! acknowledged. Only without a receipt there is nothing to acknowledge.

use std::collections::BTreeMap;

use engine::error::MessengerError;
use engine::ports::{GatewayEvent, Pushed, SentMessage};
use serde_json::Value;
use serde_json::value::RawValue;

use super::journal::{instant, text};
use super::{incoming, number, state};

/// Raw: a body nested too deep or broken in itself must not cost the receipt. Of a key that is there
/// twice the last one holds: that must not cost it either.
type Envelope<'a> = BTreeMap<String, &'a RawValue>;

/// None: `null` or nothing at all, which is how the gateway says that nothing came.
pub(super) fn parse(answer: &str) -> Result<Option<Pushed>, MessengerError> {
    let answer = answer.trim_start_matches('\u{feff}').trim();
    if answer.is_empty() || answer == "null" {
        return Ok(None);
    }
    // A list would do for the reader below, and its first number for a receipt.
    if !answer.starts_with('{') {
        return Err(MessengerError::Unreadable("it is no notification".into()));
    }
    let envelope: Envelope<'_> = serde_json::from_str(answer).map_err(|error| {
        MessengerError::Unreadable(format!("{:?} error in a notification", error.classify()))
    })?;
    let receipt = envelope.get("receiptId").and_then(|raw| serde_json::from_str(raw.get()).ok());
    let receipt = match receipt {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(digits)) => digits.parse().ok(),
        _ => None,
    };
    let receipt =
        receipt.ok_or_else(|| MessengerError::Unreadable("a notification without a receipt".into()))?;
    let raw = envelope.get("body").map_or("null", |body| body.get());
    let (event, chat, answers) = read(raw);
    if let GatewayEvent::Other { kind } = &event {
        // A word, or it is not what it should be, and may be anything.
        let kind = if kind.bytes().all(|byte| byte.is_ascii_alphabetic()) { kind } else { "odd" };
        tracing::debug!(receipt, kind, "a notification of no use here");
    }
    Ok(Some(Pushed { receipt, event, chat, answers, raw: raw.to_owned() }))
}

/// What it tells; the chat it is about, where that hides its number; and what it answers. A body over
/// which the reader falls must not cost the receipt either.
fn read(raw: &str) -> (GatewayEvent, String, String) {
    let unreadable = || (GatewayEvent::Unreadable { kind: "odd".into() }, String::new(), String::new());
    let whole = || {
        let Ok(body) = serde_json::from_str::<Value>(raw) else { return unreadable() };
        let event = event(&body);
        let chat = chat(&body).filter(|chat| number::hides_number(chat)).unwrap_or_default();
        (event, chat, incoming::answered(&body))
    };
    std::panic::catch_unwind(whole).unwrap_or_else(|_| unreadable())
}

/// What should tell us something and does not is [`GatewayEvent::Unreadable`]; what we never look at is
/// [`GatewayEvent::Other`].
fn event(body: &Value) -> GatewayEvent {
    let kind = text(body, "/typeWebhook").unwrap_or_default();
    let event = match kind.as_str() {
        "outgoingAPIMessageReceived" => echo(body, true),
        "outgoingMessageReceived" => echo(body, false),
        "outgoingMessageStatus" => delivery(body),
        "stateInstanceChanged" => {
            text(body, "/stateInstance").map(|word| GatewayEvent::State(state::state(&word)))
        }
        "incomingMessageReceived" => incoming::event(body),
        // An empty body tells nothing; anything else without a kind may have been anything.
        "" if !is_bare(body) => None,
        _ => Some(GatewayEvent::Other { kind: kind.chars().take(60).collect() }),
    };
    event.unwrap_or_else(|| GatewayEvent::Unreadable { kind: kind.chars().take(60).collect() })
}

fn is_bare(body: &Value) -> bool {
    match body {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn echo(body: &Value, by_api: bool) -> Option<GatewayEvent> {
    Some(GatewayEvent::Echo(SentMessage {
        id: text(body, "/idMessage")?,
        phone: number::phone(&chat(body)?),
        text: message(body),
        at: instant(body.get("timestamp")),
        by_api,
        status: None,
    }))
}

fn delivery(body: &Value) -> Option<GatewayEvent> {
    let word = text(body, "/status")?;
    let Some(status) = state::delivery(&word) else {
        // A word nobody has heard says nothing of the message.
        return Some(GatewayEvent::Other { kind: "outgoingMessageStatus".into() });
    };
    let said = text(body, "/description").unwrap_or_default();
    // The status is coarser than the word; what it leaves out stands in the detail.
    let detail = match word.as_str() {
        "notInGroup" | "yellowCard" if said.is_empty() => word,
        "notInGroup" | "yellowCard" => format!("{word}: {said}"),
        _ => said,
    };
    Some(GatewayEvent::Delivery {
        id: text(body, "/idMessage")?,
        phone: number::phone(&chat(body).unwrap_or_default()),
        status,
        at: instant(body.get("timestamp")),
        detail,
    })
}

fn chat(body: &Value) -> Option<String> {
    text(body, "/senderData/chatId").or_else(|| text(body, "/chatId"))
}

/// The text of a text message, or of an answer to one; empty for a picture.
fn message(body: &Value) -> String {
    let places = ["/messageData/textMessageData/textMessage", "/messageData/extendedTextMessageData/text"];
    places.iter().find_map(|place| text(body, place)).unwrap_or_default()
}
