//! Two processes on one file, the audit, and the rule that a booking is told once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::*;
use crate::booking::{BookingId, CompanyId};
use crate::fakes::StoppedClock;
use crate::notification::{Kind, Made, Reason};
use crate::person::{LEASE, Person};
use crate::phone;
use crate::settings::Settings;
use crate::visit::VisitFacts;

mod claims;

const COMPANY: CompanyId = CompanyId(962_302);
const INSTANCE: &str = "green-api:1103000001";

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

/// The same file, opened by two processes.
struct Two {
    _directory: tempfile::TempDir,
    owner: Outbox,
    window: Outbox,
    settings: Settings,
}

impl Two {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let open = || Outbox::new(Arc::new(Db::open(directory.path()).unwrap()));
        let (owner, window) = (open(), open());
        Self { _directory: directory, owner, window, settings: Settings::default() }
    }

    fn person<'a>(&'a self, name: &'a str) -> Person<'a> {
        Person { outbox: &self.window, settings: &self.settings, name, instance: INSTANCE }
    }

    /// A message about `booking`, due in half a minute.
    fn enqueue(&self, booking: i64) -> Result<NotificationId, StorageError> {
        let starts_at = now() + TimeDelta::days(1);
        let phone = phone::read("+79161234567", None).unwrap();
        let made = Made {
            text: "Ирина, ждём вас".into(),
            phone: phone.as_str().into(),
            client_id: 5,
            client_name: "Ирина".into(),
            starts_at,
        };
        let mut row = Notification::new(Kind::Confirmation, COMPANY, State::Queued, made, now());
        row.instance = INSTANCE.into();
        row.due_at = now() + TimeDelta::seconds(30);
        let facts = VisitFacts {
            starts_local: starts_at.naive_utc(),
            starts_at,
            staff_id: 7,
            services: vec![(1, 1)],
            client_id: 5,
            client_name: "Ирина".into(),
            phone,
            words: None,
        };
        let bookings = vec![(BookingId(booking), Some(facts))];
        self.owner.db().write(|tx| enqueue_in(tx, NewNotification { row, bookings }, &Actor::Program, now()))
    }

    fn check_and_claim(&self, id: NotificationId, at: DateTime<Utc>) -> Option<Claim> {
        let checked = self.owner.apply(id, None, Event::Checked { read_at: at }, &Actor::Program, at).ok()?;
        self.claim(id, checked.revision, at)
    }

    fn claim(&self, id: NotificationId, revision: i64, at: DateTime<Utc>) -> Option<Claim> {
        self.owner.claim(id, terms(revision), &StoppedClock::at(at)).unwrap()
    }
}

fn terms(revision: i64) -> ClaimTerms<'static> {
    ClaimTerms { revision, instance: INSTANCE, late_after: TimeDelta::minutes(5), automatic: true }
}

#[test]
fn after_the_claim_an_edit_is_told_the_truth() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    let claim = two.check_and_claim(id, now() + TimeDelta::seconds(30)).unwrap();
    let answer = two.person("Анна").edit(id, Some(claim.row.revision), "Свои слова", now());
    assert!(matches!(answer, Err(OutboxError::Refused(Refusal::TooLate(State::Sending)))));
    assert_eq!(two.window.get(id).unwrap().unwrap().text, "Ирина, ждём вас");
}

#[test]
fn an_edit_of_a_row_that_changed_since_it_was_looked_at_is_stale() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    let seen = two.window.get(id).unwrap().unwrap().revision;
    two.person("Борис").edit(id, Some(seen), "Первый", now()).unwrap();
    let answer = two.person("Анна").edit(id, Some(seen), "Второй", now());
    assert!(matches!(answer, Err(OutboxError::Refused(Refusal::Stale))));
    assert_eq!(two.owner.get(id).unwrap().unwrap().text, "Первый");
}

#[test]
fn a_draft_survives_its_editor_and_the_message_goes_on_after_the_lease() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    let anna = two.person("Анна");
    anna.open_editor(id, now() + TimeDelta::seconds(20)).unwrap();
    anna.draft(id, Some("Ирина, жд"), now() + TimeDelta::seconds(25)).unwrap();
    // The editor crashed here.
    let lease_end = now() + TimeDelta::seconds(20) + LEASE;
    assert!(two.check_and_claim(id, lease_end + TimeDelta::seconds(9)).is_none());
    let row = two.owner.get(id).unwrap().unwrap();
    assert_eq!(row.draft.as_deref(), Some("Ирина, жд"));
    let claim = two.check_and_claim(id, lease_end + TimeDelta::seconds(10)).unwrap();
    assert_eq!(claim.row.text, "Ирина, ждём вас", "a draft is not a text");
}

#[test]
fn a_booking_is_told_once_by_the_database_s_own_rule() {
    let two = Two::new();
    two.enqueue(1).unwrap();
    assert!(two.enqueue(1).is_err());
    assert_eq!(two.owner.open_rows().unwrap().len(), 1, "the whole transaction is undone");
}

