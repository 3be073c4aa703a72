//! A computer on which version 0.1 worked for days is updated. `fixtures/version-0.1` is what that
//! version's own code left: database, settings and keyring, and what YClients held at that moment.
//!
//! Nothing happened between its last moment and this version's first: so nothing is made anew, judged
//! again, doubted or told a second time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::Clock as _;
use engine::db::StorageError;
use engine::notification::{Notification, Reason, State};
use engine::ports::{Marks, MarksInMemory, SecretsError};
use rusqlite::Connection;
use scenarios::{Plan, ShiftedClock, Shop};
use simulator::{Booking, Branch, Change, Rights, Simulator, Start};
use tokio::test;

const DATABASE: &str = include_str!("../../fixtures/version-0.1/database.sql");
const BOOKINGS: &str = include_str!("../../fixtures/version-0.1/bookings.json");
const SETTINGS: &str = include_str!("../../fixtures/version-0.1/settings.toml");
const KEYRING: &str = include_str!("../../fixtures/version-0.1/keyring.json");

const YEREVAN: i64 = 530_077;
const HIDDEN: i64 = 611_555;

/// The branches it worked for, as they were. One is not in its settings any more.
fn branches() -> Vec<Branch> {
    use chrono_tz::{Asia, Europe};
    let moscow = |id, title, address| Branch::new(id, Europe::Moscow, title, address);
    vec![
        Branch::default(),
        Branch::new(720_441, Asia::Vladivostok, "Барбершоп на Светланской", "ул. Светланская, 5"),
        // Prices there have a sign that version 0.1 did not ask for: its texts have none.
        Branch {
            phone: "+374 10 000001".to_owned(),
            currency: "դր.".to_owned(),
            ..Branch::new(YEREVAN, Asia::Yerevan, "Барбершоп на Туманяна", "ул. Туманяна, 3")
        },
        moscow(500_100, "Барбершоп на Мира", "пр. Мира, 1"),
        moscow(611_222, "Барбершоп на Тихой", "ул. Тихая, 9"),
        moscow(611_333, "Барбершоп на Новой", ""),
        moscow(611_444, "Барбершоп на Пустой", "ул. Пустая, 2"),
        Branch {
            rights: Rights { phones_access: false, ..Rights::default() },
            ..moscow(HIDDEN, "Барбершоп на Звёздной", "ул. Звёздная, 4")
        },
    ]
}

/// The keyring of that computer: its entries name the data directory, wherever that lies now.
struct Kept(MarksInMemory);

impl Kept {
    async fn from_the_file() -> Self {
        let kept = MarksInMemory::default();
        let entries: BTreeMap<String, String> = serde_json::from_str(KEYRING).unwrap();
        for (name, value) in entries {
            kept.set_mark(&name, &value).await.unwrap();
        }
        Self(kept)
    }

    /// `desk-<where>.opt-outs-1` → `desk.opt-outs-1`.
    fn name(name: &str) -> String {
        let (desk, entry) = name.split_once('.').map_or((name, None), |(desk, entry)| (desk, Some(entry)));
        assert!(desk.starts_with("desk-"), "{name}");
        entry.map_or("desk".to_owned(), |entry| format!("desk.{entry}"))
    }
}

#[async_trait]
impl Marks for Kept {
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.0.mark(&Self::name(name)).await
    }

    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.0.set_mark(&Self::name(name), value).await
    }

    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError> {
        self.0.remove_mark(&Self::name(name)).await
    }
}

/// When version 0.1 was closed, as its file says.
fn closed_at() -> DateTime<Utc> {
    let line = DATABASE.lines().find_map(|line| line.strip_prefix("-- It was closed at ")).unwrap();
    line.split(". ").next().unwrap().parse().unwrap()
}

/// That computer a minute later, with today's program on it and nobody at the desk yet.
async fn updated() -> Shop {
    let plan = Plan::default();
    let options = simulator::Options { branches: branches(), ..plan.options };
    let simulator = Simulator::start(options).await.unwrap();
    simulator.resume(serde_json::from_str::<Vec<Booking>>(BOOKINGS).unwrap());
    let dir = tempfile::tempdir().unwrap();
    write_settings(&simulator, dir.path());
    let database = Connection::open(dir.path().join("booking-monitor.db")).unwrap();
    database.execute_batch(DATABASE).unwrap();
    drop(database);
    let clock = ShiftedClock::from(closed_at() + TimeDelta::minutes(1));
    Shop::resumed(Arc::new(simulator), dir, clock, Arc::new(Kept::from_the_file().await))
}

