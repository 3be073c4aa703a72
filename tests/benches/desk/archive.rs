//! A database with years behind it, made row by row without the engine: a
//! million messages would take it hours.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::booking::CompanyId;
use engine::db::{Db, FILE_NAME, to_ms};
use engine::outbox::phone_key;
use rusqlite::{Connection, Transaction, params};
use scenarios::{COMPANY, INSTANCE};

use crate::poll::booking;

/// So many messages went out before today, or were found not worth one.
pub(crate) const OLD: i64 = 1_000_000;

/// Clients who come again and again.
const CLIENTS: i64 = 40_000;

/// What is in the queue, and what went out today, in every database that is measured.
pub(crate) const OPEN_TODAY: i64 = 20;
pub(crate) const SENT_TODAY: i64 = 100;

/// Pushed things are kept for a week: three a message.
const PUSHED: i64 = 2_000;

const SCHEMA: &str = include_str!("../../../schema.sql");
/// This file: made otherwise, made anew.
const MAKER: &str = include_str!("archive.rs");

/// The directory with the large database. Kept between runs, for it takes a minute
/// to make; made anew when the schema or this file changed.
pub(crate) fn kept() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    (SCHEMA, MAKER, OLD).hash(&mut hasher);
    let mark = format!("{:016x}", hasher.finish());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a-million-old");
    let marked = directory.join("made-by");
    if fs::read_to_string(&marked).is_ok_and(|made_by| made_by == mark) {
        return directory;
    }
    println!("Making a database with {OLD} old notifications. It is kept for the next time.");
    let _ = fs::remove_dir_all(&directory);
    fill(&directory, OLD, eight_years());
    fs::write(marked, mark).unwrap();
    directory
}

/// A branch's number: three of them, one after the other.
fn branch_of(number: i64, rows: i64) -> i64 {
    COMPANY + number * 3 / rows.max(1)
}

/// A message's texts and numbers, as the years brought them.
struct Old {
    id: i64,
    company: i64,
    at: i64,
    client: i64,
    phone: String,
    text: String,
    state: &'static str,
    reason: &'static str,
}

impl Old {
    fn new(id: i64, rows: i64, (begin, span): (i64, TimeDelta)) -> Self {
        let step = span.num_milliseconds() / rows;
        let client = id * 7919 % CLIENTS;
        let (state, reason) = match id % 100 {
            0..60 => ("read", ""),
            60..84 => ("delivered", ""),
            84..86 => ("undelivered", "not_delivered"),
            86..94 => ("skipped", "online"),
            94..99 => ("cancelled", "in_yclients"),
            _ => ("expired", "begun"),
        };
        Self::of(id, branch_of(id - 1, rows), begin + id * step, client, state, reason)
    }

    fn of(id: i64, company: i64, at: i64, client: i64, state: &'static str, reason: &'static str) -> Self {
        let text = format!(
            "Здравствуйте, Клиент {client}! Вы записаны в понедельник, 23 ноября, в 15:{:02}.\nУслуга: Мужская \
             стрижка\nМастер: Игорь\nСтоимость: 2 000 ₽\nАдрес: ул. Покровка, 12\nБарбершоп на Покровке",
            id % 60
        );
        Self { id, company, at, client, phone: format!("+7916{client:07}"), text, state, reason }
    }

    fn is_sent(&self) -> bool {
        matches!(self.state, "read" | "delivered" | "undelivered" | "accepted")
    }

