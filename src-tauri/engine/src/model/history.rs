//! What happened to every row, line by line: the audit with the row beside it.
//!
//! A trigger of the model's own copies the row into each line of the audit, in
//! the transaction that writes it, so that no state between two steps is missed.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::booking::BookingId;
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
    /// The line's number in the audit.
    pub event: i64,
    pub at: DateTime<Utc>,
    pub by_program: bool,
    pub what: String,
    pub from: String,
    /// What it speaks of.
    pub links: Vec<BookingId>,
    pub id: NotificationId,
    pub copy: i64,
    pub booked_at: Option<DateTime<Utc>>,
    pub starts_at: DateTime<Utc>,
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
    /// It is over, and nothing left for the client.
    pub(super) const fn is_ended(&self) -> bool {
        matches!(self.state, State::Skipped | State::Expired | State::Cancelled)
    }

    /// The program ended it by itself, for a reason that can cease to be true.
    pub(super) fn is_ended_by_program(&self) -> bool {
        let facts_of_the_past =
            [Reason::ByPerson, Reason::BeforeBaseline, Reason::Restored, Reason::Gathered, Reason::Late];
        self.is_ended() && !facts_of_the_past.contains(&self.reason)
    }

    /// Other words, or another recipient.
    pub(super) fn is_another_message(&self, before: &Self) -> bool {
        self.text != before.text || self.phone != before.phone
    }

    /// When its time came, as whoever looks at the row would say.
    pub(super) fn punctual_at(&self) -> DateTime<Utc> {
        self.lease_until.map_or(self.due_at, |until| self.due_at.max(until + AFTER_LEASE))
    }

    pub(super) fn late_by(&self, at: DateTime<Utc>) -> TimeDelta {
        at - self.punctual_at()
    }
}

/// A person let the message go, and the program has made no other of it since: the word is
/// for one recipient and one text. A person's own words keep it.
pub(super) fn has_a_persons_word(lines: &[Line]) -> bool {
    let mut word = false;
    for (index, line) in lines.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &lines[before]);
        if line.by_program {
            word &= before.is_some_and(|before| !line.is_another_message(before));
        } else {
            let lets_go = ["release", "send_now", "restore", "resolve_again"].contains(&line.what.as_str());
            let let_go_now = line.released && before.is_none_or(|before| !before.released);
            word |= line.released && (lets_go || let_go_now);
        }
    }
    word
}

/// The program made another message of it, of the same bookings: a remake.
pub(super) fn is_remake(before: &Line, after: &Line) -> bool {
    after.by_program
        && !before.is_ended()
        && after.is_another_message(before)
        && after.links.iter().all(|link| before.links.contains(link))
}

/// What the row was before the program did what it did to it at this moment: a row that comes
/// back and is put aside at once was never seen in between.
pub(super) fn before_the_moment(lines: &[Line], index: usize) -> Option<&Line> {
    let at = lines[index].at;
    let same = |line: &&Line| line.by_program && line.at == at;
    let begun = lines[..index].iter().rev().take_while(same).count();
    lines[..index - begun].last()
}

/// What it is after that moment.
pub(super) fn after_the_moment(lines: &[Line], index: usize) -> &Line {
    let after = &lines[index];
    let same = |line: &&Line| line.by_program && line.at == after.at && line.what != "claim";
    lines[index..].iter().take_while(same).last().unwrap_or(after)
}

/// When it was to leave at first.
pub(super) fn first_due_at(lines: &[Line]) -> Option<DateTime<Utc>> {
    lines.iter().find(|line| line.state == State::Queued).map(|line| line.due_at)
}

/// An attempt was made that may have arrived.
pub(super) fn may_have_arrived(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.state == State::Unknown || line.state.is_sent())
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
             edited_by, gap_at, due_at, lease_until, text, phone, cancel_asked_by, event, copy, booked_at,
             starts_at
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
                event: row.get(19)?,
                copy: row.get(20)?,
                booked_at: row.get::<_, Option<At>>(21)?.map(|at| at.0),
                starts_at: row.get::<_, At>(22)?.0,
                links: numbers(&row.get::<_, String>(4)?),
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

fn numbers(joined: &str) -> Vec<BookingId> {
    joined.split(',').filter_map(|number| number.parse().ok().map(BookingId)).collect()
}
