//! What the database knows of branches and bookings.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::kept::Kept;
use crate::booking::{Booking, BookingId, BranchFacts, CompanyId};
use crate::db::{At, StorageError};
use crate::outbox::Outbox;
use crate::settings::Settings;
use crate::visit::instant;

/// A row of `booking_monitor_state`; the columns are described in `schema.sql`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BranchState {
    pub facts: BranchFacts,
    pub facts_at: Option<DateTime<Utc>>,
    pub baseline_at: Option<DateTime<Utc>>,
    pub baseline_begun_at: Option<DateTime<Utc>>,
    pub baseline_count: i64,
    pub last_checked_at: Option<DateTime<Utc>>,
    pub truth_at: Option<DateTime<Utc>>,
    pub fast_server_at: Option<DateTime<Utc>>,
    pub last_change_at: Option<DateTime<Utc>>,
    pub fast_feed: bool,
    pub failures: i64,
    pub next_poll_at: Option<DateTime<Utc>>,
    pub stopped: bool,
    pub fault_code: String,
    pub fault_detail: String,
    pub fault_at: Option<DateTime<Utc>>,
    pub anew_at: Option<DateTime<Utc>>,
    /// Bookings that the truth brought first although the feed was asked after they were written.
    pub feed_misses: i64,
    /// Until when the truth is read every time because of that.
    pub feed_until: Option<DateTime<Utc>>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<BranchState> {
    let at = |index: usize| -> rusqlite::Result<Option<DateTime<Utc>>> {
        Ok(row.get::<_, Option<At>>(index)?.map(|at| at.0))
    };
    Ok(BranchState {
        facts: BranchFacts {
            title: row.get(0)?,
            address: row.get(1)?,
            city: row.get(2)?,
            phone: row.get(3)?,
            time_zone: row.get(4)?,
            currency: row.get(21)?,
        },
        facts_at: at(5)?,
        baseline_at: at(6)?,
        baseline_count: row.get(7)?,
        last_checked_at: at(8)?,
        truth_at: at(9)?,
        fast_server_at: at(10)?,
        last_change_at: at(11)?,
        fast_feed: row.get::<_, String>(12)? == "fast",
        failures: row.get(13)?,
        next_poll_at: at(14)?,
        stopped: row.get(15)?,
        fault_code: row.get(16)?,
        fault_detail: row.get(17)?,
        fault_at: at(18)?,
        baseline_begun_at: at(19)?,
        anew_at: at(20)?,
        feed_misses: row.get(22)?,
        feed_until: at(23)?,
    })
}

/// What is known of a branch; None before anything is.
pub fn branch_in(connection: &Connection, company: CompanyId) -> Result<Option<BranchState>, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT title, address, city, phone, time_zone, facts_at, baseline_at, baseline_count,
             last_checked_at, truth_at, fast_server_at, last_change_at, feed, failures, next_poll_at, stopped,
             fault_code, fault_detail, fault_at, baseline_begun_at,
             anew_at, currency, feed_misses, feed_until FROM booking_monitor_state WHERE company_id = ?1",
        )?
        .query_row([company.0], read)
        .optional()?)
}

/// A branch, and when it was last read.
pub type LastRead = (CompanyId, Option<DateTime<Utc>>);

/// The branches that were read before.
pub(crate) fn read_before_in(connection: &Connection) -> Result<Vec<LastRead>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT company_id, last_checked_at FROM booking_monitor_state
         WHERE baseline_at IS NOT NULL OR baseline_begun_at IS NOT NULL OR anew_at IS NOT NULL
         ORDER BY company_id",
    )?;
    let rows = statement
        .query_map([], |row| Ok((CompanyId(row.get(0)?), row.get::<_, Option<At>>(1)?.map(|at| at.0))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the desk's day began: that of the first branch whose zone is known, UTC before one is.
pub(crate) fn day_start(
    outbox: &Outbox,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StorageError> {
    let mut zone = Tz::UTC;
    for branch in &settings.branches {
        let state = outbox.db().read(|connection| branch_in(connection, branch.company_id))?;
        if let Some(known) = state.and_then(|state| state.facts.time_zone.parse().ok()) {
            zone = known;
            break;
        }
    }
    Ok(instant(zone, now.with_timezone(&zone).date_naive().and_time(NaiveTime::MIN)))
}

/// Writes all that is known of a branch.
pub(super) fn put_branch_in(
    tx: &Transaction<'_>,
    company: CompanyId,
    state: &BranchState,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO booking_monitor_state
         (company_id, title, address, city, phone, time_zone, facts_at, baseline_at, baseline_count,
          last_checked_at, truth_at, fast_server_at, last_change_at, feed, failures, next_poll_at, stopped,
          fault_code, fault_detail, fault_at, baseline_begun_at, anew_at, currency, feed_misses, feed_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
          ?22, ?23, ?24, ?25)",
    )?
    .execute(params![
        company.0,
        state.facts.title,
        state.facts.address,
        state.facts.city,
        state.facts.phone,
        state.facts.time_zone,
        state.facts_at.map(At),
        state.baseline_at.map(At),
        state.baseline_count,
        state.last_checked_at.map(At),
        state.truth_at.map(At),
        state.fast_server_at.map(At),
        state.last_change_at.map(At),
        if state.fast_feed { "fast" } else { "truth" },
        state.failures,
        state.next_poll_at.map(At),
        state.stopped,
        state.fault_code,
        state.fault_detail,
        state.fault_at.map(At),
        state.baseline_begun_at.map(At),
        state.anew_at.map(At),
        state.facts.currency,
        state.feed_misses,
        state.feed_until.map(At),
    ])?;
    Ok(())
}

/// A booking as the last poll saw it, or what is [`Kept`] of it.
pub(crate) fn snapshot_in(
    connection: &Connection,
    company: CompanyId,
    booking: BookingId,
) -> Result<Option<String>, StorageError> {
    let snapshot: Option<String> = connection
        .prepare_cached("SELECT snapshot FROM bookings WHERE company_id = ?1 AND booking_id = ?2")?
        .query_row([company.0, booking.0], |row| row.get(0))
        .optional()?;
    Ok(snapshot.filter(|snapshot| !snapshot.is_empty()))
}

/// The same, read.
pub(crate) fn booking_in(
    connection: &Connection,
    company: CompanyId,
    booking: BookingId,
) -> Result<Option<Booking>, StorageError> {
    match snapshot_in(connection, company, booking)?.filter(|kept| Kept::of(kept).is_none()) {
        Some(snapshot) => serde_json::from_str(&snapshot)
            .map(Some)
            .map_err(|error| StorageError::Corrupt(format!("booking {booking}: {error}"))),
        None => Ok(None),
    }
}

/// Keeps a booking as it is now.
pub(super) fn put_booking_in(
    tx: &Transaction<'_>,
    booking: &Booking,
    snapshot: &str,
    made_by: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "INSERT INTO bookings (company_id, booking_id, made_by, first_seen_at, seen_at, snapshot)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)
         ON CONFLICT DO UPDATE SET made_by = excluded.made_by, seen_at = excluded.seen_at,
         snapshot = excluded.snapshot",
    )?
    .execute(params![booking.company.0, booking.id.0, made_by, At(now), snapshot])?;
    Ok(())
}

/// A booking's text form in which two answers that say the same are equal: the
/// server gives services in any order.
pub(crate) fn normal_form(booking: &Booking) -> Result<String, StorageError> {
    let mut booking = booking.clone();
    booking.services.sort();
    serde_json::to_string(&booking).map_err(|error| StorageError::Failed(error.to_string()))
}
