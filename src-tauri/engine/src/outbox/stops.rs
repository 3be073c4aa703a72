//! «Стоп»: obeyed where it is clear whose it is, before a person where it is not.
//!
//! A chat may hide its number. Unless something named both, the word is anybody's who was written to
//! lately: it stands before a person with those, and what is queued for them waits meanwhile. A text that
//! merely contains the word is shown too, and keeps nothing back.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::people::{self, note, opt_out_key_in, phone_key};
use super::{Actor, Outbox, OutboxError, RequestKind, apply_in, chats, control, unless_refused};
use crate::db::{At, StorageError};
use crate::notification::{Event, NotificationId, Reason, Refusal};
use crate::stop_word::StopWord;

/// Who was written to within this before the word may have written it.
const LIKELY_WITHIN: TimeDelta = TimeDelta::days(1);

/// A gateway keeps what came for so long, with a little more for clocks that differ: a message that says
/// it is older was not written when it says.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::days(3);

/// Clocks of gateway and computer may differ by this.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// A message that went out lately was written down lately.
const LOOKED_BACK: TimeDelta = TimeDelta::days(30);

/// As much of a text as says what is meant.
const TEXT_SHOWN: usize = 300;

/// A text that merely contained the word is of no use any more after this.
const SHOWN_FOR: TimeDelta = TimeDelta::days(30);

/// What a client wrote, and nobody but a person can say what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopWish {
    pub id: i64,
    pub at: DateTime<Utc>,
    /// E.164; empty where the chat hides it.
    pub phone: String,
    pub text: String,
    /// The word itself, and only whose it is is not known; else the text merely contains it.
    pub sure: bool,
    /// Who may have written it, the latest written to first.
    pub likely: Vec<Likely>,
}

/// Somebody who may have written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely {
    pub phone: String,
    pub name: String,
    /// When they were last written to.
    pub told_at: DateTime<Utc>,
}

/// What came from a client.
pub(super) struct Written<'a> {
    pub(super) instance: &'a str,
    /// Hash of a chat that hides its number; else empty.
    pub(super) chat: &'a str,
    pub(super) phone: &'a str,
    pub(super) text: &'a str,
    pub(super) at: Option<DateTime<Utc>>,
}

/// Obeys the word, or puts it before a person. True when it was the word, and obeyed.
pub(super) fn take_in(
    tx: &Transaction<'_>,
    written: &Written<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let known = match written.phone {
        "" => chats::phone_of_chat(tx, written.instance, written.chat)?,
        phone => Some(phone_key(phone)),
    };
    match (StopWord::of(written.text), known) {
        (StopWord::Absent, _) => Ok(false),
        (StopWord::Said, Some(key)) => {
            opt_out_key_in(tx, &key, "message", &Actor::Program, now)?;
            Ok(true)
        }
        (StopWord::Contained, Some(key)) if people::is_key_opted_out(tx, &key)? => Ok(false),
        (word, _) => {
            stand_before_a_person(tx, written, word == StopWord::Said, now)?;
            Ok(false)
        }
    }
}

