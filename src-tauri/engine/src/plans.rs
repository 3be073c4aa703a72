//! How SQLite looks rows up: nothing the desk asks may grow with the years behind it.
//!
//! A day at the desk is played with every statement written down as it runs, and
//! each one is explained afterwards. So a new statement is judged without anybody
//! having to think of it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::booking::BookingId;
use crate::db::StorageError;
use crate::fakes::{COMPANY, INSTANCE, Shop};
use crate::notification::State;
use crate::outbox::{Actor, RequestKind};
use crate::person::Resolution;
use crate::ports::{Clock, DeliveryStatus, GatewayEvent, MessengerError, SendOutcome, SentMessage};

thread_local! {
    static RUN: RefCell<BTreeSet<String>> = RefCell::default();
}

fn write_down(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event {
        RUN.with_borrow_mut(|run| run.insert(statement.sql().into_owned()));
    }
}

/// Whether a step of a plan that walks over a whole table or index is no mistake.
fn may_walk(sql: &str, step: &str) -> bool {
    // One row.
    let one = ["SCAN desk", "SCAN CONSTANT ROW"].contains(&step);
    // These indexes hold what is not done yet, and nothing else.
    let open = ["requests_open", "gateway_events_unsettled"].iter().any(|index| step.ends_with(index));
    // What is older than a week goes, four times a day: so these two hold a week and no more. The others
    // have a row for what happens once in a while.
    let swept = ["gateway_events", "requests", "stop_wishes", "aside"];
    let tidies = swept.iter().any(|table| sql.starts_with(&format!("DELETE FROM {table} ")));
    // A row a table of ours, and a row a branch.
    let few = ["SCAN sqlite_sequence", "SCAN booking_monitor_state"].contains(&step);
    // Whether there is any at all: it stops at the first.
    let any = sql.contains("EXISTS (SELECT 1 FROM send_attempts)") && step.starts_with("SCAN send_attempts");
    // The whole stop list goes to the keyring, when the desk starts or it has grown.
    let list = sql.starts_with("SELECT phone_key FROM opt_outs") && step == "SCAN opt_outs";
    one || open || tidies || few || any || list
}

/// The steps of a statement's plan that touch every row of something.
fn walks(connection: &Connection, sql: &str) -> Vec<String> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps =
        plan.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>().unwrap();
    steps.into_iter().filter(|step| step.starts_with("SCAN") && !may_walk(sql, step)).collect()
}

/// A message of each fate, with everything a person can do and ask.
async fn a_day(shop: &Shop) {
    shop.baseline().await;
    for id in 1..=6 {
        shop.book(id);
    }
    shop.messenger.next(SendOutcome::Accepted { id: "M1".into() }, true);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, true);
    shop.messenger.next(
        SendOutcome::NotSent { retry_after: None, error: MessengerError::Offline("refused".into()) },
        false,
    );
    *shop.messenger.delivery.lock().unwrap() = Some(DeliveryStatus::Sent);
    shop.open(async {
        shop.pass(20).await;
        let now = || shop.clock.now();
        let person = shop.person();
        let (held, edited, cancelled) = (shop.about(4).id, shop.about(5).id, shop.about(6).id);
        person.hold(held, now()).unwrap();
        person.open_editor(edited, now()).unwrap();
        person.draft(edited, Some("Ждём вас"), now()).unwrap();
        person.edit(edited, None, "Ждём вас!", now()).unwrap();
        person.cancel(cancelled, now()).unwrap();
        person.restore(cancelled, now()).unwrap();
        shop.book_with(7, |booking| booking.client = crate::fakes::booking(6, &shop.clock).client);
        let echo = |id: &str, text: &str| {
            let (phone, at) = ("+79160000009".to_owned(), Some(now()));
            GatewayEvent::Echo(SentMessage {
                id: id.to_owned(),
                phone,
                text: text.to_owned(),
                at,
                by_api: true,
                status: None,
            })
        };
        shop.messenger.push(echo("F1", "Чужое"));
        shop.outbox.ask(RequestKind::Poll, "", now()).unwrap();
        shop.pass(400).await;
        for (status, id) in [(DeliveryStatus::Delivered, "M1"), (DeliveryStatus::Read, "M1")] {
            let (phone, id) = ("+79160000001".to_owned(), id.to_owned());
            shop.messenger.push(GatewayEvent::Delivery {
                id,
                phone,
                status,
                at: Some(now()),
                detail: String::new(),
            });
        }
        let (phone, at) = ("+79160000004".to_owned(), Some(now()));
        shop.messenger.push(GatewayEvent::Incoming { phone, text: "СТОП".into(), at });
        shop.outbox.import_bots_bookings(&[BookingId(5), BookingId(99)], &Actor::Program, now()).unwrap();
        for row in shop.outbox.in_state(State::Unknown).unwrap() {
            person.resolve(row.id, Resolution::Again, now()).unwrap();
        }
        shop.pass(400).await;
        shop.clock.jump(TimeDelta::hours(9));
        shop.pass(400).await;
        shop.clock.set(-TimeDelta::hours(2));
        shop.pass(60).await;
    })
    .await;
    shop.outbox.pause(None, &Actor::Program, shop.clock.now()).unwrap();
    shop.outbox.resume(&Actor::Program, shop.clock.now()).unwrap();
    let _ = shop.person().resend(shop.about(1).id, shop.clock.now());
}

/// What window and command line show.
fn looks(shop: &Shop) {
    let now = shop.clock.now();
    let day = TimeDelta::days(1);
    let outbox = &shop.outbox;
    assert!(!outbox.all_since(now - day).unwrap().is_empty());
    assert!(!outbox.sent_between(now - day, now + day).unwrap().is_empty());
    assert!(!outbox.open_rows().unwrap().is_empty());
    assert!(!outbox.changed_after(0).unwrap().1.is_empty());
    outbox.counts(now - day).unwrap();
    outbox.to_be_followed(now - day, now, 20).unwrap();
    outbox.last_attempt_at(INSTANCE).unwrap();
    outbox.row_about(COMPANY, BookingId(1)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_statement_of_a_day_at_the_desk_reads_a_whole_table() {
    let shop = Shop::new();
    shop.outbox
        .db()
        .read(|connection| {
            connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(write_down));
            Ok::<_, StorageError>(())
        })
        .unwrap();
    a_day(&shop).await;
    looks(&shop);
    let run = RUN.take();
    let looked_up: Vec<&String> = run
        .iter()
        .filter(|sql| ["SELECT", "UPDATE", "DELETE"].iter().any(|word| sql.trim_start().starts_with(word)))
        .collect();
    assert!(looked_up.len() > 40, "the day is too quiet to prove anything: {}", looked_up.len());
    let whole: Vec<(String, Vec<String>)> = shop
        .outbox
        .db()
        .read(|connection| {
            let judged = looked_up.iter().map(|sql| ((*sql).clone(), walks(connection, sql)));
            Ok::<_, StorageError>(judged.filter(|(_, walks)| !walks.is_empty()).collect())
        })
        .unwrap();
    assert!(whole.is_empty(), "these read a whole table: {whole:#?}");
}