/// Its own settings file, its servers on loopback.
fn write_settings(simulator: &Simulator, dir: &Path) {
    let text = SETTINGS
        .replace("https://api.yclients.com/api/v1", &simulator.yclients_url())
        .replace("https://1103.api.green-api.com", &simulator.green_api_url());
    std::fs::write(dir.join(engine::settings::FILE_NAME), text).unwrap();
}

/// What a person sees of each row and the program goes by, as the file has it; the time it leaves apart.
type Rows = BTreeMap<i64, (String, i64)>;

fn rows_of(database: &Connection) -> Rows {
    let sql = "SELECT id, state || ' ' || reason || ' ' || detail || ' rev=' || revision || ' held=' || held
         || ' released=' || released || ' copy=' || copy || ' changed=' || changed_after_sent || ' to ' || phone
         || ' ' || client_name || ' by ' || edited_by || ' proposed ' || coalesce(proposed_text, '-')
         || ' draft ' || coalesce(draft, '-') || char(10) || text, due_at FROM booking_notifications";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn rows(shop: &Shop) -> Rows {
    shop.outbox.db().read(|connection| Ok::<_, StorageError>(rows_of(connection))).unwrap()
}

/// As the version before left them.
fn rows_before() -> Rows {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(DATABASE).unwrap();
    rows_of(&database)
}

/// What the program did with rows since then, apart from the fresh window after a start.
fn done_since(shop: &Shop, event: i64) -> Vec<String> {
    let sql = "SELECT notification_id || ' ' || what || ' ' || from_state || '>' || to_state || ' ' || reason
         FROM events WHERE id > ?1 AND notification_id IS NOT NULL AND what <> 'rearm' ORDER BY id";
    let read = shop.outbox.db().read(|connection| {
        let mut statement = connection.prepare(sql)?;
        let lines = statement.query_map([event], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok::<_, StorageError>(lines)
    });
    read.unwrap()
}

/// The one row about a client, by the name in it.
fn about(shop: &Shop, client: &str) -> Notification {
    let mut rows = shop.rows().into_iter().filter(|row| row.client_name == client);
    let row = rows.next().unwrap_or_else(|| panic!("nobody is called {client}"));
    assert!(rows.next().is_none(), "{client} has more than one");
    row
}

/// The latest booking of a client.
fn booking(shop: &Shop, client: &str) -> i64 {
    let is_theirs = |booking: &&Booking| booking.client.as_ref().is_some_and(|it| it.name == client);
    shop.simulator.bookings().iter().rev().find(is_theirs).unwrap().id
}

fn change(shop: &Shop, client: &str, change: Change) {
    assert!(shop.simulator.change(booking(shop, client), change), "{client}");
}

/// A day goes by after a branch was asked what it is called and what its prices are in.
fn forget_when_branches_were_asked(shop: &Shop) {
    let sql = "UPDATE booking_monitor_state SET facts_at = facts_at - 86400000";
    let changed = shop.outbox.db().write(|tx| Ok::<_, StorageError>(tx.execute(sql, [])?));
    assert_eq!(changed.unwrap(), 8);
}

#[test]
async fn nothing_is_made_anew_judged_again_flagged_or_told_at_the_first_poll_after_an_update() {
    for branches_are_asked in [false, true] {
        let shop = updated().await;
        let before = rows_before();
        assert_eq!(rows(&shop), before, "the update itself changes nothing that is seen");
        // This version asks more of a branch than that one: its currency, its name for clients.
        if branches_are_asked {
            forget_when_branches_were_asked(&shop);
        }
        let stand_in = about(&shop, "Гость").id.0;
        let event = shop.outbox.last_event().unwrap();
        let desk = shop.open();
        shop.poll().await;
        shop.poll().await;
        desk.close().await;
        let mut done = done_since(&shop, event);
        // No message reaches +79000000000: that is known by now, and seen when its branch is looked at anew.
        done.retain(|line| *line != format!("{stand_in} skip queued>skipped placeholder"));
        assert_eq!(done, [""; 0], "branches asked: {branches_are_asked}");
        for (id, (now_is, due_at)) in rows(&shop).into_iter().filter(|(id, _)| *id != stand_in) {
            let (was, was_due_at) = &before[&id];
            assert_eq!(&now_is, was, "row {id}, branches asked: {branches_are_asked}");
            // Nobody could see the window that ran while nothing did: a fresh one begins at the start.
            let counts_down = was.starts_with("queued") && was.contains("held=0");
            assert!(due_at == *was_due_at || counts_down && due_at > *was_due_at, "row {id}: {due_at}");
        }
        assert!(shop.told().is_empty(), "{:?}", shop.told());
        assert_eq!(shop.alarms.codes(), []);
    }
}

#[test]
async fn what_version_0_1_left_in_the_queue_is_told_once_each_and_nobody_else_is() {
    let shop = updated().await;
    let before = shop.rows();
    let desk = shop.open();
    shop.poll().await;
    // Its branch is quiet at this hour, and a stand-in for a number is no client's.
    let leaves = |row: &&Notification| row.state == State::Queued && !row.held;
    let quiet = about(&shop, "Клиент 226").id;
    let stand_in = about(&shop, "Гость").id;
    let leaving: Vec<&Notification> =
        before.iter().filter(leaves).filter(|row| row.id != quiet && row.id != stand_in).collect();
    assert_eq!(leaving.len(), 19);
    for row in &leaving {
        shop.person().send_now(row.id, shop.clock.now()).unwrap();
    }
    for row in &leaving {
        shop.until("it to be told", |shop| {
            shop.outbox.get(row.id).unwrap().filter(|row| row.state.is_sent())
        })
        .await;
    }
    shop.poll().await;
    desk.close().await;
    let mut told: Vec<(String, String)> =
        shop.simulator.messages().into_iter().map(|sent| (format!("+{}", sent.phone), sent.text)).collect();
    let mut expected: Vec<_> = leaving.iter().map(|row| (row.phone.clone(), row.text.clone())).collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected, "the words that were shown, once each");
    for row in before.iter().filter(|row| row.id != stand_in && !leaving.iter().any(|it| it.id == row.id)) {
        let now_is = shop.outbox.get(row.id).unwrap().unwrap();
        assert_eq!((now_is.state, now_is.reason), (row.state, row.reason), "row {}", row.id);
    }
}

