//! What gateways push: stored first, then matched to the attempt it speaks of.
//!
//! A status can overtake the answer of the very request it belongs to, so what
//! finds no attempt yet is kept and looked at again when one is recorded.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::stops::Written;
use super::{
    Actor, Outbox, WhyAside, apply_in, aside, attempts, chats, control, people, stops, unless_refused,
};
use crate::db::{At, StorageError};
use crate::notification::{Event, NotificationId, State};
use crate::ports::{DeliveryStatus, GatewayEvent, Pushed, SentMessage};

/// A gateway's clock and ours may differ by this.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// What storing a pushed thing led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It found its message, or needs none.
    Yes,
    /// It waits for an attempt to be recorded.
    Later,
}

/// The word for a delivery status in the database.
const fn status_word(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => "pending",
        DeliveryStatus::Sent => "sent",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Read => "read",
        DeliveryStatus::NoAccount => "no_account",
        DeliveryStatus::Failed => "failed",
    }
}

fn status_of(word: &str) -> Option<DeliveryStatus> {
    use DeliveryStatus::{Delivered, Failed, NoAccount, Pending, Read, Sent};
    [Pending, Sent, Delivered, Read, NoAccount, Failed]
        .into_iter()
        .find(|status| status_word(*status) == word)
}

impl Outbox {
    /// Stores one pushed thing and applies it, in one transaction. Only when
    /// this returned may it be acknowledged.
    pub fn store_pushed(
        &self,
        instance: &str,
        pushed: &Pushed,
        now: DateTime<Utc>,
    ) -> Result<Settled, StorageError> {
        let chat = &chats::chat_key(&pushed.chat);
        self.db.write(|tx| match &pushed.event {
            GatewayEvent::Other { .. } => Ok(Settled::Yes),
            GatewayEvent::Unreadable { kind } => {
                aside::put_aside_in(tx, instance, kind, WhyAside::Unreadable, &pushed.raw, now)?;
                Ok(Settled::Yes)
            }
            // What the staff type on the shop's phone is their own affair.
            GatewayEvent::Echo(echo) if !echo.by_api => Ok(Settled::Yes),
            GatewayEvent::State(state) => {
                control::gateway_told_in(tx, state, now)?;
                let word = control::state_word(state);
                Stored { kind: "state", status: word, settled: true, ..Stored::default() }
                    .insert(tx, instance, now)?;
                Ok(Settled::Yes)
            }
            GatewayEvent::Incoming { phone, text, at } => {
                if phone.is_empty() {
                    chats::learn_by_message(tx, instance, chat, &pushed.answers, now)?;
                } else {
                    chats::learn(tx, instance, chat, &people::phone_key(phone), now)?;
                }
                // What clients write is their own affair, but for this one word.
                if stops::take_in(tx, &Written { instance, chat, phone, text, at: *at }, now)? {
                    Stored {
                        kind: "incoming",
                        phone,
                        chat,
                        status: "stop",
                        at: *at,
                        settled: true,
                        ..Stored::default()
                    }
                    .insert(tx, instance, now)?;
                }
                Ok(Settled::Yes)
            }
            GatewayEvent::Delivery { id, phone, status, at, detail } => {
                let status = status_word(*status);
                Stored { kind: "delivery", id, phone, chat, status, detail, at: *at, ..Stored::default() }
                    .insert(tx, instance, now)?;
                settled(tx, id, now)
            }
            GatewayEvent::Echo(echo) => {
                Stored {
                    kind: "echo",
                    id: &echo.id,
                    phone: &echo.phone,
                    chat,
                    text: &echo.text,
                    at: echo.at,
                    ..Stored::default()
                }
                .insert(tx, instance, now)?;
                if !attempts::is_taken(tx, &echo.id)? {
                    match_echo(tx, instance, echo, chat, now)?;
                }
                settled(tx, &echo.id, now)
            }
        })
    }

    /// The row that a message of the gateway was sent for.
    pub fn sent_as(&self, gateway_id: &str) -> Result<Option<NotificationId>, StorageError> {
        self.db.read(|connection| sent_as_in(connection, gateway_id))
    }

