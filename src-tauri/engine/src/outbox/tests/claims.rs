//! The claim: one statement whose conditions all hold when it has the database.

use std::cell::RefCell;
use std::sync::mpsc::{Sender, channel};

use rusqlite::params;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::*;

impl Two {
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
