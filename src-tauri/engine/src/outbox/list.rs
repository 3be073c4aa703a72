//! What lookers ask: open rows, today's sent, the next to go.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{Link, Outbox, enqueue, rows};
use crate::booking::{BookingId, CompanyId};
use crate::db::{At, StorageError};
use crate::notification::{AFTER_LEASE, Notification, NotificationId, State};

/// How many rows are in each state.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, i64>);

const OPEN: &str = "('queued', 'sending', 'waiting', 'unknown', 'failed')";

fn select<P: Params>(
    connection: &Connection,
    condition: &str,
    params: P,
) -> Result<Vec<Notification>, StorageError> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {} FROM booking_notifications WHERE {condition}", rows::COLUMNS))?;
    let found = statement.query_map(params, rows::read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn in_state(connection: &Connection, state: State) -> Result<Vec<Notification>, StorageError> {
    select(connection, &format!("state = '{state}' ORDER BY due_at, id"), [])
}

/// Rows of a branch that go or went out because of the gap that ended at `gap_at`.
pub(crate) fn due_because_of_in(
    connection: &Connection,
    company: CompanyId,
    gap_at: DateTime<Utc>,
) -> Result<Vec<Notification>, StorageError> {
    select(
        connection,
        "company_id = ?1 AND gap_at = ?2 AND state NOT IN ('cancelled', 'skipped', 'expired')
         AND (state <> 'waiting' OR reason = 'burst')",
        params![company.0, At(gap_at)],
    )
}

/// What the program ended by itself in one branch, whose visit is not behind `ahead_of`, and
/// judges again.
pub(crate) fn ended_in(
    connection: &Connection,
    company: CompanyId,
    ahead_of: DateTime<Utc>,
) -> Result<Vec<Notification>, StorageError> {
    select(
        connection,
        "company_id = ?1 AND starts_at > ?2 AND state IN ('skipped', 'expired', 'cancelled') AND judged = 1
         AND reason NOT IN ('by_person', 'before_baseline', 'restored', 'gathered') ORDER BY starts_at, id",
        params![company.0, At(ahead_of)],
    )
}

/// Messages of one branch from which a booking was left out.
pub(crate) fn with_left_out_in(
    connection: &Connection,
    company: CompanyId,
) -> Result<Vec<Notification>, StorageError> {
    select(
        connection,
        "id IN (SELECT notification_id FROM notification_bookings WHERE company_id = ?1 AND dropped = 1)",
        [company.0],
    )
}

/// How many new messages of one branch came into the queue since.
pub(crate) fn told_of_since_in(
    connection: &Connection,
    company: CompanyId,
    since: DateTime<Utc>,
) -> Result<usize, StorageError> {
    let count: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM booking_notifications INDEXED BY notifications_by_day
             WHERE enqueued_at > ?1 AND company_id = ?2 AND copy = 0 AND kind = 'confirmation'
             AND first_due_at IS NOT NULL",
        )?
        .query_row(params![At(since), company.0], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Open rows of one branch.
pub(crate) fn open_of_in(
    connection: &Connection,
    company: CompanyId,
) -> Result<Vec<Notification>, StorageError> {
    select(connection, &format!("state IN {OPEN} AND company_id = ?1 ORDER BY due_at, id"), [company.0])
}

impl Outbox {
    /// Rows that still can go out or need a person, by their time.
    pub fn open_rows(&self) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| select(connection, &format!("state IN {OPEN} ORDER BY due_at, id"), []))
    }

    /// Open rows of one state, by their time.
    pub fn in_state(&self, state: State) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| in_state(connection, state))
    }

    /// Every row first seen at `since` or later and every open one, oldest first.
    pub fn all_since(&self, since: DateTime<Utc>) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| {
            // Sorted here: asked for by id, SQLite would read the whole table in that order instead.
            let mut found = select(connection, "enqueued_at >= ?1", [At(since)])?;
            found.extend(select(connection, &format!("state IN {OPEN} AND enqueued_at < ?1"), [At(since)])?);
            found.sort_by_key(|row| row.id);
            Ok(found)
        })
    }

    /// What the gateway took from `from` until before `to`, newest first.
    pub fn sent_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| {
            select(
                connection,
                "accepted_at >= ?1 AND accepted_at < ?2 ORDER BY accepted_at DESC, id DESC",
                [At(from), At(to)],
            )
        })
    }

    /// Messages accepted at `since` or later whose delivery is to be asked for
    /// now: every minute at first, every half hour in the end.
    pub fn to_be_followed(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {columns} FROM booking_notifications INDEXED BY notifications_undelivered
                 WHERE state = 'accepted' AND accepted_at >= ?1 AND gateway_id <> ''
                 AND ?2 - coalesce(followed_at, accepted_at) >= CASE
                     WHEN ?2 - accepted_at < 600000 THEN 60000
                     WHEN ?2 - accepted_at < 3600000 THEN 300000
                     ELSE 1800000 END
                 UNION ALL
                 SELECT {columns} FROM booking_notifications INDEXED BY notifications_by_shell
                 WHERE state = 'undelivered' AND detail = 'empty journal entry' AND accepted_at >= ?1
                 AND gateway_id <> '' AND ?2 - coalesce(followed_at, accepted_at) >= 1800000
                 ORDER BY followed_at, accepted_at LIMIT ?3",
                columns = rows::COLUMNS
            ))?;
            let found = statement.query_map(params![At(since), At(now), limit], rows::read)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// Delivery was asked for now.
    pub fn followed(&self, id: NotificationId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.prepare_cached("UPDATE booking_notifications SET followed_at = ?2 WHERE id = ?1")?
                .execute(params![id.0, At(now)])?;
            Ok(())
        })
    }

    /// Rows to which time alone may have done something: their visit has begun,
    /// or their time passed at `late_before` or earlier.
    pub fn overtaken(
        &self,
        late_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Notification>, StorageError> {
        self.db.read(|connection| {
            select(
                connection,
                "state IN ('queued', 'waiting', 'failed') AND ((starts_at <= ?2 AND kind = 'confirmation')
                 OR (state = 'queued' AND held = 0 AND due_at < ?1))",
                [At(late_before), At(now)],
            )
        })
    }

    /// The row that is to be claimed first, whether its time has come or not.
    /// With `released_only`, of those a person let go.
    pub fn first_in_line(&self, released_only: bool) -> Result<Option<Notification>, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(&format!(
                    "SELECT {} FROM booking_notifications
                     WHERE state = 'queued' AND held = 0 AND (released = 1 OR NOT ?1)
                     ORDER BY max(due_at, next_try_at, coalesce(lease_until + ?2, 0)), id LIMIT 1",
                    rows::COLUMNS
                ))?
                .query_row(params![released_only, AFTER_LEASE.num_milliseconds()], rows::read)
                .optional()?)
        })
    }

    /// How many rows are in each open state, and what went out and came to nothing since `since`.
    pub fn counts(&self, since: DateTime<Utc>) -> Result<Counts, StorageError> {
        self.db.read(|connection| {
            let mut counts: BTreeMap<String, i64> =
                State::ALL.iter().map(|state| (state.to_string(), 0)).collect();
            let since = crate::db::to_ms(since);
            for counted in [
                format!("booking_notifications WHERE state IN {OPEN}"),
                // By day: most rows ever are in such a state, and grouping would walk over all of them.
                format!(
                    "booking_notifications INDEXED BY notifications_by_day
                     WHERE enqueued_at >= {since} AND state NOT IN {OPEN}"
                ),
            ] {
                let mut statement =
                    connection.prepare(&format!("SELECT state, count(*) FROM {counted} GROUP BY state"))?;
                let found =
                    statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
                for row in found {
                    let (state, count) = row?;
                    *counts.entry(state).or_default() += count;
                }
            }
            Ok(Counts(counts))
        })
    }

    /// The bookings a row speaks of.
    pub fn links(&self, id: NotificationId) -> Result<Vec<Link>, StorageError> {
        self.db.read(|connection| enqueue::links_in(connection, id))
    }

    /// The row that speaks of a booking: its latest copy.
    pub fn row_about(
        &self,
        company: CompanyId,
        booking: BookingId,
    ) -> Result<Option<Notification>, StorageError> {
        self.db.read(|connection| enqueue::row_about_in(connection, company, booking))
    }

    /// The audit's last line: where a follower begins.
    pub fn last_event(&self) -> Result<i64, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT coalesce(max(id), 0) FROM events")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// Rows that changed after the audit's line `after`, whole and as they are
    /// now, with the last line seen. Asking costs one look-up when nothing did.
    pub fn changed_after(&self, after: i64) -> Result<(i64, Vec<Notification>), StorageError> {
        let last = self.last_event()?;
        if last <= after {
            return Ok((after, Vec::new()));
        }
        let rows = self.db.read(|connection| {
            select(
                connection,
                "id IN (SELECT notification_id FROM events WHERE id > ?1 AND id <= ?2) ORDER BY id",
                [after, last],
            )
        })?;
        Ok((last, rows))
    }
}
