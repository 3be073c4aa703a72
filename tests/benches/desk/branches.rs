//! Fifty branches: whether each is polled in time when all share one pace, and
//! what that costs the computer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::booking::{BookingId, BranchFacts, CompanyId};
use engine::db::Db;
use engine::desk::Vigil;
use engine::monitor::{Monitor, Signals, TokenRefused};
use engine::outbox::Outbox;
use engine::ports::{BookingQuery, Bookings, BookingsError, BranchAnswer, Listing, Lookup};
use engine::settings::{BranchSettings, Settings};
use scenarios::{COMPANY, INSTANCE, Plan, Program, Shop};
use simulator::{Branch, Client, NewBooking};
use tokio::sync::{Notify, watch};
use yclients::{Lane, Pace};

use crate::measure::{Report, ms, process_cpu, resident_mb, seconds};
use crate::poll::Nobody;
use crate::virtual_time::{self, VirtualClock};

const BRANCHES: i64 = 50;
const BOOKINGS: i64 = 500;
const PAGE: i64 = 200;
const INTERVAL: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// A live server's usual answer.
const ANSWERS_IN: Duration = Duration::from_millis(150);

/// Branches behind the real pace, in virtual time. Answers are empty: only when
/// they are asked for is measured here.
struct Paced {
    pace: Arc<Pace>,
    clock: Arc<VirtualClock>,
    /// Pages of what was made lately.
    truth_pages: i64,
    /// When a request left, and when a branch had been read.
    requests: Mutex<Vec<Duration>>,
    read: Mutex<BTreeMap<CompanyId, Vec<Duration>>>,
}

impl Paced {
    async fn request(&self) {
        self.pace.turn(Lane::Ordinary).await;
        self.requests.lock().unwrap().push(self.clock.passed());
        tokio::time::sleep(ANSWERS_IN).await;
    }
}

#[async_trait::async_trait]
impl Bookings for Paced {
    async fn list(&self, company: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        let pages = match query {
            BookingQuery::VisitsFrom(_) => (BOOKINGS + PAGE - 1) / PAGE,
            BookingQuery::Created { .. } => self.truth_pages,
            BookingQuery::ChangedAfter(_) | BookingQuery::OfClient { .. } => 1,
        };
        for _ in 0..pages {
            self.request().await;
        }
        self.read.lock().unwrap().entry(company).or_default().push(self.clock.passed());
        Ok(Listing::default())
    }
    async fn get(&self, _: CompanyId, _: BookingId) -> Result<Lookup, BookingsError> {
        self.request().await;
        Ok(Lookup::Gone)
    }
    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        self.request().await;
        let facts = BranchFacts { time_zone: "Europe/Moscow".into(), ..BranchFacts::default() };
        Ok(BranchAnswer { facts, server_time: None })
    }
}

/// How an hour of polling went.
struct Hour {
    baseline: Duration,
    requests_a_minute: f64,
    /// Between two readings of one branch, after the baseline: the longest.
    longest: Duration,
}

