//! Whose chat it is that hides its number.
//!
//! Learnt only from what names both: an answer about a number that says its chat, a message from the chat
//! that says the number, and whatever a chat says of a message of ours, for of that the number is known.
//! Both are kept as hashes: nothing is ever read from here but "the same".

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::people::phone_key;
use super::{Outbox, stops};
use crate::db::{At, StorageError};

/// A chat as the map knows it; empty for none.
pub(super) fn chat_key(chat: &str) -> String {
    if chat.is_empty() { String::new() } else { phone_key(&format!("chat {chat}")) }
}

impl Outbox {
    /// An answer named both a number and its chat.
    pub fn keep_chat(
        &self,
        instance: &str,
        chat: &str,
        phone: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.db.write(|tx| learn(tx, instance, &chat_key(chat), &phone_key(phone), now))
    }
}

/// The hash of the number behind a chat, if anything named both.
pub(super) fn phone_of_chat(
    connection: &Connection,
    instance: &str,
    chat: &str,
) -> Result<Option<String>, StorageError> {
    if chat.is_empty() {
        return Ok(None);
    }
    Ok(connection
        .prepare_cached("SELECT phone_key FROM chats WHERE instance = ?1 AND chat_key = ?2")?
        .query_row([instance, chat], |row| row.get(0))
        .optional()?)
}

/// Both were named, by their hashes. What this chat asked for before is known to be this number's now.
pub(super) fn learn(
    tx: &Transaction<'_>,
    instance: &str,
    chat: &str,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    if chat.is_empty() || phone.is_empty() {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO chats (instance, chat_key, phone_key, known_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET phone_key = excluded.phone_key, known_at = excluded.known_at",
    )?
    .execute(params![instance, chat, phone, At(now)])?;
    stops::match_wishes(tx, instance, chat, phone, now)
}

/// A chat spoke of a message of ours: of that the number is known, once its attempt is.
pub(super) fn learn_by_message(
    tx: &Transaction<'_>,
    instance: &str,
    chat: &str,
    gateway_id: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    if chat.is_empty() || gateway_id.is_empty() {
        return Ok(());
    }
    let phone: Option<String> = tx
        .prepare_cached(
            "SELECT phone FROM send_attempts WHERE gateway_id = ?1 AND gateway_id <> '' AND instance = ?2
             AND phone <> '' LIMIT 1",
        )?
        .query_row([gateway_id, instance], |row| row.get(0))
        .optional()?;
    match phone {
        Some(phone) => learn(tx, instance, chat, &phone_key(&phone), now),
        None => Ok(()),
    }
}