fn stand_before_a_person(
    tx: &Transaction<'_>,
    written: &Written<'_>,
    sure: bool,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let Written { instance, chat, phone, .. } = *written;
    let text: String = written.text.trim().chars().take(TEXT_SHOWN).collect();
    // A notification comes again when its acknowledgement is lost, and clients repeat themselves.
    let known = tx
        .prepare_cached(
            "SELECT 1 FROM stop_wishes WHERE decided = '' AND instance = ?1 AND chat_key = ?2 AND phone = ?3
             AND sure = ?4 AND (sure = 1 AND chat_key <> '' OR text = ?5)",
        )?
        .exists(params![instance, chat, phone, sure, text])?;
    if known {
        return Ok(());
    }
    let written_at = written.at.filter(|at| *at <= now && now - *at <= WRITTEN_WITHIN).unwrap_or(now);
    tx.prepare_cached(
        "INSERT INTO stop_wishes (received_at, instance, chat_key, phone, text, sure)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![At(written_at), instance, chat, phone, text, sure])?;
    let wish = tx.last_insert_rowid();
    if sure {
        suspect(tx, wish, instance, written_at, now)?;
        hold_suspects(tx, now)?;
    }
    Ok(())
}

/// Everybody who was written to lately, but those whose chat is known: it is another one.
fn suspect(
    tx: &Transaction<'_>,
    wish: i64,
    instance: &str,
    written_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let phones: Vec<String> = tx
        .prepare_cached(
            "SELECT DISTINCT phone FROM send_attempts
             WHERE instance = ?1 AND phone <> '' AND outcome NOT IN ('not_sent', 'rejected')
             AND started_at BETWEEN ?2 AND ?3",
        )?
        .query_map(
            params![instance, At(written_at - LIKELY_WITHIN), At(now.min(written_at + CLOCKS_DIFFER))],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    for phone in phones {
        tx.prepare_cached(
            "INSERT INTO stop_suspects (phone_key, wish_id) SELECT ?1, ?2
             WHERE NOT EXISTS (SELECT 1 FROM chats WHERE phone_key = ?1 AND instance = ?3)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![phone_key(&phone), wish, instance])?;
    }
    Ok(())
}

/// What is queued for those who may have written it waits.
fn hold_suspects(tx: &Transaction<'_>, now: DateTime<Utc>) -> Result<(), StorageError> {
    let queued: Vec<NotificationId> = tx
        .prepare_cached(
            "SELECT id FROM booking_notifications WHERE state = 'queued' AND kind = 'confirmation'
             AND phone_key IN (SELECT phone_key FROM stop_suspects)",
        )?
        .query_map([], |row| row.get(0).map(NotificationId))?
        .collect::<Result<_, _>>()?;
    for id in queued {
        unless_refused(apply_in(tx, id, None, wait(), &Actor::Program, now))?;
    }
    Ok(())
}

const fn wait() -> Event {
    Event::Wait { reason: Reason::StopUnclear, detail: String::new() }
}

/// Whether whoever has this number may have written a word that nobody has decided about.
pub(crate) fn is_suspected_in(connection: &Connection, phone: &str) -> Result<bool, StorageError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM stop_suspects WHERE phone_key = ?1")?
        .exists([phone_key(phone)])?)
}

