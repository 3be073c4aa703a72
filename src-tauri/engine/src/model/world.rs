//! The world of the model: one computer, its clocks, YClients and a gateway.
//!
//! Server time is the computer's less what somebody set its clock by. Whatever
//! the program asks is a place where something else can come in between.

mod gateway;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::actions::{Act, Answer, Fate, Point};
use super::reference::Reference;
use crate::booking::{Booking, BookingId, BranchFacts, CompanyId};
use crate::clock::{TimeSource, Witness, to_millisecond};
use crate::db::Db;
use crate::desk::{Place, Ports};
use crate::error::{Fault, Subject};
use crate::fakes::{BOT, COMPANY, is_of_client, monday};
use crate::notification::State;
use crate::outbox::Outbox;
use crate::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, Clock, DeliveryStatus, Desktop, GatewayEvent,
    Listing, Lookup, MarksInMemory, Moment, SentMessage,
};
use crate::settings::{BranchSettings, Settings};
use gateway::Gateway;

/// What the gateway took.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub id: String,
    pub phone: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub monotonic: Duration,
    pub fate: Fate,
}

/// What can be seen and changed at any moment.
#[expect(clippy::struct_excessive_bools, reason = "as many as the world has switches")]
pub(super) struct Inner {
    /// The wall clock at the world's beginning, with all sleeps and settings since.
    pub wall: DateTime<Utc>,
    /// How long the computer slept or was off: the monotonic clock leaves it out.
    pub slept: Duration,
    /// What somebody set the clock by.
    pub skew: TimeDelta,
    pub settings: Settings,
    /// The owner ticked the administrator as one of the bot's users, by mistake.
    pub ticked: bool,
    pub bookings: BTreeMap<BookingId, Booking>,
    pub yclients_down: bool,
    pub linked: bool,
    pub unreachable: bool,
    pub look_takes: Duration,
    pub send_takes: Duration,
    pub fates: VecDeque<Fate>,
    pub arrived: Vec<Arrival>,
    pub pushed: Vec<(Duration, GatewayEvent)>,
    pub hooks: Vec<(Point, Option<Act>)>,
    pub reference: Reference,
}

pub(super) struct World {
    directory: PathBuf,
    started: Instant,
    inner: Mutex<Inner>,
    /// Rung where the process is to be killed.
    pub kill: Notify,
    /// The second process: window or command line.
    pub window: Outbox,
    marks: Arc<MarksInMemory>,
    /// Where the clients of the owner's process tell what the servers' clocks show.
    witness: Mutex<Option<Arc<dyn Witness>>>,
}

/// What a message meets when nothing was said about it.
const KIND: Fate =
    Fate { answer: Answer::Accepted, early: false, echo: None, in_queue: false, in_journal: false };

/// A journal lags by so much.
const JOURNAL_LAG: Duration = Duration::from_mins(2);

pub(super) fn facts() -> BranchFacts {
    BranchFacts {
        title: "Борода".to_owned(),
        address: "ул. Ленина, 5".to_owned(),
        city: "Москва".to_owned(),
        phone: "+74951234567".to_owned(),
        time_zone: "Europe/Moscow".to_owned(),
        currency: String::new(),
    }
}

/// Moscow's wall clock: three hours ahead, the year round.
pub(super) fn moscow(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc() + TimeDelta::hours(3)
}

/// The instant that Moscow's wall clock shows so.
pub(super) fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    local.and_utc() - TimeDelta::hours(3)
}

pub(super) fn open(directory: &Path) -> Outbox {
    let db = Db::open(directory).unwrap();
    // The model kills processes, not the computer: nothing need reach the disk.
    db.read(|connection| {
        Ok::<_, crate::db::StorageError>(connection.pragma_update(None, "synchronous", "OFF")?)
    })
    .unwrap();
    Outbox::new(Arc::new(db))
}

