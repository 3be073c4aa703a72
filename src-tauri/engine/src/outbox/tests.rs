//! Two processes on one file, the audit, and the rule that a booking is told once.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use rusqlite::params;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::*;
use crate::booking::{BookingId, CompanyId};
use crate::fakes::StoppedClock;
use crate::notification::{Kind, Made, Reason};
use crate::person::{LEASE, Person};
use crate::phone;
use crate::settings::Settings;
use crate::visit::VisitFacts;

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

    /// The same, while another process has the database and gives it back only at `freed`.
    fn claim_in_line(
        &self,
        (id, revision): (NotificationId, i64),
        at: DateTime<Utc>,
        freed: DateTime<Utc>,
    ) -> Option<Claim> {
        let clock = StoppedClock::at(at);
        let (has, other_has) = channel();
        let (waits, owner_waits) = channel();
        std::thread::scope(|scope| {
            let clock = &clock;
            scope.spawn(move || {
                let held = self.window.db().write(|_| {
                    has.send(()).unwrap();
                    owner_waits.recv().unwrap();
                    clock.put(freed);
                    Ok::<_, StorageError>(())
                });
                held.unwrap();
            });
            other_has.recv().unwrap();
            WAITS.set(Some(waits));
            self.owner
                .db()
                .read(|connection| {
                    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(tell_of_the_wait));
                    Ok::<_, StorageError>(())
                })
                .unwrap();
            self.owner.claim(id, terms(revision), clock).unwrap()
        })
    }
}

thread_local! {
    static WAITS: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// A transaction of this thread's is about to ask for the lock.
fn tell_of_the_wait(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event
        && statement.sql().starts_with("BEGIN")
        && let Some(waits) = WAITS.take()
    {
        waits.send(()).unwrap();
    }
}

fn terms(revision: i64) -> ClaimTerms<'static> {
    ClaimTerms { revision, instance: INSTANCE, late_after: TimeDelta::minutes(5), automatic: true }
}

#[test]
fn an_edit_hold_or_cancel_between_the_last_check_and_the_claim_wins() {
    let acts: [fn(&Person<'_>, NotificationId) -> Changed; 3] = [
        |person, id| person.edit(id, None, "Свои слова", now()),
        |person, id| person.hold(id, now()),
        |person, id| person.cancel(id, now()),
    ];
    for act in acts {
        let two = Two::new();
        let id = two.enqueue(1).unwrap();
        let due = now() + TimeDelta::seconds(30);
        let revision = two
            .owner
            .apply(id, None, Event::Checked { read_at: due }, &Actor::Program, due)
            .unwrap()
            .revision;
        act(&two.person("Анна"), id).unwrap();
        assert!(two.claim(id, revision, due).is_none());
    }
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
fn an_attempt_is_on_the_disk_before_the_claim_returns() {
    let two = Two::new();
    let id = two.enqueue(1).unwrap();
    let claim = two.check_and_claim(id, now() + TimeDelta::seconds(30)).unwrap();
    let seen = two.window.db().read(|connection| {
        connection
            .query_row(
                "SELECT outcome, text, phone FROM send_attempts WHERE id = ?1",
                params![claim.attempt],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
            )
            .map_err(StorageError::from)
    });
    assert_eq!(seen.unwrap(), ("open".into(), "Ирина, ждём вас".into(), "+79161234567".into()));
}

#[test]
fn a_claim_that_waited_for_the_database_is_judged_by_the_time_at_which_it_has_it() {
    let second = TimeDelta::seconds(1);
    let due = now() + TimeDelta::seconds(30);
    let late = due + TimeDelta::minutes(5);
    // When it is claimed, when the visit begins, and whether a claim three seconds later is in time.
    for (at, visit, in_time) in [
        (due, due + TimeDelta::days(1), true),
        (due, due + second * 2, false),
        (late - second * 4, due + TimeDelta::days(1), true),
        (late - second, due + TimeDelta::days(1), false),
    ] {
        let two = Two::new();
        let id = two.enqueue(1).unwrap();
        let sql = "UPDATE booking_notifications SET starts_at = ?1";
        two.owner
            .db()
            .write(|tx| Ok::<_, StorageError>(tx.execute(sql, [visit.timestamp_millis()])?))
            .unwrap();
        let revision =
            two.owner.apply(id, None, Event::Checked { read_at: at }, &Actor::Program, at).unwrap().revision;
        let claim = two.claim_in_line((id, revision), at, at + second * 3);
        assert_eq!(claim.is_some(), in_time, "claimed at {at}, visit at {visit}");
    }
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
fn each_condition_of_a_claim_stands_alone() {
    let conditions = [
        "UPDATE booking_notifications SET state = 'waiting'",
        "UPDATE booking_notifications SET revision = revision + 1, checked_revision = revision + 1",
        "UPDATE booking_notifications SET checked_revision = revision - 1",
        "UPDATE booking_notifications SET checked_at = checked_at - 11000",
        "UPDATE booking_notifications SET checked_at = NULL",
        "UPDATE booking_notifications SET instance = 'green-api:7'",
        "UPDATE booking_notifications SET held = 1",
        "UPDATE booking_notifications SET due_at = checked_at + 1",
        "UPDATE booking_notifications SET due_at = checked_at - 300001",
        "UPDATE booking_notifications SET next_try_at = checked_at + 1",
        "UPDATE booking_notifications SET lease_until = checked_at - 9999",
        "UPDATE booking_notifications SET starts_at = checked_at",
        "UPDATE desk SET paused_at = 1",
        "UPDATE desk SET paused_at = 1, paused_until = (SELECT checked_at + 1 FROM booking_notifications)",
        "UPDATE desk SET doubt = 'restored', doubt_at = 1",
        "INSERT INTO opt_outs SELECT phone_key, 1, 'person', NULL FROM booking_notifications",
        "INSERT INTO bookings VALUES (0, 1, 'unseen', 1, 1, 1, '')",
        "UPDATE desk SET pause_due = 1",
        "INSERT INTO send_attempts (notification_id, revision, instance, phone, text, started_at, finished_at,
         outcome, gateway_id) SELECT id, 1, instance, phone, text, 1, 1, 'found', 'M1' FROM booking_notifications",
    ];
    let due = now() + TimeDelta::seconds(30);
    for condition in [None].into_iter().chain(conditions.map(Some)) {
        let two = Two::new();
        let id = two.enqueue(1).unwrap();
        let revision = two
            .owner
            .apply(id, None, Event::Checked { read_at: due }, &Actor::Program, due)
            .unwrap()
            .revision;
        if let Some(sql) = condition {
            let broken = two.window.db().write(|tx| Ok::<_, StorageError>(tx.execute(sql, [])?)).unwrap();
            assert_eq!(broken, 1, "{sql}");
        }
        assert_eq!(two.claim(id, revision, due).is_some(), condition.is_none(), "{condition:?}");
    }
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
