use serde::Serialize;
use ts_rs::TS;

/// Why something was refused. Every code has a text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Somebody changed it meanwhile: look again.
    Stale,
    /// It is on its way or over.
    TooLate,
    /// The state does not allow it.
    NotNow,
    /// There is no such row any more.
    Missing,
    OptedOut,
    /// Nothing to write about while YClients has it as cancelled; it can be looked at again.
    CancelledInYclients,
    BotsOwn,
    VisitBegun,
    NoPhone,
    EmptyText,
    TextTooLong,
    /// The file or a value is not allowed; `field` says which.
    Settings,
    /// YClients or the gateway does not accept it; the old one is kept.
    SecretRejected,
    /// The code is wrong.
    SecondFactor,
    Keyring,
    Yclients,
    Gateway,
    Storage,
    Phone,
    Template,
    NotSetUp,
    Window,
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 23] = [
        Self::Stale,
        Self::TooLate,
        Self::NotNow,
        Self::Missing,
        Self::OptedOut,
        Self::CancelledInYclients,
        Self::BotsOwn,
        Self::VisitBegun,
        Self::NoPhone,
        Self::EmptyText,
        Self::TextTooLong,
        Self::Settings,
        Self::SecretRejected,
        Self::SecondFactor,
        Self::Keyring,
        Self::Yclients,
        Self::Gateway,
        Self::Storage,
        Self::Phone,
        Self::Template,
        Self::NotSetUp,
        Self::Window,
        Self::Internal,
    ];
}

/// Every command that fails, fails with this. `message`: what happened, what it means for the client, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Failure {
    pub code: ErrorCode,
    pub message: String,
    /// The settings' field or secret it is about, such as `poll_interval_ms`; else empty.
    pub field: String,
    /// What exactly happened, in English: the small print.
    pub detail: String,
}
