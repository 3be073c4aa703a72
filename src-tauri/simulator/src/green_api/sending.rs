//! Taking messages, checking numbers, and the queue in between.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::message::{DeliveryStatus, Message, Origin, TakenMessage};
use super::numbers::{chat_of_phone, phone_of_chat};
use super::{answers, dispatch::Call, notifications};
use crate::world::World;

/// The documented greatest length of a text.
const MAX_TEXT: usize = 20_000;
/// The documented length of the queue's listing.
const MAX_SHOWN: usize = 500;
const CHAT_FORMS: &str =
    "'chatId' must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'";
const NOT_AUTHORIZED: &str = "instance is starting or not authorized";
const STARTING: &str = "instance in starting process try later";

pub(crate) async fn send_message(call: &Call) -> Response {
    let Some(chat_id) = call.body["chatId"].as_str().filter(|chat| !chat.is_empty()) else {
        return call.invalid("'chatId' is required");
    };
    if phone_of_chat(chat_id).is_none() && !chat_id.ends_with("@g.us") {
        return call.invalid(CHAT_FORMS);
    }
    let Some(text) = call.body["message"].as_str().filter(|text| !text.is_empty()) else {
        return call.invalid("'message' is required");
    };
    if text.chars().count() > MAX_TEXT {
        return call.invalid("'message' length must be less than or equal to 20000 characters long");
    }
    let taken = call.shared.change(|world| {
        if world.gateway.is_starting() {
            return Err(Box::new(answers::text(StatusCode::BAD_REQUEST, STARTING)));
        }
        if world.gateway.state() == "suspended" {
            let mut response = answers::data(json!({ "message": "Your account is suspended" }));
            *response.status_mut() = StatusCode::FORBIDDEN;
            return Err(Box::new(response));
        }
        // No other state refuses, and least of all an unlinked phone: the message waits in the queue
        // for up to a day, and leaves when a phone is linked.
        let link_preview = call.body["linkPreview"].as_bool();
        Ok((take(world, chat_id, text, link_preview, Origin::Taken), world.gateway.delivery.hold_answer_ms))
    });
    match taken {
        Err(refusal) => *refusal,
        Ok((id, hold_ms)) => {
            if hold_ms > 0 {
                tokio::time::sleep(Duration::from_millis(hold_ms)).await;
            }
            answers::data(json!({ "idMessage": id }))
        }
    }
}

/// Puts a message into the queue and its echo into the notifications.
pub(crate) fn take(
    world: &mut World,
    chat_id: &str,
    text: &str,
    link_preview: Option<bool>,
    origin: Origin,
) -> String {
    let now = world.clock.now();
    let accepted = Instant::now();
    let gateway = &mut world.gateway;
    let phone = phone_of_chat(chat_id).unwrap_or_default();
    let id = gateway.next_message_id();
    let message = Message {
        taken: TakenMessage {
            id: id.clone(),
            chat_id: chat_id.to_owned(),
            text: text.to_owned(),
            at: now,
            status: DeliveryStatus::Queued,
            link_preview,
            phone: phone.clone(),
        },
        origin,
        notified_chat: if phone.is_empty() { chat_id.to_owned() } else { gateway.chat(&phone) },
        journaled_at: accepted + Duration::from_millis(gateway.delivery.journal_lag_ms),
        steps: gateway.number(&phone).outcome.steps(&gateway.delivery, accepted),
    };
    notifications::push_echo(gateway, &message, now);
    gateway.messages.push(message);
    id
}

pub(crate) fn check_whatsapp(call: &Call) -> Response {
    let (phone, chat) = (&call.body["phoneNumber"], call.body["chatId"].as_str());
    let phone = match (phone, chat) {
        (Value::Null, Some(chat)) => match phone_of_chat(chat) {
            Some(phone) => phone,
            None => return call.invalid(CHAT_FORMS),
        },
        (Value::Number(number), _) => number.to_string(),
        _ => String::new(),
    };
    if !(7..=15).contains(&phone.len()) || !phone.chars().all(|c| c.is_ascii_digit()) {
        return call.invalid("'phoneNumber' must be a correct phone number and contains from 7 to 15 digits");
    }
    call.shared.read(|world| {
        if !world.gateway.is_authorized() {
            return answers::text(StatusCode::BAD_REQUEST, NOT_AUTHORIZED);
        }
        let plan = world.gateway.number(&phone);
        answers::data(if plan.on_whatsapp {
            json!({
                "existsWhatsapp": true,
                "chatId": world.gateway.chat(&phone),
                "username": "",
                "phoneNumber": chat_of_phone(&phone),
                "fromCache": false,
            })
        } else {
            json!({
                "existsWhatsapp": false,
                "chatId": "",
                "username": "",
                "phoneNumber": "",
                "fromCache": false,
            })
        })
    })
}

pub(crate) fn show_queue(call: &Call) -> Response {
    call.shared.read(|world| {
        let rows: Vec<Value> = world
            .gateway
            .queued(world.clock.now())
            .take(MAX_SHOWN)
            .map(|message| {
                json!({
                    "messageID": message.taken.id,
                    "type": "sendMessage",
                    "body": {
                        "chatId": message.taken.chat_id,
                        "message": message.taken.text,
                        "linkPreview": message.taken.link_preview.unwrap_or(true),
                        "typingTime": null,
                        "typePreview": "small",
                    },
                })
            })
            .collect();
        answers::data(json!(rows))
    })
}

pub(crate) fn count_queue(call: &Call) -> Response {
    answers::data(
        call.shared.read(|world| json!({ "count": world.gateway.queued(world.clock.now()).count() })),
    )
}

/// Takes everything out of the queue, whoever put it there.
pub(crate) fn clear_queue(call: &Call) -> Response {
    call.shared.change(|world| {
        for message in &mut world.gateway.messages {
            if message.taken.status == DeliveryStatus::Queued {
                message.taken.status = DeliveryStatus::Cleared;
                message.steps.clear();
            }
        }
    });
    answers::data(json!({ "isCleared": true }))
}
