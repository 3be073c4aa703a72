//! One shop, one sender: another Booking Monitor that works for this shop.
//!
//! What an account tells of messages that no attempt of ours sent is another program's.
//! Most of that is nobody's affair: the shop's bot answers clients through the same account.
//! But a message that says what one of our rows says was sent by a second installation, and
//! whoever goes on sending tells every client twice. Such a row waits, and the queue stands
//! until a person takes over.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Actor, Outbox, apply_in, attempts, get_in, people, unless_refused};
use crate::closed_set::closed_set;
use crate::db::{At, StorageError};
use crate::monitor::known;
use crate::notification::{Event, Kind, Notification, NotificationId, Reason, State};
use crate::shop_mark::AccountMark;

/// A status can overtake its echo by so much: without an echo it is judged only then.
const ECHO_COMES_WITHIN: TimeDelta = TimeDelta::seconds(3);

/// What was told longer ago is told again for another reason.
const JUST_TOLD: TimeDelta = TimeDelta::minutes(10);

/// A row made longer ago has no second one in the making elsewhere.
const ROWS_OF: TimeDelta = TimeDelta::days(2);

/// What certainly did not leave may have left all the same, where its like turns up so soon after.
const CERTAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Clocks of gateway and computer may differ by this.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// Words of delivery of what was sent before the memory begins may come for so long.
const WORDS_COME_FOR: TimeDelta = TimeDelta::days(7);

/// What is told of a message is no older than this.
const LONG_AGO: TimeDelta = TimeDelta::days(30);

/// So many rows told elsewhere in other words than ours are no chance any more.
const NO_CHANCE: i64 = 2;

/// At most so many words of the account are judged at a time.
const AT_A_TIME: i64 = 100;

closed_set! {
    /// What showed the other one.
    Evidence {
        /// A message that says what ours says.
        Echo = "echo",
        /// A word of the delivery of a message to a client whom we write to, and it is not ours.
        Status = "status",
        /// The account carries another shop's mark.
        Mark = "mark",
    }
}

/// Another Booking Monitor works for this shop: nothing is claimed until a person takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    pub since: DateTime<Utc>,
    pub by: Evidence,
    /// The other shop's id, where the account's mark showed it.
    pub mark: String,
}

/// A word of the account about a message that is not known to be ours.
struct Word {
    event: i64,
    received_at: DateTime<Utc>,
    is_echo: bool,
    id: String,
    phone: String,
    text: String,
    at: DateTime<Utc>,
}

/// What a foreign message has to do with a row of ours.
enum Likeness {
    /// It says the same, or what it says cannot be known.
    Same,
    /// It tells the same client of the same time, in other words.
    Alike,
}

impl Outbox {
    /// Judges what the account told of messages that are not ours. That another Booking Monitor works for
    /// this shop stands at the desk then. True while a word of delivery may turn out to be one's: until its
    /// echo is here, or the time for that is over.
    pub(crate) fn judge_foreign(&self, instance: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        // Looked for before the write lock is taken: nearly always there is nothing.
        let any = self.db.read(|connection| {
            Ok::<_, StorageError>(
                connection
                    .prepare_cached(
                        "SELECT 1 FROM gateway_events INDEXED BY gateway_events_unjudged
                         WHERE settled = 0 AND about IS NULL AND kind IN ('echo', 'delivery') AND instance = ?1",
                    )?
                    .exists([instance])?,
            )
        })?;
        if !any {
            return Ok(false);
        }
        self.db.write(|tx| {
            let mut suspected = false;
            for word in unjudged(tx, instance)? {
                suspected |= judge(tx, instance, &word, now)?;
            }
            Ok(suspected)
        })
    }

    /// The account's mark is another shop's. True when that is news; not when a person has taken
    /// the account over from it.
    pub fn another_s_mark(&self, mark: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        self.db.write(|tx| {
            let overruled =
                tx.prepare_cached("SELECT 1 FROM desk WHERE overruled_mark = ?1")?.exists([mark])?;
            if overruled { Ok(false) } else { stop(tx, Evidence::Mark, mark, now) }
        })
    }

    /// The other shop whose mark an account carries in `text`, unless a person has taken it over.
    pub fn other_shop(&self, text: &str) -> Result<Option<String>, StorageError> {
        let AccountMark::Another(id) = AccountMark::read(text, &self.shop()?) else { return Ok(None) };
        let overruled = self.db.read(|connection| {
            Ok::<_, StorageError>(
                connection.prepare_cached("SELECT 1 FROM desk WHERE overruled_mark = ?1")?.exists([&id])?,
            )
        })?;
        Ok((!overruled).then_some(id))
    }

    /// This shop's id, made now if no desk has worked on the database yet: a set-up marks the account.
    pub fn shop_or_new(&self) -> Result<String, StorageError> {
        self.db.write(|tx| {
            let new = format!("{:016x}", rand::random::<u64>());
            tx.execute("UPDATE desk SET shop = ?1 WHERE shop = ''", [new])?;
            Ok(tx.prepare_cached("SELECT shop FROM desk")?.query_row([], |row| row.get(0))?)
        })
    }

