//! The queue of notifications: first in, first out, and each stays until it is deleted.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::message::{DeliveryStatus, Message, Origin};
use super::numbers::chat_of_phone;
use super::{answers, dispatch::Call, gateway::Gateway, history, settings};

const WEBHOOK_SET: &str =
    "Message cannot be received because custom webhook url is set. Go to cabinet, clear webhook url";

/// The documented distance between two clearings of the notifications.
const CLEARED_ONCE_IN: Duration = Duration::from_mins(1);

/// Waits for a notification for as long as the client asked, or as the simulator was told.
pub(crate) async fn receive(call: &Call) -> Response {
    let asked = match call.parameter("receiveTimeout") {
        None | Some("") => 5,
        Some(text) => match text.parse::<u64>() {
            Ok(seconds) if (5..=60).contains(&seconds) => seconds,
            _ => return call.invalid("'receiveTimeout' must be between 5 and 60"),
        },
    };
    let shortened = call.shared.read(|world| world.gateway.delivery.empty_poll_ms);
    let end = Instant::now() + shortened.map_or(Duration::from_secs(asked), Duration::from_millis);
    let mut changes = call.shared.changes();
    loop {
        let (webhook_set, head) = call.shared.read(|world| {
            let gateway = &world.gateway;
            (settings::webhook_is_set(gateway), gateway.notifications.front().cloned())
        });
        if webhook_set {
            return answers::text(StatusCode::BAD_REQUEST, WEBHOOK_SET);
        }
        if let Some((receipt, body)) = head {
            return answers::data(json!({ "receiptId": receipt, "body": body }));
        }
        let waited = tokio::time::timeout_at(end, changes.changed()).await;
        if !matches!(waited, Ok(Ok(()))) {
            break;
        }
    }
    let (late, count) = call.shared.change(|world| {
        let gateway = &mut world.gateway;
        if let Some(body) = gateway.held_back.take() {
            put(gateway, body);
        } else {
            gateway.empty_polls += 1;
        }
        (gateway.notifications.front().cloned(), gateway.empty_polls)
    });
    match late {
        Some((receipt, body)) => answers::data(json!({ "receiptId": receipt, "body": body })),
        None => answers::nothing(count.is_multiple_of(2)),
    }
}

/// Deleting what is gone already is no error.
pub(crate) fn delete(call: &Call, receipt: &str) -> Response {
    let Ok(wanted) = receipt.parse::<u64>() else {
        return call.invalid("'receiptId' must be a number");
    };
    let found = call.shared.change(|world| {
        let queue = &mut world.gateway.notifications;
        let before = queue.len();
        queue.retain(|(id, _)| *id != wanted);
        queue.len() < before
    });
    let reason = if found { String::new() } else { format!("Message receiptId = {wanted} not found") };
    answers::data(json!({ "result": found, "reason": reason }))
}

pub(crate) fn count(call: &Call) -> Response {
    answers::data(call.shared.read(|world| json!({ "count": world.gateway.notifications.len() })))
}

/// Throws the notifications away, at most once a minute.
pub(crate) fn clear(call: &Call) -> Response {
    answers::data(call.shared.change(|world| {
        let gateway = &mut world.gateway;
        let left = gateway
            .notifications_cleared_at
            .map_or(Duration::ZERO, |cleared| CLEARED_ONCE_IN.saturating_sub(cleared.elapsed()));
        if !left.is_zero() {
            let seconds = left.as_secs().max(1);
            return json!({ "isCleared": false, "reason": "Too many requests", "leftTime": seconds });
        }
        gateway.notifications_cleared_at = Some(Instant::now());
        gateway.notifications.clear();
        gateway.held_back = None;
        json!({ "isCleared": true, "reason": "" })
    }))
}