#[test]
async fn what_really_changes_after_an_update_is_judged_by_the_rules() {
    let shop = updated().await;
    let desk = shop.open();
    shop.poll().await;
    let moved = Change::start(Start::InDays(9));
    change(&shop, "Клиент 200", moved.clone());
    change(&shop, "Клиент 101", moved.clone());
    change(&shop, "Клиент 144", moved);
    change(&shop, "Клиент 212", Change::attendance(0));
    change(&shop, "Гор", Change { comment: Some("на кофе".to_owned()), ..Change::default() });
    let mut cheaper = shop.simulator.booking(booking(&shop, "Клиент 229")).unwrap().services;
    cheaper[0].cost = 900.0;
    change(&shop, "Клиент 229", Change { services: Some(cheaper), ..Change::default() });
    let yerevan = about(&shop, "Гор");
    shop.poll().await;

    let row = about(&shop, "Клиент 200");
    assert_eq!((row.state, row.revision), (State::Queued, 2), "moved, so made anew");
    let row = about(&shop, "Клиент 229");
    assert!(
        row.state == State::Queued && row.text.contains("1\u{a0}800\u{a0}₽"),
        "a price that was said: {}",
        row.text
    );
    let row = about(&shop, "Клиент 101");
    assert_eq!((row.state, row.changed_after_sent.as_str()), (State::Read, "moved"));
    let row = about(&shop, "Клиент 212");
    assert_eq!(row.state, State::Queued, "it stands again");
    let row = about(&shop, "Клиент 144");
    assert_eq!(
        (row.state, row.reason),
        (State::Skipped, Reason::Online),
        "the client booked, wherever it is"
    );
    let row = about(&shop, "Гор");
    assert_eq!((row.revision, row.text), (yerevan.revision, yerevan.text), "a comment is no change");

    change(&shop, "Арам", Change::phone("+374 93 123457"));
    shop.poll().await;
    let row = about(&shop, "Арам");
    assert_eq!((row.state, row.reason), (State::Waiting, Reason::Again), "right, after more than half a day");
    desk.close().await;
    assert!(shop.told().is_empty(), "{:?}", shop.told());
}
