//! What can go wrong outside, in words a program can act on.
//!
//! A port's error says what happened. A [`Fault`] says what it means at the
//! desk: it has a closed set of codes, and `words` has a sentence for each in
//! every language. Neither ever carries a credential, a name or a number.

use std::time::Duration;

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::supervision::Part;

/// What can become of a request to YClients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookingsError {
    /// No answer came: name resolution, connection, time-out.
    #[error("no answer from YClients: {0}")]
    Offline(String),
    /// The certificate is not valid at the computer's time.
    #[error("the secure connection failed, the computer's date may be wrong: {0}")]
    Certificate(String),
    /// 401 about the partner's token.
    #[error("YClients does not accept the partner token: {0}")]
    PartnerToken(String),
    /// 401 about the user's token.
    #[error("YClients does not accept the user token: {0}")]
    UserToken(String),
    /// 403 in the server's own words: valid tokens without the right.
    #[error("YClients refuses access: {0}")]
    Rights(String),
    /// 404 where the thing must exist: the branch itself.
    #[error("YClients does not know it: {0}")]
    NotFound(String),
    /// 429, or its text under another status.
    #[error("YClients asks for fewer requests")]
    RateLimited {
        /// What it asked for, never under a second.
        retry_after: Option<Duration>,
    },
    /// 5xx.
    #[error("YClients is out of order (HTTP {status})")]
    Server { status: u16, retry_after: Option<Duration> },
    /// 401 or 403 in other words than the server's own: a firewall, a proxy, a captive portal.
    #[error("something between this computer and YClients answered (HTTP {status})")]
    Intercepted { status: u16, retry_after: Option<Duration> },
    /// `success: false`, or a status that refuses the question itself.
    #[error("YClients refused the request: {0}")]
    Refused(String),
    /// No token is stored yet.
    #[error("no token is stored: {0}")]
    SecretMissing(&'static str),
    /// The keyring does not give the token out.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// An answer that cannot be read: HTML, truncated, too large, too deep, paging that repeats itself.
    #[error("YClients gave an answer that cannot be read: {0}")]
    Unreadable(String),
}

/// What can become of a request to a gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessengerError {
    /// No connection could be made: nothing was written.
    #[error("no connection to the gateway: {0}")]
    Offline(String),
    /// Too much time lay between the claim and the connection: nothing was written.
    #[error("the computer slept, or stood still, before the message could leave")]
    Overslept,
    /// The connection was made and then gave no (whole) answer.
    #[error("the gateway did not answer: {0}")]
    NoAnswer(String),
    /// The certificate is not valid at the computer's time.
    #[error("the secure connection failed, the computer's date may be wrong: {0}")]
    Certificate(String),
    /// No token is stored yet.
    #[error("no token is stored: {0}")]
    SecretMissing(&'static str),
    /// The keyring does not give the token out.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// 401.
    #[error("the gateway does not accept the token")]
    Token,
    /// 403 or 404: no such instance, or a wrong address.
    #[error("the gateway does not know this instance (HTTP {status})")]
    Instance { status: u16 },
    /// Starting up; try later.
    #[error("the gateway is starting")]
    Starting,
    /// The phone must be linked (again).
    #[error("the gateway's phone is not linked")]
    NotAuthorised,
    /// The subscription ran out, or the instance was deleted.
    #[error("the gateway's subscription has ended: {0}")]
    Expired(String),
    /// WhatsApp restricts the account.
    #[error("WhatsApp restricts the account")]
    Suspended,
    /// 429.
    #[error("the gateway asks for fewer requests")]
    RateLimited { retry_after: Option<Duration> },
    /// 466.
    #[error("the gateway's monthly quota is used up")]
    Quota,
    /// 469.
    #[error("the gateway's limit of number checks is reached")]
    CheckLimit,
    /// Notifications go to a webhook address and so cannot be received here.
    #[error("the gateway sends its notifications to a webhook address")]
    WebhookSet,
    /// Messages of somebody's lie in a queue through which nothing of ours has gone yet.
    #[error("{0} messages from before lie in the gateway's queue")]
    QueueLeft(usize),
    /// It was asked to throw its queue away and says that it did not.
    #[error("the gateway did not clear its queue: {0}")]
    NotCleared(String),
    /// 5xx and 499.
    #[error("the gateway is out of order (HTTP {status})")]
    Server { status: u16 },
    /// The gateway refuses this very message.
    #[error("the gateway refused the message: {0}")]
    Refused(String),
    /// An answer that cannot be read.
    #[error("the gateway gave an answer that cannot be read: {0}")]
    Unreadable(String),
}

