//! What a quiet poll costs the engine, without network: bookings come from memory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::booking::{Attendance, Booking, BookingId, BranchFacts, Client, CompanyId, Service, Staff};
use engine::clock::{Clock, SystemClock, TimeSource};
use engine::db::Db;
use engine::desk::{Desk, Place, Ports};
use engine::error::{Fault, Subject};
use engine::outbox::Outbox;
use engine::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, DeliveryWord, Desktop, GatewayState, Listing,
    Lookup, MarksInMemory, Messenger, MessengerError, NumberCheck, Permit, Pushed, SendOutcome, SentMessage,
};
use engine::settings::{BranchSettings, Settings};
use tokio::sync::watch;

use crate::measure::{Report, ms, thread_cpu};

const KNOWN: i64 = 500;
const POLLS: usize = 100;
pub(crate) const COMPANY: CompanyId = CompanyId(962_302);

/// Answers at once: the first time everything, then nothing, or all of it when `whole`.
struct Memory {
    bookings: Vec<Booking>,
    whole: AtomicBool,
    listings: AtomicUsize,
    marks: Arc<MarksInMemory>,
}

#[async_trait::async_trait]
impl Bookings for Memory {
    async fn list(&self, _: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        self.listings.fetch_add(1, Ordering::Relaxed);
        let all = matches!(query, BookingQuery::VisitsFrom(_)) || self.whole.load(Ordering::Relaxed);
        let bookings = if all { self.bookings.clone() } else { Vec::new() };
        Ok(Listing { bookings, ..Listing::default() })
    }
    async fn get(&self, _: CompanyId, _: BookingId) -> Result<Lookup, BookingsError> {
        Ok(Lookup::Gone)
    }
    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        let facts = BranchFacts { time_zone: "Europe/Moscow".into(), ..BranchFacts::default() };
        Ok(BranchAnswer { facts, server_time: None })
    }
}

/// A gateway nobody writes through.
pub(crate) struct Silent;

#[async_trait::async_trait]
impl Messenger for Silent {
    fn instance(&self) -> &'static str {
        "none"
    }
    async fn state(&self) -> Result<GatewayState, MessengerError> {
        Ok(GatewayState::Authorised)
    }
    async fn check_number(&self, _: &str) -> Result<NumberCheck, MessengerError> {
        Ok(NumberCheck::Exists)
    }
    async fn send(&self, _: &str, _: &str, _: &Permit) -> SendOutcome {
        SendOutcome::Rejected { error: MessengerError::Token }
    }
    async fn receive(&self, _: Duration) -> Result<Option<Pushed>, MessengerError> {
        std::future::pending().await
    }
    async fn acknowledge(&self, _: i64) -> Result<(), MessengerError> {
        Ok(())
    }
    async fn delivery(&self, _: &str, _: &str) -> Result<DeliveryWord, MessengerError> {
        Ok(DeliveryWord::Nothing)
    }
    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        Ok(Vec::new())
    }
    async fn clear_queue(&self) -> Result<(), MessengerError> {
        Ok(())
    }
    async fn journal(&self, _: &str) -> Result<Vec<SentMessage>, MessengerError> {
        Ok(Vec::new())
    }
}

/// A desk without a screen.
pub(crate) struct Nobody;

impl Desktop for Nobody {
    fn alarm(&self, _: &Fault) {}
    fn all_clear(&self, _: Subject) {}
    fn show_window(&self, _: &str) -> bool {
        true
    }
}

/// A booking made by staff then, for a day far ahead.
pub(crate) fn booking(id: i64, created_at: DateTime<Utc>) -> Booking {
    Booking {
        id: BookingId(id),
        company: COMPANY,
        created_at: Some(created_at),
        changed_at: Some(created_at),
        starts_local: NaiveDate::from_ymd_opt(2030, 1, 1).unwrap().and_hms_opt(12, 0, 0),
        online: false,
        created_by: 501,
        deleted: false,
        attendance: Attendance::Waiting,
        client: Some(Client { id, name: "Ирина".into(), phone: format!("+7916{:07}", id % 10_000_000) }),
        staff: Some(Staff { id: 7, name: "Пётр".into() }),
        services: vec![Service {
            id: 1, title: "Мужская стрижка".into(), amount: 1, price: 150_000
        }],
        own_notice: false,
        created_local: None,
        changed_local: None,
    }
}

/// Processor time of one poll, and the same for a desk that does not poll.
fn measure(outbox: &Outbox, memory: &Arc<Memory>, whole: bool) -> (Duration, usize) {
    memory.whole.store(whole, Ordering::Relaxed);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let settings = Settings {
        poll_interval: Duration::from_millis(100),
        branches: vec![BranchSettings::new(COMPANY)],
        ..Settings::default()
    };
    let mut desk = Desk::start(outbox.clone(), &settings, clock.clone()).unwrap();
    desk.witness().heard(TimeSource::YClients, clock.now(), Duration::ZERO);
    let ports = Ports {
        bookings: memory.clone(),
        messenger: Arc::new(Silent),
        clock,
        desktop: Arc::new(Nobody),
        place: Place::new(memory.marks.clone(), Path::new("/data"), None),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (stop, stopped) = watch::channel(false);
    runtime.block_on(async {
        let story = async {
            // The baseline and the first truth pass are not quiet polls.
            tokio::time::sleep(Duration::from_secs(3)).await;
            let (listings, cpu) = (memory.listings.load(Ordering::Relaxed), thread_cpu());
            while memory.listings.load(Ordering::Relaxed) < listings + POLLS {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let polls = memory.listings.load(Ordering::Relaxed) - listings;
            let spent = thread_cpu().saturating_sub(cpu);
            stop.send(true).unwrap();
            (spent, polls)
        };
        let (_, measured) = tokio::join!(desk.run(Arc::new(settings), ports, stopped), story);
        measured
    })
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "A quiet poll",
        "The engine alone, without network: bookings come from memory, the database is a file, 500 bookings are \
         known. Processor time of its thread, mean of 100 polls.",
    );
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::new(Arc::new(Db::open(directory.path()).unwrap()));
    let created_at = SystemClock::new().now() - TimeDelta::days(1);
    let bookings = (1..=KNOWN).map(|id| booking(id, created_at)).collect();
    let memory = Arc::new(Memory {
        bookings,
        whole: AtomicBool::new(false),
        listings: AtomicUsize::new(0),
        marks: Arc::default(),
    });

    let (spent, polls) = measure(&outbox, &memory, false);
    let each = spent / u32::try_from(polls).unwrap();
    report.row("a quiet poll: engine time", &ms(each), "< 2 ms", each < Duration::from_millis(2));
    let (spent, polls) = measure(&outbox, &memory, true);
    let each = spent / u32::try_from(polls).unwrap();
    report.note("a poll that brings all 500 known again: engine time", &ms(each));
}
