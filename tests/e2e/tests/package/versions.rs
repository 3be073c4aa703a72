//! One version over another while it works, and away: nothing is lost, nothing is sent twice.

use std::path::Path;

use e2e::{Desk, Installed, Process, Version, until};
use engine::notification::{NotificationId, State};
use rusqlite::Connection;
use scenarios::{Plan, Program, Shop};
use tokio::test;

const IRINA: &str = "+79160000001";
const MARIA: &str = "+79160000002";
const OLGA: &str = "+79160000003";
/// Long enough that nothing goes by itself.
const LONG: u64 = 600_000;

#[test]
async fn installed_over_a_lower_version_refused_by_one_and_removed_it_loses_and_repeats_nothing() {
    let Some(installed) = Installed::new(Version::Lower).await else { return };
    let desk = Desk::new(Plan::with_window(LONG)).await;
    let shop = &desk.shop;
    let program = desk.program.clone().at(&installed.program());
    let start = || installed.launch(&installed.autostart_entry(), shop.dir(), desk.session.bus());

    start();
    shop.baseline().await;
    let [irina, maria, olga] =
        [("Ирина", IRINA), ("Мария", MARIA), ("Ольга", OLGA)].map(|(name, phone)| shop.book(name, phone));
    shop.until_state(maria, State::Queued).await;
    send(&program, shop, olga).await;
    assert_eq!(shop.told(), [OLGA]);

    // A higher version over the running lower one.
    let (process, before) = (owner(shop).unwrap(), queue(shop));
    installed.install(Version::Higher);
    until("the higher version at work", async || {
        (owner(shop).is_some_and(|now| now.since > process.since)).then_some(())
    })
    .await;
    assert_eq!(owner(shop).unwrap().pid, process.pid, "the session still has it");
    shop.polls_later(2).await;
    assert_eq!(queue(shop), before);
    assert_eq!(shop.told(), [OLGA]);
    send(&program, shop, irina).await;
    assert_eq!(shop.told(), [OLGA, IRINA]);

    // A lower version where a higher one has changed the database.
    let known = schema(shop.dir(), None);
    end(&installed, &program).await;
    schema(shop.dir(), Some(known + 1));
    installed.install(Version::Lower);
    for command in ["status", "worker"] {
        program.run([command]).await.refused("новой верси");
    }
    start();
    until("the program in the tray", async || installed.running().pop()).await;
    let row = queue(shop);
    assert_eq!(row.len(), 3);
    assert_eq!(schema(shop.dir(), None), known + 1, "it is left as it was");
    assert_eq!(shop.told(), [OLGA, IRINA]);
    end(&installed, &program).await;

    // The higher one again: the queue is where it was.
    schema(shop.dir(), Some(known));
    installed.install(Version::Higher);
    start();
    until("an owner", async || owner(shop)).await;
    assert_eq!(queue(shop), row);
    send(&program, shop, maria).await;
    shop.until_quiet().await;

    // Removed while it works: it ends in order, and what it knows stays.
    installed.remove(false);
    assert!(installed.running().is_empty());
    assert!(owner(shop).is_none(), "it left in order");
    installed.remove(true);
    assert_eq!(installed.version(), None);
    for gone in [installed.program(), installed.autostart_entry(), "/usr/lib/booking-monitor".into()] {
        assert!(!gone.exists(), "{}", gone.display());
    }
    assert_eq!(shop.about(maria).state, State::Read);
    assert_eq!(shop.told(), [OLGA, IRINA, MARIA], "each once");
}

fn owner(shop: &Shop) -> Option<engine::outbox::Owner> {
    shop.outbox.desk().unwrap().owner
}

/// What must not change by itself.
fn queue(shop: &Shop) -> Vec<(NotificationId, State, String, String)> {
    let row = |row: engine::notification::Notification| (row.id, row.state, row.phone.to_string(), row.text);
    shop.rows().into_iter().map(row).collect()
}

async fn send(program: &Program, shop: &Shop, booking: i64) {
    let id = shop.about(booking).id.0.to_string();
    program.run(["queue", "send", &id]).await.succeeded();
    shop.until_state(booking, State::Read).await;
}

/// Ends what runs, as the end of a session does.
async fn end(installed: &Installed, program: &Program) {
    for Process(id) in installed.running() {
        // One that its parent has ended meanwhile is asked in vain.
        let _ = tokio::process::Command::new("kill").arg(id.to_string()).status().await.unwrap();
    }
    until("the end of the program", async || installed.running().is_empty().then_some(())).await;
    assert!(program.executable().exists());
}

/// The database's version, which is set first if one is given, as a higher version of the program would.
fn schema(dir: &Path, set: Option<i64>) -> i64 {
    let database = Connection::open(dir.join("booking-monitor.db")).unwrap();
    if let Some(version) = set {
        database.pragma_update(None, "user_version", version).unwrap();
    }
    database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}
