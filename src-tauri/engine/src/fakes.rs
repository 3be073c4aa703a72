//! The world as tests make it: a clock that stands still, bookings in a list, a
//! gateway that does as it is told.

mod clock;
mod messenger;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use tokio::sync::watch;

use crate::booking::{
    Attendance, Booking, BookingId, BranchFacts, Client, CompanyId, Flaw, FlawKind, Service, Staff, Unread,
};
use crate::clock::TimeSource;
use crate::db::Db;
use crate::desk::{Desk, End, Place, Ports};
use crate::error::{Fault, Subject};
use crate::notification::{Notification, NotificationId};
use crate::outbox::Outbox;
use crate::person::Person;
use crate::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, Clock, Desktop, Listing, Lookup, Marks,
    MarksInMemory, SecretsError,
};
use crate::settings::{BranchSettings, Settings};
pub(crate) use clock::{FakeClock, FakeDate, StoppedClock};
pub(crate) use messenger::FakeMessenger;

pub(crate) const COMPANY: CompanyId = CompanyId(962_302);
pub(crate) const INSTANCE: &str = "green-api:1103000001";
pub(crate) const ADMINISTRATOR: i64 = 1001;
pub(crate) const BOT: i64 = 771;

/// 2026-11-23 09:00 UTC, noon in Moscow, a Monday.
pub(crate) fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

/// A booking the administrator has just made for tomorrow at 15:00.
pub(crate) fn booking(id: i64, clock: &FakeClock) -> Booking {
    let now = clock.now();
    let second = crate::clock::floor_to_second(now);
    Booking {
        id: BookingId(id),
        company: COMPANY,
        created_at: Some(second),
        changed_at: Some(second),
        starts_local: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(15, 0, 0),
        online: false,
        created_by: ADMINISTRATOR,
        deleted: false,
        attendance: Attendance::Waiting,
        client: Some(Client {
            id: 500 + id, name: format!("Клиент {id}"), phone: format!("+7916{id:07}")
        }),
        staff: Some(Staff { id: 7, name: "Пётр".to_owned() }),
        services: vec![Service { id: 1, title: "Стрижка".to_owned(), amount: 1, price: 150_000 }],
        own_notice: false,
        created_local: None,
        changed_local: None,
    }
}

/// What the branch is called.
pub(crate) struct FakeFacts(BranchFacts);

impl Default for FakeFacts {
    fn default() -> Self {
        Self(BranchFacts {
            title: "Борода".to_owned(),
            address: "ул. Ленина, 5".to_owned(),
            city: "Москва".to_owned(),
            phone: "+74951234567".to_owned(),
            time_zone: "Europe/Moscow".to_owned(),
            currency: String::new(),
        })
    }
}

impl std::ops::Deref for FakeFacts {
    type Target = BranchFacts;

    fn deref(&self) -> &BranchFacts {
        &self.0
    }
}

impl std::ops::DerefMut for FakeFacts {
    fn deref_mut(&mut self) -> &mut BranchFacts {
        &mut self.0
    }
}