    /// This shop's id, as its mark names it; empty before a desk worked on the database.
    pub fn shop(&self) -> Result<String, StorageError> {
        self.db.read(|connection| {
            Ok(connection.prepare_cached("SELECT shop FROM desk")?.query_row([], |row| row.get(0))?)
        })
    }

    /// A person says that from now on this installation alone writes for the shop. `mark` is another
    /// shop's that the account carries still. What became due meanwhile gets windows of its own.
    pub fn take_over(&self, mark: &str, actor: &Actor, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET rival_at = NULL, rival_by = '', rival_mark = '', pause_due = 1,
                 overruled_mark = ?1",
                [mark],
            )?;
            // What was told until now is dealt with.
            tx.execute("UPDATE gateway_events SET about = 0 WHERE about IS NULL OR about > 0", [])?;
            people::note(tx, actor, "take_over", now)
        })
    }
}

/// In the order of their coming.
fn unjudged(tx: &Transaction<'_>, instance: &str) -> Result<Vec<Word>, StorageError> {
    let mut statement = tx.prepare_cached(
        "SELECT id, received_at, kind = 'echo', gateway_id, phone, text, coalesce(happened_at, received_at)
         FROM gateway_events INDEXED BY gateway_events_unjudged
         WHERE settled = 0 AND about IS NULL AND kind IN ('echo', 'delivery') AND instance = ?1
         ORDER BY id LIMIT ?2",
    )?;
    let words = statement.query_map(params![instance, AT_A_TIME], |row| {
        let received_at = row.get::<_, At>(1)?.0;
        // A gateway may say anything of the time.
        let at = row.get::<_, At>(6)?.0.clamp(received_at - LONG_AGO, received_at + CLOCKS_DIFFER);
        Ok(Word {
            event: row.get(0)?,
            received_at,
            is_echo: row.get(2)?,
            id: row.get(3)?,
            phone: row.get(4)?,
            text: row.get(5)?,
            at,
        })
    })?;
    Ok(words.collect::<Result<_, _>>()?)
}

/// True when it may be about a row of ours and cannot be judged yet.
fn judge(
    tx: &Transaction<'_>,
    instance: &str,
    word: &Word,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    // A message is judged once, however many words about it come, and by its echo where there is one:
    // its text says whether it is about anything of ours.
    if word.id.is_empty() || attempts::is_taken(tx, &word.id)? || is_judged_by_another(tx, word)? {
        concerns(tx, word, 0)?;
        return Ok(false);
    }
    let is_fresh = now >= word.received_at && now - word.received_at < ECHO_COMES_WITHIN;
    let ours = may_be_ours(tx, instance, word)?;
    if ours == Ours::Undecided {
        return Ok(false);
    }
    let like = row_like(tx, word, now)?;
    if is_fresh && !word.is_echo {
        return Ok(like.is_some());
    }
    let Some((row, likeness)) = like else {
        concerns(tx, word, 0)?;
        return Ok(false);
    };
    concerns(tx, word, row.id.0)?;
    if matches!(row.state, State::Queued | State::Waiting) && row.reason != Reason::ToldElsewhere {
        let event = Event::Wait { reason: Reason::ToldElsewhere, detail: String::new() };
        unless_refused(apply_in(tx, row.id, None, event, &Actor::Program, now))?;
    }
    if ours == Ours::Perhaps {
        return Ok(false);
    }
    let by = if word.is_echo { Evidence::Echo } else { Evidence::Status };
    if matches!(likeness, Likeness::Same) || told_elsewhere(tx, now)? >= NO_CHANCE {
        stop(tx, by, "", now)?;
    }
    Ok(false)
}

fn concerns(tx: &Transaction<'_>, word: &Word, row: i64) -> Result<(), StorageError> {
    tx.prepare_cached("UPDATE gateway_events SET about = ?2 WHERE id = ?1")?.execute([word.event, row])?;
    Ok(())
}

fn is_judged_by_another(tx: &Transaction<'_>, word: &Word) -> Result<bool, StorageError> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM gateway_events
             WHERE gateway_id = ?1 AND settled = 0 AND id <> ?2 AND (about IS NOT NULL OR (kind = 'echo' AND ?3 = 0))",
        )?
        .exists(params![word.id, word.event, word.is_echo])?)
}

/// Whether an attempt of ours could have sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ours {
    No,
    /// Given up, forgotten, from before the memory begins, or unsent for certain only just now.
    Perhaps,
    /// One is on its way, or being looked for.
    Undecided,
}

