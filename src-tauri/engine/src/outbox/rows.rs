//! Rows of `booking_notifications`, in and out.

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Row, Transaction, named_params};

use super::people::phone_key;
use crate::booking::CompanyId;
use crate::db::{At, StorageError};
use crate::notification::{Kind, Notification, NotificationId, Reason, Refusal, State, Was};

/// The columns in the order [`read`] takes them.
pub(super) const COLUMNS: &str = "id, kind, copy, company_id, state, reason, detail, revision, version, instance, \
     client_id, client_name, phone, starts_at, text, edited_by, proposed_text, draft, lease_by, lease_until, \
     held, released, wanted, was_state, was_reason, was_detail, judged, forgotten, first_due_at, remakes, \
     changing_at, gap_at, booked_at, enqueued_at, due_at, next_try_at, tries, checked_at, checked_revision, \
     cancel_asked_by, claimed_at, accepted_at, delivered_at, read_at, finished_at, followed_at, gateway_id, \
     changed_after_sent";

fn word<T>(row: &Row<'_>, index: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    parse(&text).ok_or_else(|| {
        let unknown = FromSqlError::Other(format!("unknown word {text:?}").into());
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(unknown))
    })
}

fn at(row: &Row<'_>, index: usize) -> rusqlite::Result<DateTime<Utc>> {
    row.get::<_, At>(index).map(|at| at.0)
}

fn maybe_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row.get::<_, Option<At>>(index)?.map(|at| at.0))
}

/// What the row was before the program ended it: three columns.
fn was(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Was>> {
    if row.get_ref(first)?.as_str()?.is_empty() {
        return Ok(None);
    }
    Ok(Some(Was {
        state: word(row, first, State::parse)?,
        reason: word(row, first + 1, Reason::parse)?,
        detail: row.get(first + 2)?,
    }))
}

/// A row selected with [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Notification> {
    Ok(Notification {
        id: NotificationId(row.get(0)?),
        kind: word(row, 1, Kind::parse)?,
        copy: row.get(2)?,
        company: CompanyId(row.get(3)?),
        state: word(row, 4, State::parse)?,
        reason: word(row, 5, Reason::parse)?,
        detail: row.get(6)?,
        revision: row.get(7)?,
        version: row.get(8)?,
        instance: row.get(9)?,
        client_id: row.get(10)?,
        client_name: row.get(11)?,
        phone: row.get(12)?,
        starts_at: at(row, 13)?,
        text: row.get(14)?,
        edited_by: row.get(15)?,
        proposed_text: row.get(16)?,
        draft: row.get(17)?,
        lease_by: row.get(18)?,
        lease_until: maybe_at(row, 19)?,
        held: row.get(20)?,
        released: row.get(21)?,
        wanted: row.get(22)?,
        was: was(row, 23)?,
        judged: row.get(26)?,
        forgotten: row.get(27)?,
        first_due_at: maybe_at(row, 28)?,
        remakes: row.get(29)?,
        changing_at: maybe_at(row, 30)?,
        gap_at: maybe_at(row, 31)?,
        booked_at: maybe_at(row, 32)?,
        enqueued_at: at(row, 33)?,
        due_at: at(row, 34)?,
        next_try_at: at(row, 35)?,
        tries: row.get(36)?,
        checked_at: maybe_at(row, 37)?,
        checked_revision: row.get(38)?,
        cancel_asked_by: row.get(39)?,
        claimed_at: maybe_at(row, 40)?,
        accepted_at: maybe_at(row, 41)?,
        delivered_at: maybe_at(row, 42)?,
        read_at: maybe_at(row, 43)?,
        finished_at: maybe_at(row, 44)?,
        followed_at: maybe_at(row, 45)?,
        gateway_id: row.get(46)?,
        changed_after_sent: row.get(47)?,
    })
}

