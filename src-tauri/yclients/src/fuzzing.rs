//! Whatever a server answers, read through the client itself.
//!
//! For the fuzzer in `fuzz/`, and for the test below, which replays its corpus.
//! The client is the real one; only the bytes that a connection would have brought
//! are put in its place.
//!
//! An input is text, so that a find can be read and a seed written by hand:
//!
//! ```text
//! records                                           what is asked
//! 200|Sun, 22 Nov 2026 09:00:00 GMT|5               status, Date, Retry-After
//! {"success":true,"data":[]}                        the body, to the record separator (0x1e)
//! ```
//!
//! More answers may follow the first; the last one is given for as long as anything is asked.
#![allow(clippy::panic, clippy::expect_used, reason = "a property that does not hold is a panic")]

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{Datelike as _, NaiveDate};
use engine::booking::{BookingId, CompanyId, Flaw};
use engine::error::BookingsError;
use engine::ports::{BookingQuery, Bookings as _, Lookup};
use reqwest::Response;
use serde_json::Value;

use crate::http::Http;
use crate::pace::Pace;
use crate::{Auth, Client, Config, LoginStep};

const SEPARATOR: u8 = 0x1e;

const COMPANY: CompanyId = CompanyId(31);
const BOOKING: BookingId = BookingId(1_500_000_123);
const PARTNER: &str = "partner-token-0f9a";
const USER: &str = "user-token-7c31";
const PASSWORD: &str = "pass-word-55d0";
/// Of a client in the corpus.
const NAME: &str = "Евпраксия";
const NUMBER: &str = "9161234567";
/// A message of 200 characters and what stands around it.
const LONGEST_ERROR: usize = 600;

/// Answers in a server's place, in order; the last one again and again.
#[derive(Debug)]
pub(crate) struct Canned {
    answers: Mutex<VecDeque<Answer>>,
    read: AtomicUsize,
}

#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    date: String,
    retry_after: String,
    body: Vec<u8>,
}

impl Canned {
    pub(crate) fn next(&self) -> Response {
        self.read.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        answer.unwrap_or_else(|| Answer::read(b"")).response()
    }
}

impl Answer {
    fn read(input: &[u8]) -> Self {
        let (head, body) = first_line(input);
        let head = String::from_utf8_lossy(head);
        let mut fields = head.split('|');
        let mut field = || fields.next().unwrap_or_default().trim().to_owned();
        let status = field().parse().ok().filter(|status| (200..=999).contains(status)).unwrap_or(200);
        Self { status, date: field(), retry_after: field(), body: body.to_vec() }
    }

    fn response(self) -> Response {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        for (name, value) in [(http::header::DATE, self.date), (http::header::RETRY_AFTER, self.retry_after)]
        {
            if let Ok(value) = http::HeaderValue::from_str(&value)
                && !value.is_empty()
            {
                response.headers_mut().insert(name, value);
            }
        }
        Response::from(response)
    }

    /// The body as an independent reader sees it. None also where it is too deep for that one.
    fn json(&self) -> Option<Value> {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&without_halves(text.trim_start_matches('\u{feff}'))).ok()
    }

    /// Whether it could be the server's own envelope, for a reader that knows no more of it.
    fn is_object(&self) -> bool {
        self.json().is_some_and(|body| body.get("meta").is_some())
    }
}

/// Half of a surrogate pair, escaped, is no reason to believe nothing of an answer.
fn without_halves(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let (before, escape) = rest.split_at(at);
        let half = escape.get(2..6).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let is_half = half.is_some_and(|unit| (0xD800..=0xDFFF).contains(&unit));
        whole.push_str(before);
        whole.push_str(if is_half { "\\ufffd" } else { "\\u" });
        rest = &escape[if is_half { 6 } else { 2 }..];
    }
    whole + rest
}

fn first_line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, b""),
    }
}

thread_local! {
    // Made once: TLS and its roots take milliseconds.
    static CLIENT: RefCell<Client> = RefCell::new(
        Client::new(&Config::new("https://yclients.invalid"), PARTNER.into(), USER.into()).expect("it is well set"),
    );
    static AUTH: RefCell<Auth> =
        RefCell::new(Auth::new(&Config::new("https://yclients.invalid"), PARTNER.into()).expect("it is well set"));
}

