//! One branch: which bookings deserve a message there, what it says, and when it leaves.
//!
//! Pure. "Why did she get nothing?" is asked every day, so whatever is not worth
//! a message has a [`Reason`].

#[cfg(test)]
mod tests;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::booking::{Attendance, Booking, BranchFacts, CompanyId};
use crate::notification::{Made, Reason};
use crate::phone::{self, Phone, PhoneFault};
use crate::settings::{BranchPolicy, Delay, Language, Settings};
use crate::template::{self, Confirmation, TemplateError, Visit};
use crate::visit::{VisitFacts, VisitWords, instant};

/// A message's window when every message waits for a person: for the acts of
/// that person which open one.
const MANUAL_WINDOW: TimeDelta = TimeDelta::seconds(30);

/// A branch as its settings and its facts describe it.
#[derive(Debug, Clone)]
pub struct Branch<'a> {
    pub company: CompanyId,
    pub zone: Tz,
    pub language: Language,
    policy: BranchPolicy<'a>,
    burst: usize,
    facts: &'a BranchFacts,
    region: Option<String>,
}

/// Why nothing can be decided about a branch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BranchError {
    #[error("the branch is not in the settings")]
    NotOurs,
    #[error("the branch's time zone is unknown: {0:?}")]
    TimeZone(String),
}

/// When a new message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arming {
    Due(DateTime<Utc>),
    /// Not by itself.
    Ask(Reason),
}

impl<'a> Branch<'a> {
    /// The branch with its settings and facts put together.
    pub fn new(
        settings: &'a Settings,
        company: CompanyId,
        facts: &'a BranchFacts,
    ) -> Result<Self, BranchError> {
        let policy = settings.for_branch(company).ok_or(BranchError::NotOurs)?;
        let zone = facts.time_zone.parse().map_err(|_| BranchError::TimeZone(facts.time_zone.clone()))?;
        let region = phone::region_of_branch(policy.phone_region, &facts.phone, &facts.time_zone);
        Ok(Self { company, zone, language: settings.language, policy, burst: settings.burst, facts, region })
    }

    /// The instant on the branch's wall clock.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    /// The visit's start, if the booking has one.
    pub fn starts_at(&self, booking: &Booking) -> Option<DateTime<Utc>> {
        booking.starts_local.map(|local| instant(self.zone, local))
    }

    /// Whether the shop's bot writes as this user.
    pub fn is_bot(&self, user: i64) -> bool {
        self.policy.integration_user_ids.contains(&user)
    }

    /// Whether staff made the booking, and not the bot or the client.
    pub fn made_by_staff(&self, booking: &Booking) -> Result<(), Reason> {
        if self.is_bot(booking.created_by) {
            Err(Reason::Bot)
        } else if booking.online {
            Err(Reason::Online)
        } else if booking.created_by <= 0 {
            Err(Reason::NoAuthor)
        } else {
            Ok(())
        }
    }

    /// Whether a new booking's visit is far enough ahead to be written about.
    pub fn is_ahead(&self, facts: &VisitFacts, now: DateTime<Utc>) -> Result<(), Reason> {
        if facts.starts_at < now + self.policy.min_lead { Err(Reason::TooSoon) } else { Ok(()) }
    }

    /// Whether anybody can and should be written to about the visit, whoever made it.
    /// `wanted`: a person asked for it though the program would not have written, which
    /// settles everything but what cannot be.
    pub fn writable(
        &self,
        booking: &Booking,
        wanted: bool,
        now: DateTime<Utc>,
    ) -> Result<VisitFacts, Reason> {
        if booking.deleted || booking.attendance == Attendance::Cancelled {
            return Err(Reason::InYclients);
        }
        if booking.attendance == Attendance::Came && !wanted {
            return Err(Reason::Came);
        }
        let (Some(starts_local), Some(starts_at)) = (booking.starts_local, self.starts_at(booking)) else {
            return Err(Reason::NoStart);
        };
        if starts_at <= now {
            return Err(Reason::Begun);
        }
        let client = booking.client.as_ref().ok_or(Reason::NoClient)?;
        let phone = self.phone(&client.phone)?;
        if !wanted && self.stands_for_none(&phone) {
            return Err(Reason::Placeholder);
        }
        Ok(VisitFacts::of(booking, phone, starts_local, starts_at, self.written_in(booking), self.facts))
    }

    /// The year of the branch's wall clock in which the booking was made.
    pub fn written_in(&self, booking: &Booking) -> Option<i32> {
        booking.created_at.map(|at| self.local(at).year())
    }

    /// Whether desks type the number where they have none.
    fn stands_for_none(&self, phone: &Phone) -> bool {
        phone::is_placeholder(phone) || phone::same_number(phone, &self.facts.phone, self.region.as_deref())
    }

