//! A booking as the engine sees it, whoever's wire it came over.

mod unread;

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::visit::instant;

pub use unread::{Flaw, FlawKind, Unread};

/// A branch's number in YClients (`company_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompanyId(pub i64);

/// A booking's number in YClients (record `id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BookingId(pub i64);

impl fmt::Display for CompanyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One booking, read whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    pub id: BookingId,
    pub company: CompanyId,
    /// When it was written into the system, by the server's clock (`create_date`).
    pub created_at: Option<DateTime<Utc>>,
    /// The same where it came without a zone: on the branch's wall clock. See [`Booking::in_zone`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_local: Option<NaiveDateTime>,
    /// When it last changed, by the server's clock (`last_change_date`).
    pub changed_at: Option<DateTime<Utc>>,
    /// The same where it came without a zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_local: Option<NaiveDateTime>,
    /// The visit's start on the branch's wall clock (`date`). The offset that
    /// comes beside it can be wrong across a daylight-saving change, so the
    /// branch's own zone makes the instant.
    pub starts_local: Option<NaiveDateTime>,
    /// Made by the client: widget, application, catalogue.
    pub online: bool,
    /// The user who wrote it; 0 when nobody of the staff did.
    pub created_by: i64,
    pub deleted: bool,
    pub attendance: Attendance,
    /// None for a time block, or a walk-in without a card.
    pub client: Option<Client>,
    pub staff: Option<Staff>,
    pub services: Vec<Service>,
    /// YClients itself was told to write to the client on creation (`sms_now`, `email_now`).
    pub own_notice: bool,
}

impl Booking {
    /// What came without a zone is in the branch's.
    pub fn in_zone(&mut self, zone: Tz) {
        let at = |local: NaiveDateTime| instant(zone, local);
        self.created_at = self.created_at.or(self.created_local.take().map(at));
        self.changed_at = self.changed_at.or(self.changed_local.take().map(at));
    }
}

/// What became of the visit (`attendance`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// −1: did not come, or cancelled.
    Cancelled,
    /// 0.
    Waiting,
    /// 1: the client is or was there.
    Came,
    /// 2.
    Confirmed,
}

/// The client as the booking names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// 0 when the booking carries no card.
    pub id: i64,
    /// As the booking shows it; may be empty.
    pub name: String,
    /// As typed by the staff; may be hidden by stars, empty or nonsense.
    pub phone: String,
}

/// The master.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub id: i64,
    pub name: String,
}

/// One line of what was booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Service {
    pub id: i64,
    pub title: String,
    pub amount: i64,
    /// What the client pays for the line after discounts, in hundredths.
    pub price: i64,
}

/// What is known of a branch, for texts and time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BranchFacts {
    pub title: String,
    pub address: String,
    pub city: String,
    pub phone: String,
    /// An IANA name such as `Europe/Moscow`; empty when the server did not say.
    pub time_zone: String,
    /// What stands behind a price (`р`, `₸`); empty when the server did not say.
    #[serde(default)]
    pub currency: String,
}

impl BranchFacts {
    /// A zone that cannot be read says nothing: the one that was known before serves. A branch with
    /// none at all is told nothing about.
    #[must_use]
    pub fn or_zone_of(mut self, before: &Self) -> Self {
        let is_zone = |name: &str| name.parse::<chrono_tz::Tz>().is_ok();
        if !is_zone(&self.time_zone) && is_zone(&before.time_zone) {
            self.time_zone.clone_from(&before.time_zone);
        }
        self
    }
}
