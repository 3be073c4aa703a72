//! After `keep_days` names, numbers and texts go. What keeps anything from being told twice stays.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::test;

use super::state_of;
use crate::booking::BookingId;
use crate::db::StorageError;
use crate::fakes::{COMPANY, INSTANCE, Shop};
use crate::notification::{Reason, State};
use crate::outbox::{Actor, LetGo, Pass};
use crate::phone;
use crate::ports::{Clock as _, DeliveryStatus, GatewayEvent, Pushed, SendOutcome, SentMessage};

/// An hour of the desk is more than a pass needs.
const A_PASS: u64 = 60;

/// The number of a client, as the database and as YClients have it.
fn number(id: i64) -> String {
    format!("+7916{id:07}")
}

/// In which tables, and where, a word can be read.
fn read_in(shop: &Shop, word: &str) -> Vec<String> {
    let found = shop.outbox.db().read(|connection| {
        let mut tables = connection
            .prepare("SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'")?;
        let columns: Vec<(String, String)> =
            tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for (table, column) in columns {
            let sql = format!("SELECT count(*) FROM {table} WHERE instr({column}, ?1) > 0");
            if connection.query_row(&sql, [word], |row| row.get::<_, i64>(0))? > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        Ok::<_, StorageError>(found)
    });
    found.unwrap()
}

/// A shop that has told one booking, and is left alone until so many days after.
async fn told_and_left(days: i64) -> Shop {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Accepted { id: "M1".into() }, true);
    *shop.messenger.delivery.lock().unwrap() = Some(DeliveryStatus::Read);
    shop.open(shop.pass(300)).await;
    assert_eq!(state_of(&shop, 1), (State::Read, Reason::None));
    shop.clock.jump(TimeDelta::days(days));
    shop
}

#[test(start_paused = true)]
async fn what_was_told_ninety_days_ago_names_nobody_and_is_not_told_again() {
    let shop = told_and_left(92).await;
    assert!(!read_in(&shop, &number(1)).is_empty(), "until then it is known");
    shop.open(shop.pass(A_PASS)).await;
    assert_eq!(read_in(&shop, &number(1)), Vec::<String>::new());
    assert_eq!(read_in(&shop, "Клиент 1"), Vec::<String>::new());
    assert_eq!(read_in(&shop, "Стрижка"), Vec::<String>::new());
    let row = shop.about(1);
    assert_eq!((row.state, row.gateway_id.as_str()), (State::Read, "M1"));
    assert_eq!(shop.outbox.let_go_so_far().unwrap().let_go, LetGo { messages: 1, bookings: 1 });

    // The same booking again, and then with something of it changed.
    shop.bookings.change(1, &shop.clock, |_| {});
    shop.open(shop.pass(300)).await;
    shop.bookings.change(1, &shop.clock, |booking| booking.attendance = crate::booking::Attendance::Came);
    shop.open(shop.pass(300)).await;
    assert_eq!(read_in(&shop, &number(1)), Vec::<String>::new(), "what is over is not filled again");
    assert_eq!(shop.about(1).changed_after_sent, "");
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn what_is_younger_than_that_is_kept() {
    let shop = told_and_left(85).await;
    shop.open(shop.pass(A_PASS)).await;
    assert!(!read_in(&shop, &number(1)).is_empty());
    assert_eq!(shop.outbox.let_go_so_far().unwrap().let_go, LetGo::default());
}

#[test(start_paused = true)]
async fn a_visit_ahead_keeps_what_was_told_long_ago() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book_with(1, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::days(120));
    });
    shop.open(shop.pass(300)).await;
    shop.clock.jump(TimeDelta::days(100));
    shop.open(shop.pass(A_PASS)).await;
    assert!(!read_in(&shop, &number(1)).is_empty());
    shop.clock.jump(TimeDelta::days(115));
    shop.open(shop.pass(A_PASS)).await;
    assert_eq!(read_in(&shop, &number(1)), Vec::<String>::new());
}

#[test(start_paused = true)]
async fn what_a_person_has_yet_to_answer_is_kept_and_with_it_its_booking() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, false);
    shop.open(shop.pass(1_200)).await;
    assert_eq!(shop.about(1).state, State::Unknown);
    shop.clock.jump(TimeDelta::days(200));
    shop.open(shop.pass(A_PASS)).await;
    assert_eq!(shop.about(1).phone, number(1));
    assert_eq!(shop.outbox.let_go_so_far().unwrap().let_go, LetGo::default());
}

#[test(start_paused = true)]
async fn an_echo_that_comes_after_all_still_finds_the_attempt_that_was_given_up() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".into() }, false);
    shop.open(shop.pass(1_200)).await;
    let row = shop.about(1);
    shop.person().resolve(row.id, crate::person::Resolution::Drop, shop.clock.now()).unwrap();
    shop.clock.jump(TimeDelta::days(92));
    shop.open(shop.pass(A_PASS)).await;
    assert_eq!(read_in(&shop, &number(1)), Vec::<String>::new());
    let echo = SentMessage {
        id: "M9".into(),
        phone: row.phone,
        text: row.text,
        at: None,
        by_api: true,
        status: None,
    };
    let now = shop.clock.now();
    shop.outbox.store_pushed(INSTANCE, &Pushed::new(0, GatewayEvent::Echo(echo)), now).unwrap();
    let found = shop.about(1);
    assert_eq!((found.state, found.gateway_id.as_str()), (State::Accepted, "M9"));
}

#[test(start_paused = true)]
async fn while_nobody_confirms_the_time_nothing_is_let_go() {
    let shop = told_and_left(92).await;
    for date in [&shop.bookings.date, &shop.messenger.date] {
        *date.silent.lock().unwrap() = true;
    }
    shop.open(shop.pass(1_200)).await;
    assert!(!read_in(&shop, &number(1)).is_empty());
}

#[test(start_paused = true)]
async fn a_forgotten_client_s_visit_that_changes_is_not_filled_again() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(15)).await;
    let now = shop.clock.now();
    shop.outbox.forget(&phone::read(&number(1), None).unwrap(), &Actor::Person("Анна".into()), now).unwrap();
    shop.bookings.change(1, &shop.clock, |booking| {
        booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(1));
    });
    shop.open(shop.pass(600)).await;
    assert_eq!(read_in(&shop, &number(1)), Vec::<String>::new());
    assert_eq!(read_in(&shop, "Клиент 1"), Vec::<String>::new());
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn a_pass_takes_small_steps_and_goes_on_where_it_was() {
    let shop = Shop::new();
    for id in 1..=50 {
        shop.book(id);
    }
    shop.clock.jump(TimeDelta::minutes(1));
    shop.baseline().await;
    let now: DateTime<Utc> = shop.clock.now() + TimeDelta::days(92);
    let before = now - TimeDelta::days(90);
    let (mut pass, mut steps) = (Pass::default(), Vec::new());
    while pass != Pass::Over {
        steps.push(shop.outbox.let_go(&mut pass, before, now).unwrap());
    }
    let of = |messages, bookings| LetGo { messages, bookings };
    assert_eq!(steps, [of(20, 0), of(20, 0), of(10, 0), of(0, 20), of(0, 20), of(0, 10)]);
    assert!(shop.outbox.row_about(COMPANY, BookingId(50)).unwrap().unwrap().client_name.is_empty());
}
