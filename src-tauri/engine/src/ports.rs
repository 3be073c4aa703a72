//! What the engine asks of the world.
//!
//! The crates beside this one implement these traits; tests implement them by
//! hand. Nothing here retries: a call is one request (a listing: one request a
//! page), and the engine alone decides what happens next.

mod memory;
mod permit;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use secrecy::SecretString;

use crate::booking::{Booking, BookingId, BranchFacts, CompanyId, Unread};
pub use crate::clock::{Clock, Moment};
pub use crate::error::{BookingsError, MessengerError, SecretsError};
pub use memory::{MarksInMemory, SecretsInMemory};
pub use permit::Permit;

/// Where bookings come from: YClients or Altegio.
#[async_trait]
pub trait Bookings: Send + Sync {
    /// Every booking that fits `query`, all pages. Fails whole: a listing with a
    /// page missing is never returned, for a missing row reads as a vanished one.
    async fn list(&self, company: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError>;

    /// One booking, ahead of any listing that waits for its turn. Asked just
    /// before a message leaves.
    async fn get(&self, company: CompanyId, id: BookingId) -> Result<Lookup, BookingsError>;

    /// Title, address and zone of a branch.
    async fn branch(&self, company: CompanyId) -> Result<BranchAnswer, BookingsError>;

    /// What the users of a branch are called, each by number. A source that knows no names has none.
    async fn user_names(&self, company: CompanyId) -> Result<Vec<(i64, String)>, BookingsError> {
        let _ = company;
        Ok(Vec::new())
    }
}

/// Which bookings to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookingQuery {
    /// Visits on this day of the branch or later, deleted ones left out.
    VisitsFrom(NaiveDate),
    /// Written on these days of the branch, both included, deleted ones too.
    Created {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// Written or changed since this moment of the branch's wall clock, deleted ones too.
    ChangedAfter(NaiveDateTime),
    /// Visits of one client on these days of the branch, both included, deleted ones too.
    /// Like [`Bookings::get`] it goes ahead of every other listing: it is the last check of a
    /// message about many visits.
    OfClient {
        /// The card's number; a booking without a card has none, and cannot be asked for so.
        client: i64,
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
}

/// A complete answer to a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// What could be read, each booking once.
    pub bookings: Vec<Booking>,
    /// What could not be read, by its id where that was legible.
    pub unreadable: Vec<Unread>,
    /// The server's clock (the `Date` of the first page's answer), when it said.
    pub server_time: Option<DateTime<Utc>>,
}

/// What became of one booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It is there (it may be marked deleted).
    Found(Box<Booking>),
    /// The server does not know it (any more).
    Gone,
}

/// A branch's facts with the server's clock beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchAnswer {
    pub facts: BranchFacts,
    /// The answer's `Date`: a baseline is an instant of the server's clock.
    pub server_time: Option<DateTime<Utc>>,
}

/// Who carries messages.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Names gateway and account, such as `green-api:1103000001`. A queued row
    /// remembers it: the message of one account never leaves through another.
    fn instance(&self) -> &str;

    /// Whether the account can send now.
    async fn state(&self) -> Result<GatewayState, MessengerError>;

    /// What of the account's own settings is not as it must be, each by the gateway's name for it; empty
    /// where all is well or the gateway has none.
    async fn amiss(&self) -> Result<Vec<String>, MessengerError> {
        Ok(Vec::new())
    }

    /// Whether the number (E.164, `+79161234567`) has an account on the channel.
    async fn check_number(&self, phone: &str) -> Result<NumberCheck, MessengerError>;

    /// Sends `text` to the number. One request on a fresh connection, never repeated here.
    ///
    /// When the connection stands and `permit` no longer holds, nothing is written, and the
    /// answer is [`SendOutcome::NotSent`] with [`MessengerError::Overslept`].
    async fn send(&self, phone: &str, text: &str, permit: &Permit) -> SendOutcome;

    /// The next thing the gateway wants to tell, waiting up to `wait` for one.
    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError>;

    /// Tells the gateway that the thing with this receipt is stored. Unknown receipts are no error.
    async fn acknowledge(&self, receipt: i64) -> Result<(), MessengerError>;

    /// The chat with a number, where an answer about that number named both and the chat's own name hides
    /// the number. Nothing is asked for it.
    fn chat_of(&self, phone: &str) -> Option<String> {
        let _ = phone;
        None
    }

    /// Delivery of one sent message, by its id.
    async fn delivery(&self, phone: &str, id: &str) -> Result<DeliveryWord, MessengerError>;

    /// Messages accepted and not yet sent.
    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError>;

    /// Throws away everything the gateway has accepted and not yet sent, whoever
    /// gave it. Err: it may have been thrown away or not.
    async fn clear_queue(&self) -> Result<(), MessengerError>;

    /// What the account carries where a shop's mark may stand (see [`crate::shop_mark`]); None where
    /// there is no such place, or it is in use for something else.
    async fn shop_mark(&self) -> Result<Option<String>, MessengerError> {
        Ok(None)
    }

    /// Messages sent to the number lately, by the gateway's journal (it may lag by two minutes).
    async fn journal(&self, phone: &str) -> Result<Vec<SentMessage>, MessengerError>;
}

