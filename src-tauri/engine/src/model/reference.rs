//! The naive reference: what people said and what the program was shown.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};

use crate::booking::{Booking, BookingId};
use crate::notification::NotificationId;

/// The model's quiet hours, when they are on.
pub(super) const QUIET: [(u32, u32); 2] = [(12, 8), (12, 30)];

/// A booking in one of its copies: what is told once.
pub(super) type Told = (BookingId, i64);

/// What is kept of a booking, should YClients forget it.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    pub created_at: Option<DateTime<Utc>>,
    /// Every start it ever had, on the branch's wall clock.
    pub starts: Vec<NaiveDateTime>,
    pub vanished: bool,
}

/// A stretch of true time, and the last line of the audit that was written in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub up_to: i64,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// A pause that holds, by the clock it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pausing {
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

#[derive(Debug, Default)]
pub(super) struct Reference {
    pub past: BTreeMap<BookingId, Past>,
    /// What the program was last shown of a booking by itself, and when it began to ask.
    pub seen: BTreeMap<BookingId, (Duration, Option<Booking>)>,
    /// The last words a person saved.
    pub saved: BTreeMap<NotificationId, String>,
    /// Told by a person not to go, and not let go since.
    pub stopped: BTreeSet<Told>,
    /// An open editor: until when by the true time, and since when.
    pub editors: BTreeMap<NotificationId, (DateTime<Utc>, Duration)>,
    /// A person let a message of unknown outcome go again, so often.
    pub again: BTreeMap<Told, usize>,
    pub reached: BTreeMap<Told, usize>,
    pub paused: bool,
    pub pausing: Option<Pausing>,
    /// More than five that came due in one pause: none of them leaves by itself.
    pub crowds: Vec<BTreeSet<NotificationId>>,
    pub opted_out: BTreeSet<String>,
    pub imported: BTreeSet<BookingId>,
    /// Of these the gateway said that they have no account.
    pub without_account: BTreeSet<String>,
    /// When the owner last changed a setting: the program hears of it within a second.
    pub settings_changed_at: Option<Duration>,
    /// Every message was to wait for a person at some time.
    pub ever_manual: bool,
    /// Somebody set the computer's clock at some time.
    pub clock_was_set: bool,
    /// When lines of the audit were written, by the true time.
    pub spans: Vec<Span>,
    /// Up to here the audit has been judged.
    pub judged_up_to: i64,
    /// What the message on its way is about.
    pub on_its_way: Vec<Told>,
    pub violations: Vec<String>,
}

impl Reference {
    /// Remembers when a booking was made, and for when.
    pub(super) fn note(&mut self, booking: &Booking) {
        let past = self.past.entry(booking.id).or_default();
        past.created_at = booking.created_at;
        past.starts.extend(booking.starts_local);
    }

    /// When a line of the audit was written, by the true time.
    pub(super) fn span_of(&self, event: i64) -> Option<Span> {
        self.spans.iter().find(|span| event <= span.up_to).copied()
    }

    /// The message on its way is at the gateway.
    pub(super) fn arrived(&mut self) {
        for told in std::mem::take(&mut self.on_its_way) {
            let reached = self.reached.entry(told).or_default();
            *reached += 1;
            if *reached > 1 + self.again.get(&told).copied().unwrap_or_default() {
                self.violations.push(format!("{told:?} is told twice"));
            }
        }
    }
}

/// Whether a branch's wall clock is in the quiet hours.
pub(super) fn is_quiet(local: NaiveDateTime) -> bool {
    let [from, until] = QUIET.map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
    (from..until).contains(&local.time())
}