    /// The gateway was told to forget these messages. Answers the rows that are
    /// undelivered because of it; what has an end already keeps it.
    pub fn gateway_cleared(
        &self,
        gateway_ids: &[&str],
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<NotificationId>, StorageError> {
        self.db.write(|tx| {
            let mut changed = Vec::new();
            for gateway_id in gateway_ids {
                let Some(id) = sent_as_in(tx, gateway_id)? else { continue };
                if unless_refused(apply_in(tx, id, None, Event::Clear, actor, now))?.is_some() {
                    changed.push(id);
                }
            }
            people::note(tx, actor, "clear_gateway_queue", now)?;
            Ok(changed)
        })
    }

    /// Whether a message in the account's queue is an attempt of ours that was taken there.
    pub fn is_lying(&self, instance: &str, gateway_id: &str) -> Result<bool, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT 1 FROM send_attempts WHERE gateway_id = ?1 AND gateway_id <> '' AND instance = ?2
                     AND outcome IN ('accepted', 'found')",
                )?
                .exists([gateway_id, instance])?)
        })
    }

    /// These messages lay in the queue of an account without a phone and are there no more: they were
    /// certainly not sent. Their attempts say so, and keep the gateway's id: should a word of delivery
    /// come all the same, it is believed. Answers the rows that wait for a person because of it.
    pub fn taken_back(
        &self,
        gateway_ids: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<NotificationId>, StorageError> {
        self.db.write(|tx| {
            let mut changed = Vec::new();
            for gateway_id in gateway_ids {
                let Some(id) = sent_as_in(tx, gateway_id)? else { continue };
                // By another attempt, or with an end by now: what is known of it stays.
                let lies = super::get_in(tx, id)?
                    .is_some_and(|row| row.state == State::Accepted && row.gateway_id == *gateway_id);
                if !lies {
                    continue;
                }
                tx.prepare_cached(
                    "UPDATE send_attempts SET outcome = 'not_sent', detail = 'taken back'
                     WHERE gateway_id = ?1 AND outcome IN ('accepted', 'found')",
                )?
                .execute([gateway_id])?;
                if unless_refused(apply_in(tx, id, None, Event::TakeBack, &Actor::Program, now))?.is_some() {
                    changed.push(id);
                }
            }
            people::note(tx, &Actor::Program, "take_back", now)?;
            Ok(changed)
        })
    }

    /// Forgets what is of no more use: words about messages that are not ours,
    /// what was pushed and found its place, what was asked and done.
    pub fn tidy(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            stops::tidy(tx, before, now)?;
            aside::tidy(tx, now)?;
            tx.execute("DELETE FROM gateway_events WHERE received_at < ?1", [At(before)])?;
            tx.execute("DELETE FROM requests WHERE done_at < ?1", [At(before)])?;
            Ok(())
        })
    }
}

/// A row of `gateway_events` on its way in.
#[derive(Default)]
struct Stored<'a> {
    kind: &'a str,
    id: &'a str,
    phone: &'a str,
    chat: &'a str,
    text: &'a str,
    status: &'a str,
    detail: &'a str,
    at: Option<DateTime<Utc>>,
    settled: bool,
}

impl Stored<'_> {
    fn insert(&self, tx: &Transaction<'_>, instance: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
        tx.prepare_cached(
            "INSERT INTO gateway_events
             (received_at, instance, kind, gateway_id, phone, text, status, detail, happened_at, settled, chat_key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            At(now),
            instance,
            self.kind,
            self.id,
            self.phone,
            self.text,
            self.status,
            self.detail,
            self.at.map(At),
            self.settled,
            self.chat
        ])?;
        Ok(())
    }
}

fn settled(tx: &Transaction<'_>, id: &str, now: DateTime<Utc>) -> Result<Settled, StorageError> {
    if !attempts::is_taken(tx, id)? {
        return Ok(Settled::Later);
    }
    settle_by_id(tx, id, now)?;
    Ok(Settled::Yes)
}

fn sent_as_in(connection: &Connection, gateway_id: &str) -> Result<Option<NotificationId>, StorageError> {
    Ok(connection
        .prepare_cached(
            "SELECT notification_id FROM send_attempts WHERE gateway_id = ?1 AND gateway_id <> '' LIMIT 1",
        )?
        .query_row([gateway_id], |row| row.get(0).map(NotificationId))
        .optional()?)
}