/// YClients as a list.
#[derive(Default)]
pub(crate) struct FakeBookings {
    pub(crate) date: FakeDate,
    pub(crate) all: Mutex<BTreeMap<BookingId, Booking>>,
    /// Every call fails so.
    pub(crate) failure: Mutex<Option<BookingsError>>,
    /// Every listing fails so.
    pub(crate) listing_failure: Mutex<Option<BookingsError>>,
    /// What the branch is called cannot be read.
    pub(crate) facts_failure: Mutex<Option<BookingsError>>,
    /// Listings do not show these, look-ups do.
    pub(crate) hidden_from_feed: Mutex<Vec<BookingId>>,
    /// Listings say something else of a booking than its own address.
    pub(crate) listing_says: Mutex<Option<fn(&mut Booking)>>,
    /// What the branch is called.
    pub(crate) facts: Mutex<FakeFacts>,
    /// No booking is found by its own address.
    pub(crate) not_found: Mutex<bool>,
    /// No listing shows these.
    pub(crate) hidden: Mutex<Vec<BookingId>>,
    pub(crate) calls: Mutex<Vec<String>>,
    /// A listing takes so long.
    pub(crate) slow: Mutex<Duration>,
    /// Every answer about bookings takes so long.
    pub(crate) answers_take: Mutex<Duration>,
    /// These cannot be read, wherever they come.
    pub(crate) flaws: Mutex<BTreeMap<BookingId, Flaw>>,
    /// Listings bring one more record that has not even a number.
    pub(crate) nameless: Mutex<bool>,
    /// How often that was asked.
    pub(crate) facts_asked: Mutex<usize>,
    /// What users are called.
    pub(crate) names: Mutex<Vec<(i64, String)>>,
    /// How often that was asked.
    pub(crate) names_asked: Mutex<usize>,
    /// The next listings of this branch panic, so many of them.
    pub(crate) panics: Mutex<(Option<CompanyId>, usize)>,
}

impl FakeBookings {
    pub(crate) fn put(&self, booking: Booking) {
        self.all.lock().unwrap().insert(booking.id, booking);
    }

    pub(crate) fn change(&self, id: i64, clock: &FakeClock, change: impl FnOnce(&mut Booking)) {
        let mut all = self.all.lock().unwrap();
        let booking = all.get_mut(&BookingId(id)).unwrap();
        change(booking);
        booking.changed_at = Some(clock.now());
    }

