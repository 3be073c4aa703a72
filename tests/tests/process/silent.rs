//! A whole bad day of a real worker that logs everything it can: what it knows of
//! clients and tokens is in its database and in the keyring, and nowhere else.

use std::fs;
use std::path::Path;

use engine::notification::State;
use scenarios::{COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, Program, Shop, USER_TOKEN};
use simulator::{Fault, FaultKind, NumberPlan, Outcome, Side, Target};
use tokio::test;

const NAME: &str = "Евпраксия";
const SERVICE: &str = "Мужская стрижка";
const TEXT: &str = "Ключ от чёрного хода лежит под ковриком";
/// As typed, and the ten digits that every spelling ends with.
const PHONES: [(&str, &str); 6] = [
    ("+79167654321", "9167654321"),
    ("8 (916) 765-43-22", "9167654322"),
    ("79167654323", "9167654323"),
    ("9167654324", "9167654324"),
    ("8 916 765 43 25", "9167654325"),
    ("+7 916 765-43-26", "9167654326"),
];

/// Everything that must not be seen, in every spelling.
fn planted() -> Vec<String> {
    let mut words: Vec<String> =
        [PARTNER_TOKEN, USER_TOKEN, GATEWAY_TOKEN, NAME, SERVICE, TEXT].map(str::to_owned).into();
    for (typed, ten) in PHONES {
        let (a, b, c) = (&ten[3..6], &ten[6..8], &ten[8..]);
        words.extend([typed.to_owned(), ten.to_owned(), format!("{a}-{b}-{c}"), format!("{a} {b} {c}")]);
    }
    words
}

#[track_caller]
fn assert_silent(name: &str, bytes: &[u8]) {
    // The environment's entries are divided by zeros; the words have none.
    let text = String::from_utf8_lossy(bytes);
    for word in planted() {
        let line = text.lines().find(|line| line.contains(&word));
        assert_eq!(line, None, "`{word}` is in {name}");
    }
}

/// What the system shows of a process and of whatever it started.
fn assert_process_is_silent(pid: u32) {
    for file in ["cmdline", "environ"] {
        let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap();
        assert!(!bytes.is_empty());
        assert_silent(file, &bytes);
    }
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace() {
        assert_process_is_silent(child.parse().unwrap());
    }
}

fn status(status: u16, body: &str) -> FaultKind {
    FaultKind::Status {
        status,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
        retry_after: None,
    }
}

/// Lets a fault be met once.
async fn meet(shop: &Shop, target: Target, kind: FaultKind) {
    shop.simulator.set_fault(Fault::once(target, kind));
    shop.until("the fault to be met", |shop| shop.simulator.summary().faults.is_empty().then_some(())).await;
}

/// Everything that YClients may answer, with all that it could repeat of us and of clients.
async fn a_bad_day_of_yclients(shop: &Shop, program: &Program) {
    let echo = format!("Bearer {PARTNER_TOKEN}, User {USER_TOKEN}; клиент +7 916 765 43 21");
    let refusal = format!(r#"{{"success":false,"meta":{{"message":"{echo}"}}}}"#);
    for kind in [
        FaultKind::Html,
        FaultKind::TruncatedJson,
        FaultKind::EmptyBody,
        FaultKind::DeepJson { depth: 10_000 },
        FaultKind::CutAnswer { bytes: 300 },
        FaultKind::CutBefore,
        FaultKind::TooManyRequests { with_status: false, retry_after: None },
        FaultKind::SuccessFalse { message: echo },
        status(400, &refusal),
        status(404, &refusal),
        status(500, &format!("<html>{PARTNER_TOKEN}</html>")),
        status(302, ""),
    ] {
        meet(shop, Target::yclients("records"), kind).await;
        // Or the next one would be met after a pause that grows with each.
        shop.poll().await;
    }
    for code in [401, 403] {
        meet(shop, Target::yclients("records"), status(code, &refusal)).await;
        shop.until("the stop", |shop| shop.branch(COMPANY).stopped.then_some(())).await;
        let shown = program.run(["status"]).await;
        assert_silent("the status", format!("{}{}", shown.out, shown.err).as_bytes());
        program.run(["poll"]).await;
    }
}

/// Everything that the gateway may answer to a message, and the message's own words with it.
async fn a_bad_day_of_the_gateway(shop: &Shop, program: &Program) {
    shop.simulator.set_number(&format!("+7{}", PHONES[1].1), NumberPlan::not_on_whatsapp());
    let absent = shop.book(NAME, PHONES[1].0);
    shop.until_state(absent, State::Failed).await;
    shop.simulator.set_number(&format!("+7{}", PHONES[2].1), NumberPlan::outcome(Outcome::FailedThenSent));
    let failed = shop.book(NAME, PHONES[2].0);
    shop.until("an end", |shop| shop.row(failed).filter(|row| row.state == State::Undelivered)).await;

    // The refusal repeats its address with the token, the number and the text that it was given.
    program.run(["pause"]).await.succeeded();
    let refused = shop.book(NAME, PHONES[3].0);
    let row = shop.until_state(refused, State::Queued).await;
    let id = row.id.0.to_string();
    program.run_with_input(["queue", "edit", &id, "--text", "-"], TEXT).await.succeeded();
    let path = format!("/waInstance1103000001/sendMessage/{GATEWAY_TOKEN}");
    let words = format!("cannot send '{TEXT}' to 8 916 765 43 24 (79167654324@c.us) at {path}");
    let body = format!(r#"{{"statusCode":400,"path":"{path}","message":"{words}"}}"#);
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), status(400, &body)));
    program.run(["resume"]).await.succeeded();
    shop.until_state(refused, State::Failed).await;

    for kind in [
        status(401, &body),
        status(403, &format!(r#"{{"message":"{GATEWAY_TOKEN} {TEXT}"}}"#)),
        status(500, &body),
        FaultKind::Html,
        FaultKind::StatusFalse { reason: words },
    ] {
        shop.simulator.set_fault(Fault::once(Target::gateway("receiveNotification"), kind));
        // Ends the poll that waits; the next one meets the fault.
        shop.simulator.push_notification(serde_json::json!({ "typeWebhook": "incomingCall" }));
        shop.until("the fault to be met", |shop| shop.simulator.summary().faults.is_empty().then_some(()))
            .await;
    }
    shop.simulator.push_notification(serde_json::json!({
        "typeWebhook": format!("odd {TEXT} 79167654321"),
        "senderData": { "chatId": "79167654321@c.us", "senderName": NAME },
    }));
    shop.simulator.incoming(PHONES[0].0, NAME, TEXT);
    shop.until("the inbox", |shop| (shop.simulator.notifications_waiting() == 0).then_some(())).await;

    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), FaultKind::CutAfter));
    let doubtful = shop.book(NAME, PHONES[4].0);
    shop.until_state(doubtful, State::Read).await;
    shop.simulator.set_offline(Some(Side::Gateway), true);
    let stuck = shop.book(NAME, PHONES[5].0);
    shop.until("a failed try", |shop| shop.row(stuck).filter(|row| !row.detail.is_empty())).await;
    shop.simulator.set_offline(Some(Side::Gateway), false);
    shop.until_state(stuck, State::Read).await;
}

