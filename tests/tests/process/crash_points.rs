//! A worker that dies at each point of a send, and a data directory as a power
//! cut leaves it.
//!
//! The points are in the engine's sender, in debug builds alone. Each is a place
//! where another order of two lines would double a message or lose one.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::Duration;

use engine::notification::State;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::{Plan, Program, Shop, luck};
use simulator::{Fault, FaultKind, Target};
use tempfile::TempDir;
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";
const DATABASE: &str = "booking-monitor.db";
const WAL: &str = "booking-monitor.db-wal";

/// A shop whose baseline is read, with no worker. Its gateway answers late and takes messages at once.
async fn prepared() -> (Shop, Program) {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let first = program.worker().await;
    shop.baseline().await;
    first.end_with("TERM").await.succeeded();
    let late = FaultKind::DelayAnswer { milliseconds: 1000 };
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), late));
    (shop, program)
}

/// Books, lets a worker die at this point, and says what is left: how many messages the gateway has, and
/// the row's state.
async fn died_at(point: &str) -> (Shop, Program, i64, usize, State) {
    let (shop, program) = prepared().await;
    let booking = shop.book("Анна", ANNA);
    let worker = program.clone().with("BOOKING_MONITOR_DIE_AT", point).worker().await;
    let done = worker.ended().await;
    assert_eq!(done.code, None, "{point}: it was no end of its own: {done:?}");
    let (told, state) = (shop.told().len(), shop.about(booking).state);
    (shop, program, booking, told, state)
}

#[test]
async fn dead_after_the_last_check_the_message_goes_out_once_at_the_next_start() {
    let (shop, program, booking, told, state) = died_at("last_check").await;
    assert_eq!((told, state), (0, State::Queued));
    let worker = program.worker().await;
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn dead_between_claim_and_request_nothing_is_sent_until_a_person_says_so() {
    let (shop, program, booking, told, state) = died_at("claim").await;
    assert_eq!((told, state), (0, State::Sending), "the claim is on the disk before anything leaves");
    let worker = program.worker().await;
    let row = shop.until_state(booking, State::Unknown).await;
    shop.polls_later(10).await;
    assert_eq!(shop.about(booking).state, State::Unknown);
    assert!(shop.told().is_empty());
    program.run(["queue", "resolve", &row.id.0.to_string(), "again"]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn dead_before_the_record_the_echo_says_that_it_arrived() {
    for point in ["request", "answer"] {
        let (shop, program, booking, told, state) = died_at(point).await;
        assert_eq!((told, state), (1, State::Sending), "{point}");
        let worker = program.worker().await;
        let row = shop.until_state(booking, State::Read).await;
        shop.until_quiet().await;
        worker.end_with("TERM").await.succeeded();
        assert_eq!(row.gateway_id, shop.simulator.messages()[0].id, "{point}");
        assert_eq!(shop.told(), [ANNA], "{point}");
    }
}

#[test]
async fn dead_after_the_record_the_next_start_has_nothing_to_do_but_follow() {
    let (shop, program, booking, told, state) = died_at("record").await;
    assert!(told == 1 && state.is_sent(), "{state}");
    let worker = program.worker().await;
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_point_may_be_met_the_second_time_and_spares_the_first() {
    let (shop, program) = prepared().await;
    let bookings = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    let worker = program.clone().with("BOOKING_MONITOR_DIE_AT", "answer:2").worker().await;
    assert_eq!(worker.ended().await.code, None);
    assert_eq!(shop.told().len(), 2);
    let states = bookings.map(|booking| shop.about(booking).state);
    assert!(states.contains(&State::Sending) && states.iter().any(|state| state.is_sent()), "{states:?}");
    let worker = program.worker().await;
    for booking in bookings {
        shop.until_state(booking, State::Read).await;
    }
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told().len(), 2);
}

/// Database, log of changes and settings as they lie there at this moment.
pub(super) fn copy(from: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    // The log last: what is in it belongs to the file as it was before, or is not complete.
    for name in [engine::settings::FILE_NAME, DATABASE, WAL] {
        if from.join(name).exists() {
            fs::copy(from.join(name), copy.path().join(name)).unwrap();
        }
    }
    copy
}

/// Puts such a copy in the place of what is there. The shop's own look at the queue stays with the old file.
pub(super) fn put_back(copy: &Path, to: &Path) {
    for name in [DATABASE, WAL, "booking-monitor.db-shm"] {
        let _ = fs::remove_file(to.join(name));
        if copy.join(name).exists() {
            fs::copy(copy.join(name), to.join(name)).unwrap();
        }
    }
}

/// The state of the only row in a copy's queue, as a worker on it shows it a moment after its start.
async fn settled(program: &Program, wanted: &[&str]) -> String {
    for _ in 0..400 {
        let rows = program.rows().await;
        assert!(rows.len() <= 1, "{rows:?}");
        let state = rows.first().map_or("none", |row| row["state"].as_str().unwrap()).to_owned();
        if wanted.contains(&state.as_str()) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("none of {wanted:?}: {:?}", program.rows().await)
}

/// A claim is written through to the disk (`synchronous=FULL`) before its first
/// byte leaves. So whatever a power cut leaves after a message went out, the
/// claim is in it, and the copy must know.
#[test]
async fn what_a_power_cut_leaves_in_mid_send_knows_that_a_message_may_be_out() {
    let (shop, program) = prepared().await;
    let worker = program.worker().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_told(1).await;
    assert_eq!(shop.about(booking).state, State::Sending);
    let left = copy(shop.dir());
    worker.kill().await;
    // Where it was: elsewhere it would be a copy, and doubted.
    put_back(left.path(), shop.dir());
    let worker = program.worker().await;
    settled(&program, &["accepted", "delivered", "read"]).await;
    shop.polls_later(5).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

/// A log cut off before the claim is a disk that lied about writing it: then
/// nothing on this computer knows of the message, and a second one may go out.
/// What holds at any length is that the database opens, with the rows of some
/// moment that was, and that a row that went out is not shown as anything false.
#[test]
async fn with_its_log_cut_anywhere_the_database_opens_as_it_was_at_some_moment() {
    let seed = luck::seed();
    println!("again with SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shop, program) = prepared().await;
    let worker = program.worker().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_told(1).await;
    let left = copy(shop.dir());
    worker.kill().await;
    shop.about(booking);
    for _ in 0..12 {
        let cut = copy(left.path());
        let log = OpenOptions::new().write(true).open(cut.path().join(WAL)).unwrap();
        let whole = log.metadata().unwrap().len();
        let kept = random.random_range(0..whole);
        log.set_len(kept).unwrap();
        let program = Program::on(cut.path()).await;
        let rows = program.rows().await;
        let known = ["queued", "sending"];
        let state = rows.first().map_or("none", |row| row["state"].as_str().unwrap());
        assert!(rows.is_empty() || known.contains(&state), "{kept} of {whole} bytes: {rows:?}");
    }
    assert_eq!(shop.told(), [ANNA]);
}
