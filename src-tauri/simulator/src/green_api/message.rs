//! A message the gateway took, and the timetable of its delivery.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryStatus {
    /// In the gateway's own queue.
    Queued,
    /// Handed to WhatsApp.
    Sent,
    /// On the phone.
    Delivered,
    /// Read.
    Read,
    /// Could not be sent.
    Failed,
    /// The number has no account.
    NoAccount,
    /// The account is limited for suspected spam, and this message with it.
    YellowCard,
    /// Taken out of the queue before it was sent, or there for longer than a day.
    Cleared,
}

impl DeliveryStatus {
    /// The word of the journal and of the notifications.
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Queued | Self::Cleared => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::NoAccount => "noAccount",
            Self::YellowCard => "yellowCard",
        }
    }
}

/// A message the gateway accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenMessage {
    /// The gateway's `idMessage`.
    pub id: String,
    /// The chat it was sent to, as it was asked for.
    pub chat_id: String,
    /// The phone behind the chat, in digits.
    pub phone: String,
    /// The text, to the byte.
    pub text: String,
    /// When it was accepted, by the servers' clock.
    pub at: DateTime<Utc>,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// What the request said about link previews; absent means the gateway makes them.
    pub link_preview: Option<bool>,
}

/// When things happen to an accepted message, in milliseconds from its acceptance. May be changed
/// while the simulator runs; a message keeps the timetable it was accepted under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// When it leaves the queue.
    pub sent_after_ms: u64,
    /// When it is on the phone; none: never.
    pub delivered_after_ms: Option<u64>,
    /// When it is read; none: never.
    pub read_after_ms: Option<u64>,
    /// How late the journal shows it. Live: up to two minutes.
    pub journal_lag_ms: u64,
    /// Holds the answer to `sendMessage` back, so that echo and status overtake it.
    pub hold_answer_ms: u64,
    /// Every notification comes twice, under two receipts.
    pub doubled: bool,
    /// Of two notifications the later comes first. One that nothing follows comes when a poll ends.
    pub shuffled: bool,
    /// Ends an empty long poll early, whatever the client asked for; none: the client's own timeout.
    pub empty_poll_ms: Option<u64>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            sent_after_ms: 50,
            delivered_after_ms: Some(150),
            read_after_ms: Some(400),
            journal_lag_ms: 0,
            hold_answer_ms: 0,
            doubled: false,
            shuffled: false,
            empty_poll_ms: None,
        }
    }
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Taken by `sendMessage`.
    Taken,
    /// Another program's, through the same instance.
    OtherProgram,
    /// A client's, to the shop.
    Client,
}

/// A message in the journal.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) taken: TakenMessage,
    pub(crate) origin: Origin,
    /// The chat as notifications name it: `@lid` for some numbers.
    pub(crate) notified_chat: String,
    /// When the journal begins to show it.
    pub(crate) journaled_at: Instant,
    /// What happens next, soonest first.
    pub(crate) steps: Vec<Step>,
}

/// A change of status that is to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) at: Instant,
    pub(crate) status: DeliveryStatus,
}
