//! A disk that is full, or cannot be written any more: nothing leaves that cannot
//! be recorded, everybody who asks is told why, and when it is over the queue goes on.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use engine::db::Db;
use engine::error::FaultCode;
use engine::notification::State;
use engine::outbox::Outbox;
use engine::settings::Language;
use scenarios::{Disk, Done, Plan, Program, Running, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;
use tokio::time::Instant;

const ANNA: &str = "+79160000001";

/// Long enough to take the room away before it ends.
const WINDOW: u64 = 2500;

/// What leaves no room.
#[derive(Debug)]
enum Means {
    /// A small disk of its own, filled to the last page.
    Full(Disk),
    /// No file of the program may grow. Needs nobody's leave.
    Limit,
}

impl Means {
    /// Every one that this user may try; the limit always.
    fn all() -> Vec<Self> {
        let mut means = vec![Self::Limit];
        means.extend(Disk::small().map(Self::Full));
        means
    }

    async fn shop(&self, plan: Plan) -> Shop {
        match self {
            Self::Full(disk) => Shop::in_dir(plan, disk.dir()).await,
            Self::Limit => Shop::new(plan).await,
        }
    }

    async fn take_room(&self, worker: &Running) {
        match self {
            Self::Full(disk) => disk.fill(),
            Self::Limit => worker.let_files_grow(false).await,
        }
    }

    async fn give_room(&self, worker: &Running) {
        match self {
            Self::Full(disk) => disk.make_room(),
            Self::Limit => worker.let_files_grow(true).await,
        }
    }

    /// The command line where there is no room either.
    fn without_room(&self, program: &Program) -> Program {
        match self {
            Self::Full(_) => program.clone(),
            Self::Limit => program.clone().without_room(),
        }
    }
}

/// Polls only when it is asked to.
fn plan(window_ms: u64) -> Plan {
    Plan { poll_interval_ms: 3_600_000, ..Plan::with_window(window_ms) }
}

/// Waits until what the worker prints says so: a log on a full disk says nothing.
async fn until_said(shop: &Shop, worker: &Running, words: &str) {
    shop.until(words, |_| worker.said().contains(words).then_some(())).await;
}

/// `status` and `check` both name the fault, each in its own way.
async fn assert_named(program: &Program, code: FaultCode) {
    let status = program.json(["status"]).await;
    assert_eq!(status["storage"]["code"], code.as_str(), "{status}");
    let words = engine::words::fault(code, Language::Ru);
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.out.contains(words.what), "{check:?}");
    let status = program.run(["status"]).await;
    status.succeeded();
    assert!(status.out.contains(words.what), "{status:?}");
}

/// The log is no flood: a line a fault, not a line a try.
fn assert_calm(done: &Done) {
    let complaints = done.err.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    assert!(complaints < 30, "{complaints} complaints\n{}", done.err);
}

#[test]
async fn on_a_full_disk_nothing_is_sent_and_with_room_again_each_is_told_once() {
    for means in Means::all() {
        let shop = means.shop(plan(WINDOW)).await;
        let program = Program::of(&shop).await.heeding_limits();
        let mut worker = program.worker().await;
        shop.baseline().await;
        let booking = shop.book("Анна", ANNA);
        shop.poll().await;
        shop.until_state(booking, State::Queued).await;
        means.take_room(&worker).await;
        until_said(&shop, &worker, "code=storage_full").await;
        let (since, before) = (Instant::now(), worker.processor_time());
        assert_named(&means.without_room(&program), FaultCode::StorageFull).await;
        let used = worker.processor_time() - before;
        let passed = since.elapsed().as_millis() / 10;
        assert!(u128::from(used) * 2 < passed, "{means:?}: {used} of {passed} hundredths: it spins");
        assert!(worker.is_running(), "{means:?}");
        assert_eq!(shop.simulator.count("sendMessage"), 0, "{means:?}");
        assert_eq!(shop.about(booking).state, State::Queued, "{means:?}");

        means.give_room(&worker).await;
        shop.until_state(booking, State::Read).await;
        assert_eq!(program.json(["status"]).await["storage"], serde_json::Value::Null, "{means:?}");
        let done = worker.end_with("TERM").await;
        done.succeeded();
        assert_calm(&done);
        assert_eq!(shop.told(), [ANNA], "{means:?}");
    }
}