/// Everything that waits for the message with this gateway id, in order of arrival.
pub(super) fn settle_by_id(tx: &Transaction<'_>, id: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
    let Some(notification) = sent_as_in(tx, id)? else { return Ok(()) };
    let waiting: Vec<(String, String, Option<At>)> = tx
        .prepare_cached(
            "SELECT status, detail, happened_at FROM gateway_events
             WHERE gateway_id = ?1 AND settled = 0 AND kind = 'delivery' ORDER BY id",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let left = |(word, ..): &(String, String, Option<At>)| {
        use DeliveryStatus::{Delivered, Read, Sent};
        matches!(status_of(word), Some(Sent | Delivered | Read))
    };
    if waiting.iter().any(left) {
        attempts::left_after_all(tx, id, now)?;
    }
    for (word, detail, at) in waiting {
        let Some(status) = status_of(&word) else { continue };
        let event = Event::Delivery { status, at: at.map_or(now, |at| at.0), detail };
        unless_refused(apply_in(tx, notification, None, event, &Actor::Program, now))?;
    }
    // A chat that spoke of this message is its recipient's, whatever it calls itself.
    let chats: Vec<(String, String)> = tx
        .prepare_cached(
            "SELECT DISTINCT instance, chat_key FROM gateway_events
             WHERE gateway_id = ?1 AND settled = 0 AND chat_key <> ''",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (instance, chat) in chats {
        chats::learn_by_message(tx, &instance, &chat, id, now)?;
    }
    tx.prepare_cached("UPDATE gateway_events SET settled = 1 WHERE gateway_id = ?1 AND settled = 0")?
        .execute([id])?;
    Ok(())
}

/// An echo with an unknown id: the oldest attempt of unknown end with its number
/// and text is the one it belongs to. While an attempt with them is under way the
/// echo may be that one's, and waits. An echo without a number belongs to an
/// attempt only if its chat is known to be that number's, or no other has its text.
/// What is empty is the same as nothing: a forgotten client's attempt has neither.
fn match_echo(
    tx: &Transaction<'_>,
    instance: &str,
    echo: &SentMessage,
    chat: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    if echo.id.is_empty() || echo.text.is_empty() {
        return Ok(());
    }
    let begun_by = echo.at.unwrap_or(now).checked_add_signed(CLOCKS_DIFFER).unwrap_or(now);
    let mut candidates: Vec<(i64, String, String)> = tx
        .prepare_cached(
            "SELECT id, outcome, phone, phone_key FROM send_attempts
             WHERE outcome IN ('open', 'ambiguous', 'given_up') AND instance = ?1 AND started_at <= ?4
             AND ((text = ?3 AND text <> '' AND phone <> '' AND (phone = ?2 OR ?2 = ''))
              OR (text_key = ?5 AND text_key <> '' AND phone_key <> '' AND (phone_key = ?6 OR ?6 = '')))
             ORDER BY id",
        )?
        .query_map(
            params![
                instance,
                echo.phone,
                echo.text,
                At(begun_by),
                people::text_key(&echo.text),
                people::phone_key(&echo.phone)
            ],
            |row| {
                let (phone, key): (String, String) = (row.get(2)?, row.get(3)?);
                let key = if phone.is_empty() { key } else { people::phone_key(&phone) };
                Ok((row.get(0)?, row.get(1)?, key))
            },
        )?
        .collect::<Result<_, _>>()?;
    let known = if echo.phone.is_empty() { chats::phone_of_chat(tx, instance, chat)? } else { None };
    if let Some(key) = &known {
        candidates.retain(|(_, _, whose)| whose == key);
    }
    let under_way = candidates.iter().any(|(_, outcome, _)| outcome == "open");
    let unclear = echo.phone.is_empty() && known.is_none() && candidates.len() > 1;
    match candidates.first() {
        Some((attempt, ..)) if !under_way && !unclear => {
            attempts::found_in(tx, *attempt, &echo.id, now).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// An attempt has just become ambiguous: its echo may have come before.
pub(super) fn settle_by_text(
    tx: &Transaction<'_>,
    attempt: i64,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let echo: Option<String> = tx
        .prepare_cached(
            "SELECT e.gateway_id FROM gateway_events e INDEXED BY gateway_events_unsettled JOIN send_attempts a ON a.id = ?1
             WHERE e.kind = 'echo' AND e.settled = 0 AND e.instance = a.instance
             AND e.phone IN (a.phone, '') AND e.text = a.text AND a.text <> '' AND a.phone <> '' AND e.gateway_id <> ''
             AND coalesce(e.happened_at, e.received_at) >= a.started_at - ?2 ORDER BY e.id LIMIT 1",
        )?
        .query_row(params![attempt, CLOCKS_DIFFER.num_milliseconds()], |row| row.get(0))
        .optional()?;
    match echo {
        Some(id) if !attempts::is_taken(tx, &id)? => attempts::found_in(tx, attempt, &id, now).map(|_| ()),
        _ => Ok(()),
    }
}
