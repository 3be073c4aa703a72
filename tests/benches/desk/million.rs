//! What a shop does all day, on a new database and on one with a million old
//! notifications: the years behind must not be felt.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use engine::booking::{BookingId, BranchFacts, CompanyId};
use engine::clock::{Clock as _, SystemClock};
use engine::db::{Db, FILE_NAME, to_ms};
use engine::desk::Vigil;
use engine::monitor::{Monitor, Signals, TokenRefused};
use engine::notification::NotificationId;
use engine::outbox::{ClaimTerms, Outbox};
use engine::ports::{BookingQuery, Bookings, BookingsError, BranchAnswer, Listing, Lookup};
use engine::settings::{BranchSettings, Settings};
use scenarios::{INSTANCE, Plan, Program};
use simulator::Simulator;
use tokio::sync::{Notify, watch};

use crate::archive::{self, OLD, OPEN_TODAY, SENT_TODAY};
use crate::measure::{Report, ms, now, percentile, resident_mb, seconds, timed};
use crate::poll::{COMPANY, Nobody, booking};

/// Measured so often, on both in turn.
const LOOKS: usize = 300;
const COMMITS: i64 = 120;
const CALLS: usize = 30;
const STARTS: usize = 5;

/// The goal: at most so much slower than on a new database.
const GOAL: f64 = 1.2;

/// The new database and the large one, and what each took so far.
struct Both<'a> {
    places: [&'a Path; 2],
    outboxes: [Outbox; 2],
    took: BTreeMap<&'static str, [Vec<Duration>; 2]>,
}

impl Both<'_> {
    fn measure(&mut self, what: &'static str, times: usize, work: impl Fn(&Path, &Outbox) -> Duration) {
        // The first time warms the caches, and counts for neither.
        for time in 0..=times {
            for side in 0..2 {
                let took = work(self.places[side], &self.outboxes[side]);
                if time > 0 {
                    self.took.entry(what).or_default()[side].push(took);
                }
            }
        }
    }

    fn tell(&mut self, report: &mut Report, what: &'static str, short: &'static str) {
        let [new, large] = self.took.get_mut(what).unwrap();
        let (new, large) = (percentile(new, 0.5), percentile(large, 0.5));
        let ratio = large.as_secs_f64() / new.as_secs_f64();
        report.note(&format!("{what}: new database, median"), &ms(new));
        report.note(&format!("{what}: with a million old, median"), &ms(large));
        report.row(&format!("{what}: ratio"), &format!("{ratio:.2}×"), "≤ 1.2×", ratio <= GOAL);
        report.ratios.push((short, ratio));
    }
}

/// One new booking with each listing.
struct OneMore {
    next: AtomicI64,
    answered: Mutex<Instant>,
    clock: SystemClock,
}

#[async_trait::async_trait]
impl Bookings for OneMore {
    async fn list(&self, _: CompanyId, _: &BookingQuery) -> Result<Listing, BookingsError> {
        let booking = booking(self.next.fetch_add(1, Ordering::Relaxed), self.clock.now());
        *self.answered.lock().unwrap() = now();
        Ok(Listing { bookings: vec![booking], ..Listing::default() })
    }
    async fn get(&self, _: CompanyId, _: BookingId) -> Result<Lookup, BookingsError> {
        Ok(Lookup::Gone)
    }
    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        let facts = BranchFacts { time_zone: "Europe/Moscow".into(), ..BranchFacts::default() };
        Ok(BranchAnswer { facts, server_time: None })
    }
}

/// From a poll's answer with one new booking to its row in the queue, committed.
fn enqueue(outbox: &Outbox, first: i64) -> Vec<Duration> {
    let clock = Arc::new(SystemClock::new());
    let (_signals, heard) = watch::channel(Signals::default());
    let (served, _serving) = watch::channel(BTreeMap::new());
    let changed = Arc::new(Notify::new());
    let bookings = Arc::new(OneMore {
        next: AtomicI64::new(first),
        answered: Mutex::new(now()),
        clock: SystemClock::new(),
    });
    let settings = Settings {
        poll_interval: Duration::from_millis(1),
        branches: vec![BranchSettings::new(COMPANY)],
        ..Settings::default()
    };
    let monitor = Monitor {
        outbox: outbox.clone(),
        settings: Arc::new(settings),
        bookings: bookings.clone(),
        vigil: Arc::new(Vigil::believing(clock.clone())),
        clock,
        desktop: Arc::new(Nobody),
        instance: INSTANCE.to_owned(),
        signals: heard,
        served,
        changed: changed.clone(),
        refused: TokenRefused::default(),
    };
    let rows = outbox.open_rows().unwrap().len();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let took = runtime.block_on(async {
        let story = async {
            let mut took = Vec::new();
            while took.len() < 21 {
                changed.notified().await;
                took.push(bookings.answered.lock().unwrap().elapsed());
            }
            took
        };
        let supervisor = monitor.supervisor();
        tokio::select! {
            () = monitor.run(&supervisor) => unreachable!(),
            took = story => took,
        }
    });
    assert!(outbox.open_rows().unwrap().len() >= rows + 21, "every booking has its row");
    // The first poll is a whole one.
    took[1..].to_vec()
}

fn claim(outbox: &Outbox, id: i64) -> Duration {
    let terms =
        ClaimTerms { revision: 1, instance: INSTANCE, late_after: TimeDelta::minutes(5), automatic: true };
    let clock = SystemClock::new();
    let (claim, took) = timed(|| outbox.claim(NotificationId(id), terms, &clock));
    assert!(claim.unwrap().is_some(), "{id} was not claimed");
    took
}

