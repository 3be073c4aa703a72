//! The lists by day: any range, filtered and searched, a page at a time.
//!
//! A message stands at the time the gateway took it, one that never got so far at
//! the time it was first seen. Pages go on from the last row's key, never by
//! counting rows off, so the thousandth costs what the first does. Everything
//! here is answered from one index until the page's own rows are read.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Params, ToSql, params};

use super::{Outbox, rows};
use crate::booking::{Booking, BookingId, CompanyId};
use crate::closed_set::closed_set;
use crate::db::{At, StorageError, to_ms};
use crate::monitor::known;
use crate::notification::{Notification, NotificationId, State};

/// More than a screen or two.
const LARGEST_PAGE: usize = 200;

/// A change after sending that nobody looked at is no longer shown after this.
const CHANGES_MATTER: TimeDelta = TimeDelta::days(14);

/// A message that the gateway has had for longer, and no phone has, may never arrive: somebody should call.
const DELIVERED_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// Where a row stands in the lists. The index by time is on this expression.
const TIME: &str = "coalesce(accepted_at, enqueued_at)";

closed_set! {
    /// Which rows to list.
    Filter {
        All = "all",
        /// Left for the client, whatever became of it there.
        Sent = "sent",
        /// On the client's phone.
        Delivered = "delivered",
        Read = "read",
        Undelivered = "undelivered",
        /// Came to an end without being sent.
        NotSent = "not_sent",
        Skipped = "skipped",
        /// Did not reach the client and could have: somebody might call.
        Call = "call",
    }
}

impl Filter {
    /// A condition without parameters.
    const fn condition(self) -> &'static str {
        match self {
            Self::All => "1",
            Self::Sent => "state IN ('accepted', 'delivered', 'read', 'undelivered')",
            Self::Delivered => "state IN ('delivered', 'read')",
            Self::Read => "state = 'read'",
            Self::Undelivered => "state = 'undelivered'",
            Self::NotSent => "state IN ('failed', 'cancelled', 'expired')",
            Self::Skipped => "state = 'skipped'",
            Self::Call => {
                "(state IN ('undelivered', 'failed') OR (state = 'skipped' AND reason = 'landline')
                 OR (state = 'expired' AND reason <> 'came'))"
            }
        }
    }
}

/// Which rows, in what range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The first instant after.
    pub to: DateTime<Utc>,
    pub filter: Filter,
    /// A part of the name, of the number, or its last digits. Empty: all.
    pub search: String,
    /// What is overdue is so now.
    pub now: DateTime<Utc>,
}

/// The last row of a page. Prints as text that reads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at: i64,
    id: i64,
}

impl Cursor {
    /// Reads what [`Cursor`] printed.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self { at: at.parse().ok()?, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

/// Rows in order, newest first, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<Notification>,
    /// None after the last.
    pub next: Option<Cursor>,
}

/// What went out in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Left for the client, whatever became of it there.
    pub sent: i64,
    /// On the client's phone, read or not.
    pub delivered: i64,
    pub read: i64,
    pub undelivered: i64,
    pub skipped: i64,
}

/// What a person looks for, ready to be compared.
struct Needle {
    /// Lower-case pieces, all of which the name must hold.
    words: Vec<String>,
    /// Digits that the number must hold; None when the search has letters.
    digits: Option<String>,
}

impl Needle {
    fn new(search: &str) -> Self {
        let words: Vec<String> = fold(search).split_whitespace().map(str::to_owned).collect();
        let is_number = search.chars().all(|c| c.is_ascii_digit() || " +()-–.".contains(c));
        let mut digits: String = search.chars().filter(char::is_ascii_digit).collect();
        // `8 916…`: as the number is dialled within the country.
        if digits.len() > 4 && digits.starts_with('8') && !search.trim_start().starts_with('+') {
            digits.remove(0);
        }
        Self { words, digits: (is_number && !digits.is_empty()).then_some(digits) }
    }
}

/// Lower case, and the letter that half of the world writes without its dots.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c }).collect()
}

/// Gives a connection the function that searches compare with: `found_by(name,
/// phone, words, digits)`. SQLite itself knows upper and lower case of Latin letters alone.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("found_by", 4, flags, |context| {
        let text = |index| context.get_raw(index).as_str().unwrap_or_default();
        let (name, phone, words, digits) = (text(0), text(1), text(2), text(3));
        if !digits.is_empty() && phone.contains(digits) {
            return Ok(true);
        }
        let name = fold(name);
        Ok(words.split(' ').all(|word| name.contains(word)))
    })
}