    fn fail(&self) -> Result<(), BookingsError> {
        self.failure.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

fn moscow(at: DateTime<Utc>) -> chrono::NaiveDateTime {
    at.with_timezone(&chrono_tz::Europe::Moscow).naive_local()
}

/// What a listing of one client's visits shows, deleted ones too.
pub(crate) fn is_of_client(booking: &Booking, client: i64, from: NaiveDate, to: NaiveDate) -> bool {
    booking.client.as_ref().is_some_and(|card| card.id == client)
        && booking.starts_local.is_some_and(|start| (from..=to).contains(&start.date()))
}

#[async_trait]
impl Bookings for FakeBookings {
    async fn list(&self, company: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        self.calls.lock().unwrap().push(format!("{query:?}"));
        let falls = {
            let mut panics = self.panics.lock().unwrap();
            let falls = panics.0 == Some(company) && panics.1 > 0;
            panics.1 -= usize::from(falls);
            falls
        };
        assert!(!falls, "this listing was to panic");
        let slow = *self.slow.lock().unwrap() + *self.answers_take.lock().unwrap();
        tokio::time::sleep(slow).await;
        self.date.tell(TimeSource::YClients);
        self.fail()?;
        if let Some(error) = self.listing_failure.lock().unwrap().clone() {
            return Err(error);
        }
        let hidden = self.hidden_from_feed.lock().unwrap().clone();
        let all = self.all.lock().unwrap().clone();
        let unlisted = self.hidden.lock().unwrap().clone();
        let bookings = all.values().filter(|booking| {
            booking.company == company
                && !unlisted.contains(&booking.id)
                && match query {
                    BookingQuery::VisitsFrom(day) => {
                        !booking.deleted && booking.starts_local.is_none_or(|start| start.date() >= *day)
                    }
                    BookingQuery::Created { from, to } => {
                        booking.created_at.is_some_and(|at| (*from..=*to).contains(&moscow(at).date()))
                    }
                    BookingQuery::ChangedAfter(after) => {
                        !hidden.contains(&booking.id)
                            && booking.changed_at.is_some_and(|at| moscow(at) >= *after)
                    }
                    BookingQuery::OfClient { client, from, to } => is_of_client(booking, *client, *from, *to),
                }
        });
        let mut bookings: Vec<_> = bookings.cloned().collect();
        if let Some(says) = *self.listing_says.lock().unwrap() {
            bookings.iter_mut().for_each(says);
        }
        let flaws = self.flaws.lock().unwrap();
        let unread = |booking: &Booking| {
            let flaw = flaws.get(&booking.id)?.clone();
            Some(Unread { id: Some(booking.id), flaw, starts_local: booking.starts_local, print: 0 })
        };
        let mut unreadable: Vec<_> = bookings.iter().filter_map(unread).collect();
        bookings.retain(|booking| !flaws.contains_key(&booking.id));
        if *self.nameless.lock().unwrap() {
            let flaw = Flaw::whole(FlawKind::NoId);
            unreadable.push(Unread { id: None, flaw, starts_local: None, print: 77 });
        }
        Ok(Listing { bookings, unreadable, ..Listing::default() })
    }

    async fn get(&self, _: CompanyId, id: BookingId) -> Result<Lookup, BookingsError> {
        self.calls.lock().unwrap().push(format!("get {id}"));
        let takes = *self.answers_take.lock().unwrap();
        tokio::time::sleep(takes).await;
        self.date.tell(TimeSource::YClients);
        self.fail()?;
        if let Some(flaw) = self.flaws.lock().unwrap().get(&id) {
            return Err(BookingsError::Unreadable(flaw.to_string()));
        }
        let found = self.all.lock().unwrap().get(&id).cloned().filter(|_| !*self.not_found.lock().unwrap());
        Ok(found.map_or(Lookup::Gone, |booking| Lookup::Found(Box::new(booking))))
    }

    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        self.date.tell(TimeSource::YClients);
        *self.facts_asked.lock().unwrap() += 1;
        self.fail()?;
        self.facts_failure.lock().unwrap().clone().map_or(Ok(()), Err)?;
        let facts = self.facts.lock().unwrap().0.clone();
        Ok(BranchAnswer { facts, server_time: None })
    }

    async fn user_names(&self, _: CompanyId) -> Result<Vec<(i64, String)>, BookingsError> {
        *self.names_asked.lock().unwrap() += 1;
        self.fail()?;
        Ok(self.names.lock().unwrap().clone())
    }
}

/// A desktop that remembers what it was told.
#[derive(Default)]
pub(crate) struct FakeDesktop {
    pub(crate) alarms: Mutex<Vec<Fault>>,
    /// What was said to be over.
    pub(crate) cleared: Mutex<Vec<Subject>>,
}

impl Desktop for FakeDesktop {
    fn alarm(&self, fault: &Fault) {
        self.alarms.lock().unwrap().push(fault.clone());
    }
    fn all_clear(&self, subject: Subject) {
        self.cleared.lock().unwrap().push(subject);
    }
    fn show_window(&self, _: &str) -> bool {
        true
    }
}

/// A keyring that can be locked, or so slow that nobody waits for it.
#[derive(Default)]
pub(crate) struct FakeKeyring {
    pub(crate) marks: MarksInMemory,
    pub(crate) failure: Mutex<Option<SecretsError>>,
    /// Writing takes so long.
    pub(crate) slow: Mutex<Duration>,
    pub(crate) written: Mutex<usize>,
}

#[async_trait]
impl Marks for FakeKeyring {
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.failure.lock().unwrap().clone().map_or(Ok(()), Err)?;
        self.marks.mark(name).await
    }

    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        let slow = *self.slow.lock().unwrap();
        tokio::time::sleep(slow).await;
        self.failure.lock().unwrap().clone().map_or(Ok(()), Err)?;
        assert!(value.encode_utf16().count() <= 1280, "more than an entry takes");
        *self.written.lock().unwrap() += 1;
        self.marks.set_mark(name, value).await
    }

    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError> {
        self.failure.lock().unwrap().clone().map_or(Ok(()), Err)?;
        self.marks.remove_mark(name).await
    }
}