    /// The number as the branch's country reads it.
    pub fn phone(&self, raw: &str) -> Result<Phone, Reason> {
        phone::read(raw, self.region.as_deref()).map_err(|fault| match fault {
            PhoneFault::Missing => Reason::NoPhone,
            PhoneFault::Hidden => Reason::PhoneHidden,
            PhoneFault::TwoNumbers => Reason::TwoNumbers,
            PhoneFault::Landline | PhoneFault::NotMobile => Reason::Landline,
            PhoneFault::TollFree => Reason::TollFree,
            PhoneFault::Placeholder => Reason::Placeholder,
            PhoneFault::TooShort
            | PhoneFault::Unreadable
            | PhoneFault::CountryUnknown
            | PhoneFault::Invalid => Reason::PhoneUnreadable,
        })
    }

    /// The message about these visits, which share one recipient. At least one.
    pub fn compose<'v>(
        &self,
        visits: impl IntoIterator<Item = &'v VisitFacts>,
    ) -> Result<Made, TemplateError> {
        let mut sorted: Vec<_> = visits.into_iter().collect();
        sorted.sort_by_key(|facts| facts.starts_local);
        let first = sorted.first().ok_or(TemplateError::NoVisit)?;
        let words = |facts: &VisitFacts| facts.words.clone().unwrap_or_default();
        let of_branch = words(first);
        // Of the bookings and not of now: at New Year no text may change by itself.
        let written_in = sorted.iter().filter_map(|facts| facts.words.as_ref()?.written_in).max();
        let confirmation = Confirmation {
            client_name: first.client_name.clone(),
            branch_title: of_branch.branch,
            branch_address: of_branch.address,
            currency: match self.region.as_deref() {
                // What a branch is paid in is not always said.
                Some("RU") if of_branch.currency.trim().is_empty() => template::RUBLE.to_owned(),
                _ => of_branch.currency,
            },
            year: written_in.unwrap_or_else(|| first.starts_local.year()),
            visits: sorted
                .iter()
                .map(|facts| {
                    let VisitWords { master, services, .. } = words(facts);
                    Visit { starts_local: facts.starts_local, master, services }
                })
                .collect(),
        };
        Ok(Made {
            text: template::compose(self.policy.template, self.language, &confirmation)?,
            phone: first.phone.as_str().to_owned(),
            client_id: first.client_id,
            client_name: first.client_name.clone(),
            starts_at: first.starts_at,
        })
    }

    /// Whether the same template says something else of what the visits are `now` than of what they
    /// were when they were `told`. What was not kept then is not known to be different.
    pub fn says_otherwise(&self, told: &[&VisitFacts], now: &[&VisitFacts]) -> bool {
        if told.iter().any(|facts| facts.words.is_none()) {
            return false;
        }
        let text = |visits: &[&VisitFacts]| {
            let in_order: Vec<_> = visits
                .iter()
                .map(|facts| VisitFacts {
                    words: facts.words.clone().map(VisitWords::in_order),
                    ..(*facts).clone()
                })
                .collect();
            self.compose(&in_order).map(|made| made.text)
        };
        text(told) != text(now)
    }

    /// When a message about a visit at `starts_at` leaves by itself: after its
    /// window, and not in the quiet hours. One that would leave after the visit
    /// has begun asks instead.
    pub fn arm(&self, now: DateTime<Utc>, starts_at: DateTime<Utc>) -> Arming {
        match self.policy.delay {
            Delay::After(delay) => self.arm_at(now + delay, starts_at),
            Delay::Manual => Arming::Ask(Reason::Manual),
        }
    }

    /// The same after a window that a person's act or a wake-up opens: in manual
    /// mode the person has spoken already.
    pub fn arm_again(&self, now: DateTime<Utc>, starts_at: DateTime<Utc>) -> Arming {
        self.arm_at(now + self.window(), starts_at)
    }

    fn arm_at(&self, window_end: DateTime<Utc>, starts_at: DateTime<Utc>) -> Arming {
        let due_at = self.after_quiet_hours(window_end);
        if due_at < starts_at {
            Arming::Due(due_at)
        } else if due_at > window_end {
            Arming::Ask(Reason::QuietHours)
        } else {
            Arming::Ask(Reason::BeginsFirst)
        }
    }

    /// More new ones than this within a minute wait for a person; None: however many.
    pub fn burst(&self) -> Option<usize> {
        Some(self.burst).filter(|most| *most > 0)
    }

    /// The length of a window of time.
    pub fn window(&self) -> TimeDelta {
        match self.policy.delay {
            Delay::After(delay) => delay,
            Delay::Manual => MANUAL_WINDOW,
        }
    }

    /// `at`, or the end of the quiet hours that it falls into.
    pub fn after_quiet_hours(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.policy.quiet_hours {
            Some(hours) => instant(self.zone, hours.ends_after(self.local(at))).max(at),
            None => at,
        }
    }
}
