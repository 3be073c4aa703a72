//! A notification: one message about one visit, or several made together.
//!
//! [`State`] has the words of the life cycle, [`Reason`] says why a row is where
//! it is, and [`life`] is the only code that moves a row from one to another.
//! All of it is pure; the database and the clock are elsewhere.

pub mod acts;
mod event;
pub mod life;
mod remade;
pub mod standing;
mod state;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::booking::CompanyId;
pub use event::{Event, RemakeCause, Revival};
pub use life::{Refusal, apply};
pub use state::{Kind, Reason, State};

/// The longest text a message may have, in characters: what every channel carries.
pub const TEXT_LIMIT: usize = 4096;

/// A closed editor's message still waits this long, for the hand that closed it.
pub const AFTER_LEASE: TimeDelta = TimeDelta::seconds(10);

/// More than this after its time a message goes out only by a person's word.
pub const LATE_AFTER: TimeDelta = TimeDelta::minutes(5);

/// What became right again longer than this after its time asks a person.
pub const AGAIN_AFTER: TimeDelta = TimeDelta::hours(12);

/// The remake at which a message that keeps changing waits for a person.
pub const MOST_REMAKES: i64 = 4;

/// So long after its first time it is no longer made anew by itself either.
pub const CHANGING_FOR: TimeDelta = TimeDelta::minutes(10);

/// The same as [`LATE_AFTER`] for a message that merely waits for its turn behind others.
pub const LATE_IN_LINE: TimeDelta = TimeDelta::minutes(15);

/// The detail of a row that an import named as the bot's own: a person's word, which stays.
pub const IMPORTED: &str = "imported";

/// A notification's number in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct NotificationId(pub i64);