/// A chat turned out to be this number's: what it asked for is clear now.
pub(super) fn match_wishes(
    tx: &Transaction<'_>,
    instance: &str,
    chat: &str,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let open: Vec<i64> = tx
        .prepare_cached(
            "SELECT id FROM stop_wishes WHERE decided = '' AND sure = 1 AND chat_key = ?1 AND chat_key <> ''
             AND instance = ?2",
        )?
        .query_map([chat, instance], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for wish in open {
        opt_out_key_in(tx, phone, "message", &Actor::Program, now)?;
        decide(tx, wish, "matched", now)?;
    }
    Ok(())
}

/// It is decided, and those who were suspected go on: the one who polls judges them again.
fn decide(tx: &Transaction<'_>, wish: i64, how: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
    tx.prepare_cached(
        "UPDATE stop_wishes SET decided = ?2, decided_at = ?3, text = '', phone = '' WHERE id = ?1",
    )?
    .execute(params![wish, how, At(now)])?;
    let freed = tx.prepare_cached("DELETE FROM stop_suspects WHERE wish_id = ?1")?.execute([wish])?;
    if freed > 0 {
        control::ask_in(tx, RequestKind::SettingsChanged, "", now)?;
    }
    Ok(())
}

impl Outbox {
    /// What stands before a person, the oldest first.
    pub fn stop_wishes(&self) -> Result<Vec<StopWish>, StorageError> {
        self.db.read(|connection| {
            let mut wishes: Vec<StopWish> = connection
                .prepare_cached(
                    "SELECT id, received_at, phone, text, sure FROM stop_wishes WHERE decided = '' ORDER BY id",
                )?
                .query_map([], |row| {
                    Ok(StopWish {
                        id: row.get(0)?,
                        at: row.get::<_, At>(1)?.0,
                        phone: row.get(2)?,
                        text: row.get(3)?,
                        sure: row.get(4)?,
                        likely: Vec::new(),
                    })
                })?
                .collect::<Result<_, _>>()?;
            for wish in &mut wishes {
                wish.likely = likely(connection, wish.id)?;
            }
            Ok(wishes)
        })
    }

    /// Whether whoever has this number may have written a word that nobody has decided about.
    pub fn is_suspected(&self, phone: &str) -> Result<bool, StorageError> {
        self.db.read(|connection| is_suspected_in(connection, phone))
    }

    /// How many stand before a person.
    pub fn stop_wishes_count(&self) -> Result<i64, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM stop_wishes WHERE decided = ''")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// A person says whose word it was: that number hears nothing any more.
    pub fn stop_is_of(
        &self,
        wish: i64,
        phone: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.db.write(|tx| {
            let (instance, chat) = open_wish(tx, wish)?.ok_or(Refusal::Missing)?;
            let key = phone_key(phone);
            opt_out_key_in(tx, &key, "message", actor, now)?;
            decide(tx, wish, "stopped", now)?;
            // From now on this chat's words are that number's.
            Ok(chats::learn(tx, &instance, &chat, &key, now)?)
        })
    }

    /// A person says that nothing follows from it.
    pub fn stop_is_no_wish(&self, wish: i64, actor: &Actor, now: DateTime<Utc>) -> Result<(), OutboxError> {
        self.db.write(|tx| {
            open_wish(tx, wish)?.ok_or(Refusal::Missing)?;
            note(tx, actor, "stop_is_no_wish", now)?;
            Ok(decide(tx, wish, "no_wish", now)?)
        })
    }
}

/// Account and chat of a wish that nobody has decided about.
fn open_wish(connection: &Connection, wish: i64) -> Result<Option<(String, String)>, StorageError> {
    Ok(connection
        .prepare_cached("SELECT instance, chat_key FROM stop_wishes WHERE id = ?1 AND decided = ''")?
        .query_row([wish], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn likely(connection: &Connection, wish: i64) -> Result<Vec<Likely>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT n.phone, n.client_name, max(n.claimed_at)
         FROM booking_notifications n INDEXED BY notifications_by_day
         JOIN stop_wishes w ON w.id = ?1 JOIN stop_suspects s ON s.wish_id = w.id AND s.phone_key = n.phone_key
         WHERE n.enqueued_at > w.received_at - ?2 AND n.claimed_at IS NOT NULL AND n.phone <> ''
         AND n.forgotten = 0 GROUP BY s.phone_key ORDER BY 3 DESC",
    )?;
    let rows = statement.query_map([wish, LOOKED_BACK.num_milliseconds()], |row| {
        Ok(Likely { phone: row.get(0)?, name: row.get(1)?, told_at: row.get::<_, At>(2)?.0 })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything of a number goes with it.
pub(super) fn forget_in(tx: &Transaction<'_>, phone: &str, key: &str) -> Result<(), StorageError> {
    tx.execute("DELETE FROM stop_wishes WHERE phone = ?1", [phone])?;
    tx.execute("DELETE FROM stop_suspects WHERE phone_key = ?1", [key])?;
    tx.execute("DELETE FROM chats WHERE phone_key = ?1", [key])?;
    Ok(())
}

/// What was decided is of no use any more, nor what was shown for a month.
pub(super) fn tidy(
    tx: &Transaction<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.execute("DELETE FROM stop_wishes WHERE decided_at < ?1", [At(before)])?;
    tx.execute("DELETE FROM stop_wishes WHERE sure = 0 AND received_at < ?1", [At(now - SHOWN_FOR)])?;
    Ok(())
}
