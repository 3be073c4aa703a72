//! No token is anywhere but in the keyring and on the wire, and no client's name
//! or number is in the log. A process of its own, for it listens to everything
//! that any crate logs, at every level, by both of the ways in which crates log.
#![cfg(test)]

use std::io;
use std::sync::{Mutex, PoisonError};

use engine::clock::Clock as _;
use engine::notification::State;
use engine::person::Resolution;
use scenarios::{COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Shop, USER_TOKEN};
use simulator::{Fault, FaultKind, NewBooking, NumberPlan, Side, Target};

const NAME: &str = "Евпраксия";
const MASTER: &str = "Игорь";
const NUMBERS: [&str; 4] = ["79167654321", "79167654322", "79167654323", "79167654324"];

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Captured;

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("log {} {}\n", record.target(), record.args());
        let _ = io::Write::write(&mut Self, line.as_bytes());
    }

    fn flush(&self) {}
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// A day with everything that makes a program talk.
async fn a_bad_day(shop: &Shop) {
    let desk = shop.open();
    shop.baseline().await;
    let book = |number: &str| shop.simulator.book(NewBooking::for_client(NAME, &format!("+{number}")));
    let read = book(NUMBERS[0]);
    shop.until_state(read, State::Read).await;

    shop.simulator.set_number(NUMBERS[1], NumberPlan::not_on_whatsapp());
    let absent = book(NUMBERS[1]);
    shop.until_state(absent, State::Failed).await;

    let kinds = [
        FaultKind::Html,
        FaultKind::TruncatedJson,
        FaultKind::CutAnswer { bytes: 200 },
        FaultKind::SuccessFalse { message: format!("Bearer {PARTNER_TOKEN}, User {USER_TOKEN}") },
    ];
    for kind in kinds {
        shop.simulator.set_fault(Fault::once(Target::yclients("records"), kind));
        shop.until("the fault to be met", |shop| shop.simulator.summary().faults.is_empty().then_some(()))
            .await;
    }
    // The gateway repeats its own address, with the token in it.
    let body = format!("Cannot POST /waInstance1103000001/sendMessage/{GATEWAY_TOKEN}");
    let refusal =
        FaultKind::Status { status: 400, body, content_type: "text/plain".to_owned(), retry_after: None };
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), refusal));
    let refused = book(NUMBERS[2]);
    shop.until_state(refused, State::Failed).await;

    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), FaultKind::CutBefore));
    let doubtful = book(NUMBERS[3]);
    let id = shop.until_state(doubtful, State::Unknown).await.id;
    shop.person().resolve(id, Resolution::Again, shop.clock.now()).unwrap();
    shop.until_state(doubtful, State::Read).await;

    shop.simulator.incoming(NUMBERS[0], NAME, "стоп");
    let stopped = book(NUMBERS[0]);
    shop.until_state(stopped, State::Skipped).await;
    shop.simulator.set_offline(Some(Side::Gateway), true);
    shop.simulator.set_user_token("another");
    shop.until("the stop", |shop| shop.branch(COMPANY).stopped.then_some(())).await;
    desk.close().await;
}

#[tokio::test]
async fn no_token_is_in_any_log_or_file_and_no_client_in_the_log() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(|| Captured)
        .init();
    log::set_logger(&Captured).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let shop = Shop::new(Plan::default()).await;
    a_bad_day(&shop).await;

    let logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(logged.len() > 10_000, "the log was really listened to: {} bytes", logged.len());
    let mut files = vec![("the log".to_owned(), logged.clone())];
    for entry in std::fs::read_dir(shop.dir()).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read(path).unwrap()));
    }
    for (name, bytes) in &files {
        for token in [PARTNER_TOKEN, USER_TOKEN, GATEWAY_TOKEN] {
            assert!(!contains(bytes, token), "a token is in {name}");
        }
    }
    assert!(files.iter().any(|(_, bytes)| contains(bytes, NUMBERS[0])), "the database does hold numbers");
    let text = String::from_utf8_lossy(&logged);
    for word in NUMBERS.into_iter().chain([NAME, MASTER, "Мужская стрижка"]) {
        let line = text.lines().find(|line| line.contains(word));
        assert_eq!(line, None, "a client is in the log");
    }
}