    fn put(&self, tx: &Transaction<'_>, keys: &mut HashMap<i64, String>) {
        let Self { id, company, at, client, phone, text, state, reason } = self;
        let sent = self.is_sent();
        let gateway_id = if sent { format!("3EB0{id:016X}") } else { String::new() };
        let after = |seconds: i64| sent.then_some(at + seconds * 1000);
        let over = !matches!(*state, "queued" | "accepted");
        let key = &*keys.entry(*client).or_insert_with(|| phone_key(phone));
        tx.prepare_cached(
            "INSERT INTO booking_notifications (id, kind, company_id, state, reason, revision, version, instance,
             client_id, client_name, phone, phone_key, starts_at, text, booked_at, enqueued_at, due_at,
             checked_at, checked_revision, claimed_at, accepted_at, delivered_at, read_at, finished_at, gateway_id)
             VALUES (?1, 'confirmation', ?2, ?3, ?4, 1, 6, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
              ?15, 1, ?16, ?17, ?18, ?19, ?20, ?21)",
        )
        .unwrap()
        .execute(params![
            id, company, state, reason, INSTANCE, client + 1, format!("Клиент {client}"), phone, key,
            at + 86_400_000, text, at - 20_000, at, at + 30_000, after(30), after(31), after(32),
            after(40).filter(|_| *state != "accepted"),
            after(600).filter(|_| *state == "read"),
            over.then_some(at + 700_000), gateway_id,
        ])
        .unwrap();
        tx.prepare_cached(
            "INSERT INTO notification_bookings (company_id, booking_id, kind, copy, notification_id, facts)
             VALUES (?1, ?2, 'confirmation', 0, ?2, ?3)",
        )
        .unwrap()
        .execute(params![
            company,
            id,
            format!(
                "{{\"starts_local\":\"2026-11-23T15:00:00\",\"starts_at\":\"2026-11-23T12:00:00Z\",\"staff_id\":7,\
                 \"services\":[[7001,1]],\"client_id\":{},\"client_name\":\"Клиент {client}\",\"phone\":\"{phone}\"}}",
                client + 1
            )
        ])
        .unwrap();
        let mut seen = booking(*id, DateTime::from_timestamp_millis(*at).unwrap());
        seen.company = CompanyId(*company);
        tx.prepare_cached(
            "INSERT INTO bookings (company_id, booking_id, made_by, first_seen_at, seen_at, snapshot)
             VALUES (?1, ?2, 'staff', ?3, ?3, ?4)",
        )
        .unwrap()
        .execute(params![company, id, at, serde_json::to_string(&seen).unwrap()])
        .unwrap();
        if sent {
            tx.prepare_cached(
                "INSERT INTO send_attempts (notification_id, revision, instance, phone, text, started_at,
                 finished_at, outcome, gateway_id) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, 'accepted', ?7)",
            )
            .unwrap()
            .execute(params![id, INSTANCE, phone, text, after(31), after(32), gateway_id])
            .unwrap();
        }
        self.put_events(tx);
    }

    fn put_events(&self, tx: &Transaction<'_>) {
        let mut before = "";
        let told: &[(&str, &str)] = match self.state {
            "read" => &[
                ("enqueue", "queued"),
                ("claim", "sending"),
                ("accepted", "accepted"),
                ("delivery", "delivered"),
                ("delivery", "read"),
            ],
            "delivered" | "undelivered" => &[
                ("enqueue", "queued"),
                ("claim", "sending"),
                ("accepted", "accepted"),
                ("delivery", "delivered"),
            ],
            "accepted" => &[("enqueue", "queued"), ("claim", "sending"), ("accepted", "accepted")],
            "queued" => &[("enqueue", "queued")],
            "skipped" => &[("enqueue", "skipped")],
            _ => &[("enqueue", "queued"), ("withdraw", "cancelled")],
        };
        for (what, to) in told {
            tx.prepare_cached(
                "INSERT INTO events (at, actor, notification_id, company_id, what, from_state, to_state, reason, revision)
                 VALUES (?1, 'program', ?2, ?3, ?4, ?5, ?6, '', 1)",
            )
            .unwrap()
            .execute(params![self.at, self.id, self.company, what, before, to])
            .unwrap();
            before = to;
        }
    }
}

fn raw(directory: &Path) -> Connection {
    let connection = Connection::open(directory.join(FILE_NAME)).unwrap();
    connection.set_prepared_statement_cache_capacity(64);
    connection
}

/// The eight years before 2026: their first instant in milliseconds, and their length.
fn eight_years() -> (i64, TimeDelta) {
    let begin = NaiveDate::from_ymd_opt(2018, 1, 1).unwrap().and_hms_opt(8, 0, 0).unwrap();
    (to_ms(begin.and_utc()), TimeDelta::days(8 * 365))
}

