//! What a client may ask for: to hear nothing, to hear again, to be forgotten.

use std::fs;
use std::path::Path;
use std::process::Command;

use engine::notification::{Reason, State};
use scenarios::{Plan, Program, Shop};
use simulator::{NumberPlan, Outcome};
use tokio::test;

const NAME: &str = "Евпраксия";
const NUMBER: &str = "+79167654321";
const OTHER: &str = "+79160000002";

/// Every file of the directory in which one of these stands. They are copied by another process:
/// whoever opens a database's files and closes them drops the locks of all that is in the same process.
fn holding(dir: &Path, words: &[&str]) -> Vec<String> {
    let copy = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-r").arg(dir.join(".")).arg(copy.path()).status();
    assert!(copied.unwrap().success());
    search(copy.path(), words)
}

fn search(dir: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(search(&path, words));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for word in words {
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    found
}

#[test]
async fn forgotten_a_client_is_in_no_file_and_nobody_is_told_twice() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let (read, other) = (shop.book(NAME, NUMBER), shop.book("Ольга", OTHER));
    shop.until_state(read, State::Read).await;
    shop.until_state(other, State::Read).await;
    // One on its way to a phone that is off, one edited and unsaved, one skipped.
    shop.simulator.set_number(NUMBER, NumberPlan::outcome(Outcome::Queued));
    let lying = shop.book(NAME, NUMBER);
    shop.until_state(lying, State::Accepted).await;
    program.run(["pause"]).await.succeeded();
    let queued = shop.book(NAME, NUMBER);
    let row = shop.until_state(queued, State::Queued).await;
    let text = format!("{NAME}, ждём вас на Покровке");
    program.run(["queue", "edit", &row.id.0.to_string(), "--text", &text]).await.succeeded();
    program.run(["opt-out", NUMBER]).await.succeeded();
    shop.until_state(queued, State::Skipped).await;
    worker.end_with("TERM").await.succeeded();
    let planted = [NAME, &NUMBER[1..], "9167654321"];
    assert!(holding(shop.dir(), &planted).len() >= 2, "the files do hold the client");

    let act = program.run(["forget", "8 (916) 765-43-21"]).await;
    act.succeeded();
    assert!(act.out.contains("Акт об удалении данных клиента …21"), "{act:?}");
    assert!(act.out.contains("отпечаток номера в стоп-листе"), "{act:?}");
    assert!(planted.iter().all(|word| !act.out.contains(word)), "the act itself names nobody");
    assert_eq!(holding(shop.dir(), &planted), Vec::<String>::new());
    assert!(!holding(shop.dir(), &[OTHER]).is_empty(), "the others stay");

    let again = program.json(["forget", NUMBER]).await;
    assert_eq!((&again["messages"], &again["bookings"]), (&0.into(), &0.into()), "{again}");
    // The bookings stand in YClients still: read again or not, they are told to nobody again.
    program.run(["resume"]).await.succeeded();
    let told = shop.told().len();
    let worker = program.worker().await;
    shop.polls_later(5).await;
    let next = shop.book("Ольга", OTHER);
    shop.until_state(next, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told().len(), told + 1, "{:?}", shop.told());
    assert_eq!(shop.fate(other).0, State::Read);
}

#[test]
async fn who_is_put_on_the_stop_list_by_hand_hears_nothing_until_taken_off_it() {
    let shop = Shop::new(Plan::with_window(600_000)).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", NUMBER);
    shop.until_state(booking, State::Queued).await;
    program.run(["opt-out", "916"]).await.refused("+79161234567");
    program.run(["opt-out", "8 916 765-43-21"]).await.succeeded();
    assert_eq!(shop.fate(booking), (State::Skipped, Reason::OptedOut));
    let again = program.json(["opt-out", NUMBER]).await;
    assert_eq!((&again["phone"], &again["new"]), (&NUMBER.into(), &false.into()));
    let list = program.json(["opt-out"]).await;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["source"]), (1, &"person".into()));
    assert!(!list.to_string().contains("7654321"), "only a hash is kept");
    let shown = program.run(["opt-out"]).await;
    assert!(
        shown.out.contains("В стоп-листе 1 номер") && shown.out.contains("отмечено сотрудником"),
        "{shown:?}"
    );

    program.run(["opt-in", NUMBER]).await.succeeded();
    let second = program.run(["opt-in", NUMBER]).await;
    assert!(second.out.contains("не было в стоп-листе"), "{second:?}");
    let next = shop.book("Анна", NUMBER);
    shop.until_state(next, State::Queued).await;
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty());
}
