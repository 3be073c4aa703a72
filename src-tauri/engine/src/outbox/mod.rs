//! The queue in SQLite.
//!
//! Every change of a row is one conditional statement in one transaction: the
//! row is read, [`life::apply`](crate::notification::apply) says what becomes of
//! it, and the result is written only if the row is still the one that was read.
//! The audit's line is part of the same transaction, so whoever follows the
//! audit sees every change, once, in order, after it is true.
//!
//! Window, command line and sender all go through here, each in its own process.

mod aside;
mod attempts;
mod chats;
mod claim;
mod control;
mod enqueue;
mod first_contacts;
mod forget;
mod gateway;
pub mod history;
mod list;
mod numbers;
mod origin;
mod people;
mod retention;
mod rival;
mod rows;
mod stops;
mod stumbles;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::db::{At, Db, StorageError};
use crate::notification::{Event, Notification, NotificationId, Reason, Refusal, State, apply};

pub use aside::{Aside, AsideCount, AsideSeen, WhyAside};
pub use attempts::{Attempt, Unsettled};
pub use claim::{Claim, ClaimTerms};
pub use control::{DeskState, GatewayTold, Owner, Pause, Request, RequestKind};
pub use enqueue::{Link, NewNotification};
pub use first_contacts::MANY_FIRST_CONTACTS;
pub use forget::{Forgotten, OptOut};
pub use gateway::Settled;
pub use list::Counts;
pub use origin::Doubt;
pub use people::{ImportedBookings, phone_key};
pub use retention::{LetGo, LetGoSoFar, Pass};
pub use rival::{Evidence, Rival};
pub use stops::{Likely, StopWish};
pub use stumbles::Stumble;

pub(crate) use attempts::{has_unsettled_in, may_have_been_sent_in};
pub(crate) use enqueue::{
    enqueue_in, gather_target_in, link_in, links_in, move_link_in, relink_in, row_about_in,
};
pub(crate) use list::{
    due_because_of_in, ended_in, in_state as in_state_in, open_of_in, told_of_since_in, with_left_out_in,
};
pub(crate) use numbers::number_check_in;
pub(crate) use origin::{Anew, Numbers, Origin, begin_anew_in};
pub(crate) use people::{imported_of_in, is_imported, is_opted_out};
pub(crate) use stops::is_suspected_in;

/// Who acts, for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Program,
    /// By the name of their account on the computer.
    Person(String),
}

impl Actor {
    /// As the audit writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Program => "program",
            Self::Person(name) => name,
        }
    }
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The row does not allow it; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be recorded, so it did not happen.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<rusqlite::Error> for OutboxError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// A change's outcome: the row as it is now, or why it is not changed.
pub type Changed = Result<Notification, OutboxError>;

/// What a change came to where "not possible" is as good an answer: None.
pub(crate) fn unless_refused<T>(changed: Result<T, OutboxError>) -> Result<Option<T>, StorageError> {
    match changed {
        Ok(value) => Ok(Some(value)),
        Err(OutboxError::Refused(_)) => Ok(None),
        Err(OutboxError::Storage(error)) => Err(error),
    }
}

/// The queue. Cheap to clone: all clones share one connection.
#[derive(Debug, Clone)]
pub struct Outbox {
    db: Arc<Db>,
}

impl Outbox {
    /// The queue in this database.
    pub fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// The database the queue is in.
    pub fn db(&self) -> &Arc<Db> {
        &self.db
    }

    /// Applies one event to one row. With `revision`, only if the row still has it.
    pub fn apply(
        &self,
        id: NotificationId,
        revision: Option<i64>,
        event: Event,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Changed {
        self.db.write(|tx| apply_in(tx, id, revision, event, actor, now))
    }

    /// The row as it is.
    pub fn get(&self, id: NotificationId) -> Result<Option<Notification>, StorageError> {
        self.db.read(|connection| get_in(connection, id))
    }
}

/// The row as the transaction sees it.
pub(crate) fn get_in(
    connection: &Connection,
    id: NotificationId,
) -> Result<Option<Notification>, StorageError> {
    Ok(connection
        .prepare_cached(&format!("SELECT {} FROM booking_notifications WHERE id = ?1", rows::COLUMNS))?
        .query_row([id.0], rows::read)
        .optional()?)
}

/// One event on one row, inside a transaction of the caller's.
pub(crate) fn apply_in(
    tx: &Transaction<'_>,
    id: NotificationId,
    revision: Option<i64>,
    event: Event,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Changed {
    let row = get_in(tx, id)?.ok_or(Refusal::Missing)?;
    if revision.is_some_and(|revision| revision != row.revision) {
        // A row that has left says so; "stale" is for one that can still be changed.
        let left = row.state.is_sent() || row.state == State::Sending;
        return Err(if left { Refusal::TooLate(row.state) } else { Refusal::Stale }.into());
    }
    let (name, told, lets_go) = (event.name(), event.is_told(), event.lets_go());
    let next = apply(&row, event, now)?;
    if lets_go {
        people::may_be_written_to(tx, &next)?;
    }
    rows::update(tx, &next, row.version)?;
    let silent = !told
        && next.state == row.state
        && next.reason == row.reason
        && next.due_at == row.due_at
        && next.lease_by == row.lease_by;
    if !silent {
        audit(tx, actor, name, Some(row.state), &next, now)?;
    }
    if next.phone == row.phone { Ok(next) } else { skip_if_opted_out_in(tx, next, now) }
}

/// A message that went over to another number obeys that number's word.
pub(crate) fn skip_if_opted_out_in(tx: &Transaction<'_>, row: Notification, now: DateTime<Utc>) -> Changed {
    let open = matches!(row.state, State::Queued | State::Waiting | State::Failed);
    if open && is_opted_out(tx, &row.phone)? {
        return apply_in(tx, row.id, None, Event::Skip { reason: Reason::OptedOut }, &Actor::Program, now);
    }
    Ok(row)
}

/// One line of the audit, without texts, names and numbers.
fn audit(
    tx: &Transaction<'_>,
    actor: &Actor,
    what: &str,
    from: Option<State>,
    row: &Notification,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached(
        "INSERT INTO events (at, actor, notification_id, company_id, what, from_state, to_state, reason, revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        At(now),
        actor.as_str(),
        row.id.0,
        row.company.0,
        what,
        from.map_or("", State::as_str),
        row.state.as_str(),
        row.reason.as_str(),
        row.revision,
    ])?;
    people::count_act(tx, actor)
}

#[cfg(test)]
mod tests;