/// Whether the account can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayState {
    /// Linked and working.
    Authorised,
    /// The phone must be linked (again).
    NotAuthorised,
    /// Rebooting; takes up to five minutes.
    Starting,
    /// The linked phone is switched off.
    SleepMode,
    /// WhatsApp limits the account for suspected spam.
    YellowCard,
    /// WhatsApp banned the account.
    Blocked,
    /// WhatsApp restricts the account for a time.
    Suspended,
    /// A word we do not know: not ready.
    Unknown(String),
}

/// Whether a number has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberCheck {
    Exists,
    Absent,
}

/// The fate of one attempt. There are four and no fifth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The gateway took it under this id.
    Accepted { id: String },
    /// For certain not sent: no byte of the request was written, or the gateway said so.
    NotSent {
        /// When the gateway asked to be left alone for a while.
        retry_after: Option<Duration>,
        /// What stood in the way.
        error: MessengerError,
    },
    /// For certain not sent, and trying again would not help.
    Rejected { error: MessengerError },
    /// The request may have arrived. Never repeated by the program.
    Ambiguous { why: String },
}

/// One thing a gateway pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// What [`Messenger::acknowledge`] wants.
    pub receipt: i64,
    pub event: GatewayEvent,
    /// The chat it is about, where its name hides the number; else empty.
    pub chat: String,
    /// The id of the message that it answers, where it says; else empty.
    pub answers: String,
    /// As it came.
    pub raw: String,
}

impl Pushed {
    /// Something about a chat whose name is its number.
    pub const fn new(receipt: i64, event: GatewayEvent) -> Self {
        Self { receipt, event, chat: String::new(), answers: String::new(), raw: String::new() }
    }
}

/// What gateways push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayEvent {
    /// A message left the account by its API: ours, or another program's.
    Echo(SentMessage),
    /// Delivery moved on.
    Delivery { id: String, phone: String, status: DeliveryStatus, at: Option<DateTime<Utc>>, detail: String },
    /// The account's state changed.
    State(GatewayState),
    /// Somebody wrote to the shop.
    Incoming { phone: String, text: String, at: Option<DateTime<Utc>> },
    /// Something this program has no use for; acknowledged and forgotten.
    Other { kind: String },
    /// Something it should have a use for and cannot read: kept as it came.
    Unreadable { kind: String },
}

impl GatewayEvent {
    /// What it tells, in a word.
    pub fn kind(&self) -> &str {
        match self {
            Self::Echo(_) => "echo",
            Self::Delivery { .. } => "delivery",
            Self::State(_) => "state",
            Self::Incoming { .. } => "incoming",
            Self::Other { kind } | Self::Unreadable { kind } => kind,
        }
    }
}

/// What a gateway says of one sent message that it is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryWord {
    /// It has no word of it.
    Nothing,
    /// An entry with nothing in it. So it stands of a number without an account, and so it may stand of
    /// any message whose entry is not written yet.
    Shell,
    Status(DeliveryStatus),
}

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStatus {
    /// In the gateway's queue.
    Pending,
    /// Left the gateway.
    Sent,
    Delivered,
    Read,
    /// The number has no account on the channel.
    NoAccount,
    /// The channel refused it.
    Failed,
}

/// A message as a gateway's echo, queue or journal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub id: String,
    /// E.164, or empty when the gateway named the chat in a way that has no number.
    pub phone: String,
    pub text: String,
    pub at: Option<DateTime<Utc>>,
    /// Sent by the account's API, not typed on the phone.
    pub by_api: bool,
    /// How far it came, where the source says.
    pub status: Option<DeliveryStatus>,
}

/// What the program remembers outside its database, beside the secrets: no
/// credential, set by no person and shown by no list. By names of the engine's.
#[async_trait]
pub trait Marks: Send + Sync {
    /// None when nothing is kept under the name.
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError>;
    /// Keeps or replaces; at most 1280 characters.
    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError>;
    /// Removes; false when there was nothing.
    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError>;
}

/// Where credentials lie: the operating system's keyring, one entry each.
#[async_trait]
pub trait Secrets: Marks {
    /// None when nothing is stored under the name.
    async fn get(&self, name: SecretName) -> Result<Option<SecretString>, SecretsError>;
    /// Stores or replaces.
    async fn set(&self, name: SecretName, value: SecretString) -> Result<(), SecretsError>;
    /// Removes; false when there was nothing.
    async fn remove(&self, name: SecretName) -> Result<bool, SecretsError>;
}

/// Every secret the program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// `yclients.partner-token`
    YclientsPartnerToken,
    /// `yclients.user-token`
    YclientsUserToken,
    /// `green-api.token`
    GreenApiToken,
}

impl SecretName {
    /// Every name, in the order they are set up.
    pub const ALL: [Self; 3] = [Self::YclientsPartnerToken, Self::YclientsUserToken, Self::GreenApiToken];

    /// The name in the keyring and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::YclientsPartnerToken => "yclients.partner-token",
            Self::YclientsUserToken => "yclients.user-token",
            Self::GreenApiToken => "green-api.token",
        }
    }

    /// The reverse of [`SecretName::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// The screen of the reception computer, as far as the engine speaks to it.
pub trait Desktop: Send + Sync {
    /// Something needs a person. Called once when it begins, not at every poll.
    fn alarm(&self, fault: &crate::error::Fault);
    /// It is over. Called whether or not there was an alarm.
    fn all_clear(&self, subject: crate::error::Subject);
    /// Another process asks for the window, on this page. False when it is not for this process to
    /// show: then the request stays open, for a window that is there already or for whoever asked.
    fn show_window(&self, page: &str) -> bool;
}