impl World {
    pub(super) fn new(directory: &Path) -> Arc<Self> {
        let mut settings = Settings::default();
        let mut branch = BranchSettings::new(COMPANY);
        branch.integration_user_ids = vec![BOT];
        settings.branches = vec![branch];
        settings.whatsapp.instance_id = "1".to_owned();
        settings.poll_interval = Duration::from_secs(10);
        let window = open(directory);
        // An act that would wait for the owner's transaction did not come at that moment.
        window
            .db()
            .read(|connection| Ok::<_, crate::db::StorageError>(connection.busy_timeout(Duration::ZERO)?))
            .unwrap();
        Arc::new(Self {
            directory: directory.to_owned(),
            started: Instant::now(),
            kill: Notify::new(),
            window,
            marks: Arc::default(),
            witness: Mutex::default(),
            inner: Mutex::new(Inner {
                wall: monday(),
                slept: Duration::ZERO,
                skew: TimeDelta::zero(),
                settings,
                ticked: false,
                bookings: BTreeMap::new(),
                yclients_down: false,
                linked: true,
                unreachable: false,
                look_takes: Duration::ZERO,
                send_takes: Duration::ZERO,
                fates: VecDeque::new(),
                arrived: Vec::new(),
                pushed: Vec::new(),
                hooks: Vec::new(),
                reference: Reference::default(),
            }),
        })
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(super) fn open(&self) -> Outbox {
        open(&self.directory)
    }

    pub(super) fn ports(self: &Arc<Self>) -> Ports {
        let instance = format!("green-api:{}", self.inner().settings.whatsapp.instance_id);
        Ports {
            bookings: self.clone(),
            messenger: Arc::new(Gateway { world: self.clone(), instance }),
            clock: self.clone(),
            desktop: self.clone(),
            place: Place::new(self.marks.clone(), &self.directory, None),
        }
    }

    pub(super) fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    /// The computer sleeps or is off: the monotonic clock alone stands still.
    pub(super) fn sleep(&self, seconds: u32) {
        let mut inner = self.inner();
        inner.wall += TimeDelta::seconds(seconds.into());
        inner.slept += Duration::from_secs(seconds.into());
    }

    /// The clock that goes on in sleep.
    pub(super) fn boot(&self) -> Duration {
        self.monotonic() + self.inner().slept
    }

    /// The computer's wall clock, without anything in between.
    pub(super) fn wall(&self) -> DateTime<Utc> {
        to_millisecond(self.inner().wall + TimeDelta::from_std(self.monotonic()).unwrap())
    }

    /// The true time: the servers'.
    pub(super) fn server_time(&self) -> DateTime<Utc> {
        self.wall() - self.inner().skew
    }

    /// What the second process takes for now. A process that corrects its clock by the servers'
    /// would correct it here too.
    pub(super) fn window_time(&self) -> DateTime<Utc> {
        self.wall() + self.window.clock().map(|clock| clock.difference).unwrap_or_default()
    }

    pub(super) fn listen(&self, witness: Arc<dyn Witness>) {
        *self.witness.lock().unwrap() = Some(witness);
    }

    /// An answer's `Date`.
    fn tell_time(&self, source: TimeSource) {
        if let Some(witness) = &*self.witness.lock().unwrap() {
            witness.heard(source, crate::clock::floor_to_second(self.server_time()), Duration::ZERO);
        }
    }

    /// How far the program's time may be from the true one: a difference of two minutes is not
    /// corrected, and `Date` has whole seconds. A clock that nobody set is right.
    pub(super) fn slack(&self) -> TimeDelta {
        if self.inner().reference.clock_was_set { TimeDelta::seconds(125) } else { TimeDelta::zero() }
    }

    /// A pause that ends by itself is noticed by whoever looks at the clock next.
    fn look_at_pause(&self) {
        let now = self.wall();
        let pausing = self.inner().reference.pausing;
        if pausing.and_then(|pausing| pausing.until).is_some_and(|until| until <= now) {
            super::crowds::end_of_pause(self);
        }
    }

    /// Does what was planned for this point. True when the process dies here.
    fn reach(&self, point: Point) -> bool {
        let planned = {
            let mut inner = self.inner();
            let found = inner.hooks.iter().position(|(at, _)| *at == point);
            found.map(|index| inner.hooks.remove(index))
        };
        match planned {
            Some((_, Some(act))) => {
                super::people::perform(self, &act);
                false
            }
            Some((_, None)) => {
                self.kill.notify_one();
                true
            }
            None => false,
        }
    }

    async fn pass_through(&self, point: Point) {
        if self.reach(point) {
            std::future::pending::<()>().await;
        }
    }

    /// Whether a row is checked and not claimed yet, as another process sees it.
    fn is_before_claim(&self, now: DateTime<Utc>) -> bool {
        let queued = self.window.in_state(State::Queued).unwrap_or_default();
        queued
            .iter()
            .any(|row| row.checked_at == Some(now) && row.checked_revision == Some(row.revision) && !row.held)
    }

    fn arrive(&self, phone: &str, text: &str, fate: Fate) -> String {
        let (at, monotonic) = (self.server_time(), self.monotonic());
        let mut inner = self.inner();
        let id = format!("M{}", inner.arrived.len() + 1);
        let arrival = Arrival { id: id.clone(), phone: phone.into(), text: text.into(), at, monotonic, fate };
        if let Some(after) = fate.echo {
            let event = GatewayEvent::Echo(seen(&arrival));
            inner.pushed.push((monotonic + Duration::from_secs(after.into()), event));
        }
        inner.arrived.push(arrival);
        inner.reference.arrived();
        id
    }

    fn shown(&self, phone: Option<&str>, is_shown: impl Fn(&Arrival, Duration) -> bool) -> Vec<SentMessage> {
        let now = self.monotonic();
        let inner = self.inner();
        let ours = inner.arrived.iter().filter(|arrival| phone.is_none_or(|phone| phone == arrival.phone));
        ours.filter(|arrival| is_shown(arrival, now.saturating_sub(arrival.monotonic))).map(seen).collect()
    }
}

fn seen(arrival: &Arrival) -> SentMessage {
    SentMessage {
        id: arrival.id.clone(),
        phone: arrival.phone.clone(),
        text: arrival.text.clone(),
        at: Some(arrival.at),
        by_api: true,
        status: Some(DeliveryStatus::Sent),
    }
}

impl Clock for World {
    fn moment(&self) -> Moment {
        self.look_at_pause();
        let planned = self.inner().hooks.iter().any(|(point, _)| *point == Point::BeforeClaim);
        if planned && self.is_before_claim(self.wall()) && self.reach(Point::BeforeClaim) {
            // Killed in the middle of a calculation: at the next point where it waits, which
            // is the sending. What it does until then a killed process would not have done.
            self.inner().hooks.insert(0, (Point::SendBegun, None));
        }
        Moment { wall: self.wall(), monotonic: self.monotonic(), boot: self.boot() }
    }
}

/// Whether a listing is asked just before a message leaves: what it brings counts as read again.
/// What it does not bring counts as little as an answer that never came.
const fn is_last_check(query: &BookingQuery) -> bool {
    match query {
        BookingQuery::VisitsFrom(_) | BookingQuery::Created { .. } | BookingQuery::ChangedAfter(_) => false,
        BookingQuery::OfClient { .. } => true,
    }
}

impl Desktop for World {
    fn alarm(&self, _: &Fault) {}
    fn all_clear(&self, _: Subject) {}
    fn show_window(&self, _: &str) -> bool {
        true
    }
}

#[async_trait]
impl Bookings for World {
    async fn list(&self, company: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        let asked = self.monotonic();
        self.pass_through(if is_last_check(query) { Point::CheckAsked } else { Point::ListAsked }).await;
        let takes = self.inner().look_takes;
        sleep(takes).await;
        self.tell_time(TimeSource::YClients);
        let server_time = self.server_time();
        let mut inner = self.inner();
        if inner.yclients_down {
            return Err(BookingsError::Offline("down".to_owned()));
        }
        let bookings = inner.bookings.values().filter(|booking| {
            booking.company == company
                && match query {
                    BookingQuery::VisitsFrom(day) => {
                        !booking.deleted && booking.starts_local.is_none_or(|start| start.date() >= *day)
                    }
                    BookingQuery::Created { from, to } => {
                        booking.created_at.is_some_and(|at| (*from..=*to).contains(&moscow(at).date()))
                    }
                    BookingQuery::ChangedAfter(after) => {
                        booking.changed_at.is_some_and(|at| moscow(at) >= *after)
                    }
                    BookingQuery::OfClient { client, from, to } => is_of_client(booking, *client, *from, *to),
                }
        });
        let bookings: Vec<_> = bookings.cloned().collect();
        if is_last_check(query) {
            let seen = bookings.iter().map(|booking| (booking.id, (asked, Some(booking.clone()))));
            inner.reference.seen.extend(seen);
        }
        Ok(Listing { bookings, server_time: Some(server_time), ..Listing::default() })
    }

    async fn get(&self, _: CompanyId, id: BookingId) -> Result<Lookup, BookingsError> {
        let asked = self.monotonic();
        self.pass_through(Point::CheckAsked).await;
        let takes = self.inner().look_takes;
        sleep(takes).await;
        self.tell_time(TimeSource::YClients);
        let mut inner = self.inner();
        if inner.yclients_down {
            return Err(BookingsError::Offline("down".to_owned()));
        }
        let found = inner.bookings.get(&id).cloned();
        inner.reference.seen.insert(id, (asked, found.clone()));
        Ok(found.map_or(Lookup::Gone, |booking| Lookup::Found(Box::new(booking))))
    }

    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        if self.inner().yclients_down {
            return Err(BookingsError::Offline("down".to_owned()));
        }
        self.tell_time(TimeSource::YClients);
        Ok(BranchAnswer { facts: facts(), server_time: Some(self.server_time()) })
    }
}
