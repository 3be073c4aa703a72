//! Whatever the gateway answers, read through the client itself.
//!
//! For the fuzzer in `fuzz/`, and for the test below, which replays its corpus.
//! The client is the real one; only the bytes that a connection would have brought
//! are put in its place. An input is text:
//!
//! ```text
//! send                                  what is asked
//! 200|5                                 status, Retry-After
//! {"idMessage":"3EB0859A4E2E1EDB8C4582"}
//! ```
#![allow(clippy::panic, clippy::expect_used, reason = "a property that does not hold is a panic")]

use std::cell::RefCell;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use engine::db::Db;
use engine::error::MessengerError;
use engine::outbox::Outbox;
use engine::ports::{
    DeliveryStatus, DeliveryWord, GatewayEvent, Messenger as _, NumberCheck, Permit, Pushed, SendOutcome,
};
use reqwest::Response;
use serde_json::Value;

use super::method::Gaps;
use super::{Config, GreenApi, Qr};

const TOKEN: &str = "tokenthatmustnotbeseen0123456789";
const PHONE: &str = "+79161234567";
const TEXT: &str = "Ирина, вы записаны";
/// A text of 200 characters and what stands around it.
const LONGEST_ERROR: usize = 600;
/// Statuses with which the gateway is known to have refused.
const REFUSALS: [u16; 8] = [400, 401, 403, 404, 429, 466, 469, 200];

struct Answer {
    status: u16,
    retry_after: String,
    body: Vec<u8>,
}

/// A queue is thrown away before it is full of nonsense.
const FRESH_AFTER: u32 = 500;

thread_local! {
    static QUEUE: RefCell<(Outbox, u32)> = RefCell::new((queue(), 0));
    // Made once: TLS and its roots take milliseconds.
    static CLIENT: RefCell<GreenApi> = RefCell::new(
        GreenApi::new(&Config::new("https://gateway.invalid", "1103000001"), TOKEN.into()).expect("it is well set"),
    );
}

/// Asks what the input says and checks what came of it.
///
/// # Panics
///
/// When a property does not hold.
pub fn answers(input: &[u8]) {
    let (question, rest) = first_line(input);
    let (head, body) = first_line(rest);
    let head = String::from_utf8_lossy(head);
    let (status, retry_after) = head.split_once('|').unwrap_or((&head, ""));
    let status = status.trim().parse().ok().filter(|status| (200..=999).contains(status)).unwrap_or(200);
    let answer = Answer { status, retry_after: retry_after.trim().to_owned(), body: body.to_vec() };
    CLIENT.with_borrow_mut(|client| {
        client.http.canned = Some(Mutex::new(Some(answer.response())));
        client.http.gaps = Gaps::default();
        ask(client, question, &answer);
    });
}

fn ask(client: &GreenApi, question: &[u8], answer: &Answer) {
    match question {
        b"send" => send(client, answer),
        b"receive" => receive(client, answer),
        b"state" => {
            let state = now(client.state());
            check_error(&state);
            if state.is_ok() {
                answer.must_be_read(|body| body["stateInstance"].is_string());
            }
        }
        b"check" => {
            let found = now(client.check_number(PHONE));
            check_error(&found);
            if let Ok(found) = found {
                answer.must_be_read(|body| body["existsWhatsapp"] == (found == NumberCheck::Exists));
            }
        }
        b"acknowledge" => {
            let done = now(client.acknowledge(5));
            check_error(&done);
            let body = String::from_utf8_lossy(&answer.body).to_lowercase();
            // However its words stand in lines.
            let body = body.split(|c: char| c.is_whitespace() || c.is_control());
            let body = body.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            let gone = body.contains("findunackedmessage") || body.contains("not found");
            assert!(done.is_err() || answer.status == 200 || (answer.status >= 400 && gone));
        }
        b"delivery" => {
            let status = now(client.delivery(PHONE, "3EB0859A4E2E1EDB8C4582"));
            check_error(&status);
            if matches!(status, Ok(DeliveryWord::Status(DeliveryStatus::Read | DeliveryStatus::Delivered))) {
                answer.must_be_read(|body| body["statusMessage"].is_string());
            }
        }
        b"queue" => {
            let queued = now(client.queued());
            check_error(&queued);
            listed(answer, queued.ok().map(|queued| queued.len()), |entry| {
                entry["type"] == "sendMessage" && filled(&entry["messageID"])
            });
        }
        b"journal" => {
            let journal = now(client.journal(PHONE));
            check_error(&journal);
            listed(answer, journal.ok().map(|journal| journal.len()), |entry| {
                entry["type"] == "outgoing" && filled(&entry["idMessage"])
            });
        }
        b"settings" => check_error(&now(client.settings())),
        b"apply" => {
            let applied = now(client.apply_settings());
            check_error(&applied);
            if applied.is_ok() {
                answer.must_be_read(|body| body["saveSettings"] == true);
            }
        }
        _ => {
            let qr = now(client.qr());
            check_error(&qr);
            if let Ok(Qr::NotYet(words)) = qr {
                assert!(words.chars().count() <= LONGEST_ERROR);
            }
        }
    }
}