/// The condition of a query with its parameters, which the caller's own follow.
fn condition(query: &Query) -> (String, Vec<Box<dyn ToSql>>) {
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(At(query.from)), Box::new(At(query.to))];
    let mut bind = |value: Box<dyn ToSql>| {
        values.push(value);
        format!("?{}", values.len())
    };
    let mut fits = query.filter.condition().to_owned();
    if query.filter == Filter::Call {
        let overdue = bind(Box::new(At(query.now - DELIVERED_WITHIN)));
        fits = format!("({fits} OR (state = 'accepted' AND {TIME} < {overdue}))");
    }
    if !query.search.trim().is_empty() {
        let needle = Needle::new(&query.search);
        let words = bind(Box::new(needle.words.join(" ")));
        let digits = bind(Box::new(needle.digits.unwrap_or_default()));
        fits = format!("{fits} AND found_by(client_name, phone, {words}, {digits})");
    }
    (format!("{TIME} >= ?1 AND {TIME} < ?2 AND {fits}"), values)
}

fn keys_sql(condition: &str, parameters: usize) -> String {
    format!(
        "SELECT {TIME}, id FROM booking_notifications INDEXED BY notifications_by_time
         WHERE {condition} AND ({TIME}, id) < (?{}, ?{}) ORDER BY {TIME} DESC, id DESC LIMIT ?{}",
        parameters + 1,
        parameters + 2,
        parameters + 3
    )
}

fn count_sql(condition: &str) -> String {
    format!("SELECT count(*) FROM booking_notifications INDEXED BY notifications_by_time WHERE {condition}")
}

impl Outbox {
    /// One page, at most 200 rows, after the page that ended at `after`.
    pub fn history(&self, query: &Query, after: Option<Cursor>, limit: usize) -> Result<Page, StorageError> {
        let limit = limit.clamp(1, LARGEST_PAGE);
        let (condition, mut values) = condition(query);
        let sql = keys_sql(&condition, values.len());
        let after = after.unwrap_or(Cursor { at: i64::MAX, id: i64::MAX });
        values.push(Box::new(after.at));
        values.push(Box::new(after.id));
        // One more than asked tells whether there is another page.
        values.push(Box::new(i64::try_from(limit + 1).unwrap_or(i64::MAX)));
        self.db.read(|connection| {
            let mut keys: Vec<Cursor> = connection
                .prepare_cached(&sql)?
                .query_map(rusqlite::params_from_iter(values), |row| {
                    Ok(Cursor { at: row.get(0)?, id: row.get(1)? })
                })?
                .collect::<Result<_, _>>()?;
            let more = keys.len() > limit;
            keys.truncate(limit);
            let mut rows = Vec::with_capacity(keys.len());
            for key in &keys {
                rows.extend(super::get_in(connection, NotificationId(key.id))?);
            }
            Ok(Page { rows, next: keys.last().copied().filter(|_| more) })
        })
    }