/// What the API sent comes back with chat, id and text.
pub(crate) fn push_echo(gateway: &mut Gateway, message: &Message, now: DateTime<Utc>) {
    if !settings::is_on(gateway, "outgoingAPIMessageWebhook") {
        return;
    }
    let own = chat_of_phone(&gateway.phone);
    let body = json!({
        "typeWebhook": "outgoingAPIMessageReceived",
        "instanceData": instance_data(gateway),
        "timestamp": now.timestamp(),
        "idMessage": message.taken.id,
        "senderData": {
            "chatId": message.notified_chat,
            "sender": own,
            "chatName": "",
            "senderName": "",
            "senderContactName": "",
        },
        "messageData": history::message_data(&message.taken.text),
    });
    tell(gateway, body);
}

pub(crate) fn push_status(
    gateway: &mut Gateway,
    message: &Message,
    status: DeliveryStatus,
    now: DateTime<Utc>,
) {
    // These two come even with the setting off: the documentation says so.
    let always = matches!(status, DeliveryStatus::Failed | DeliveryStatus::NoAccount);
    if message.origin == Origin::Client || !(always || settings::is_on(gateway, "outgoingWebhook")) {
        return;
    }
    let mut body = json!({
        "typeWebhook": "outgoingMessageStatus",
        "chatId": message.notified_chat,
        "instanceData": instance_data(gateway),
        "timestamp": now.timestamp(),
        "idMessage": message.taken.id,
        "status": status.wire(),
        "sendByApi": true,
    });
    if status == DeliveryStatus::NoAccount {
        body["description"] = json!("SWE004: 1000");
    }
    tell(gateway, body);
}

pub(crate) fn push_state(gateway: &mut Gateway, now: DateTime<Utc>) {
    if settings::is_on(gateway, "stateWebhook") {
        let body = json!({
            "typeWebhook": "stateInstanceChanged",
            "instanceData": instance_data(gateway),
            "timestamp": now.timestamp(),
            "stateInstance": gateway.state(),
        });
        tell(gateway, body);
    }
}

/// A client wrote to the shop.
pub(crate) fn push_incoming(gateway: &mut Gateway, message: &Message, name: &str, now: DateTime<Utc>) {
    if settings::is_on(gateway, "incomingWebhook") {
        let body = json!({
            "typeWebhook": "incomingMessageReceived",
            "instanceData": instance_data(gateway),
            "timestamp": now.timestamp(),
            "idMessage": message.taken.id,
            "senderData": {
                "chatId": message.notified_chat,
                "sender": message.notified_chat,
                "chatName": name,
                "senderName": name,
                "senderContactName": "",
            },
            "messageData": {
                "typeMessage": "textMessage",
                "textMessageData": { "textMessage": message.taken.text, "isTemplateMessage": false },
            },
        });
        tell(gateway, body);
    }
}

/// Tells of something that happened, in the order and as often as the gateway is set to.
fn tell(gateway: &mut Gateway, body: Value) {
    let earlier = gateway.held_back.take();
    if earlier.is_none() && gateway.delivery.shuffled {
        gateway.held_back = Some(body);
        return;
    }
    put(gateway, body);
    if let Some(earlier) = earlier {
        put(gateway, earlier);
    }
}

fn put(gateway: &mut Gateway, body: Value) {
    if gateway.delivery.doubled {
        push(gateway, body.clone());
    }
    push(gateway, body);
}

/// Puts any body into the queue: what a client must bear without understanding it.
pub(crate) fn push(gateway: &mut Gateway, body: Value) -> u64 {
    let receipt = gateway.next_receipt();
    gateway.notifications.push_back((receipt, body));
    receipt
}

fn instance_data(gateway: &Gateway) -> Value {
    // A number on the wire, though every path writes it as text.
    let id = gateway.instance_id.parse::<u64>().map_or_else(|_| json!(gateway.instance_id), |id| json!(id));
    json!({ "idInstance": id, "wid": chat_of_phone(&gateway.phone), "typeInstance": "whatsapp" })
}