/// The executable, run to its end.
fn called<const N: usize>(place: &Path, arguments: [&str; N]) -> Duration {
    let mut command = Program::without_keyring(place).command(arguments).into_std();
    let (done, took) = timed(|| command.output().unwrap());
    assert!(done.status.success(), "{done:?}");
    took
}

fn megabytes(path: &Path) -> f64 {
    std::fs::metadata(path).unwrap().len() as f64 / f64::from(1 << 20)
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "A million old notifications",
        "A new database, and one with a million messages of eight years behind it (with their bookings, attempts \
         and audit), both with 20 open rows and 100 sent today, on the same disk, measured in turn. A commit waits \
         for the disk.",
    );
    let large = archive::kept();
    let new = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let now = SystemClock::new().now();
    archive::dawn(&large, now);
    archive::dawn(new.path(), now);
    let places = [new.path(), large.as_path()];
    report.note("size of the database", &format!("{:.0} MB", megabytes(&large.join(FILE_NAME))));

    let open = |place: &Path| Outbox::new(Arc::new(Db::open(place).unwrap()));
    let mut both = Both { places, outboxes: places.map(open), took: BTreeMap::new() };
    both.measure("the open rows", LOOKS, |_, outbox| {
        let (rows, took) = timed(|| outbox.open_rows().unwrap());
        assert_eq!(rows.len() as i64, OPEN_TODAY);
        took
    });
    both.measure("today's sent", LOOKS, |_, outbox| {
        let (rows, took) =
            timed(|| outbox.sent_between(now - TimeDelta::hours(12), now + TimeDelta::hours(12)));
        assert_eq!(rows.unwrap().len() as i64, SENT_TODAY);
        took
    });
    both.measure("the state of the desk and its counts", LOOKS, |_, outbox| {
        timed(|| (outbox.desk().unwrap(), outbox.counts(now - TimeDelta::days(1)).unwrap())).1
    });
    both.measure("opening the database", LOOKS, |place, _| timed(|| Db::open(place).unwrap()).1);
    both.measure("`queue list --json`", CALLS, |place, _| called(place, ["queue", "list", "--json"]));
    both.measure("`queue list --all`", CALLS, |place, _| called(place, ["queue", "list", "--all"]));
    both.measure("`sent --json`", CALLS, |place, _| called(place, ["sent", "--json"]));

    commits(&mut both);
    for (what, short) in [
        ("the open rows", "open rows"),
        ("today's sent", "sent today"),
        ("the state of the desk and its counts", "status"),
        ("a new booking into the queue", "enqueue"),
        ("a claim", "claim"),
        ("opening the database", "open file"),
        ("`queue list --json`", "queue list"),
        ("`queue list --all`", "queue list --all"),
        ("`sent --json`", "sent"),
    ] {
        both.tell(report, what, short);
    }
    let outbox = both.outboxes[1].clone();
    let (sound, took) = timed(|| outbox.db().quick_check());
    sound.unwrap();
    report.note("reading every page to see that the file is sound", &seconds(took));
    drop(outbox);
    drop(both);
    starts(report, places);
}

/// What commits: a claim, and a new booking.
fn commits(both: &mut Both<'_>) {
    let first = OLD + SENT_TODAY + OPEN_TODAY;
    let mut took = [Vec::new(), Vec::new()];
    // A last check holds for ten seconds, so some at a time.
    for batch in 0..COMMITS / 20 {
        for (side, took) in took.iter_mut().enumerate() {
            let at = to_ms(SystemClock::new().now());
            for id in archive::queue(both.places[side], first + batch * 20, 20, at) {
                took.push(claim(&both.outboxes[side], id));
            }
        }
    }
    both.took.insert("a claim", took);
    let mut took = [Vec::new(), Vec::new()];
    for batch in 0..COMMITS / 20 {
        for (took, outbox) in took.iter_mut().zip(&both.outboxes) {
            took.extend(enqueue(outbox, OLD * 10 + batch * 100));
        }
    }
    both.took.insert("a new booking into the queue", took);
}

/// The worker, from its process's start until it says that it works.
fn starts(report: &mut Report, places: [&Path; 2]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let plan = Plan::with_window(1_800_000);
        let simulator = Simulator::start(plan.options.clone()).await.unwrap();
        let mut took = [Vec::new(), Vec::new()];
        let mut memory = [0.0; 2];
        for place in places {
            archive::dawn(place, SystemClock::new().now());
            plan.write(&simulator, place);
        }
        for _ in 0..STARTS {
            for side in 0..2 {
                let program = Program::on(places[side]).await;
                let started = now();
                let worker = program.worker().await;
                took[side].push(started.elapsed());
                tokio::time::sleep(Duration::from_secs(1)).await;
                memory[side] = resident_mb(worker.id());
                worker.end_with("TERM").await.succeeded();
            }
        }
        let [new, large] = took.each_mut().map(|took| percentile(took, 0.5));
        report.note("start of the worker: new database, median", &ms(new));
        report.note("start of the worker: with a million old, median", &ms(large));
        report.note("the worker's memory: new database", &format!("{:.1} MB", memory[0]));
        report.note("the worker's memory: with a million old", &format!("{:.1} MB", memory[1]));
        let program = Program::on(places[1]).await;
        program.worker().await.kill().await;
        let started = now();
        let worker = program.worker().await;
        report.note("start after a power cut (every page is read first)", &seconds(started.elapsed()));
        worker.end_with("TERM").await.succeeded();
    });
}
