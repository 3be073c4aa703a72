//! One message as the page draws it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::booking::{Booking, CompanyId};
use engine::branch::Branch;
use engine::db::StorageError;
use engine::monitor::known::BranchState;
use engine::notification::acts::offered;
use engine::notification::{Kind, Notification};
use engine::outbox::Link;
use engine::settings::{Delay, Settings};
use engine::{phone, words};

use crate::contract::{Act, Editor, Row, Visit};
use crate::session::Session;
use crate::time::rfc3339;

/// Whoever looks, with the branches each read once.
pub(crate) struct Viewer<'a> {
    session: &'a Session,
    settings: &'a Settings,
    now: DateTime<Utc>,
    branches: BTreeMap<CompanyId, BranchState>,
}

impl<'a> Viewer<'a> {
    pub(crate) fn new(session: &'a Session, settings: &'a Settings, now: DateTime<Utc>) -> Self {
        Self { session, settings, now, branches: BTreeMap::new() }
    }

    /// What is known of a branch.
    pub(crate) fn branch(&mut self, company: CompanyId) -> Result<&BranchState, StorageError> {
        if !self.branches.contains_key(&company) {
            let state = self.session.branch(company)?;
            self.branches.insert(company, state);
        }
        Ok(self.branches.entry(company).or_default())
    }

    pub(crate) fn rows(&mut self, rows: &[Notification]) -> Result<Vec<Row>, StorageError> {
        rows.iter().map(|row| self.row(row)).collect()
    }

    pub(crate) fn row(&mut self, row: &Notification) -> Result<Row, StorageError> {
        let (session, settings, now) = (self.session, self.settings, self.now);
        let outbox = &session.outbox;
        let state = self.branch(row.company)?.clone();
        let bookings = bookings(session, row)?;
        let maybe = |at: Option<DateTime<Utc>>| at.map(rfc3339);
        let author =
            bookings.iter().find_map(|(_, booking)| booking.as_ref()).map_or(0, |booking| booking.created_by);
        let editor = row.lease_until.filter(|until| now < *until).map(|until| Editor {
            by: row.lease_by.clone(),
            until: rfc3339(until),
            mine: row.lease_by == session.person_name(),
        });
        Ok(Row {
            id: row.id.0,
            kind: row.kind.as_str(),
            copy: row.copy,
            state: row.state.into(),
            reason: row.reason.as_str().to_owned(),
            why: words::why(row, settings.language).into_owned(),
            held: row.held,
            released: row.released,
            editor,
            phone: row.phone.clone(),
            phone_shown: phone::shown(&row.phone),
            client: row.client_name.clone(),
            new_number: row.kind == Kind::Confirmation && outbox.is_new_number(row)?,
            company_id: row.company.0,
            branch: branch_name(session, row.company, &state),
            zone: state.facts.time_zone.clone(),
            starts_at: rfc3339(row.starts_at),
            visits: bookings.iter().map(|(link, booking)| visit(row, link, booking.as_ref())).collect(),
            made_by: match author {
                ..=0 => String::new(),
                user => outbox.user_name(row.company, user)?.unwrap_or_else(|| user.to_string()),
            },
            booked_at: maybe(row.booked_at),
            enqueued_at: rfc3339(row.enqueued_at),
            due_at: rfc3339(row.due_at),
            window_ms: window(settings, row, &state).num_milliseconds(),
            next_try_at: (row.next_try_at > DateTime::UNIX_EPOCH).then(|| rfc3339(row.next_try_at)),
            text: row.text.clone(),
            edited_by: row.edited_by.clone(),
            proposed_text: row.proposed_text.clone(),
            draft: row.draft.clone(),
            revision: row.revision,
            cancel_asked: !row.cancel_asked_by.is_empty(),
            claimed_at: maybe(row.claimed_at),
            accepted_at: maybe(row.accepted_at),
            delivered_at: maybe(row.delivered_at),
            read_at: maybe(row.read_at),
            finished_at: maybe(row.finished_at),
            changed_after_sent: row.changed_after_sent.clone(),
            acts: offered(row, session.person_name(), now).into_iter().map(Act::from).collect(),
        })
    }
}

/// One row alone.
pub(crate) fn row(session: &Session, row: &Notification) -> Result<Row, StorageError> {
    let settings = session.settings();
    Viewer::new(session, &settings, session.now()).row(row)
}

/// The branch's name, else its number; a test message belongs to none.
fn branch_name(session: &Session, company: CompanyId, state: &BranchState) -> String {
    match (session.branch_title(company.0, state), company.0) {
        (title, 0) => title,
        (title, number) if title.is_empty() => number.to_string(),
        (title, _) => title,
    }
}

/// The bookings a row speaks of, as they were last seen.
fn bookings(session: &Session, row: &Notification) -> Result<Vec<(Link, Option<Booking>)>, StorageError> {
    let mut bookings = Vec::new();
    for link in session.outbox.links(row.id)? {
        let booking = session.outbox.booking(row.company, link.booking)?;
        bookings.push((link, booking));
    }
    Ok(bookings)
}

fn visit(row: &Notification, link: &Link, booking: Option<&Booking>) -> Visit {
    let title = |service: &engine::booking::Service| match service.amount {
        ..=1 => service.title.clone(),
        many => format!("{} ×{many}", service.title),
    };
    Visit {
        booking_id: link.booking.0,
        starts_at: rfc3339(link.facts.as_ref().map_or(row.starts_at, |facts| facts.starts_at)),
        master: booking
            .and_then(|booking| booking.staff.as_ref())
            .map(|staff| staff.name.clone())
            .unwrap_or_default(),
        services: booking.map(|booking| booking.services.iter().map(title).collect()).unwrap_or_default(),
        dropped: link.dropped,
    }
}

/// The length of the row's window of time.
fn window(settings: &Settings, row: &Notification, state: &BranchState) -> TimeDelta {
    if row.kind == Kind::Test {
        return TimeDelta::zero();
    }
    match (Branch::new(settings, row.company, &state.facts), settings.delay) {
        (Ok(branch), _) => branch.window(),
        (Err(_), Delay::After(delay)) => delay,
        (Err(_), Delay::Manual) => TimeDelta::zero(),
    }
}
