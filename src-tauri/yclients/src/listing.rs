//! Reading a listing whole, however the server cuts it into pages.
//!
//! A missing row reads as a cancelled booking, so a listing is either complete
//! or an error. `meta.total_count` is the measure, not the length of a page: a
//! server may cap pages below what was asked for, or ignore paging altogether.
//!
//! Pages are read one after another, and a booking written or deleted meanwhile
//! moves rows across their edges. A reading in which the total changed, a row
//! came twice, or rows are missing is done again from the first page. When that
//! one is disturbed too, both together are the answer if they hold at least as
//! many bookings as the server counts. When they hold fewer, the listing fails,
//! with one exception that is explained at [`miscounted`].
//!
//! A server that ignores paging gives the same page without end. Where no total says
//! whether that page is all there is, see [`shows_all`].

use std::collections::BTreeMap;

use chrono::{DateTime, Months, Utc};
use engine::booking::{Booking, CompanyId, Unread};
use engine::error::BookingsError;
use engine::ports::{BookingQuery, Listing};

use crate::http::Http;
use crate::pace::Lane;
use crate::wire::{self, RowKey};

/// As many rows a page as the server is known to give.
const COUNT: usize = 200;
/// No cap on a server's pages has been seen below this.
const SMALLEST_COUNT: usize = 20;
/// Whatever the server counts, there is an end.
const MOST_PAGES: usize = 2000;
/// Bookings lie at most a year or so ahead. Two years leave nothing out, and an
/// explicit end keeps us from whatever end the server would assume.
const AHEAD: Months = Months::new(24);

type Rows = BTreeMap<RowKey, Result<Booking, Unread>>;

/// All pages once.
#[derive(Debug, Default)]
struct Reading {
    rows: Rows,
    /// As the last page had it.
    total: Option<usize>,
    /// Some page had one.
    counted: bool,
    /// The total stayed the same and no row came twice.
    undisturbed: bool,
    /// The end was seen: an empty page, or one shorter than those before.
    end_seen: bool,
    /// The page that was the same as the one before it, where no total says whether
    /// that is all.
    repeats: Option<usize>,
    longest_page: usize,
    /// Of the last page that had rows.
    last_page: usize,
    server_time: Option<DateTime<Utc>>,
}

pub(crate) async fn list(
    http: &Http,
    company: CompanyId,
    query: &BookingQuery,
) -> Result<Listing, BookingsError> {
    let first = read(http, company, query, COUNT).await?;
    let server_time = first.server_time;
    if first.is_whole() {
        return Ok(listing(first.rows, server_time));
    }
    // A server that caps pages may still reckon its offsets by what was asked for,
    // and then skips rows. Asking for no more than it gives leaves nothing to skip.
    // Where rows were missing without a disturbance, half of that shows
    // whether the end is an end: its last page is then a part of a page.
    let longest = first.longest_page.min(COUNT);
    let given = if first.undisturbed { longest / 2 + 1 } else { longest };
    // A repeated page must be asked for with less than it holds, unless no cap is
    // that small: a server that heeds only `count` would show the same part twice.
    let part = first.repeats.is_some() && longest >= SMALLEST_COUNT;
    let count = if part { given } else { given.max(SMALLEST_COUNT) };
    tracing::debug!(%company, count, "the listing changed while it was read; reading it again");
    let second = read(http, company, query, count).await?;
    if let Some(page) = first.repeats.or(second.repeats) {
        return if shows_all(&first, &second) {
            Ok(listing(second.rows, server_time))
        } else {
            Err(repeats(page))
        };
    }
    // A server that counted and counts no more is in trouble, and an empty page of
    // such a one is no word that everything is gone.
    let is_gone = second.rows.is_empty() && !first.rows.is_empty() && second.total != Some(0);
    if is_gone || (first.counted && !second.counted) {
        return Err(BookingsError::Unreadable("it no longer says how many bookings there are".into()));
    }
    if second.is_whole() {
        return Ok(listing(second.rows, server_time));
    }
    let (missing, tolerable) = (second.missing_with(&first), miscounted(&first, &second, count));
    let ended = second.total.is_some() || second.end_seen;
    let mut rows = first.rows;
    rows.extend(second.rows);
    if ended && (missing == 0 || tolerable) {
        return Ok(listing(rows, server_time));
    }
    let came = rows.len();
    Err(BookingsError::Unreadable(format!("{came} bookings came in two readings, {missing} are missing")))
}

/// Whether the server's own count is what is wrong, and no page is missing: two
/// readings with different page sizes brought the same rows and the same total,
/// both went on to an empty page, the last page before it was a part of a page,
/// and fewer rows are missing than one page holds. Rows that this user may not see
/// are counted by some servers; a program that stood still for that would help nobody.
fn miscounted(first: &Reading, second: &Reading, count: usize) -> bool {
    let same_rows = first.rows.keys().eq(second.rows.keys()) && !second.rows.is_empty();
    let same_total = first.total == second.total && first.undisturbed && second.undisturbed;
    let ends_seen = first.end_seen && second.end_seen && second.last_page < count;
    let short = second.missing_with(first);
    let tolerable = same_rows && same_total && ends_seen && short < count;
    if tolerable {
        tracing::warn!(short, "YClients counts more bookings than it shows on all its pages");
    }
    tolerable
}