/// A new database with so many old messages, spread over a time. The indexes are made at the end, in one go each.
pub(crate) fn fill(directory: &Path, rows: i64, time: (i64, TimeDelta)) {
    drop(Db::open(directory).unwrap());
    let mut connection = raw(directory);
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection.pragma_update(None, "cache_size", -400_000).unwrap();
    let indexes: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let tx = connection.transaction().unwrap();
    for (name, _) in &indexes {
        tx.execute_batch(&format!("DROP INDEX {name}")).unwrap();
    }
    let mut keys = HashMap::new();
    for id in 1..=rows {
        Old::new(id, rows, time).put(&tx, &mut keys);
    }
    for key in keys.values() {
        tx.prepare_cached("INSERT INTO number_checks VALUES (?1, ?2, 1, 0)")
            .unwrap()
            .execute(params![key, INSTANCE])
            .unwrap();
    }
    for (_, sql) in &indexes {
        tx.execute_batch(sql).unwrap();
    }
    tx.commit().unwrap();
}

/// Today in a database: the queue, what went out, and branches that are read. What
/// an earlier run did to it is undone first.
pub(crate) fn dawn(directory: &Path, now: DateTime<Utc>) {
    drop(Db::open(directory).unwrap());
    let mut connection = raw(directory);
    let tx = connection.transaction().unwrap();
    let triggers: Vec<(String, String)> = tx
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &triggers {
        tx.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    tx.execute_batch(&format!(
        "DELETE FROM events WHERE id > (SELECT coalesce(max(id), 0) FROM events WHERE notification_id <= {OLD});
         DELETE FROM send_attempts WHERE id > (SELECT coalesce(max(id), 0) FROM send_attempts WHERE notification_id <= {OLD});
         DELETE FROM notification_bookings WHERE company_id BETWEEN {COMPANY} AND {COMPANY} + 2 AND booking_id > {OLD};
         DELETE FROM bookings WHERE company_id BETWEEN {COMPANY} AND {COMPANY} + 2 AND booking_id > {OLD};
         DELETE FROM booking_notifications WHERE id > {OLD};
         DELETE FROM gateway_events;
         DELETE FROM requests;
         DELETE FROM booking_monitor_state;
         UPDATE desk SET owner_pid = NULL, owner_since = NULL, alive_at = NULL;"
    ))
    .unwrap();
    for (_, sql) in &triggers {
        tx.execute_batch(sql).unwrap();
    }
    let mut keys = HashMap::new();
    let at = to_ms(now);
    for number in 1..=SENT_TODAY {
        Old::of(OLD + number, COMPANY, at - number * 60_000, number, "delivered", "").put(&tx, &mut keys);
    }
    put_queued(&tx, OLD + SENT_TODAY, OPEN_TODAY, at + 3_600_000);
    for number in 1..=PUSHED {
        tx.prepare_cached(
            "INSERT INTO gateway_events (received_at, instance, kind, gateway_id, phone, status, settled)
             VALUES (?1, ?2, 'delivery', ?3, '+79160000001', 'delivered', 1)",
        )
        .unwrap()
        .execute(params![at - number * 60_000, INSTANCE, format!("3EB0W{number}")])
        .unwrap();
    }
    for company in COMPANY..COMPANY + 3 {
        tx.execute(
            "INSERT INTO booking_monitor_state (company_id, title, time_zone, facts_at, baseline_at,
             baseline_begun_at, last_checked_at, truth_at, last_change_at)
             VALUES (?1, 'Барбершоп на Покровке', 'Europe/Moscow', ?2, ?3, ?3, ?2, ?2, ?2)",
            params![company, at, at - 86_400_000],
        )
        .unwrap();
    }
    tx.commit().unwrap();
}

/// So many queued messages more, numbered from `after`, seen unchanged a moment ago
/// and due at `due_at`. Answers their numbers.
pub(crate) fn queue(directory: &Path, after: i64, count: i64, due_at: i64) -> Vec<i64> {
    let mut connection = raw(directory);
    let tx = connection.transaction().unwrap();
    put_queued(&tx, after, count, due_at);
    tx.commit().unwrap();
    (after + 1..=after + count).collect()
}

fn put_queued(tx: &Transaction<'_>, after: i64, count: i64, due_at: i64) {
    let mut keys = HashMap::new();
    for id in after + 1..=after + count {
        Old::of(id, COMPANY, due_at - 30_000, CLIENTS + id % 1000, "queued", "").put(tx, &mut keys);
        tx.prepare_cached("UPDATE booking_notifications SET due_at = ?2, checked_at = ?2, checked_revision = 1, starts_at = ?2 + 86400000 WHERE id = ?1")
            .unwrap()
            .execute([id, due_at])
            .unwrap();
    }
}
