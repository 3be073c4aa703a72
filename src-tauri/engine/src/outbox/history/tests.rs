use std::sync::Arc;

use chrono::TimeZone;

use super::*;
use crate::db::Db;
use crate::notification::{Kind, Made, Reason};
use crate::outbox::phone_key;

fn at(hours: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap() + TimeDelta::hours(hours)
}

/// A history of known rows.
struct Book {
    outbox: Outbox,
}

impl Book {
    fn new() -> Self {
        Self { outbox: Outbox::new(Arc::new(Db::in_memory().unwrap())) }
    }

    /// A row first seen at `seen`, sent five minutes later if its state says that it was sent.
    fn add(&self, state: State, reason: Reason, name: &str, phone: &str, seen: DateTime<Utc>) -> i64 {
        let made = Made {
            text: "Ждём вас".to_owned(),
            phone: phone.to_owned(),
            client_id: 5,
            client_name: name.to_owned(),
            starts_at: seen + TimeDelta::days(1),
        };
        let row = Notification::new(Kind::Confirmation, CompanyId(1), State::Skipped, made, seen);
        self.outbox
            .db()
            .write(|tx| {
                let id = rows::insert(tx, &row)?;
                let sent = state.is_sent().then_some(At(seen + TimeDelta::minutes(5)));
                tx.execute(
                    "UPDATE booking_notifications SET state = ?2, reason = ?3, accepted_at = ?4, delivered_at = ?4,
                     read_at = ?4, finished_at = ?5, claimed_at = ?5 WHERE id = ?1",
                    params![id.0, state.as_str(), reason.as_str(), sent, At(seen)],
                )?;
                Ok::<_, StorageError>(id.0)
            })
            .unwrap()
    }

    fn ids(&self, query: &Query) -> Vec<i64> {
        let page = self.outbox.history(query, None, 200).unwrap();
        assert_eq!(self.outbox.history_count(query).unwrap(), i64::try_from(page.rows.len()).unwrap());
        page.rows.iter().map(|row| row.id.0).collect()
    }

    fn found(&self, search: &str) -> Vec<i64> {
        self.ids(&Query { search: search.to_owned(), ..day(Filter::All) })
    }
}

fn day(filter: Filter) -> Query {
    Query { from: at(0), to: at(24), filter, search: String::new(), now: at(24) }
}

#[test]
fn pages_follow_one_another_without_a_gap_or_a_repetition() {
    let book = Book::new();
    // Three a minute: the same instant stands on both sides of a page's end.
    let all: Vec<i64> = (0..100)
        .map(|n| book.add(State::Skipped, Reason::Online, "Ирина", "", at(0) + TimeDelta::minutes(n / 3)))
        .collect();
    let query = day(Filter::All);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = book.outbox.history(&query, after, 7).unwrap();
        seen.extend(page.rows.iter().map(|row| row.id.0));
        let Some(next) = page.next else { break };
        after = Cursor::parse(&next.to_string());
        assert_eq!(after, Some(next));
    }
    assert_eq!(seen, all.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(book.outbox.history_count(&query).unwrap(), 100);
}

#[test]
fn a_message_stands_on_the_day_it_went_out() {
    let book = Book::new();
    let in_the_night =
        book.add(State::Delivered, Reason::None, "Ирина", "+79161234567", at(-3) + TimeDelta::minutes(178));
    book.add(State::Skipped, Reason::Online, "Анна", "", at(-1));
    book.add(State::Skipped, Reason::Online, "Олег", "", at(24));
    assert_eq!(book.ids(&day(Filter::All)), [in_the_night], "seen before midnight, sent after it");
}

#[test]
fn each_filter_has_the_states_it_names() {
    let book = Book::new();
    let row = |state, reason| book.add(state, reason, "Ирина", "+79161234567", at(9));
    let accepted = row(State::Accepted, Reason::None);
    let delivered = row(State::Delivered, Reason::None);
    let read = row(State::Read, Reason::None);
    let undelivered = row(State::Undelivered, Reason::NoWhatsapp);
    let failed = row(State::Failed, Reason::Rejected);
    let cancelled = row(State::Cancelled, Reason::ByPerson);
    let expired = row(State::Expired, Reason::Begun);
    let online = row(State::Skipped, Reason::Online);
    let landline = row(State::Skipped, Reason::Landline);
    let sorted = |filter| {
        let mut ids = book.ids(&day(filter));
        ids.sort_unstable();
        ids
    };
    assert_eq!(sorted(Filter::All).len(), 9);
    assert_eq!(sorted(Filter::Sent), [accepted, delivered, read, undelivered]);
    assert_eq!(sorted(Filter::Delivered), [delivered, read]);
    assert_eq!(sorted(Filter::Read), [read]);
    assert_eq!(sorted(Filter::Undelivered), [undelivered]);
    assert_eq!(sorted(Filter::NotSent), [failed, cancelled, expired]);
    assert_eq!(sorted(Filter::Skipped), [online, landline]);
    assert_eq!(sorted(Filter::Call), [accepted, undelivered, failed, expired, landline]);
    let soon = Query { now: at(9) + TimeDelta::minutes(30), ..day(Filter::Call) };
    assert!(!book.ids(&soon).contains(&accepted), "for half an hour it may still arrive");
    let tally = book.outbox.tally(at(0), at(24)).unwrap();
    assert_eq!(tally, Tally { sent: 4, delivered: 2, read: 1, undelivered: 1, skipped: 2 });
}