/// Asks what the input says and checks what came of it.
///
/// # Panics
///
/// When a property does not hold.
pub fn answers(input: &[u8]) {
    let (question, answers) = first_line(input);
    let given: Vec<Answer> = answers.split(|byte| *byte == SEPARATOR).map(Answer::read).collect();
    if question == b"auth" {
        return AUTH.with_borrow_mut(|auth| {
            auth.http.answer_with(&given);
            login(auth, &given[0]);
        });
    }
    CLIENT.with_borrow_mut(|client| {
        client.http.answer_with(&given);
        match question {
            b"record" => record(client, &given[0]),
            b"company" => check_error(now(client.branch(COMPANY)).as_ref().err(), &given[..1]),
            b"permissions" => check_error(now(client.permissions(COMPANY)).as_ref().err(), &given[..1]),
            b"users" => users(client, &given[..1]),
            b"companies" => companies(client, &given),
            other => records(client, &given, other),
        }
    });
}

impl Http {
    fn answer_with(&mut self, answers: &[Answer]) {
        self.set_pace(Pace::new(Duration::ZERO));
        self.canned = Some(Canned {
            answers: Mutex::new(answers.iter().cloned().collect()),
            read: AtomicUsize::new(0),
        });
    }

    /// How many of the given answers were read.
    fn used(&self, given: usize) -> usize {
        self.canned.as_ref().map_or(0, |canned| canned.read.load(Ordering::Relaxed)).min(given)
    }
}

fn records(client: &Client, given: &[Answer], question: &[u8]) {
    let day = NaiveDate::default();
    let query = match question {
        b"created" => BookingQuery::Created { from: day, to: day },
        b"changed" => BookingQuery::ChangedAfter(day.into()),
        b"client" => BookingQuery::OfClient { client: 77, from: day, to: day },
        _ => BookingQuery::VisitsFrom(day),
    };
    let listing = now(client.list(COMPANY, &query));
    let used = &given[..client.http.used(given.len())];
    check_error(listing.as_ref().err(), used);
    let Ok(listing) = listing else { return };
    let mut ids: BTreeSet<i64> = listing.bookings.iter().map(|booking| booking.id.0).collect();
    assert_eq!(ids.len(), listing.bookings.len(), "a booking is listed twice");
    assert!(listing.bookings.iter().all(|booking| booking.company == COMPANY), "of another branch");
    ids.extend(listing.unreadable.iter().filter_map(|unread| Some(unread.id?.0)));
    for unread in &listing.unreadable {
        let told = unread.to_string();
        assert!(told.len() < 100 && !told.contains(NAME) && !told.contains(NUMBER), "{told}");
        assert_eq!(Flaw::parse(&unread.flaw.to_string()), Some(unread.flaw.clone()));
    }
    for booking in &listing.bookings {
        // Reckoning with its dates comes out of no range, whatever the zone.
        let instants = [booking.created_at, booking.changed_at].into_iter().flatten().map(|at| at.year());
        let walls = [booking.starts_local, booking.created_local, booking.changed_local];
        let mut years = instants.chain(walls.into_iter().flatten().map(|at| at.year()));
        assert!(years.all(|year| (1969..=2201).contains(&year)), "{booking:?}");
        assert!(booking.id.0 > 0);
    }
    if listing.bookings.is_empty() && listing.unreadable.is_empty() {
        let last = &used[used.len() - 1];
        check_says_empty(last, |_| false);
        // Where rows were seen before, it takes a count of none.
        let none = last.json().is_some_and(|body| lenient_zero(&body["meta"]["total_count"]));
        if !none {
            check_says_empty(&given[0], |_| false);
        }
    }
    let first = given[0].json();
    for row in first.iter().filter_map(|body| body.get("data")?.as_array()).flatten() {
        // A booking of the first page may be gone when it is read again, unless nothing else is given.
        let id = row.get("id").and_then(Value::as_i64).filter(|_| given.len() == 1);
        // Of a row whose id cannot be told (it may stand there twice) it is said that there is one.
        let nameless = listing.unreadable.iter().any(|unread| unread.id.is_none());
        assert!(nameless || id.is_none_or(|id| ids.contains(&id)), "booking {id:?} is lost");
    }
}

fn lenient_zero(total: &Value) -> bool {
    total == 0 || total.as_str().is_some_and(|text| text.trim() == "0")
}

