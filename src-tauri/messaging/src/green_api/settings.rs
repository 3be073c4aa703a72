//! The instance's own settings, and linking a phone to it.
//!
//! A new instance tells nothing about its messages: every notification is off.
//! Setting any of them restarts the instance for up to five minutes, so it is
//! done when something is missing, and by a person's word.

use std::time::Duration;

use engine::error::MessengerError;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::journal::text;
use super::method::Method;
use super::{GreenApi, number};

/// What matters here of an instance's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The linked phone (E.164), empty when none is.
    pub phone: String,
    /// The pause that the gateway makes between two messages.
    pub send_delay: Option<Duration>,
    /// What to change before the instance is of use.
    pub missing: Vec<MissingSetting>,
    /// The channel's word for the instance (`v3` is MAX), where it is not WhatsApp's; else empty.
    pub other_channel: String,
}

/// Of twenty messages that come together the last must leave before it is late by five minutes.
const LONGEST_SEND_DELAY: Duration = Duration::from_secs(15);

impl Settings {
    /// Whether the gateway's own pause keeps messages longer than a shop has patience.
    pub fn is_slow(&self) -> bool {
        self.send_delay.is_some_and(|delay| delay > LONGEST_SEND_DELAY)
    }
}

/// A setting that is not as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingSetting {
    /// `webhookUrl` must be empty, or nothing can be received here.
    NoWebhook,
    /// `outgoingWebhook` must be on: delivery of what was sent.
    Outgoing,
    /// `outgoingAPIMessageWebhook` must be on: echoes of what the API sent.
    OutgoingApi,
    /// `stateWebhook` must be on: changes of the account's state.
    State,
    /// `incomingWebhook` must be on: what clients write, for «Стоп».
    Incoming,
}

impl MissingSetting {
    /// The gateway's own name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoWebhook => "webhookUrl",
            Self::Outgoing => "outgoingWebhook",
            Self::OutgoingApi => "outgoingAPIMessageWebhook",
            Self::State => "stateWebhook",
            Self::Incoming => "incomingWebhook",
        }
    }

    /// Whether messages cannot be sent and followed without it. What clients write
    /// is for the word «Стоп» alone.
    pub const fn is_needed(self) -> bool {
        !matches!(self, Self::Incoming)
    }
}

/// The answer to a request for a QR code. A code links a phone to whoever shows
/// it, so it prints nowhere.
#[derive(Debug, Clone)]
pub enum Qr {
    /// A PNG in base64. It lives 20 seconds; ask again, at most once a second.
    Code(SecretString),
    /// A phone is linked already.
    AlreadyLinked,
    /// None now; the gateway's words.
    NotYet(String),
}

impl GreenApi {
    /// Reads the instance's settings.
    pub async fn settings(&self) -> Result<Settings, MessengerError> {
        let answer = self.ask(Method::GetSettings, None).await?.json()?;
        if !answer.is_object() {
            return Err(MessengerError::Unreadable("it holds no settings".into()));
        }
        let off = |name: &str| match answer.get(name) {
            Some(Value::String(word)) => !word.eq_ignore_ascii_case("yes"),
            Some(Value::Bool(on)) => !on,
            _ => true,
        };
        let missing = [
            text(&answer, "/webhookUrl").map(|_| MissingSetting::NoWebhook),
            off("outgoingWebhook").then_some(MissingSetting::Outgoing),
            off("outgoingAPIMessageWebhook").then_some(MissingSetting::OutgoingApi),
            off("stateWebhook").then_some(MissingSetting::State),
            off("incomingWebhook").then_some(MissingSetting::Incoming),
        ];
        Ok(Settings {
            phone: number::phone(&text(&answer, "/wid").unwrap_or_default()),
            send_delay: answer
                .get("delaySendMessagesMilliseconds")
                .and_then(Value::as_u64)
                .map(Duration::from_millis),
            missing: missing.into_iter().flatten().collect(),
            other_channel: text(&answer, "/typeInstance")
                .filter(|kind| !kind.eq_ignore_ascii_case("whatsapp"))
                .map(|kind| kind.chars().take(40).collect())
                .unwrap_or_default(),
        })
    }

    /// What is not as it must be; asks the gateway.
    pub async fn missing_settings(&self) -> Result<Vec<MissingSetting>, MessengerError> {
        Ok(self.settings().await?.missing)
    }

    /// Sets what must be set and leaves the rest alone. The instance restarts. That the gateway says it
    /// saved them is no proof: it may keep nothing, so whoever asks for it reads them back.
    pub async fn apply_settings(&self) -> Result<(), MessengerError> {
        self.save_settings(&wanted()).await
    }

    pub(super) async fn save_settings(&self, body: &Value) -> Result<(), MessengerError> {
        let answer = self.ask(Method::SetSettings, Some(body)).await?.json()?;
        match answer.get("saveSettings").and_then(Value::as_bool) {
            Some(true) => Ok(()),
            _ => Err(MessengerError::Unreadable("it does not say that the settings are saved".into())),
        }
    }

    /// A code to link a phone with.
    pub async fn qr(&self) -> Result<Qr, MessengerError> {
        let answer = self.ask(Method::Qr, None).await?.json()?;
        let message = text(&answer, "/message").unwrap_or_default();
        match answer.get("type").and_then(Value::as_str) {
            Some("qrCode") if !message.is_empty() => Ok(Qr::Code(message.into())),
            Some("alreadyLogged") => Ok(Qr::AlreadyLinked),
            Some("error") => Ok(Qr::NotYet(self.http.quotable(&message))),
            _ => Err(MessengerError::Unreadable("it is no QR code".into())),
        }
    }
}

/// What is set together.
pub(super) fn wanted() -> Value {
    json!({
        "webhookUrl": "",
        "outgoingWebhook": "yes",
        "outgoingAPIMessageWebhook": "yes",
        "stateWebhook": "yes",
        "incomingWebhook": "yes",
    })
}