impl std::fmt::Display for NotificationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A row of the outbox. The columns are described in `schema.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the row has")]
pub struct Notification {
    pub id: NotificationId,
    pub kind: Kind,
    pub copy: i64,
    pub company: CompanyId,
    pub state: State,
    pub reason: Reason,
    pub detail: String,
    pub revision: i64,
    pub version: i64,
    pub instance: String,
    pub client_id: i64,
    pub client_name: String,
    pub phone: String,
    pub starts_at: DateTime<Utc>,
    pub text: String,
    pub edited_by: String,
    pub proposed_text: Option<String>,
    pub draft: Option<String>,
    pub lease_by: String,
    pub lease_until: Option<DateTime<Utc>>,
    pub held: bool,
    pub released: bool,
    /// A person asked for it though the program would not have written.
    pub wanted: bool,
    /// What it was when the program ended it by itself; None for what was never more than skipped.
    pub was: Option<Was>,
    /// This version's rules ended it: judged again when what it was judged by changes.
    pub judged: bool,
    /// Its client was forgotten: it stays what it is.
    pub forgotten: bool,
    /// When it would have gone out at first.
    pub first_due_at: Option<DateTime<Utc>>,
    /// Made anew so often in a row, without a person.
    pub remakes: i64,
    /// Its time before the first of these.
    pub changing_at: Option<DateTime<Utc>>,
    pub gap_at: Option<DateTime<Utc>>,
    pub booked_at: Option<DateTime<Utc>>,
    pub enqueued_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub next_try_at: DateTime<Utc>,
    pub tries: i64,
    pub checked_at: Option<DateTime<Utc>>,
    pub checked_revision: Option<i64>,
    pub cancel_asked_by: String,
    pub claimed_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub followed_at: Option<DateTime<Utc>>,
    pub gateway_id: String,
    pub changed_after_sent: String,
}

/// An open row as it was before the program ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Was {
    pub state: State,
    pub reason: Reason,
    pub detail: String,
}

/// What the program would say, and to whom: made from bookings, never typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub text: String,
    /// E.164.
    pub phone: String,
    pub client_id: i64,
    pub client_name: String,
    /// The earliest of the visits.
    pub starts_at: DateTime<Utc>,
}

impl Notification {
    /// A new row in `state`, not yet in the database: it has no number, and is due at once.
    pub fn new(kind: Kind, company: CompanyId, state: State, made: Made, now: DateTime<Utc>) -> Self {
        Self {
            id: NotificationId(0),
            kind,
            copy: 0,
            company,
            state,
            reason: Reason::None,
            detail: String::new(),
            revision: 1,
            version: 1,
            instance: String::new(),
            client_id: made.client_id,
            client_name: made.client_name,
            phone: made.phone,
            starts_at: made.starts_at,
            text: made.text,
            edited_by: String::new(),
            proposed_text: None,
            draft: None,
            lease_by: String::new(),
            lease_until: None,
            held: false,
            released: false,
            wanted: false,
            was: None,
            judged: true,
            forgotten: false,
            first_due_at: None,
            remakes: 0,
            changing_at: None,
            gap_at: None,
            booked_at: None,
            enqueued_at: now,
            due_at: now,
            next_try_at: DateTime::UNIX_EPOCH,
            tries: 0,
            checked_at: None,
            checked_revision: None,
            cancel_asked_by: String::new(),
            claimed_at: None,
            accepted_at: None,
            delivered_at: None,
            read_at: None,
            finished_at: state.is_over().then_some(now),
            followed_at: None,
            gateway_id: String::new(),
            changed_after_sent: String::new(),
        }
    }

    /// What it says, and to whom.
    pub fn into_made(self) -> Made {
        Made {
            text: self.text,
            phone: self.phone,
            client_id: self.client_id,
            client_name: self.client_name,
            starts_at: self.starts_at,
        }
    }

    /// Whether nothing but bookkeeping changed since `other` was read.
    pub fn same_life(&self, other: &Self) -> bool {
        self.state == other.state
            && self.revision == other.revision
            && self.held == other.held
            && self.due_at == other.due_at
            && self.lease_until == other.lease_until
    }

    /// Whether the program ended it by itself and looks at it again when what it was judged by changes.
    pub fn may_come_back(&self) -> bool {
        let ended = matches!(self.state, State::Skipped | State::Expired | State::Cancelled);
        ended && self.reason.is_judged_again() && !self.forgotten
    }

    /// Whether it became right so late that a person should say.
    pub fn is_long_past(&self, now: DateTime<Utc>) -> bool {
        let since = self.first_due_at.or(self.booked_at).unwrap_or(self.enqueued_at);
        now - since > AGAIN_AFTER
    }

    /// Whether a person wrote the text.
    pub fn is_edited(&self) -> bool {
        !self.edited_by.is_empty()
    }

    /// Whether somebody has the editor open, or closed it a moment ago.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| now < until + AFTER_LEASE)
    }

    /// The instant late counts from: its time, or the end of an editor's hold on it.
    pub fn punctual_at(&self) -> DateTime<Utc> {
        self.lease_until.map_or(self.due_at, |until| self.due_at.max(until + AFTER_LEASE))
    }

    /// The first instant it may be claimed, unless a person holds it.
    pub fn ready_at(&self) -> DateTime<Utc> {
        self.punctual_at().max(self.next_try_at)
    }

    /// What time alone does to the row: nothing, or an event to apply.
    ///
    /// `stalled` says that the whole queue cannot move (paused, offline, gateway
    /// not ready); a row that merely waits for its turn has longer.
    pub fn fate(&self, now: DateTime<Utc>, stalled: bool) -> Option<Event> {
        let open = matches!(self.state, State::Queued | State::Waiting | State::Failed);
        if open && self.kind == Kind::Confirmation && now >= self.starts_at {
            return Some(Event::Expire { reason: Reason::Begun });
        }
        // A test message is for the person who asked for it and still looks on.
        if self.kind == Kind::Test && self.state == State::Queued && now > self.due_at + LATE_AFTER {
            return Some(Event::Expire { reason: Reason::Late });
        }
        if self.state != State::Queued || self.held || self.released || self.is_leased(now) {
            return None;
        }
        let alone_in_line = !stalled && self.reason == Reason::None;
        let limit = if alone_in_line { LATE_IN_LINE } else { LATE_AFTER };
        (now > self.punctual_at() + limit)
            // What held it up until now stays in the small print.
            .then(|| Event::Wait { reason: Reason::Late, detail: self.detail.clone() })
    }
}

#[cfg(test)]
mod tests;