fn assert_logs_are_silent(dir: &Path, at_least: usize) {
    let logs: Vec<_> = fs::read_dir(dir.join("logs")).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!logs.is_empty());
    for path in logs {
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() > at_least, "{} bytes are no log of a bad day", bytes.len());
        assert_silent(&path.display().to_string(), &bytes);
    }
}

#[test]
async fn a_worker_that_logs_everything_names_no_token_no_client_and_no_text() {
    // A closed port refuses: no message that met it can be on its way. A shared one resets what is
    // being said, which leaves it open whether the message was heard.
    let shop = Shop::new(Plan::default().on_own_ports()).await;
    let program = Program::of(&shop)
        .await
        .with("BOOKING_MONITOR_LOG", "trace")
        .with("RUST_LOG", "trace")
        .with("RUST_BACKTRACE", "full");
    let worker = program.worker().await;
    shop.baseline().await;
    let ordinary = shop.book(NAME, PHONES[0].0);
    shop.until_state(ordinary, State::Read).await;
    a_bad_day_of_the_gateway(&shop, &program).await;
    a_bad_day_of_yclients(&shop, &program).await;
    assert_process_is_silent(worker.id());
    for command in [["status"], ["check"]] {
        let done = program.run(command).await;
        assert_silent(command[0], format!("{}{}", done.out, done.err).as_bytes());
    }
    let done = worker.end_with("TERM").await;
    assert_silent("standard output", done.out.as_bytes());
    assert!(done.err.len() > 2000, "it did log");
    assert_silent("standard error", done.err.as_bytes());
    assert_logs_are_silent(shop.dir(), 2000);

    // And in the middle of a send it dies, as a program does that has a fault of its own.
    let last = shop.book(NAME, PHONES[0].0);
    let worker = program.clone().with("BOOKING_MONITOR_DIE_AT", "answer").worker().await;
    let done = worker.ended().await;
    assert_eq!(done.code, None, "{done:?}");
    assert_eq!(shop.about(last).state, State::Sending);
    assert_silent("the last words", format!("{}{}", done.out, done.err).as_bytes());
    assert_logs_are_silent(shop.dir(), 2000);
    let core = |name: &str| name.starts_with("core");
    let left = fs::read_dir(shop.dir()).unwrap().map(|file| file.unwrap().file_name());
    assert!(!left.into_iter().any(|name| core(&name.to_string_lossy())));
}

#[cfg(unix)]
#[test]
async fn what_a_worker_writes_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let shop = Shop::new(Plan::default()).await;
    let dir = tempfile::tempdir().unwrap();
    Plan::default().write(&shop.simulator, dir.path());
    let own = fs::metadata(dir.path().join("settings.toml")).unwrap().permissions().mode();
    let program = Program::on(dir.path()).await;
    let worker = program.worker().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut seen = Vec::new();
    let mut look = vec![dir.path().to_owned()];
    while let Some(path) = look.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                assert_eq!(mode(&path), 0o700, "{name}");
                look.push(path);
            } else {
                // The owner's own file stays as the owner made it.
                let expected = if name == "settings.toml" { own & 0o777 } else { 0o600 };
                assert_eq!(mode(&path), expected, "{name}");
                seen.push(name);
            }
        }
    }
    assert_eq!(mode(dir.path()), 0o700);
    for part in ["booking-monitor.db", "booking-monitor.db-wal", "booking-monitor.db-shm"] {
        assert!(seen.iter().any(|name| name == part), "{part} is not in {seen:?}");
    }
    assert!(seen.iter().any(|name| name.starts_with("booking-monitor.2")), "{seen:?}");
    worker.end_with("TERM").await.succeeded();
}
