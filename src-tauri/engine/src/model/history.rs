//! What happened to every row, line by line: the audit with the row beside it.
//!
//! A trigger of the model's own copies the row into each line of the audit, in
//! the transaction that writes it, so that no state between two steps is missed.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::{At, Db, StorageError};
use crate::notification::{AFTER_LEASE, NotificationId, Reason, State};

const TRIGGER: &str = "
    CREATE TABLE IF NOT EXISTS model_history AS
        SELECT 0 AS event, 0 AS at, '' AS actor, '' AS what, '' AS from_state, '' AS links, n.*
        FROM booking_notifications n WHERE 0;
    CREATE TRIGGER IF NOT EXISTS model_history_grows AFTER INSERT ON events
    WHEN NEW.notification_id IS NOT NULL
    BEGIN
        INSERT INTO model_history
        SELECT NEW.id, NEW.at, NEW.actor, NEW.what, NEW.from_state,
            (SELECT coalesce(group_concat(booking_id), '') FROM notification_bookings
             WHERE notification_id = n.id AND dropped = 0), n.*
        FROM booking_notifications n WHERE n.id = NEW.notification_id;
    END;";

/// A row as a line of the audit left it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the row has")]
pub(super) struct Line {
    pub at: DateTime<Utc>,
    pub by_program: bool,
    pub what: String,
    pub from: String,
    pub id: NotificationId,
    pub state: State,
    pub reason: Reason,
    pub revision: i64,
    pub held: bool,
    pub released: bool,
    pub edited: bool,
    pub gap_at: Option<DateTime<Utc>>,
    pub due_at: DateTime<Utc>,
    pub lease_until: Option<DateTime<Utc>>,
    pub text: String,
    pub phone: String,
    pub cancel_asked: bool,
}

impl Line {
    /// When its time came, as whoever looks at the row would say.
    pub(super) fn punctual_at(&self) -> DateTime<Utc> {
        self.lease_until.map_or(self.due_at, |until| self.due_at.max(until + AFTER_LEASE))
    }

    pub(super) fn late_by(&self, at: DateTime<Utc>) -> TimeDelta {
        at - self.punctual_at()
    }
}

/// Begins to write the history of a database.
pub(super) fn begin(db: &Db) {
    db.read(|connection| Ok::<_, StorageError>(connection.execute_batch(TRIGGER)?)).unwrap();
}

/// Every row's lines, in order.
pub(super) fn read(db: &Db) -> BTreeMap<NotificationId, Vec<Line>> {
    let lines = db.read(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT at, actor, what, from_state, links, id, copy, state, reason, revision, held, released,
             edited_by, gap_at, due_at, lease_until, text, phone, cancel_asked_by
             FROM model_history ORDER BY event",
        )?;
        let lines = statement.query_map([], |row| {
            Ok(Line {
                at: row.get::<_, At>(0)?.0,
                by_program: row.get::<_, String>(1)? == "program",
                what: row.get(2)?,
                from: row.get(3)?,
                id: NotificationId(row.get(5)?),
                state: State::parse(&row.get::<_, String>(7)?).unwrap(),
                reason: Reason::parse(&row.get::<_, String>(8)?).unwrap(),
                revision: row.get(9)?,
                held: row.get(10)?,
                released: row.get(11)?,
                edited: !row.get::<_, String>(12)?.is_empty(),
                gap_at: row.get::<_, Option<At>>(13)?.map(|at| at.0),
                due_at: row.get::<_, At>(14)?.0,
                lease_until: row.get::<_, Option<At>>(15)?.map(|at| at.0),
                text: row.get(16)?,
                phone: row.get(17)?,
                cancel_asked: !row.get::<_, String>(18)?.is_empty(),
            })
        })?;
        Ok::<_, StorageError>(lines.collect::<Result<Vec<_>, _>>()?)
    });
    let mut rows: BTreeMap<_, Vec<Line>> = BTreeMap::new();
    for line in lines.unwrap() {
        rows.entry(line.id).or_default().push(line);
    }
    rows
}
