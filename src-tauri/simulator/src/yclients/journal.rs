//! The journal of the branches: the bookings and what happens to them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use tokio::time::Instant;

use super::behaviour::{Behaviour, Rights};
use super::booking::{Booking, Change, Client, NewBooking, Start};
use crate::options::{Branch, Options};

/// Everything YClients knows.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) behaviour: Behaviour,
    pub(crate) credentials: Credentials,
    branches: Vec<Branch>,
    bookings: Vec<Booking>,
    client_ids: HashMap<String, i64>,
    next_id: i64,
    /// Counts answers, so that what live servers vary from answer to answer varies here too.
    answers: usize,
    recent: VecDeque<Instant>,
}

/// What requests and signing in are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) partner_token: String,
    pub(crate) user_token: String,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) two_factor_code: String,
}

const FIRST_CLIENT_ID: i64 = 18_936_825;
const FIRST_VISIT_ID: i64 = 808_262_996;

impl Journal {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            behaviour: options.yclients,
            credentials: Credentials {
                partner_token: options.partner_token,
                user_token: options.user_token,
                login: options.login,
                password: options.password,
                two_factor_code: options.two_factor_code,
            },
            branches: options.branches,
            bookings: Vec::new(),
            client_ids: HashMap::new(),
            next_id: options.first_booking_id,
            answers: 0,
            recent: VecDeque::new(),
        }
    }

    pub(crate) fn branches(&self) -> &[Branch] {
        &self.branches
    }

    pub(crate) fn branch(&self, company_id: i64) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.company_id == company_id)
    }

    pub(crate) fn branch_mut(&mut self, company_id: i64) -> Option<&mut Branch> {
        self.branches.iter_mut().find(|branch| branch.company_id == company_id)
    }

    pub(crate) fn rights_mut(&mut self, company_id: i64) -> Option<&mut Rights> {
        self.branch_mut(company_id).map(|branch| &mut branch.rights)
    }

    pub(crate) fn bookings(&self) -> &[Booking] {
        &self.bookings
    }

    pub(super) fn bookings_mut(&mut self) -> &mut [Booking] {
        &mut self.bookings
    }

    pub(crate) fn booking(&self, id: i64) -> Option<&Booking> {
        self.bookings.iter().find(|booking| booking.id == id)
    }

    /// None if there is no such branch.
    pub(crate) fn book(&mut self, new: NewBooking, now: DateTime<Utc>) -> Option<i64> {
        let branch = match new.company_id {
            Some(id) => self.branch(id)?,
            None => self.branches.first()?,
        };
        let company_id = branch.company_id;
        let start = resolve(new.start, branch, now);
        let id = self.next_id;
        self.next_id += 1;
        let client = new.client.map(|client| self.with_id(client));
        let visit_id = new.visit_id.unwrap_or_else(|| self.visit_of(company_id, client.as_ref(), start));
        let created_at = new.created_at.unwrap_or(now);
        self.bookings.push(Booking {
            id,
            company_id,
            visit_id,
            start,
            length_seconds: new.length_seconds,
            client,
            staff: new.staff,
            services: new.services,
            online: new.online,
            created_user_id: new.created_user_id,
            created_at,
            changed_at: created_at,
            attendance: new.attendance,
            comment: new.comment,
            sms_now: new.sms_now,
            email_now: new.email_now,
            paid_full: 0,
            record_from: if new.online {
                "\"Запись с сайта\" Online widget".to_owned()
            } else {
                String::new()
            },
            deleted: false,
        });
        Some(id)
    }

    /// Goes on from bookings as they once were: ids and dates are theirs, and new ones count on.
    pub(crate) fn resume(&mut self, bookings: Vec<Booking>) {
        for booking in &bookings {
            self.next_id = self.next_id.max(booking.id + 1);
            if let Some(client) = &booking.client {
                self.client_ids.insert(client.phone.clone(), client.id);
            }
        }
        self.bookings = bookings;
    }

    /// False if there is no such booking.
    pub(crate) fn change(&mut self, id: i64, change: Change, now: DateTime<Utc>) -> bool {
        let Some(place) = self.bookings.iter().position(|booking| booking.id == id) else { return false };
        let company_id = self.bookings[place].company_id;
        let Some(branch) = self.branch(company_id) else { return false };
        let start = change.start.map(|start| resolve(start, branch, now));
        let client = change.client.map(|client| client.map(|client| self.with_id(client)));
        let deletion_moves = self.behaviour.deletion_moves_last_change;
        let booking = &mut self.bookings[place];
        if change.deleted != Some(true) || deletion_moves {
            booking.changed_at = now;
        }
        if let Some(start) = start {
            booking.start = start;
        }
        if let Some(client) = client {
            booking.client = client;
        }
        if let Some(client) = &mut booking.client {
            client.name = change.name.unwrap_or_else(|| std::mem::take(&mut client.name));
            client.phone = change.phone.unwrap_or_else(|| std::mem::take(&mut client.phone));
        }
        booking.staff = change.staff.unwrap_or_else(|| booking.staff.clone());
        if let Some(services) = change.services {
            booking.services = services;
        }
        booking.attendance = change.attendance.unwrap_or(booking.attendance);
        booking.comment = change.comment.unwrap_or_else(|| std::mem::take(&mut booking.comment));
        booking.paid_full = change.paid_full.unwrap_or(booking.paid_full);
        booking.deleted = change.deleted.unwrap_or(booking.deleted);
        if booking.client.is_none() {
            booking.visit_id = 0;
        }
        true
    }

    /// Takes the booking out of the journal as if it had never been there.
    pub(crate) fn vanish(&mut self, id: i64) -> bool {
        let before = self.bookings.len();
        self.bookings.retain(|booking| booking.id != id);
        self.bookings.len() < before
    }

    pub(crate) fn count_answer(&mut self) -> usize {
        self.answers = self.answers.wrapping_add(1);
        self.answers
    }

    /// Counts a request against the limit; false if it is one too many.
    pub(crate) fn admit(&mut self, now: Instant) -> bool {
        let Some(limit) = self.behaviour.rate_limit else { return true };
        let minute = Duration::from_mins(1);
        while self.recent.front().is_some_and(|at| now.duration_since(*at) >= minute) {
            self.recent.pop_front();
        }
        let second = Duration::from_secs(1);
        let in_second = self.recent.iter().rev().take_while(|at| now.duration_since(**at) < second).count();
        // Refused requests count as well: who hammers stays refused.
        self.recent.push_back(now);
        in_second < limit.per_second && self.recent.len() <= limit.per_minute
    }

    fn with_id(&mut self, mut client: Client) -> Client {
        if client.id == 0 {
            let next = FIRST_CLIENT_ID + i64::try_from(self.client_ids.len()).unwrap_or_default();
            client.id = *self.client_ids.entry(client.phone.clone()).or_insert(next);
        }
        client
    }

    /// One visit for all a client has on one day in one branch.
    fn visit_of(&self, company_id: i64, client: Option<&Client>, start: NaiveDateTime) -> i64 {
        let Some(client) = client else { return 0 };
        let same_day = self.bookings.iter().find(|other| {
            other.company_id == company_id
                && other.start.date() == start.date()
                && other.client.as_ref().is_some_and(|theirs| theirs.id == client.id)
        });
        same_day.map_or(FIRST_VISIT_ID + i64::try_from(self.bookings.len()).unwrap_or_default(), |other| {
            other.visit_id
        })
    }
}

fn resolve(start: Start, branch: &Branch, now: DateTime<Utc>) -> NaiveDateTime {
    let here = now.with_timezone(&branch.zone).naive_local();
    match start {
        Start::At(at) => at,
        Start::InMinutes(minutes) => {
            let at = here.checked_add_signed(TimeDelta::minutes(minutes)).unwrap_or(here);
            at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
        }
        Start::InDays(days) => {
            let count = Days::new(days.unsigned_abs());
            let today = here.date();
            let day = if days < 0 { today.checked_sub_days(count) } else { today.checked_add_days(count) };
            day.unwrap_or(today).and_time(NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default())
        }
    }
}