    /// How many rows fit, all pages together.
    pub fn history_count(&self, query: &Query) -> Result<i64, StorageError> {
        let (condition, values) = condition(query);
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(&count_sql(&condition))?
                .query_row(rusqlite::params_from_iter(values), |row| row.get(0))?)
        })
    }

    /// What went out from `from` until before `to`.
    pub fn tally(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Tally, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT state, count(*) FROM booking_notifications INDEXED BY notifications_by_time
                 WHERE {TIME} >= ?1 AND {TIME} < ?2 GROUP BY state"
            ))?;
            let found = statement
                .query_map([At(from), At(to)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            let mut tally = Tally::default();
            for row in found {
                let (state, count) = row?;
                let state = State::parse(&state);
                let counts = |states: &[State]| state.is_some_and(|state| states.contains(&state));
                for (sum, states) in [
                    (
                        &mut tally.sent,
                        &[State::Accepted, State::Delivered, State::Read, State::Undelivered][..],
                    ),
                    (&mut tally.delivered, &[State::Delivered, State::Read]),
                    (&mut tally.read, &[State::Read]),
                    (&mut tally.undelivered, &[State::Undelivered]),
                    (&mut tally.skipped, &[State::Skipped]),
                ] {
                    *sum += if counts(states) { count } else { 0 };
                }
            }
            Ok(tally)
        })
    }

    /// Cancelled by a person at `since` or later: they can still be brought back with one click.
    pub fn cancelled_since(&self, since: DateTime<Utc>) -> Result<Vec<Notification>, StorageError> {
        self.select(
            "state = 'cancelled' AND finished_at >= ?1 AND reason = 'by_person' ORDER BY due_at, id",
            [At(since)],
        )
    }

    /// Sent lately, and the booking changed since; the newest change of plans last.
    pub fn changed_after_sent(&self, now: DateTime<Utc>) -> Result<Vec<Notification>, StorageError> {
        self.select(
            "changed_after_sent <> '' AND accepted_at >= ?1 ORDER BY accepted_at, id",
            [At(now - CHANGES_MATTER)],
        )
    }

    /// How many messages wait for a person's word: those that cannot go on by themselves, and those whose
    /// booking changed after they were sent.
    pub fn needing_a_person(&self, now: DateTime<Utc>) -> Result<i64, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT (SELECT count(*) FROM booking_notifications
                             WHERE state IN ('waiting', 'unknown', 'failed'))
                          + (SELECT count(*) FROM booking_notifications
                             WHERE changed_after_sent <> '' AND accepted_at >= ?1)",
                )?
                .query_row([At(now - CHANGES_MATTER)], |row| row.get(0))?)
        })
    }

    /// The newest message that is known to be on a client's phone.
    pub fn last_delivered(&self) -> Result<Option<Notification>, StorageError> {
        let mut found = self.select(
            "accepted_at IS NOT NULL AND delivered_at IS NOT NULL ORDER BY accepted_at DESC LIMIT 1",
            [],
        )?;
        Ok(found.pop())
    }

    /// Whether nobody wrote to the row's number before it.
    pub fn is_new_number(&self, row: &Notification) -> Result<bool, StorageError> {
        if row.phone.is_empty() {
            return Ok(false);
        }
        self.db.read(|connection| {
            let written = connection
                .prepare_cached(
                    "SELECT 1 FROM booking_notifications
                     WHERE phone_key = ?1 AND accepted_at IS NOT NULL AND accepted_at < ?2 AND id <> ?3",
                )?
                .exists(params![
                    super::phone_key(&row.phone),
                    row.accepted_at.map_or(i64::MAX, to_ms),
                    row.id.0
                ])?;
            Ok(!written)
        })
    }

    /// A booking as it was last seen; None when only its number is known.
    pub fn booking(&self, company: CompanyId, booking: BookingId) -> Result<Option<Booking>, StorageError> {
        self.db.read(|connection| known::booking_in(connection, company, booking))
    }

    /// Keeps what the users of a branch are called.
    pub fn name_users(&self, company: CompanyId, users: &[(i64, String)]) -> Result<(), StorageError> {
        self.db.write(|tx| {
            let mut put = tx.prepare_cached(
                "INSERT INTO users (company_id, user_id, name) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET name = excluded.name",
            )?;
            for (id, name) in users {
                put.execute(params![company.0, id, name])?;
            }
            Ok(())
        })
    }

    /// Whether each of `users` has a name here.
    pub fn users_are_named(&self, company: CompanyId, users: &BTreeSet<i64>) -> Result<bool, StorageError> {
        self.db.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT 1 FROM users WHERE company_id = ?1 AND user_id = ?2 AND name <> ''",
            )?;
            for user in users {
                if !find.exists(params![company.0, user])? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// What a user of a branch is called; None when nobody asked YClients yet.
    pub fn user_name(&self, company: CompanyId, user: i64) -> Result<Option<String>, StorageError> {
        use rusqlite::OptionalExtension as _;
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT name FROM users WHERE company_id = ?1 AND user_id = ?2")?
                .query_row(params![company.0, user], |row| row.get(0))
                .optional()?)
        })
    }

    fn select<P: Params>(&self, condition: &str, params: P) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| {
            let sql = format!("SELECT {} FROM booking_notifications WHERE {condition}", rows::COLUMNS);
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map(params, rows::read)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }
}

#[cfg(test)]
mod tests;
