//! What is known of single numbers: who is on WhatsApp, and what becomes of a message to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::message::{Delivery, DeliveryStatus, Step};

/// How one number behaves. The default is an ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberPlan {
    /// What `checkWhatsapp` says of it.
    pub on_whatsapp: bool,
    /// Whether its chat is named by an `@lid` instead of by the phone.
    pub lid: bool,
    /// What becomes of messages to it.
    pub outcome: Outcome,
}

impl Default for NumberPlan {
    fn default() -> Self {
        Self { on_whatsapp: true, lid: false, outcome: Outcome::Read }
    }
}

impl NumberPlan {
    /// A number that is not on WhatsApp, and whose messages end in `noAccount`.
    pub fn not_on_whatsapp() -> Self {
        Self { on_whatsapp: false, lid: false, outcome: Outcome::NoAccount }
    }

    /// A number on WhatsApp whose messages end like this.
    pub fn outcome(outcome: Outcome) -> Self {
        Self { outcome, ..Self::default() }
    }

    /// A number whose chat is named by an `@lid`.
    pub fn lid() -> Self {
        Self { lid: true, ..Self::default() }
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Sent, delivered, read.
    Read,
    /// Sent and delivered.
    Delivered,
    /// Sent, and never delivered: the phone is off.
    Sent,
    /// Stays in the gateway's queue.
    Queued,
    /// The number has no account.
    NoAccount,
    /// Fails.
    Failed,
    /// Fails because the account is limited for suspected spam.
    YellowCard,
    /// Fails, and `sent` comes after it. Seen live.
    FailedThenSent,
    /// Delivered before it was sent: the notifications come in the wrong order.
    DeliveredThenSent,
}

impl Outcome {
    pub(crate) fn steps(self, delivery: &Delivery, from: Instant) -> Vec<Step> {
        let at = |milliseconds: u64| from + Duration::from_millis(milliseconds);
        let step = |milliseconds: u64, status| Step { at: at(milliseconds), status };
        let sent_ms = delivery.sent_after_ms;
        let sent = Some(step(sent_ms, DeliveryStatus::Sent));
        let delivered =
            delivery.delivered_after_ms.map(|ms| step(ms.max(sent_ms), DeliveryStatus::Delivered));
        let read = delivered
            .zip(delivery.read_after_ms)
            .map(|(before, ms)| Step { at: at(ms).max(before.at), status: DeliveryStatus::Read });
        let failed = Some(step(sent_ms, DeliveryStatus::Failed));
        let steps = match self {
            Self::Read => [sent, delivered, read],
            Self::Delivered => [sent, delivered, None],
            Self::Sent => [sent, None, None],
            Self::Queued => [None, None, None],
            Self::NoAccount => [Some(step(sent_ms, DeliveryStatus::NoAccount)), None, None],
            Self::Failed => [failed, None, None],
            Self::YellowCard => [Some(step(sent_ms, DeliveryStatus::YellowCard)), None, None],
            Self::FailedThenSent => [failed, sent, None],
            Self::DeliveredThenSent => [Some(step(sent_ms, DeliveryStatus::Delivered)), sent, read],
        };
        steps.into_iter().flatten().collect()
    }
}

/// The chat of a phone.
pub(crate) fn chat_of_phone(phone: &str) -> String {
    format!("{phone}@c.us")
}

/// The `@lid` of a phone: another number altogether, but the same one each time.
pub(crate) fn lid_of_phone(phone: &str) -> String {
    format!("10{}@lid", phone.chars().rev().collect::<String>())
}

/// The phone behind a chat, in digits; none for a group or a chat in no known form.
pub(crate) fn phone_of_chat(chat: &str) -> Option<String> {
    let (name, kind) = chat.split_once('@')?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    match kind {
        "c.us" => Some(name.to_owned()),
        "lid" => name.strip_prefix("10").map(|rest| rest.chars().rev().collect()),
        _ => None,
    }
}

/// The digits of a phone in any writing.
pub(crate) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
