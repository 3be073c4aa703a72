//! `diagnostics`: one text for support that says how the shop is, and nothing of anybody.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use engine::notification::State;
use rusqlite::Connection;
use scenarios::{COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Program, Shop, USER_TOKEN};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const NAMES: [&str; 2] = ["Евпраксия", "Eupraxia"];
const PHONE: &str = "+79167654321";
const TEXT: &str = "Ключ от чёрного хода лежит под ковриком";

/// Everything that must not be in it, in every spelling that somebody may look for.
fn planted() -> Vec<String> {
    let mut words: Vec<String> = [PARTNER_TOKEN, USER_TOKEN, GATEWAY_TOKEN, TEXT].map(str::to_owned).into();
    for name in NAMES {
        words.extend([name.to_owned(), name.to_uppercase(), name.to_lowercase()]);
    }
    words.extend(
        [
            "79167654321",
            "89167654321",
            "9167654321",
            "7654321",
            "765-43-21",
            "765 43 21",
            "916 765-43-21",
            "79167654321@c.us",
            "ковриком",
            "%D0%95%D0%B2%D0%BF",
            "\\u0415\\u0432\\u043f",
            "Z2F0ZXdheS10b2tlbi1lMTlhN2MzNWQ4",
        ]
        .map(str::to_owned),
    );
    words
}

/// All of it in one line, as a server may repeat it or a fault of ours may log it.
fn everything() -> String {
    format!("{PHONE}; 8 (916) 765-43-21; {}", planted().join("; "))
}

#[track_caller]
fn assert_says_nothing(text: &str) {
    for word in planted() {
        let line = text.lines().find(|line| line.contains(&word));
        assert_eq!(line, None, "`{word}` is in it");
    }
}

/// Puts it into every text column that takes it, and into the log.
fn plant(dir: &Path) {
    let raw = Connection::open(dir.join(engine::db::FILE_NAME)).unwrap();
    let mut columns = raw
        .prepare(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name <> 'events'",
        )
        .unwrap();
    let columns: Vec<(String, String)> =
        columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let taken: usize = columns
        .iter()
        .map(|(table, column)| {
            let change = format!("UPDATE OR IGNORE {table} SET {column} = ?1");
            raw.execute(&change, [everything()]).unwrap_or_default()
        })
        .sum();
    assert!(taken > 20, "{taken}");
    let log = fs::read_dir(dir.join("logs")).unwrap().map(|file| file.unwrap().path()).max().unwrap();
    let mut log = OpenOptions::new().append(true).open(log).unwrap();
    for word in planted().into_iter().chain([everything()]) {
        writeln!(log, "2026-11-28T10:00:00.000000Z  WARN engine::sender: refused error=\"{word}\" to={word}")
            .unwrap();
        writeln!(log, "{word}").unwrap();
    }
}

#[test]
async fn what_is_planted_everywhere_is_nowhere_in_the_file_for_support() {
    let more = format!("template = \"{TEXT} [[{{{{ client }}}}]]\" # {PARTNER_TOKEN} {PHONE}");
    let shop = Shop::new(Plan { more, ..Plan::default() }).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book(NAMES[0], PHONE);
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    plant(shop.dir());
    for endpoint in ["company", "getSettings", "getStateInstance", "permissions", "users"] {
        let body = serde_json::json!({ "success": false, "meta": { "message": everything() }, "message": everything() });
        let kind = FaultKind::Status {
            status: 403,
            body: body.to_string(),
            content_type: "application/json".to_owned(),
            retry_after: None,
        };
        let target = Target { endpoint: Some(endpoint.to_owned()), ..Target::default() };
        shop.simulator.set_fault(Fault::always(target, kind));
    }

    let file = shop.dir().join("support.txt");
    let done = program.run(["diagnostics", file.to_str().unwrap()]).await;
    done.succeeded();
    let text = fs::read_to_string(&file).unwrap();
    assert_says_nothing(&text);
    assert!(text.contains("BAD  gateway"), "health tells of the refusal: {text}");
    assert!(text.contains("WARN engine::sender: refused error="), "the log's words stay: {text}");

    // Settings that cannot be read quote what is wrong with them, and here they do not.
    let settings = shop.dir().join("settings.toml");
    fs::write(&settings, format!("enabled = true\n{PARTNER_TOKEN} {TEXT}\n")).unwrap();
    let second = shop.dir().join("second.txt");
    program.run(["diagnostics", second.to_str().unwrap()]).await.succeeded();
    let text = fs::read_to_string(&second).unwrap();
    assert_says_nothing(&text);
    assert!(text.contains("broken in line 2"), "{text}");
}

#[test]
async fn it_says_how_the_shop_is_and_is_written_over_nothing() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book(NAMES[1], PHONE);
    shop.until_state(booking, State::Read).await;
    shop.poll().await;
    let file = shop.dir().join("support.txt");
    let answer = program.json(["diagnostics", file.to_str().unwrap()]).await;
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(answer["bytes"], text.len());
    for fact in [
        &format!("version {}", env!("CARGO_PKG_VERSION")),
        "owner runs",
        "its tables are as this version has them",
        "state=read",
        &format!("company_id={COMPANY}"),
        "gateway_state=authorised",
        "poll interval 100 ms",
        "ok   database",
        "kind=poll done=1",
        "-- worker",
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    assert_says_nothing(&text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    program.run(["diagnostics", file.to_str().unwrap()]).await.refused("уже есть");
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "it is left alone");
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn of_a_shop_that_has_nothing_yet_and_of_a_damaged_one_it_is_written_too() {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::without_keyring(dir.path());
    let file = dir.path().join("first.txt");
    program.run(["diagnostics", file.to_str().unwrap()]).await.succeeded();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("== database ==\nthere is none") && text.contains("BAD  keyring"), "{text}");

    fs::write(dir.path().join(engine::db::FILE_NAME), format!("{TEXT} {PHONE} ").repeat(400)).unwrap();
    let file = dir.path().join("second.txt");
    program.run(["diagnostics", file.to_str().unwrap()]).await.succeeded();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("it cannot be opened: storage_corrupt"), "{text}");
    assert_says_nothing(&text);
    let elsewhere = dir.path().join("no such place/third.txt");
    let refused = program.run(["diagnostics", elsewhere.to_str().unwrap()]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
}