/// Adds a row and gives it its number.
pub(super) fn insert(tx: &Transaction<'_>, row: &Notification) -> Result<NotificationId, StorageError> {
    tx.prepare_cached(
        "INSERT INTO booking_notifications
         (kind, copy, company_id, state, reason, detail, revision, version, instance, client_id, client_name, phone,
          phone_key, starts_at, text, edited_by, held, released, wanted, judged, first_due_at, gap_at, booked_at,
          enqueued_at, due_at, finished_at)
         VALUES (:kind, :copy, :company, :state, :reason, :detail, :revision, :version, :instance, :client_id,
          :client_name, :phone, :phone_key, :starts_at, :text, :edited_by, :held, :released, :wanted, :judged,
          :first_due_at, :gap_at, :booked_at, :enqueued_at, :due_at, :finished_at)",
    )?
    .execute(named_params! {
        ":kind": row.kind.as_str(),
        ":copy": row.copy,
        ":company": row.company.0,
        ":state": row.state.as_str(),
        ":reason": row.reason.as_str(),
        ":detail": row.detail,
        ":revision": row.revision,
        ":version": row.version,
        ":instance": row.instance,
        ":client_id": row.client_id,
        ":client_name": row.client_name,
        ":phone": row.phone,
        ":phone_key": phone_key(&row.phone),
        ":starts_at": At(row.starts_at),
        ":text": row.text,
        ":edited_by": row.edited_by,
        ":held": row.held,
        ":released": row.released,
        ":wanted": row.wanted,
        ":judged": row.judged,
        ":first_due_at": (row.state == State::Queued).then_some(At(row.due_at)),
        ":gap_at": row.gap_at.map(At),
        ":booked_at": row.booked_at.map(At),
        ":enqueued_at": At(row.enqueued_at),
        ":due_at": At(row.due_at),
        ":finished_at": row.finished_at.map(At),
    })?;
    Ok(NotificationId(tx.last_insert_rowid()))
}

/// Writes what can change, if the row is still at `version`; otherwise it is stale.
pub(super) fn update(
    tx: &Transaction<'_>,
    row: &Notification,
    version: i64,
) -> Result<(), super::OutboxError> {
    let changed = tx
        .prepare_cached(
            "UPDATE booking_notifications SET
             state = :state, reason = :reason, detail = :detail, revision = :revision, version = :next,
             instance = :instance, client_id = :client_id, client_name = :client_name, phone = :phone,
             phone_key = :phone_key, starts_at = :starts_at, text = :text, edited_by = :edited_by,
             proposed_text = :proposed_text, draft = :draft, lease_by = :lease_by, lease_until = :lease_until,
             held = :held, released = :released, wanted = :wanted, was_state = :was_state, was_reason = :was_reason,
             was_detail = :was_detail, judged = :judged, first_due_at = :first_due_at, remakes = :remakes,
             changing_at = :changing_at, gap_at = :gap_at, due_at = :due_at, next_try_at = :next_try_at,
             tries = :tries, checked_at = :checked_at, checked_revision = :checked_revision,
             cancel_asked_by = :cancel_asked_by, claimed_at = :claimed_at, accepted_at = :accepted_at,
             delivered_at = :delivered_at, read_at = :read_at, finished_at = :finished_at,
             followed_at = :followed_at, gateway_id = :gateway_id, changed_after_sent = :changed_after_sent
             WHERE id = :id AND version = :version",
        )?
        .execute(named_params! {
            ":id": row.id.0,
            ":version": version,
            ":next": row.version,
            ":state": row.state.as_str(),
            ":reason": row.reason.as_str(),
            ":detail": row.detail,
            ":revision": row.revision,
            ":instance": row.instance,
            ":client_id": row.client_id,
            ":client_name": row.client_name,
            ":phone": row.phone,
            ":phone_key": phone_key(&row.phone),
            ":starts_at": At(row.starts_at),
            ":text": row.text,
            ":edited_by": row.edited_by,
            ":proposed_text": row.proposed_text,
            ":draft": row.draft,
            ":lease_by": row.lease_by,
            ":lease_until": row.lease_until.map(At),
            ":held": row.held,
            ":released": row.released,
            ":wanted": row.wanted,
            ":was_state": row.was.as_ref().map_or("", |was| was.state.as_str()),
            ":was_reason": row.was.as_ref().map_or("", |was| was.reason.as_str()),
            ":was_detail": row.was.as_ref().map_or("", |was| was.detail.as_str()),
            ":judged": row.judged,
            ":first_due_at": row.first_due_at.map(At),
            ":remakes": row.remakes,
            ":changing_at": row.changing_at.map(At),
            ":gap_at": row.gap_at.map(At),
            ":due_at": At(row.due_at),
            ":next_try_at": At(row.next_try_at),
            ":tries": row.tries,
            ":checked_at": row.checked_at.map(At),
            ":checked_revision": row.checked_revision,
            ":cancel_asked_by": row.cancel_asked_by,
            ":claimed_at": row.claimed_at.map(At),
            ":accepted_at": row.accepted_at.map(At),
            ":delivered_at": row.delivered_at.map(At),
            ":read_at": row.read_at.map(At),
            ":finished_at": row.finished_at.map(At),
            ":followed_at": row.followed_at.map(At),
            ":gateway_id": row.gateway_id,
            ":changed_after_sent": row.changed_after_sent,
        })?;
    if changed == 1 { Ok(()) } else { Err(Refusal::Stale.into()) }
}
