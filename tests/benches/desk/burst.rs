//! A thousand bookings at once: an import into YClients, or a holiday's timetable.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::booking::{Booking, BookingId, BranchFacts, CompanyId};
use engine::clock::{Clock as _, TimeSource};
use engine::db::Db;
use engine::desk::{Desk, Place, Ports};
use engine::notification::{Reason, State};
use engine::outbox::Outbox;
use engine::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, DeliveryStatus, DeliveryWord, GatewayState, Listing,
    Lookup, MarksInMemory, Messenger, MessengerError, NumberCheck, Permit, Pushed, SendOutcome, SentMessage,
};
use engine::settings::{BranchSettings, Settings};
use scenarios::{INSTANCE, Plan, Program, Shop};
use simulator::{Client, NewBooking};
use tokio::sync::watch;

use crate::measure::{Report, now, resident_mb, seconds};
use crate::poll::{COMPANY, Nobody, booking};
use crate::virtual_time::{self, VirtualClock};

const BURST: i64 = 1000;

pub(crate) fn run(report: &mut Report) {
    report.section(
        "A thousand new bookings at once",
        "The queue's rows are the real worker's, over HTTP, polling every 100 ms. The sending is in virtual time, \
         with the real engine and the settings as they come: window 30 s, send_gap_ms 3000 with jitter, a gateway \
         that answers in 300 ms. Waiting in line counts as late after 15 minutes, and then asks a person.",
    );
    queued(report);
    sent(report);
}

fn queued(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::new(Plan::with_window(1_800_000)).await;
        let program = Program::of(&shop).await;
        let worker = program.worker().await;
        shop.baseline().await;
        shop.polls_later(3).await;
        let before = resident_mb(worker.id());
        let started = now();
        for number in 0..BURST {
            let client = Client::new(&format!("Клиент {number}"), &format!("+7916{number:07}"));
            shop.simulator.book(NewBooking { client: Some(client), ..NewBooking::default() });
        }
        shop.until("a thousand rows", |shop| (shop.rows().len() as i64 >= BURST).then_some(())).await;
        report.note("until all are in the queue", &seconds(started.elapsed()));
        shop.polls_later(3).await;
        let after = resident_mb(worker.id());
        report.note("the worker's memory before", &format!("{before:.1} MB"));
        report.note("the worker's memory afterwards", &format!("{after:.1} MB"));
        worker.end_with("TERM").await.succeeded();
    });
}

/// A shop whose bookings come with the second poll, and a gateway that takes everything.
struct Flood {
    clock: Arc<VirtualClock>,
    bookings: Mutex<BTreeMap<BookingId, Booking>>,
    left: Mutex<Vec<Duration>>,
}

#[async_trait::async_trait]
impl Bookings for Flood {
    async fn list(&self, _: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        let mut bookings = self.bookings.lock().unwrap();
        if bookings.is_empty() && !matches!(query, BookingQuery::VisitsFrom(_)) {
            let made = self.clock.now();
            bookings.extend((1..=BURST).map(|id| (BookingId(id), booking(id, made))));
            return Ok(Listing { bookings: bookings.values().cloned().collect(), ..Listing::default() });
        }
        Ok(Listing::default())
    }
    async fn get(&self, _: CompanyId, id: BookingId) -> Result<Lookup, BookingsError> {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let found = self.bookings.lock().unwrap().get(&id).cloned();
        Ok(found.map_or(Lookup::Gone, |booking| Lookup::Found(Box::new(booking))))
    }
    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        let facts = BranchFacts { time_zone: "Europe/Moscow".into(), ..BranchFacts::default() };
        Ok(BranchAnswer { facts, server_time: None })
    }
}

#[async_trait::async_trait]
impl Messenger for Flood {
    fn instance(&self) -> &str {
        INSTANCE
    }
    async fn state(&self) -> Result<GatewayState, MessengerError> {
        Ok(GatewayState::Authorised)
    }
    async fn check_number(&self, _: &str) -> Result<NumberCheck, MessengerError> {
        Ok(NumberCheck::Exists)
    }
    async fn send(&self, _: &str, _: &str, _: &Permit) -> SendOutcome {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut left = self.left.lock().unwrap();
        left.push(self.clock.passed());
        SendOutcome::Accepted { id: format!("M{}", left.len()) }
    }
    async fn receive(&self, _: Duration) -> Result<Option<Pushed>, MessengerError> {
        std::future::pending().await
    }
    async fn acknowledge(&self, _: i64) -> Result<(), MessengerError> {
        Ok(())
    }
    async fn delivery(&self, _: &str, _: &str) -> Result<DeliveryWord, MessengerError> {
        Ok(DeliveryWord::Status(DeliveryStatus::Delivered))
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

fn sent(report: &mut Report) {
    virtual_time::runtime().block_on(async {
        let clock = Arc::new(VirtualClock::new());
        let flood =
            Arc::new(Flood { clock: clock.clone(), bookings: Mutex::default(), left: Mutex::default() });
        let settings =
            Arc::new(Settings { branches: vec![BranchSettings::new(COMPANY)], ..Settings::default() });
        let outbox = Outbox::new(Arc::new(Db::in_memory().unwrap()));
        let mut desk = Desk::start(outbox.clone(), &settings, clock.clone()).unwrap();
        desk.witness().heard(TimeSource::YClients, clock.now(), Duration::ZERO);
        let ports = Ports {
            bookings: flood.clone(),
            messenger: flood.clone(),
            clock: clock.clone(),
            desktop: Arc::new(Nobody),
            place: Place::new(Arc::new(MarksInMemory::default()), Path::new("/data"), None),
        };
        let (_stop, stopped) = watch::channel(false);
        let story = async {
            let moves = |outbox: &Outbox| {
                let rows = outbox.open_rows().unwrap();
                rows.iter().any(|row| matches!(row.state, State::Queued | State::Sending))
            };
            // The bookings come with the second poll, a minute after the first.
            while outbox.open_rows().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            while moves(&outbox) {
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_hours(3), async {
            tokio::select! {
                _ = desk.run(settings, ports, stopped) => unreachable!(),
                () = story => {}
            }
        });
        assert!(in_time.await.is_ok(), "the queue does not empty");
        let left = flood.left.lock().unwrap();
        let waits = outbox.open_rows().unwrap();
        let late = waits.iter().filter(|row| row.reason == Reason::Late).count();
        report.note("left by themselves", &left.len().to_string());
        let (first, last) = (left[0], left[left.len() - 1]);
        report.note("from the first that left to the last", &seconds(last.saturating_sub(first)));
        let between = last.saturating_sub(first) / (left.len() as u32 - 1).max(1);
        report.note("between two of them", &seconds(between));
        report.note("wait for a person then, as late", &late.to_string());
        report.note("had all been let go, the last would leave after", &seconds(between * BURST as u32));
        let missing = BURST - (left.len() + late) as i64;
        report.row("neither left nor waiting", &missing.to_string(), "0", missing == 0);
    });
}