#[test]
fn a_client_is_found_by_any_part_of_the_name_in_any_case_and_by_the_number_as_people_write_it() {
    let book = Book::new();
    let irina = book.add(State::Delivered, Reason::None, "Ирина Королёва", "+79161234567", at(9));
    let john = book.add(State::Read, Reason::None, "John Smith", "+79267654321", at(9));
    for search in [
        "ирина",
        "ИРИ",
        "королева",
        "королёв ирина",
        " Ирина  ",
        "4567",
        "8 916 123",
        "+7 916 123-45-67",
        "89161234567",
    ] {
        assert_eq!(book.found(search), [irina], "{search}");
    }
    assert_eq!(book.found("smith j"), [john]);
    assert_eq!(book.found("7654"), [john]);
    assert_eq!(book.found("Пётр"), Vec::<i64>::new());
    assert_eq!(book.found("' OR 1 --"), Vec::<i64>::new());
    assert_eq!(book.found("").len(), 2);
}

#[test]
fn a_number_is_new_until_somebody_wrote_to_it() {
    let book = Book::new();
    let first = book.add(State::Delivered, Reason::None, "Ирина", "+79161234567", at(9));
    let second = book.add(State::Delivered, Reason::None, "Ирина", "+79161234567", at(12));
    let other = book.add(State::Skipped, Reason::Online, "Анна", "+79037654321", at(12));
    let is_new =
        |id| book.outbox.is_new_number(&book.outbox.get(NotificationId(id)).unwrap().unwrap()).unwrap();
    assert_eq!([is_new(first), is_new(second), is_new(other)], [true, false, true]);
    assert_eq!(phone_key(""), "", "a row without a number is nobody's second");
}

#[test]
fn the_last_delivered_and_the_changed_are_found() {
    let book = Book::new();
    assert_eq!(book.outbox.last_delivered().unwrap(), None);
    book.add(State::Delivered, Reason::None, "Ирина", "+79161234567", at(9));
    let last = book.add(State::Read, Reason::None, "Анна", "+79037654321", at(10));
    assert_eq!(book.outbox.last_delivered().unwrap().unwrap().id.0, last);
    book.outbox
        .db()
        .write(|tx| {
            tx.execute(
                "UPDATE booking_notifications SET changed_after_sent = 'moved' WHERE id = ?1",
                [last],
            )?;
            Ok::<_, StorageError>(())
        })
        .unwrap();
    assert_eq!(book.outbox.changed_after_sent(at(20)).unwrap().len(), 1);
    assert_eq!(book.outbox.changed_after_sent(at(24 * 30)).unwrap().len(), 0, "too old to matter");
}

#[test]
fn the_names_of_users_are_kept_by_branch() {
    let book = Book::new();
    let (one, other) = (CompanyId(1), CompanyId(2));
    book.outbox.name_users(one, &[(501, "Ольга".to_owned())]).unwrap();
    book.outbox.name_users(one, &[(501, "Ольга Петровна".to_owned())]).unwrap();
    assert_eq!(book.outbox.user_name(one, 501).unwrap().as_deref(), Some("Ольга Петровна"));
    assert_eq!(book.outbox.user_name(other, 501).unwrap(), None);
}

#[test]
fn lists_of_any_length_are_answered_from_one_index() {
    let book = Book::new();
    let plan = |sql: &str, parameters: usize| -> String {
        book.outbox
            .db()
            .read(|connection| {
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let values = vec![0_i64; parameters];
                let lines = statement
                    .query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3))?
                    .collect::<Result<Vec<_>, _>>()?;
                Ok::<_, StorageError>(lines.join("; "))
            })
            .unwrap()
    };
    for filter in Filter::ALL {
        for search in ["", "ирина"] {
            let query = Query { search: search.to_owned(), ..day(*filter) };
            let (condition, values) = condition(&query);
            let count = plan(&count_sql(&condition), values.len());
            let keys = plan(&keys_sql(&condition, values.len()), values.len() + 3);
            for plan in [count, keys] {
                assert!(plan.contains("COVERING INDEX notifications_by_time"), "{filter}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{filter}: {plan}");
            }
        }
    }
}
