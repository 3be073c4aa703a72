//! `records` and `record`: the journal as a client reads it.
//!
//! Every filter is evaluated in the branch's zone. Order is by the date of the visit, descending,
//! and not by creation: a new booking may be on any page.

use std::collections::HashMap;

use axum::extract::{Extension, Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Timelike, Utc};
use serde_json::{Value, json};

use super::answers;
use super::booking::Booking;
use super::journal::Journal;
use super::wire::record_json;
use crate::faults::Quirks;
use crate::options::Branch;
use crate::world::Shared;

pub(crate) async fn list(
    State(shared): State<Shared>,
    Path(company_id): Path<i64>,
    Extension(quirks): Extension<Quirks>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let asked = match Asked::read(&query) {
        Ok(asked) => asked,
        Err(field) => return answers::unprocessable(field, "Неверный формат"),
    };
    shared.change(|world| {
        let answer = world.journal.count_answer();
        let Some(branch) = readable_branch(&world.journal, company_id) else { return answers::forbidden() };
        let mut found: Vec<&Booking> = world
            .journal
            .bookings()
            .iter()
            .filter(|booking| is_visible(booking, branch) && asked.wants(booking, branch, &quirks))
            .collect();
        found.sort_by(|a, b| b.start.cmp(&a.start).then(b.id.cmp(&a.id)));
        let behaviour = &world.journal.behaviour;
        let size = match asked.count {
            Some(count) if (1..=behaviour.max_page_size).contains(&count) => count,
            _ => behaviour.default_page_size,
        };
        let page = asked.page.unwrap_or(1).max(1);
        let shown = if quirks.same_page { 1 } else { page };
        let rows: Vec<Value> = found
            .iter()
            .skip((shown - 1).saturating_mul(size))
            .take(size)
            .map(|booking| record_json(booking, branch, answer))
            .collect();
        answers::success(&json!(rows), &json!({ "page": shown, "total_count": found.len() }))
    })
}

pub(crate) async fn one(State(shared): State<Shared>, Path((company_id, id)): Path<(i64, i64)>) -> Response {
    shared.change(|world| {
        let answer = world.journal.count_answer();
        let Some(branch) = readable_branch(&world.journal, company_id) else { return answers::forbidden() };
        match world.journal.booking(id) {
            Some(booking)
                if is_visible(booking, branch)
                    && !(booking.deleted && world.journal.behaviour.deleted_record_is_not_found) =>
            {
                answers::success(&record_json(booking, branch, answer), &json!([]))
            }
            _ => answers::record_not_found(id),
        }
    })
}

fn readable_branch(journal: &Journal, company_id: i64) -> Option<&Branch> {
    journal.branch(company_id).filter(|branch| branch.rights.access && branch.rights.timetable_access)
}

fn is_visible(booking: &Booking, branch: &Branch) -> bool {
    booking.company_id == branch.company_id
        && (branch.rights.master_id == 0 || branch.rights.master_id == booking.staff.id)
}

/// The query, read.
#[derive(Default)]
struct Asked {
    page: Option<usize>,
    count: Option<usize>,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
    c_start_date: Option<NaiveDate>,
    c_end_date: Option<NaiveDate>,
    changed_after: Option<NaiveDateTime>,
    changed_before: Option<NaiveDateTime>,
    with_deleted: bool,
    staff_id: Option<i64>,
    client_id: Option<i64>,
    created_user_id: Option<i64>,
}

impl Asked {
    /// The error is the name of the field that cannot be read.
    fn read(query: &HashMap<String, String>) -> Result<Self, &'static str> {
        fn value<T>(
            query: &HashMap<String, String>,
            field: &'static str,
            read: impl Fn(&str) -> Option<T>,
        ) -> Result<Option<T>, &'static str> {
            match query.get(field).map(String::as_str) {
                None | Some("") => Ok(None),
                Some(text) => read(text).map(Some).ok_or(field),
            }
        }
        let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let instant = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok();
        // The specification's own example.
        let instant_or_day = |text: &str| instant(text).or_else(|| date(text).map(NaiveDateTime::from));
        let number = |text: &str| text.parse::<i64>().ok();
        let size = |text: &str| text.parse::<usize>().ok();
        Ok(Self {
            page: value(query, "page", size)?,
            count: value(query, "count", size)?,
            start_date: value(query, "start_date", date)?,
            end_date: value(query, "end_date", date)?,
            c_start_date: value(query, "c_start_date", date)?,
            c_end_date: value(query, "c_end_date", date)?,
            changed_after: value(query, "changed_after", instant_or_day)?,
            changed_before: value(query, "changed_before", instant)?,
            with_deleted: matches!(query.get("with_deleted").map(String::as_str), Some("1" | "true")),
            staff_id: value(query, "staff_id", number)?,
            client_id: value(query, "client_id", number)?,
            created_user_id: value(query, "created_user_id", number)?,
        })
    }

    fn wants(&self, booking: &Booking, branch: &Branch, quirks: &Quirks) -> bool {
        let visit = booking.start.date();
        let created = booking.created_at.with_timezone(&branch.zone).date_naive();
        let client_id = booking.client.as_ref().map(|client| client.id);
        (self.with_deleted || !booking.deleted)
            && self.start_date.is_none_or(|date| visit >= date)
            && self.end_date.is_none_or(|date| visit <= date)
            && self.c_start_date.is_none_or(|date| created >= date)
            && self.c_end_date.is_none_or(|date| created <= date)
            && self.staff_id.is_none_or(|id| booking.staff.id == id)
            && self.client_id.is_none_or(|id| client_id == Some(id))
            && self.created_user_id.is_none_or(|id| booking.created_user_id == id)
            && self.wants_change(booking, branch, quirks)
    }

    fn wants_change(&self, booking: &Booking, branch: &Branch, quirks: &Quirks) -> bool {
        if self.changed_after.is_none() && self.changed_before.is_none() {
            return true;
        }
        if let Some(blind) = &quirks.blind_to
            && (blind.is_empty() || blind.contains(&booking.id))
        {
            return false;
        }
        let changed = bare(booking.changed_at, branch, quirks.changed_after_utc);
        self.changed_after.is_none_or(|after| changed >= after)
            && self.changed_before.is_none_or(|before| changed <= before)
    }
}

/// An instant as a value without a zone is compared with it, in whole seconds, as it is shown.
fn bare(at: DateTime<Utc>, branch: &Branch, utc: bool) -> NaiveDateTime {
    let bare = if utc { at.naive_utc() } else { at.with_timezone(&branch.zone).naive_local() };
    bare.with_nanosecond(0).unwrap_or(bare)
}