fn may_be_ours(tx: &Transaction<'_>, instance: &str, word: &Word) -> Result<Ours, StorageError> {
    // Of a forgotten client neither number nor text is left: such an attempt could be any.
    let outcomes: Vec<(String, DateTime<Utc>)> = tx
        .prepare_cached(
            "SELECT outcome, started_at FROM send_attempts
             WHERE outcome IN ('open', 'ambiguous', 'given_up', 'not_sent', 'rejected') AND instance = ?1
             AND (phone = ?2 OR phone = '' OR ?2 = '') AND (text = ?3 OR text = '' OR ?3 = '')
             AND started_at BETWEEN ?4 AND ?5",
        )?
        .query_map(
            params![
                instance,
                word.phone,
                word.text,
                At(word.at - WORDS_COME_FOR),
                At(word.at + CLOCKS_DIFFER)
            ],
            |row| Ok((row.get(0)?, row.get::<_, At>(1)?.0)),
        )?
        .collect::<Result<_, _>>()?;
    if outcomes.iter().any(|(outcome, _)| matches!(outcome.as_str(), "open" | "ambiguous")) {
        return Ok(Ours::Undecided);
    }
    let unsent = |outcome: &str| matches!(outcome, "not_sent" | "rejected");
    if outcomes.iter().any(|(outcome, at)| !unsent(outcome) || word.at - *at < CERTAIN_AFTER) {
        return Ok(Ours::Perhaps);
    }
    // An echo is as old as its message. A word of delivery may be of any older one.
    let since: Option<At> =
        tx.prepare_cached("SELECT remembers_since FROM desk")?.query_row([], |row| row.get(0))?;
    let reach = if word.is_echo { TimeDelta::zero() } else { WORDS_COME_FOR };
    Ok(if since.is_some_and(|since| word.at < since.0 + reach) { Ours::Perhaps } else { Ours::No })
}

/// The row that a foreign message is about. No empty number and no empty text is like any other.
fn row_like(
    tx: &Transaction<'_>,
    word: &Word,
    now: DateTime<Utc>,
) -> Result<Option<(Notification, Likeness)>, StorageError> {
    if word.is_echo && !word.text.is_empty() {
        let same: Option<i64> = tx
            .prepare_cached(
                "SELECT id FROM booking_notifications
                 WHERE text = ?1 AND (phone = ?2 OR ?2 = '') AND phone <> '' AND kind = 'confirmation'
                 AND (state IN ('queued', 'waiting', 'failed') OR enqueued_at >= ?3)
                 ORDER BY state NOT IN ('queued', 'waiting'), id LIMIT 1",
            )?
            .query_row(params![word.text, word.phone, At(now - ROWS_OF)], |row| row.get(0))
            .optional()?;
        if let Some(row) = same.map(|id| get_in(tx, NotificationId(id))).transpose()?.flatten() {
            return Ok(Some((row, Likeness::Same)));
        }
    }
    if word.phone.is_empty() {
        return Ok(None);
    }
    let ids: Vec<i64> = tx
        .prepare_cached(
            "SELECT id FROM booking_notifications
             WHERE phone = ?1 AND kind = 'confirmation' AND starts_at > ?2
             AND (state IN ('queued', 'waiting', 'failed') OR (enqueued_at >= ?3 AND accepted_at >= ?4))
             ORDER BY state NOT IN ('queued', 'waiting'), id",
        )?
        .query_map(params![word.phone, At(now), At(now - ROWS_OF), At(word.at - JUST_TOLD)], |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    for id in ids {
        let Some(row) = get_in(tx, NotificationId(id))? else { continue };
        if !word.is_echo {
            return Ok(Some((row, Likeness::Same)));
        }
        if names_its_time(tx, &row, &word.text)? {
            return Ok(Some((row, Likeness::Alike)));
        }
    }
    Ok(None)
}

/// Whether a text has the hour and minute of a row's visit, as its client reads them.
fn names_its_time(tx: &Transaction<'_>, row: &Notification, text: &str) -> Result<bool, StorageError> {
    debug_assert_eq!(row.kind, Kind::Confirmation);
    let Some(branch) = known::branch_in(tx, row.company)? else { return Ok(false) };
    let Ok(zone) = branch.facts.time_zone.parse::<Tz>() else { return Ok(false) };
    Ok(text.contains(&row.starts_at.with_timezone(&zone).format("%H:%M").to_string()))
}

/// How many of our rows foreign messages have told of lately.
fn told_elsewhere(tx: &Transaction<'_>, now: DateTime<Utc>) -> Result<i64, StorageError> {
    Ok(tx
        .prepare_cached(
            "SELECT count(DISTINCT about) FROM gateway_events WHERE about > 0 AND received_at >= ?1",
        )?
        .query_row([At(now - TimeDelta::days(1))], |row| row.get(0))?)
}

fn stop(tx: &Transaction<'_>, by: Evidence, mark: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let news = tx.execute(
        "UPDATE desk SET rival_at = ?1, rival_by = ?2, rival_mark = ?3 WHERE rival_at IS NULL",
        params![At(now), by.as_str(), mark],
    )?;
    if news > 0 {
        people::note(tx, &Actor::Program, "another_monitor", now)?;
    }
    Ok(news > 0)
}