/// What can become of a look into the keyring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// It is locked and nobody unlocked it.
    #[error("the keyring is locked")]
    Locked,
    /// There is none on this computer or in this session.
    #[error("there is no keyring: {0}")]
    Absent(String),
    /// It did not answer in time.
    #[error("the keyring does not answer")]
    TimedOut,
    /// What was written did not come back: it stores nothing.
    #[error("the keyring does not keep what is stored in it")]
    NotKept,
    /// More than one entry has the secret's name, and they may differ.
    #[error("{entries} entries of the keyring have this name")]
    Ambiguous { entries: usize },
    /// Too long for one entry.
    #[error("the secret is too long for the keyring (at most {limit} bytes)")]
    TooLong { limit: usize },
    /// Anything else it said.
    #[error("the keyring refused: {0}")]
    Refused(String),
}

/// Whom a fault concerns. One alarm a subject is shown at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A branch, by its number.
    Branch(i64),
    /// The messaging gateway.
    Gateway,
    /// The keyring.
    Keyring,
    /// Database and data directory.
    Storage,
    /// This computer's clock.
    Clock,
    /// The shop as a whole: who writes for it.
    Shop,
    /// A part of the program itself.
    Program(Part),
}

/// A thing that needs a person, or time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub subject: Subject,
    pub code: FaultCode,
    /// What exactly happened, in English, for the log and the small print.
    pub detail: String,
}

closed_set! {
    /// The closed set of faults. `words` has what happened, what it means and what to do, for each.
    FaultCode {
        YclientsOffline = "yclients_offline",
        YclientsPartnerToken = "yclients_partner_token",
        YclientsUserToken = "yclients_user_token",
        YclientsRights = "yclients_rights",
        YclientsBranchUnknown = "yclients_branch_unknown",
        YclientsRateLimited = "yclients_rate_limited",
        YclientsOutOfOrder = "yclients_out_of_order",
        YclientsIntercepted = "yclients_intercepted",
        YclientsRefused = "yclients_refused",
        YclientsUnreadable = "yclients_unreadable",
        ClockWrong = "clock_wrong",
        ClockCorrected = "clock_corrected",
        ClockDisputed = "clock_disputed",
        TimeZoneUnknown = "time_zone_unknown",
        GatewayOffline = "gateway_offline",
        GatewayToken = "gateway_token",
        GatewayInstance = "gateway_instance",
        GatewayStarting = "gateway_starting",
        GatewayNotLinked = "gateway_not_linked",
        GatewayExpired = "gateway_expired",
        GatewayRestricted = "gateway_restricted",
        GatewayRateLimited = "gateway_rate_limited",
        GatewayQuota = "gateway_quota",
        GatewayCheckLimit = "gateway_check_limit",
        GatewayWebhookSet = "gateway_webhook_set",
        GatewayQueueLeft = "gateway_queue_left",
        GatewayNotCleared = "gateway_not_cleared",
        GatewaySettings = "gateway_settings",
        GatewayOutOfOrder = "gateway_out_of_order",
        GatewayRefused = "gateway_refused",
        AnotherMonitor = "another_monitor",
        GatewayManyFirstContacts = "gateway_many_first_contacts",
        SecretMissing = "secret_missing",
        KeyringLocked = "keyring_locked",
        KeyringAbsent = "keyring_absent",
        KeyringTimedOut = "keyring_timed_out",
        KeyringNotKept = "keyring_not_kept",
        KeyringAmbiguous = "keyring_ambiguous",
        KeyringRefused = "keyring_refused",
        StorageFull = "storage_full",
        StorageReadOnly = "storage_read_only",
        StorageBusy = "storage_busy",
        StorageCorrupt = "storage_corrupt",
        StorageNewer = "storage_newer",
        StorageFailed = "storage_failed",
        StorageRestored = "storage_restored",
        StorageCopied = "storage_copied",
        StorageUnfamiliar = "storage_unfamiliar",
        PartStumbled = "part_stumbled",
    }
}

/// A server's wish to be left alone, for an hour at the most: it may ask for anything.
pub(crate) fn bounded(wish: Option<Duration>) -> Option<Duration> {
    wish.map(|wish| wish.min(Duration::from_hours(1)))
}