#[test]
async fn an_answer_that_finds_the_disk_full_is_recorded_when_there_is_room_and_never_asked_for_again() {
    for means in Means::all() {
        let shop = means.shop(plan(300)).await;
        let program = Program::of(&shop).await.heeding_limits();
        let mut worker = program.worker().await;
        shop.baseline().await;
        let slow = FaultKind::DelayAnswer { milliseconds: 2500 };
        shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), slow));
        let booking = shop.book("Анна", ANNA);
        shop.poll().await;
        shop.until_state(booking, State::Sending).await;
        means.take_room(&worker).await;
        until_said(&shop, &worker, "cannot be recorded yet").await;
        assert!(worker.is_running(), "{means:?}");
        assert_eq!(shop.about(booking).state, State::Sending, "{means:?}");

        means.give_room(&worker).await;
        shop.until_state(booking, State::Read).await;
        let done = worker.end_with("TERM").await;
        done.succeeded();
        assert_calm(&done);
        assert_eq!(shop.told(), [ANNA], "{means:?}");
        assert_eq!(shop.simulator.count("sendMessage"), 1, "{means:?}");
    }
}

#[test]
async fn bookings_made_while_the_disk_is_full_are_told_once_there_is_room() {
    for means in Means::all() {
        let shop = means.shop(Plan::default()).await;
        let program = Program::of(&shop).await.heeding_limits();
        let mut worker = program.worker().await;
        shop.baseline().await;
        means.take_room(&worker).await;
        let booking = shop.book("Анна", ANNA);
        until_said(&shop, &worker, "a failed poll could not be recorded").await;
        assert!(shop.row(booking).is_none(), "{means:?}");
        assert!(worker.is_running(), "{means:?}");
        means.give_room(&worker).await;
        shop.until_state(booking, State::Read).await;
        let done = worker.end_with("TERM").await;
        done.succeeded();
        assert_calm(&done);
        assert_eq!(shop.told(), [ANNA], "{means:?}");
    }
}

/// Under the worker where a disk can be mounted to break; else at its start.
#[test]
async fn a_disk_that_turns_read_only_stops_the_sender_and_loses_nothing() {
    match Disk::that_can_break() {
        Some(disk) => a_disk_that_breaks(&disk).await,
        None => files_that_may_not_be_written().await,
    }
}

async fn a_disk_that_breaks(disk: &Disk) {
    let mut shop = Shop::in_dir(plan(WINDOW), disk.dir()).await;
    let program = Program::of(&shop).await;
    let mut worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Queued).await;
    disk.break_now();
    until_said(&shop, &worker, "code=storage_read_only").await;
    assert_named(&program, FaultCode::StorageReadOnly).await;
    assert!(worker.is_running());
    assert_eq!(shop.simulator.count("sendMessage"), 0);
    let done = worker.end_with("TERM").await;
    done.refused(engine::words::fault(FaultCode::StorageReadOnly, Language::Ru).what);
    assert_calm(&done);

    // A start on it is refused, and named.
    let refused = program.run(["worker"]).await;
    refused.refused(engine::words::fault(FaultCode::StorageReadOnly, Language::Ru).what);

    shop.outbox = Outbox::new(Arc::new(Db::in_memory().unwrap()));
    disk.repair();
    shop.outbox = Outbox::new(Arc::new(Db::open(shop.dir()).unwrap()));
    let worker = program.worker().await;
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn files_that_may_not_be_written_are_refused_at_the_start_and_told_of_when_they_may() {
    files_that_may_not_be_written().await;
}

async fn files_that_may_not_be_written() {
    let shop = Shop::new(plan(WINDOW)).await;
    let program = Program::of(&shop).await.bound_by_permissions();
    let worker = program.worker().await;
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Queued).await;
    worker.kill().await;

    allow_writing(shop.dir(), false);
    let refused = program.run(["worker"]).await;
    refused.refused(engine::words::fault(FaultCode::StorageReadOnly, Language::Ru).what);
    assert_named(&program, FaultCode::StorageReadOnly).await;
    assert_eq!(shop.simulator.count("sendMessage"), 0);
    assert_eq!(shop.about(booking).state, State::Queued);

    allow_writing(shop.dir(), true);
    let worker = program.worker().await;
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

/// The permission bits of a directory and of everything in it.
fn allow_writing(dir: &Path, may: bool) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &Path| if path.is_dir() { 0o500 } else { 0o400 } | if may { 0o200 } else { 0 };
    let allow = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(mode(path))).unwrap();
    allow(dir);
    for entry in fs::read_dir(dir).unwrap() {
        allow(&entry.unwrap().path());
    }
}
