//! Rule 14: the reason that a row shows is true now.
//!
//! For each reason what must be so, of the row's own bookings as YClients has them now, by
//! the true time and by the settings of now. Nothing here knows how a row came to its reason.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::history::Line;
use super::reference::{Past, is_quiet};
use super::world::{World, facts, moscow};
use crate::booking::{Attendance, Booking, BookingId, BranchFacts};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::fakes::COMPANY;
use crate::notification::{Notification, Reason, State};
use crate::outbox::{Link, is_opted_out};
use crate::settings::Settings;

/// The world as it is in the end.
pub(super) struct Now {
    pub at: DateTime<Utc>,
    slack: TimeDelta,
    settings: Settings,
    facts: BranchFacts,
    bookings: BTreeMap<BookingId, Booking>,
    past: BTreeMap<BookingId, Past>,
    imported: BTreeSet<BookingId>,
    without_account: BTreeSet<String>,
    /// Numbers on the list.
    opted_out: BTreeSet<String>,
    baseline_at: DateTime<Utc>,
}

impl Now {
    pub(super) fn of(world: &World, baseline_at: DateTime<Utc>) -> Self {
        let (at, slack) = (world.server_time(), world.slack());
        let inner = world.inner();
        let numbers =
            inner.bookings.values().filter_map(|booking| Some(booking.client.as_ref()?.phone.clone()));
        let is_listed = |phone: &String| {
            let listed = world.window.db().read(|connection| is_opted_out(connection, phone));
            listed.unwrap_or_else(|error: StorageError| panic!("{error}"))
        };
        Self {
            at,
            slack,
            settings: inner.settings.clone(),
            facts: facts(),
            bookings: inner.bookings.clone(),
            past: inner.reference.past.clone(),
            imported: inner.reference.imported.clone(),
            without_account: inner.reference.without_account.clone(),
            opted_out: numbers.filter(is_listed).collect(),
            baseline_at,
        }
    }