/// An hour of so many branches, after their baselines.
fn hour(branches: i64, truth_pages: i64) -> Hour {
    virtual_time::runtime().block_on(async {
        let clock = Arc::new(VirtualClock::new());
        let settings = Settings {
            branches: (0..branches).map(|number| BranchSettings::new(CompanyId(COMPANY + number))).collect(),
            ..Settings::default()
        };
        assert_eq!(settings.poll_interval, INTERVAL);
        let bookings = Arc::new(Paced {
            pace: Pace::new(settings.yclients.request_gap),
            clock: clock.clone(),
            truth_pages,
            requests: Mutex::default(),
            read: Mutex::default(),
        });
        let (_signals, heard) = watch::channel(Signals::default());
        let (served, _serving) = watch::channel(BTreeMap::new());
        let monitor = Monitor {
            outbox: Outbox::new(Arc::new(Db::in_memory().unwrap())),
            settings: Arc::new(settings),
            bookings: bookings.clone(),
            vigil: Arc::new(Vigil::believing(clock.clone())),
            clock: clock.clone(),
            desktop: Arc::new(Nobody),
            instance: INSTANCE.to_owned(),
            signals: heard,
            served,
            changed: Arc::new(Notify::new()),
            refused: TokenRefused::default(),
        };
        let supervisor = monitor.supervisor();
        let _ = tokio::time::timeout(HOUR + Duration::from_mins(10), monitor.run(&supervisor)).await;
        let read = bookings.read.lock().unwrap();
        assert_eq!(read.len() as i64, branches);
        let baseline = read.values().map(|read| read[0]).max().unwrap();
        let longest = read
            .values()
            .flat_map(|read| read.windows(2).map(|two| (two[0], two[1].saturating_sub(two[0]))))
            .filter(|(at, _)| *at >= baseline)
            .map(|(_, between)| between)
            .max()
            .unwrap();
        let requests = bookings.requests.lock().unwrap();
        let settled = baseline + Duration::from_mins(1);
        let counted = requests.iter().filter(|at| (settled..settled + HOUR).contains(*at)).count();
        Hour { baseline, requests_a_minute: counted as f64 / 60.0, longest }
    })
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "Fifty branches of 500 bookings",
        "The first rows are an hour in virtual time with the real monitor and pace: request_gap_ms 1000, \
         interval 60 s, answers in 150 ms. One request a second is 60 a minute for all branches together. The last \
         rows are the real worker over HTTP, without a gap, polling every two seconds.",
    );
    let within = |hour: &Hour| hour.longest <= INTERVAL + Duration::from_secs(1);
    let usual = hour(BRANCHES, 1);
    report.note("the baselines of all, facts and three pages each", &seconds(usual.baseline));
    report.note("a truth round of a usual day, a page each", &seconds(Duration::from_secs(BRANCHES as u64)));
    report.note("requests a minute", &format!("{:.1}", usual.requests_a_minute));
    report.row("longest between two polls of a branch", &seconds(usual.longest), "≤ 61 s", within(&usual));
    let busy = hour(BRANCHES, 3);
    report.note(
        "a truth round when all 500 are two days old, three pages",
        &seconds(3 * Duration::from_secs(BRANCHES as u64)),
    );
    report.note("then: requests a minute", &format!("{:.1}", busy.requests_a_minute));
    report.row(
        "then: longest between two polls of a branch",
        &seconds(busy.longest),
        "≤ 61 s",
        within(&busy),
    );
    let fewer = hour(15, 3);
    report.note("the same with 15 branches: longest between two polls", &seconds(fewer.longest));
    real(report);
}

/// The worker's processor time and memory.
fn real(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut plan = Plan { poll_interval_ms: 2000, ..Plan::with_window(1_800_000) };
        for number in 1..BRANCHES {
            let title = format!("Филиал {number}");
            plan.options.branches.push(Branch::new(COMPANY + number, chrono_tz::Europe::Moscow, &title, ""));
        }
        let shop = Shop::new(plan).await;
        for number in 0..BRANCHES * BOOKINGS {
            let client = Client::new(&format!("Клиент {number}"), &format!("+7916{number:07}"));
            let new = NewBooking { client: Some(client), ..NewBooking::default() };
            shop.simulator.book(new.in_branch(COMPANY + number % BRANCHES));
        }
        let program = Program::of(&shop).await;
        let worker = program.worker().await;
        shop.baseline().await;
        report.note(
            "the worker's memory after 25 000 bookings",
            &format!("{:.1} MB", resident_mb(worker.id())),
        );
        shop.poll().await;
        let before = process_cpu(worker.id());
        shop.poll().await;
        report.note(
            "a truth round that brings all 25 000 again: processor time",
            &ms(process_cpu(worker.id()).saturating_sub(before)),
        );
        let (seen, before) = (shop.simulator.count("records"), process_cpu(worker.id()));
        shop.polls_later(400).await;
        let polls = shop.simulator.count("records") - seen;
        let each = process_cpu(worker.id()).saturating_sub(before) / polls as u32;
        report.note("a quiet poll over HTTP: processor time of the worker", &ms(each));
        report.note("50 of them a minute", &format!("{:.2} %", each.as_secs_f64() * 50.0 / 60.0 * 100.0));
        report.note("the worker's memory afterwards", &format!("{:.1} MB", resident_mb(worker.id())));
        worker.end_with("TERM").await.succeeded();
    });
}