/// Whether a server that repeats its pages has shown everything: asked for another
/// number of rows it gave the same ones, so neither paging nor `count` hides any,
/// and no total speaks of more.
fn shows_all(first: &Reading, second: &Reading) -> bool {
    let same_rows = first.rows.keys().eq(second.rows.keys());
    same_rows && second.undisturbed && second.total.is_none_or(|total| second.rows.len() >= total)
}

impl Reading {
    fn is_whole(&self) -> bool {
        self.undisturbed && self.total.map_or(self.end_seen, |total| self.rows.len() >= total)
    }

    /// How many rows the server counts beyond those of two readings.
    fn missing_with(&self, other: &Self) -> usize {
        let more = other.rows.keys().filter(|key| !self.rows.contains_key(key)).count();
        self.total.unwrap_or(0).saturating_sub(self.rows.len() + more)
    }
}

async fn read(
    http: &Http,
    company: CompanyId,
    query: &BookingQuery,
    count: usize,
) -> Result<Reading, BookingsError> {
    let path = ["records", &company.to_string()];
    let lane = lane(query);
    let mut reading = Reading { undisturbed: true, ..Reading::default() };
    let mut previous: Vec<RowKey> = Vec::new();
    let mut most_pages = MOST_PAGES;
    let mut page = 1;
    loop {
        let answer = http.get(lane, &path, &parameters(query, page, count)).await?;
        let envelope = http.open(&answer)?;
        let raw = envelope.rows().map_err(BookingsError::Unreadable)?;
        let total = envelope.total_count();
        if page == 1 {
            reading.server_time = answer.date;
            let pages = total.unwrap_or(usize::MAX) / raw.len().max(1);
            most_pages = pages.saturating_mul(2).saturating_add(10).min(MOST_PAGES);
        } else if total != reading.total {
            reading.undisturbed = false;
        }
        reading.total = total;
        reading.counted |= total.is_some();

        let before = reading.rows.len();
        let mut keys = Vec::with_capacity(raw.len());
        for row in raw {
            let key = wire::row_key(row);
            // Read twice, the later reading is the newer one.
            reading.rows.insert(key.clone(), wire::record(row, company));
            keys.push(key);
        }
        let new = reading.rows.len() - before;
        let seen = reading.rows.len();

        if keys.is_empty() {
            reading.end_seen = true;
            return Ok(reading);
        }
        if keys == previous {
            // Paging is ignored, or stands still at the last page. With every row
            // at hand that harms nothing.
            return match total {
                Some(total) if seen >= total => Ok(reading),
                // Rows of which none can be read are no bookings at all, but some other answer.
                None if reading.undisturbed && reading.rows.values().any(Result::is_ok) => {
                    Ok(Reading { repeats: Some(page), ..reading })
                }
                _ => Err(repeats(page)),
            };
        }
        reading.undisturbed &= new == keys.len();
        let ended = if let Some(total) = total {
            // A full page that reaches the total may hide rows that the total does
            // not count (deleted ones, perhaps): one more page tells. So does a
            // total that is already exceeded.
            (seen == total && keys.len() < count) || new == 0
        } else {
            reading.end_seen = keys.len() < reading.longest_page;
            reading.end_seen || new == 0
        };
        reading.last_page = keys.len();
        reading.longest_page = reading.longest_page.max(keys.len());
        if ended {
            return Ok(reading);
        }
        if page >= most_pages {
            return Err(BookingsError::Unreadable(format!("its pages do not end ({page} were read)")));
        }
        previous = keys;
        page += 1;
    }
}

fn repeats(page: usize) -> BookingsError {
    BookingsError::Unreadable(format!("page {page} repeats the page before: paging is ignored"))
}

/// A last check stands between a client and a wrong message, however many pages it has.
fn lane(query: &BookingQuery) -> Lane {
    match query {
        BookingQuery::OfClient { .. } => Lane::Urgent,
        BookingQuery::VisitsFrom(_) | BookingQuery::Created { .. } | BookingQuery::ChangedAfter(_) => {
            Lane::Ordinary
        }
    }
}

/// Nothing but what the query says: a filter on creation must not limit the date
/// of the visit, or a booking far ahead would be missed.
fn parameters(query: &BookingQuery, page: usize, count: usize) -> Vec<(&'static str, String)> {
    let mut parameters = match query {
        BookingQuery::VisitsFrom(from) => {
            let to = from.checked_add_months(AHEAD).unwrap_or(*from);
            vec![("start_date", from.to_string()), ("end_date", to.to_string())]
        }
        BookingQuery::Created { from, to } => vec![
            ("c_start_date", from.to_string()),
            ("c_end_date", to.to_string()),
            ("with_deleted", "1".into()),
        ],
        BookingQuery::ChangedAfter(after) => vec![
            ("changed_after", after.format("%Y-%m-%dT%H:%M:%S").to_string()),
            ("with_deleted", "1".into()),
        ],
        BookingQuery::OfClient { client, from, to } => vec![
            ("client_id", client.to_string()),
            ("start_date", from.to_string()),
            ("end_date", to.to_string()),
            ("with_deleted", "1".into()),
        ],
    };
    parameters.extend([("page", page.to_string()), ("count", count.to_string())]);
    parameters
}

fn listing(rows: Rows, server_time: Option<DateTime<Utc>>) -> Listing {
    let mut listing = Listing { server_time, ..Listing::default() };
    for row in rows.into_values() {
        match row {
            Ok(booking) => listing.bookings.push(booking),
            // Whoever keeps count of them says so, once.
            Err(unread) => listing.unreadable.push(unread),
        }
    }
    listing
}