    fn branch(&self) -> Option<Branch<'_>> {
        Branch::new(&self.settings, COMPANY, &self.facts).ok()
    }

    /// Everything for which a booking is not worth a message, each of it true. `slack` is given
    /// in favour of what time does.
    fn obstacles(&self, id: BookingId, slack: TimeDelta) -> Vec<Reason> {
        let Some(booking) = self.bookings.get(&id) else { return vec![Reason::InYclients] };
        let Some(branch) = self.branch() else { return vec![Reason::SettingsChanged] };
        let mut found = Vec::new();
        let mut note = |holds: bool, reason| found.extend(holds.then_some(reason));
        note(booking.deleted || booking.attendance == Attendance::Cancelled, Reason::InYclients);
        note(booking.attendance == Attendance::Came, Reason::Came);
        let start = branch.starts_at(booking);
        note(start.is_none(), Reason::NoStart);
        note(start.is_some_and(|start| start <= self.at + slack), Reason::Begun);
        let lead = self.settings.min_lead;
        note(start.is_some_and(|start| start < self.at + lead + slack), Reason::TooSoon);
        note(branch.is_bot(booking.created_by) || self.imported.contains(&id), Reason::Bot);
        note(booking.online, Reason::Online);
        note(booking.created_by <= 0, Reason::NoAuthor);
        note(booking.created_at.is_none_or(|at| at < self.baseline_at), Reason::BeforeBaseline);
        match booking.client.as_ref().map(|client| client.phone.as_str()) {
            None => note(true, Reason::NoClient),
            Some(raw) => {
                if let Err(reason) = branch.phone(raw) {
                    note(true, reason);
                }
                note(is_stand_in(raw, &self.facts.phone), Reason::Placeholder);
                note(self.opted_out.contains(raw), Reason::OptedOut);
            }
        }
        found
    }

    /// Whether the booking is worth a message, beyond all doubt about the clock.
    pub(super) fn is_worth(&self, id: BookingId) -> bool {
        self.obstacles(id, self.slack).is_empty()
    }

    /// Whether nobody can be written to about it, whoever asks: what an open row may not stand on.
    pub(super) fn is_over(&self, id: BookingId, wanted: bool) -> bool {
        let soft =
            [Reason::TooSoon, Reason::Online, Reason::NoAuthor, Reason::BeforeBaseline, Reason::Placeholder];
        // A tick binds what is new; a person's word may stand above it. An import binds all.
        let imported = self.imported.contains(&id);
        // Who asks for it all the same may do so of a client who is marked as there.
        let asked = |reason: &Reason| wanted && *reason == Reason::Came;
        let hard = |reason: &Reason| {
            !soft.contains(reason) && !asked(reason) && (*reason != Reason::Bot || imported)
        };
        self.obstacles(id, -self.slack - TimeDelta::seconds(5)).iter().any(hard)
    }

    pub(super) fn was_made_after_the_baseline(&self, id: BookingId) -> bool {
        let past = &self.past[&id];
        !past.vanished && past.created_at.is_some_and(|at| at >= self.baseline_at)
    }

    /// Whether what the row says of itself is so.
    pub(super) fn is_true(&self, row: &Notification, links: &[Link], history: &[Line]) -> bool {
        let some = |reason: Reason| {
            links.iter().any(|link| self.obstacles(link.booking, self.slack).contains(&reason))
        };
        let in_text = || links.iter().filter(|link| !link.dropped);
        // A booking that is gone without a word, in no listing and by no address, is missed only where
        // the program still looks: at what can go out. What had ended keeps the reason it ended for.
        let ended = matches!(row.state, State::Skipped | State::Expired | State::Cancelled);
        if ended && !links.is_empty() && links.iter().all(|link| self.past[&link.booking].vanished) {
            return true;
        }
        match row.reason {
            Reason::None => matches!(row.state, State::Queued | State::Sending) || row.state.is_sent(),
            // No visit is left that it speaks of. One that was left out earlier does not count.
            Reason::InYclients => {
                let dead =
                    |link: &Link| self.obstacles(link.booking, self.slack).contains(&Reason::InYclients);
                links.iter().all(dead) || (in_text().next().is_some() && in_text().all(dead))
            }
            reason @ (Reason::Online
            | Reason::Bot
            | Reason::NoAuthor
            | Reason::NoClient
            | Reason::NoPhone
            | Reason::PhoneHidden
            | Reason::PhoneUnreadable
            | Reason::TwoNumbers
            | Reason::Landline
            | Reason::TollFree
            | Reason::Placeholder
            | Reason::NoStart
            | Reason::Unreadable
            | Reason::TooSoon
            | Reason::OptedOut
            | Reason::Begun
            | Reason::Came
            | Reason::BeforeBaseline) => some(reason),
            // All it spoke of is told elsewhere.
            Reason::Gathered => links.is_empty(),
            Reason::ByPerson => history.iter().any(|line| line.cancel_asked || !line.by_program),
            Reason::SettingsChanged => {
                let account = format!("green-api:{}", self.settings.whatsapp.instance_id);
                self.branch().is_none() || row.instance != account
            }
            Reason::QuietHours => self.would_wait_for_quiet(row),
            Reason::BeginsFirst => self.window_ends() + self.slack >= row.starts_at,
            Reason::TextFailed | Reason::ValueMissing => self.composed(links).is_none(),
            Reason::BrokenCharacter => {
                self.composed(links).is_some_and(|text| text.contains('\u{FFFD}'))
                    || row.text.contains('\u{FFFD}')
            }
            // The world is healthy, and was asked again long since.
            // Nor does any chat of this world hide its number.
            Reason::CannotCheck | Reason::GatewayNotReady | Reason::LookingUp | Reason::StopUnclear => false,
            Reason::NoWhatsapp => row.state.is_sent() || self.without_account.contains(&row.phone),
            // Of the past: judged where it was first said.
            Reason::Late
            | Reason::Burst
            | Reason::Old
            | Reason::Manual
            | Reason::Again
            | Reason::Restored
            | Reason::KeepsChanging
            | Reason::ToldElsewhere
            | Reason::TakenBack
            | Reason::ChangedAfterEdit
            | Reason::Rejected
            | Reason::NotSent
            | Reason::NotFound
            | Reason::NotDelivered
            | Reason::Cleared
            | Reason::ArrivedSaysPerson => true,
        }
    }

    fn window_ends(&self) -> DateTime<Utc> {
        self.at + self.branch().map_or(TimeDelta::zero(), |branch| branch.window())
    }

    /// It would leave in the quiet hours, and the visit begins before they end.
    fn would_wait_for_quiet(&self, row: &Notification) -> bool {
        let Some(branch) = self.branch() else { return false };
        [-self.slack, TimeDelta::zero(), self.slack].iter().any(|by| {
            let leaves = self.window_ends() + *by;
            let begins_first = row.starts_at <= branch.after_quiet_hours(leaves);
            self.settings.quiet_hours.is_some() && is_quiet(moscow(leaves)) && begins_first
        })
    }

    /// What would be said of those bookings that can be told.
    fn composed(&self, links: &[Link]) -> Option<String> {
        let branch = self.branch()?;
        let visits: Vec<_> = links
            .iter()
            .filter_map(|link| {
                let booking = self.bookings.get(&link.booking)?;
                Some((booking.clone(), branch.writable(booking, true, self.at).ok()?))
            })
            .collect();
        branch.compose(visits.iter().map(|(_, facts)| facts)).ok().map(|made| made.text)
    }
}

/// The shop's own number, or one digit again and again.
fn is_stand_in(raw: &str, shop: &str) -> bool {
    let digits: Vec<_> = raw.chars().filter(char::is_ascii_digit).collect();
    let last: BTreeSet<_> = digits.iter().rev().take(7).collect();
    raw == shop || (digits.len() >= 10 && last.len() == 1)
}