impl BookingsError {
    /// What it means at the desk.
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Offline(_) => FaultCode::YclientsOffline,
            Self::Certificate(_) => FaultCode::ClockWrong,
            Self::PartnerToken(_) => FaultCode::YclientsPartnerToken,
            Self::UserToken(_) => FaultCode::YclientsUserToken,
            Self::Rights(_) => FaultCode::YclientsRights,
            Self::NotFound(_) => FaultCode::YclientsBranchUnknown,
            Self::RateLimited { .. } => FaultCode::YclientsRateLimited,
            Self::Server { .. } => FaultCode::YclientsOutOfOrder,
            Self::Intercepted { .. } => FaultCode::YclientsIntercepted,
            Self::Refused(_) => FaultCode::YclientsRefused,
            Self::SecretMissing(_) => FaultCode::SecretMissing,
            Self::Secrets(error) => error.code(),
            Self::Unreadable(_) => FaultCode::YclientsUnreadable,
        }
    }

    /// Asking again soon changes nothing: polling stops until a person acts, and is tried again rarely.
    pub const fn needs_a_person(&self) -> bool {
        matches!(self, Self::PartnerToken(_) | Self::UserToken(_) | Self::Rights(_) | Self::SecretMissing(_))
    }

    /// No branch with these tokens can be read.
    pub const fn is_about_tokens(&self) -> bool {
        matches!(self, Self::PartnerToken(_) | Self::UserToken(_))
    }

    /// It says nothing about other bookings: they can be asked for all the same.
    pub const fn is_about_one_booking(&self) -> bool {
        matches!(self, Self::Rights(_) | Self::NotFound(_) | Self::Refused(_) | Self::Unreadable(_))
    }

    /// For the log. A server's own words may repeat what they were said about, so they
    /// stay in the database, where the desk reads them.
    pub fn in_log(&self) -> String {
        match self {
            Self::PartnerToken(_)
            | Self::UserToken(_)
            | Self::Rights(_)
            | Self::NotFound(_)
            | Self::Refused(_) => self.code().as_str().to_owned(),
            own => own.to_string(),
        }
    }

    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after }
            | Self::Server { retry_after, .. }
            | Self::Intercepted { retry_after, .. } => bounded(*retry_after),
            _ => None,
        }
    }
}

impl MessengerError {
    /// What it means at the desk.
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Offline(_) | Self::Overslept | Self::NoAnswer(_) => FaultCode::GatewayOffline,
            Self::Certificate(_) => FaultCode::ClockWrong,
            Self::SecretMissing(_) => FaultCode::SecretMissing,
            Self::Secrets(error) => error.code(),
            Self::Token => FaultCode::GatewayToken,
            Self::Instance { .. } => FaultCode::GatewayInstance,
            Self::Starting => FaultCode::GatewayStarting,
            Self::NotAuthorised => FaultCode::GatewayNotLinked,
            Self::Expired(_) => FaultCode::GatewayExpired,
            Self::Suspended => FaultCode::GatewayRestricted,
            Self::RateLimited { .. } => FaultCode::GatewayRateLimited,
            Self::Quota => FaultCode::GatewayQuota,
            Self::CheckLimit => FaultCode::GatewayCheckLimit,
            Self::WebhookSet => FaultCode::GatewayWebhookSet,
            Self::QueueLeft(_) => FaultCode::GatewayQueueLeft,
            Self::NotCleared(_) => FaultCode::GatewayNotCleared,
            Self::Server { .. } | Self::Unreadable(_) => FaultCode::GatewayOutOfOrder,
            Self::Refused(_) => FaultCode::GatewayRefused,
        }
    }

    /// It says that the account itself cannot send, whatever was asked.
    pub const fn is_about_the_account(&self) -> bool {
        matches!(
            self,
            Self::SecretMissing(_)
                | Self::Secrets(_)
                | Self::Token
                | Self::Starting
                | Self::NotAuthorised
                | Self::Expired(_)
                | Self::Suspended
        )
    }

    /// For the log, as [`BookingsError::in_log`].
    pub fn in_log(&self) -> String {
        match self {
            Self::Expired(_) | Self::NotCleared(_) | Self::Refused(_) => self.code().as_str().to_owned(),
            own => own.to_string(),
        }
    }

    /// How long the gateway asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => bounded(*retry_after),
            _ => None,
        }
    }
}

impl SecretsError {
    /// What it means at the desk.
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Locked => FaultCode::KeyringLocked,
            Self::Absent(_) => FaultCode::KeyringAbsent,
            Self::TimedOut => FaultCode::KeyringTimedOut,
            Self::NotKept => FaultCode::KeyringNotKept,
            Self::Ambiguous { .. } => FaultCode::KeyringAmbiguous,
            Self::TooLong { .. } | Self::Refused(_) => FaultCode::KeyringRefused,
        }
    }
}