/// A shop with one branch, its administrator and its phone.
pub(crate) struct Shop {
    pub(crate) outbox: Outbox,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) bookings: Arc<FakeBookings>,
    pub(crate) messenger: Arc<FakeMessenger>,
    pub(crate) desktop: Arc<FakeDesktop>,
    pub(crate) settings: Settings,
    pub(crate) keyring: Arc<FakeKeyring>,
    /// The id of the computer it stands on.
    pub(crate) machine: Option<&'static str>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let mut settings = Settings::default();
        let mut branch = BranchSettings::new(COMPANY);
        branch.integration_user_ids = vec![BOT];
        settings.branches = vec![branch];
        settings.whatsapp.instance_id = "1103000001".to_owned();
        Self {
            outbox: Outbox::new(Arc::new(Db::in_memory().unwrap())),
            clock: FakeClock::new(),
            bookings: Arc::default(),
            messenger: Arc::default(),
            desktop: Arc::default(),
            settings,
            keyring: Arc::default(),
            machine: Some("the old computer"),
        }
    }

    /// A shop that is polled every so many seconds.
    pub(crate) fn polled_every(seconds: u64) -> Self {
        let mut shop = Self::new();
        shop.settings.poll_interval = Duration::from_secs(seconds);
        shop
    }

    pub(crate) fn book(&self, id: i64) {
        self.bookings.put(booking(id, &self.clock));
    }

    pub(crate) fn book_with(&self, id: i64, change: impl FnOnce(&mut Booking)) {
        let mut booking = booking(id, &self.clock);
        change(&mut booking);
        self.bookings.put(booking);
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person { outbox: &self.outbox, settings: &self.settings, name: "Анна", instance: INSTANCE }
    }

    /// What the keyring knows of the database, from this computer.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.keyring.clone(), Path::new("/data"), self.machine)
    }

    fn ports(&self) -> Ports {
        Ports {
            bookings: self.bookings.clone(),
            messenger: self.messenger.clone(),
            clock: self.clock.clone(),
            desktop: self.desktop.clone(),
            place: self.place(),
        }
    }

    fn start(&self) -> Desk {
        let desk = Desk::start(self.outbox.clone(), &self.settings, self.clock.clone()).unwrap();
        self.bookings.date.tell_to(desk.witness(), self.clock.clone());
        self.messenger.date.tell_to(desk.witness(), self.clock.clone());
        desk
    }

    /// The desk works while `story` goes on, and is then told to stop.
    pub(crate) async fn open<T>(&self, story: impl Future<Output = T>) -> T {
        let mut desk = self.start();
        let (stop, stopped) = watch::channel(false);
        let story = async {
            let told = story.await;
            stop.send(true).unwrap();
            told
        };
        let work = async {
            let settings = Arc::new(self.settings.clone());
            while desk.run(settings.clone(), self.ports(), stopped.clone()).await == End::Reload {}
        };
        let ((), told) = tokio::join!(work, story);
        desk.leave().unwrap();
        told
    }

    /// The desk works for so long, and then the computer is switched off in mid-air.
    pub(crate) async fn open_until_killed<T>(&self, story: impl Future<Output = T>) -> T {
        let mut desk = self.start();
        let (_stop, stopped) = watch::channel(false);
        let ports = self.ports();
        tokio::select! {
            told = story => told,
            _ = desk.run(Arc::new(self.settings.clone()), ports, stopped) => unreachable!(),
        }
    }

    /// Time passes at the open desk.
    pub(crate) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The branch is known and nobody was written to.
    pub(crate) async fn baseline(&self) {
        self.open(self.pass(5)).await;
    }

    /// The newest notification about a booking.
    pub(crate) fn about(&self, id: i64) -> Notification {
        self.outbox.row_about(COMPANY, BookingId(id)).unwrap().unwrap_or_else(|| panic!("no row about {id}"))
    }

    pub(crate) fn row(&self, id: NotificationId) -> Notification {
        self.outbox.get(id).unwrap().unwrap()
    }
}