/// An empty list means that the server said so: a success, and a list with nothing in it.
fn check_says_empty(answer: &Answer, is_nothing: impl Fn(&Value) -> bool) {
    assert!((200..300).contains(&answer.status), "a refusal read as an empty list");
    let Some(body) = answer.json() else {
        let text = String::from_utf8_lossy(&answer.body);
        // The other reader gives up at a depth of 128, and at numbers no float holds.
        assert!(text.matches(['[', '{']).count() > 100 || text.contains(['e', 'E']), "empty? {text}");
        return;
    };
    assert_ne!(body.get("success"), Some(&Value::Bool(false)), "a refusal read as an empty list");
    match body.get("data") {
        Some(Value::Array(rows)) => assert!(rows.iter().all(is_nothing), "rows are lost"),
        Some(Value::Object(fields)) => assert!(fields.is_empty(), "an object read as an empty list"),
        other => panic!("{other:?} read as an empty list"),
    }
}

fn companies(client: &Client, given: &[Answer]) {
    let companies = now(client.companies());
    check_error(companies.as_ref().err(), &given[..client.http.used(given.len())]);
    let Ok(companies) = companies else { return };
    let ids: BTreeSet<_> = companies.iter().map(|company| company.id).collect();
    assert_eq!(ids.len(), companies.len(), "a branch is listed twice");
    if companies.is_empty() {
        // A row that cannot be read is left out of this list, which is only to choose from.
        check_says_empty(&given[0], |_| true);
    }
}

fn users(client: &Client, given: &[Answer]) {
    let users = now(client.users(COMPANY));
    check_error(users.as_ref().err(), given);
    if users.is_ok_and(|users| users.is_empty()) {
        check_says_empty(&given[0], |_| true);
    }
}

fn record(client: &Client, answer: &Answer) {
    match now(client.get(COMPANY, BOOKING)) {
        Ok(Lookup::Gone) => {
            assert_eq!(answer.status, 404, "gone takes the server's own word");
            assert!(answer.json().is_some_and(|body| body.is_object()), "gone takes the server's own word");
        }
        Ok(Lookup::Found(booking)) => {
            assert_eq!((booking.company, booking.id), (COMPANY, BOOKING));
            assert!((200..300).contains(&answer.status));
        }
        Err(error) => check_error(Some(&error), std::slice::from_ref(answer)),
    }
}

fn login(auth: &Auth, answer: &Answer) {
    match now(auth.login("anna", &PASSWORD.into())) {
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains(PASSWORD), "the password is in {error:?}");
            check_error(Some(&error), std::slice::from_ref(answer));
        }
        Ok(step) => {
            let shown = format!("{step:?}");
            assert!(shown == "Token" || shown == "SecondFactor", "{shown}");
            if let LoginStep::SecondFactor { uuid, .. } = step {
                assert!(!uuid.is_empty());
            }
        }
    }
}

/// An error is one short line, holds no token, and repeats nothing of an answer that could not be read.
fn check_error(error: Option<&BookingsError>, answers: &[Answer]) {
    let Some(error) = error else { return };
    let texts = format!("{error} {error:?}");
    for secret in [PARTNER, USER] {
        assert!(!texts.contains(secret), "a token is in {texts}");
    }
    let shown = error.to_string();
    assert!(shown.chars().count() <= LONGEST_ERROR && !shown.contains('\n'), "{shown}");
    match error {
        BookingsError::RateLimited { retry_after } => {
            assert!(retry_after.is_none_or(|pause| pause >= Duration::from_secs(1)));
        }
        BookingsError::Unreadable(why) => {
            assert!(!why.contains(NAME) && !why.contains(NUMBER), "{why} repeats what could not be read");
        }
        BookingsError::Server { status, .. } => assert!(*status >= 500),
        BookingsError::PartnerToken(_) | BookingsError::UserToken(_) => {
            assert!(answers.iter().any(|answer| answer.status == 401 && answer.is_object()));
        }
        // A branch stops for it: never for what a firewall says.
        BookingsError::Rights(_) => {
            assert!(answers.iter().any(|answer| answer.status == 403 && answer.is_object()));
        }
        BookingsError::Intercepted { status, .. } => assert!(matches!(status, 401 | 403 | 407)),
        BookingsError::Offline(_) | BookingsError::Certificate(_) => panic!("an answer did come: {error:?}"),
        _ => {}
    }
    // Whatever a server asks for, an hour is the end.
    assert!(error.retry_after().is_none_or(|pause| pause <= Duration::from_hours(1)));
}

/// At once: nothing here waits for a connection, and no pace is kept.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits, and there is nothing to wait for"),
    }
}

#[cfg(test)]
#[test]
fn the_corpus_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/yclients_answers");
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() > 20, "the corpus is there");
    for input in inputs {
        eprintln!("{}", input.display());
        answers(&std::fs::read(&input).unwrap());
    }
}