/// Whatever comes: accepted takes an id, not sent takes a documented refusal, the rest is for a person.
fn send(client: &GreenApi, answer: &Answer) {
    let outcome = now(client.send(PHONE, TEXT, &Permit::endless()));
    no_secret(&outcome);
    let success = (200..300).contains(&answer.status);
    match outcome {
        SendOutcome::Accepted { id } => {
            assert!(success, "accepted with HTTP {}", answer.status);
            answer.must_be_read(|body| {
                body["idMessage"].as_str().is_some_and(|said| said.trim() == id && !id.is_empty())
                    && body["status"] != false
            });
        }
        SendOutcome::NotSent { error, .. } | SendOutcome::Rejected { error } => {
            assert!(success || REFUSALS.contains(&answer.status), "HTTP {} is no refusal", answer.status);
            if success {
                answer.must_be_read(|body| body["status"] == false && !filled(&body["idMessage"]));
            }
            check_error(&Err::<(), _>(error));
        }
        SendOutcome::Ambiguous { .. } => {
            let id = answer.json().map(|body| body["idMessage"].clone()).unwrap_or_default();
            let refused = answer.json().is_some_and(|body| body["status"] == false);
            assert!(!(success && filled(&id) && !refused), "an accepted message is taken for a doubtful one");
        }
    }
}

/// What has a receipt can be acknowledged: were it an error, the queue would stand still behind it.
fn receive(client: &GreenApi, answer: &Answer) {
    let pushed = now(client.receive(Duration::ZERO));
    check_error(&pushed);
    if let Ok(Some(pushed)) = &pushed {
        stored(pushed);
    }
    match pushed {
        Ok(None) => {
            let text = String::from_utf8_lossy(&answer.body).trim_start_matches('\u{feff}').trim().to_owned();
            assert!(answer.status == 408 || text.is_empty() || text == "null", "lost: {text}");
        }
        Ok(Some(pushed)) => {
            assert_eq!(answer.status, 200);
            if let Some(body) = answer.json() {
                let said = &body["receiptId"];
                let said = said.as_i64().or_else(|| said.as_str()?.parse().ok());
                assert_eq!(said, Some(pushed.receipt));
            }
            let at = match &pushed.event {
                GatewayEvent::Echo(message) => message.at,
                GatewayEvent::Delivery { at, .. } | GatewayEvent::Incoming { at, .. } => *at,
                _ => None,
            };
            assert!(at.as_ref().is_none_or(engine::clock::is_sensible), "nobody can calculate with {at:?}");
        }
        Err(_) => {
            let body = answer.json().unwrap_or_default();
            let whole = answer.status == 200 && body["receiptId"].is_i64() && body["status"] != false;
            assert!(!whole, "a notification stands in the way for ever");
        }
    }
}

/// Whatever can be read can be worked through: a database that is well takes it.
fn stored(pushed: &Pushed) {
    QUEUE.with_borrow_mut(|(outbox, times)| {
        *times += 1;
        if *times > FRESH_AFTER {
            (*outbox, *times) = (queue(), 0);
        }
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let done = outbox.store_pushed("green-api:1103000001", pushed, now);
        assert!(done.is_ok(), "{done:?}: the feed would stand still behind {:?}", pushed.event.kind());
    });
}

fn queue() -> Outbox {
    Outbox::new(Arc::new(Db::in_memory().expect("it is in memory")))
}

/// A list is empty only if it came as a list, and holds every entry that can be told by its id.
fn listed(answer: &Answer, count: Option<usize>, counts: impl Fn(&Value) -> bool) {
    let Some(count) = count else { return };
    answer.must_be_read(|body| {
        let entries = body.as_array().expect("a list that is none");
        count >= entries.iter().filter(|entry| counts(entry)).count() && count <= entries.len()
    });
}

fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// An error is one short line without the token, and nothing that came is called offline.
fn check_error<T>(result: &Result<T, MessengerError>) {
    let Err(error) = result else { return };
    no_secret(error);
    let shown = error.to_string();
    assert!(shown.chars().count() <= LONGEST_ERROR && !shown.contains('\n'), "{shown}");
    match error {
        MessengerError::Offline(_) | MessengerError::Certificate(_) => {
            panic!("an answer did come: {error:?}")
        }
        MessengerError::Unreadable(why) => assert!(!why.contains(&PHONE[1..]), "{why}"),
        _ => {}
    }
    assert!(error.retry_after().is_none_or(|pause| pause <= Duration::from_hours(1)));
}

fn no_secret(value: &impl Debug) {
    let shown = format!("{value:?}");
    assert!(!shown.contains(TOKEN), "the token is in {shown}");
}

impl Answer {
    fn response(&self) -> Response {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        if let Ok(value) = http::HeaderValue::from_str(&self.retry_after)
            && !value.is_empty()
        {
            response.headers_mut().insert(http::header::RETRY_AFTER, value);
        }
        Response::from(response)
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_str(String::from_utf8_lossy(&self.body).trim_start_matches('\u{feff}')).ok()
    }

    /// Nothing good is made of a body that an independent reader cannot read or reads otherwise.
    #[track_caller]
    fn must_be_read(&self, is_so: impl Fn(&Value) -> bool) {
        let body = self.json();
        let text = || String::from_utf8_lossy(&self.body).into_owned();
        assert!(body.is_some_and(|body| is_so(&body)), "HTTP {}: read out of {}", self.status, text());
    }
}

fn first_line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, b""),
    }
}

/// At once: nothing here waits for a connection, and no gap is kept.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits, and there is nothing to wait for"),
    }
}

#[cfg(test)]
#[test]
fn the_corpus_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/gateway_answers");
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() > 20, "the corpus is there");
    for input in inputs {
        eprintln!("{}", input.display());
        answers(&std::fs::read(&input).unwrap());
    }
}