#[test]
fn after_a_start_what_was_on_its_way_is_unknown() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    two.check_and_claim(id, now() + TimeDelta::seconds(30)).unwrap();
    assert_eq!(two.owner.recover_in_flight(now()).unwrap(), 1);
    let row = two.owner.get(id).unwrap().unwrap();
    assert_eq!((row.state, row.reason), (State::Unknown, Reason::LookingUp));
    assert_eq!(two.owner.unsettled().unwrap().len(), 1);
}

#[test]
fn whoever_follows_the_audit_sees_each_change_once_as_a_whole_row() {
    let two = Two::new();
    let start = two.window.last_event().unwrap();
    let id = two.enqueue(1).unwrap();
    let (seen, rows) = two.window.changed_after(start).unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    assert!(two.window.changed_after(seen).unwrap().1.is_empty());
    two.person("Анна").hold(id, now()).unwrap();
    let (_, rows) = two.window.changed_after(seen).unwrap();
    assert!(rows[0].held);
}

#[test]
fn the_audit_names_who_did_what_and_holds_no_text_and_no_number() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    two.person("Анна").edit(id, None, "Тайные слова", now()).unwrap();
    two.person("Анна").cancel(id, now()).unwrap();
    let lines: Vec<String> = two
        .owner
        .db()
        .read(|connection| {
            let mut statement =
                connection.prepare("SELECT actor || ' ' || what || ' ' || from_state || '>' || to_state || ' ' || reason FROM events ORDER BY id")?;
            let lines = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok::<_, StorageError>(lines)
        })
        .unwrap();
    assert_eq!(
        lines,
        ["program enqueue >queued ", "Анна edit queued>queued ", "Анна cancel queued>cancelled by_person"]
    );
}

#[test]
fn a_cancelled_message_is_restored_with_a_full_window() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    two.person("Анна").cancel(id, now()).unwrap();
    let later = now() + TimeDelta::seconds(9);
    let restored = two.person("Анна").restore(id, later).unwrap();
    assert_eq!((restored.state, restored.due_at), (State::Queued, later + TimeDelta::seconds(30)));
}

#[test]
fn nothing_that_is_asked_all_day_reads_all_the_old_rows() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    two.owner
        .db()
        .write(|tx| {
            tx.execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 INSERT INTO booking_notifications (kind, company_id, state, starts_at, enqueued_at, due_at,
                  accepted_at, read_at, finished_at, phone, text)
                 SELECT 'confirmation', 962302, 'read', i, i, i, i, i, i, '+7', 'x' FROM n;",
            )
            .map_err(StorageError::from)
        })
        .unwrap();
    let statements = [
        "state IN ('queued', 'sending', 'waiting', 'unknown', 'failed') ORDER BY due_at",
        "state = 'queued' AND held = 0 AND (released = 1 OR NOT 0) ORDER BY max(due_at, next_try_at)",
        "state IN ('queued', 'waiting', 'failed') AND ((starts_at <= 5 AND kind = 'confirmation')
         OR (state = 'queued' AND held = 0 AND due_at < 5))",
        "accepted_at >= 1 AND accepted_at < 2 ORDER BY accepted_at DESC",
        "state = 'accepted' AND accepted_at >= 1 ORDER BY coalesce(followed_at, accepted_at)",
        "company_id = 1 AND gap_at = 2",
        "state = 'queued' AND company_id = 1 AND client_id = 2 AND phone = '+7'",
    ];
    two.owner
        .db()
        .read(|connection| {
            for condition in statements {
                let plan: Vec<String> = connection
                    .prepare(&format!(
                        "EXPLAIN QUERY PLAN SELECT * FROM booking_notifications WHERE {condition}"
                    ))?
                    .query_map([], |row| row.get(3))?
                    .collect::<Result<_, _>>()?;
                assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{condition}: {plan:?}");
            }
            Ok::<_, StorageError>(())
        })
        .unwrap();
    assert_eq!(two.owner.first_in_line(false).unwrap().unwrap().id, id);
}

#[test]
fn one_process_forgets_a_client_and_the_other_goes_on_as_it_was() {
    let two = Two::new();
    let first = two.enqueue(1).unwrap();
    assert!(two.owner.row_about(COMPANY, BookingId(1)).unwrap().is_some());
    let phone = phone::read("+79161234567", None).unwrap();
    let done = two.window.forget(&phone, &Actor::Person("Анна".into()), now()).unwrap();
    assert_eq!((done.messages, done.cancelled, done.visits_ahead, done.journal_emptied), (1, 1, 1, true));
    let row = two.owner.get(first).unwrap().unwrap();
    assert_eq!((row.state, row.phone.as_str(), row.text.as_str()), (State::Cancelled, "", ""));
    let second = two.enqueue(2).unwrap();
    assert_eq!(two.owner.row_about(COMPANY, BookingId(2)).unwrap().map(|row| row.id), Some(second));
    assert_eq!(two.window.row_about(COMPANY, BookingId(2)).unwrap().map(|row| row.id), Some(second));
    assert!(two.enqueue(1).is_err(), "told once is told once");
}
