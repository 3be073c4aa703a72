//! What happens on the instance without the program: clients write, other programs send.

use tokio::time::Instant;

use super::message::{DeliveryStatus, Message, Origin, TakenMessage};
use super::numbers::{chat_of_phone, digits};
use super::{notifications, sending};
use crate::world::World;

/// A client writes to the shop.
pub(crate) fn incoming(world: &mut World, phone: &str, name: &str, text: &str) -> String {
    let now = world.clock.now();
    let gateway = &mut world.gateway;
    let phone = digits(phone);
    let id = gateway.next_message_id();
    let message = Message {
        taken: TakenMessage {
            id: id.clone(),
            chat_id: chat_of_phone(&phone),
            text: text.to_owned(),
            at: now,
            status: DeliveryStatus::Delivered,
            link_preview: None,
            phone: phone.clone(),
        },
        origin: Origin::Client,
        notified_chat: gateway.chat(&phone),
        journaled_at: Instant::now(),
        steps: Vec::new(),
    };
    notifications::push_incoming(gateway, &message, name, now);
    gateway.messages.push(message);
    id
}

/// Another program sends through the same instance.
pub(crate) fn foreign(world: &mut World, phone: &str, text: &str) -> String {
    let chat = chat_of_phone(&digits(phone));
    sending::take(world, &chat, text, None, Origin::OtherProgram)
}
