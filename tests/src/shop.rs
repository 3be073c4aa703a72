//! A shop: two servers, a data directory, and a look at the queue from outside.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::booking::{BookingId, CompanyId, Flaw};
use engine::clock::Clock;
use engine::db::{self, Db, StorageError};
use engine::monitor::known::{self, BranchState};
use engine::monitor::unread_in;
use engine::notification::{Notification, Reason, State};
use engine::outbox::{Outbox, RequestKind};
use engine::person::Person;
use engine::ports::{Marks, MarksInMemory};
use engine::settings::{Environment, Settings};
use messaging::green_api::{Config, GreenApi};
use simulator::{NewBooking, Simulator};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::alarms::Alarms;
use crate::at_desk::AtDesk;
use crate::plan::{COMPANY, GATEWAY_TOKEN, INSTANCE, Plan};
use crate::shifted::ShiftedClock;

/// More than any healthy run needs, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(3);

/// How often a condition is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(15);

/// A simulated shop and its data directory. Its own look at the queue is a
/// database connection of its own, as another process would have it.
pub struct Shop {
    /// YClients and the gateway.
    pub simulator: Arc<Simulator>,
    /// The queue as it is on the disk.
    pub outbox: Outbox,
    /// What was shown to the person at the desk.
    pub alarms: Arc<Alarms>,
    pub clock: Arc<ShiftedClock>,
    settings: Settings,
    dir: TempDir,
    /// What the keyring remembers beside the database.
    marks: Arc<dyn Marks>,
}

impl Shop {
    /// A shop that never ran.
    pub async fn new(plan: Plan) -> Self {
        Self::in_dir(plan, tempfile::tempdir().unwrap()).await
    }

    /// The same with its data in this directory.
    pub async fn in_dir(plan: Plan, dir: TempDir) -> Self {
        let simulator = Arc::new(Simulator::start(plan.options.clone()).await.unwrap());
        Self::on(simulator, &plan, dir)
    }

    /// Another data directory on the same shop and account, with a keyring of its own: a second
    /// computer. It never ran.
    #[must_use]
    pub fn second(&self, plan: &Plan) -> Self {
        Self::on(Arc::clone(&self.simulator), plan, tempfile::tempdir().unwrap())
    }

    fn on(simulator: Arc<Simulator>, plan: &Plan, dir: TempDir) -> Self {
        plan.write(&simulator, dir.path());
        Self::resumed(simulator, dir, ShiftedClock::default(), Arc::new(MarksInMemory::default()))
    }

    /// One that worked before: settings and database lie in the directory, marks in the keyring. The
    /// servers' clock is the computer's.
    pub fn resumed(
        simulator: Arc<Simulator>,
        dir: TempDir,
        clock: ShiftedClock,
        marks: Arc<dyn Marks>,
    ) -> Self {
        simulator.set_clock_offset(clock.ahead());
        let settings = Settings::load(dir.path(), &Environment::default()).unwrap();
        let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
        Self { simulator, outbox, alarms: Arc::default(), clock: Arc::new(clock), settings, dir, marks }
    }

    /// A shop that is open and knows which bookings are old.
    pub async fn opened(plan: Plan) -> (Self, AtDesk) {
        let shop = Self::new(plan).await;
        let desk = shop.open();
        shop.baseline().await;
        (shop, desk)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Runs the engine with the real clients, until the answer is closed or dropped.
    pub fn open(&self) -> AtDesk {
        AtDesk::open(&self.simulator, self.dir(), self.alarms.clone(), self.marks.clone(), self.clock.clone())
    }

    /// The account's client, as set-up and command line have it.
    pub fn gateway(&self) -> GreenApi {
        let whatsapp = &self.settings.whatsapp;
        let config = Config::new(self.simulator.green_api_url(), whatsapp.instance_id.clone());
        GreenApi::new(&config, GATEWAY_TOKEN.into()).unwrap()
    }

    /// The database as it is now, as a backup has it. Of a shop that is closed.
    pub fn copy_of_database(&self) -> Vec<u8> {
        let whole = self.outbox.db().read(|connection| {
            Ok::<_, StorageError>(connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?)
        });
        whole.unwrap();
        std::fs::read(self.dir().join(db::FILE_NAME)).unwrap()
    }

    /// The closed shop with this database put in the place of its own; its keyring stays.
    #[must_use]
    pub fn with_database(self, copy: &[u8]) -> Self {
        let Self { simulator, outbox, alarms, clock, settings, dir, marks } = self;
        drop(outbox);
        for file in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.path().join(format!("{}{file}", db::FILE_NAME)));
        }
        std::fs::write(dir.path().join(db::FILE_NAME), copy).unwrap();
        let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
        Self { simulator, outbox, alarms, clock, settings, dir, marks }
    }

    /// Waits until every branch has been read whole once.
    pub async fn baseline(&self) {
        for branch in &self.settings.branches {
            let company = branch.company_id;
            self.until("a baseline", |shop| shop.branch(company.0).baseline_at).await;
        }
    }

    /// A booking for this client, tomorrow at 15:00.
    pub fn book(&self, name: &str, phone: &str) -> i64 {
        self.simulator.book(NewBooking::for_client(name, phone))
    }

    /// What is known of a branch.
    pub fn branch(&self, company: i64) -> BranchState {
        let known = self.outbox.db().read(|connection| known::branch_in(connection, CompanyId(company)));
        known.unwrap().unwrap_or_default()
    }

    /// The first branch's bookings that cannot be read, and what is wrong with them.
    pub fn unread(&self) -> Vec<(Option<BookingId>, Flaw)> {
        self.outbox.db().read(|connection| unread_in(connection, CompanyId(COMPANY))).unwrap()
    }

    /// The row that speaks of a booking of the first branch.
    pub fn row(&self, booking: i64) -> Option<Notification> {
        self.outbox.row_about(CompanyId(COMPANY), BookingId(booking)).unwrap()
    }

    /// The row that speaks of a booking; there must be one.
    pub fn about(&self, booking: i64) -> Notification {
        self.row(booking).unwrap_or_else(|| panic!("no row about {booking}\n{}", self.picture()))
    }

    /// Every row there is.
    pub fn rows(&self) -> Vec<Notification> {
        self.outbox.all_since(chrono::DateTime::UNIX_EPOCH).unwrap()
    }

    /// State and reason of the row that speaks of a booking.
    pub fn fate(&self, booking: i64) -> (State, Reason) {
        let row = self.about(booking);
        (row.state, row.reason)
    }

    /// The numbers the gateway took a message for, in order.
    pub fn told(&self) -> Vec<String> {
        self.simulator.messages().iter().map(|message| format!("+{}", message.phone)).collect()
    }

    /// The texts the gateway took, in order.
    pub fn texts(&self) -> Vec<String> {
        self.simulator.messages().into_iter().map(|message| message.text).collect()
    }

    /// Anna at the desk, from a process of her own.
    pub fn person(&self) -> Person<'_> {
        Person { outbox: &self.outbox, settings: &self.settings, name: "Анна", instance: INSTANCE }
    }

    /// A person asks for a poll. Answers when it is done.
    pub async fn poll(&self) {
        let request = self.outbox.ask(RequestKind::Poll, "", self.clock.now()).unwrap();
        self.until("a poll that was asked for", |shop| {
            shop.outbox.is_answered(request).unwrap().then_some(())
        })
        .await;
    }

    /// Waits until the booking's row is in this state.
    pub async fn until_state(&self, booking: i64, state: State) -> Notification {
        let what = format!("booking {booking} to be {state}");
        self.until(&what, |shop| shop.row(booking).filter(|row| row.state == state)).await
    }

    /// Waits until the gateway has taken so many messages in all.
    pub async fn until_told(&self, count: usize) {
        let what = format!("{count} messages");
        self.until(&what, |shop| (shop.simulator.messages().len() >= count).then_some(())).await;
    }

    /// Waits until nothing is queued or on its way, and then for three polls
    /// more: what has not gone out by then does not go out.
    pub async fn until_quiet(&self) {
        self.until("an empty queue", |shop| {
            let moves = |row: &Notification| matches!(row.state, State::Queued | State::Sending) && !row.held;
            (!shop.rows().iter().any(moves)).then_some(())
        })
        .await;
        self.polls_later(3).await;
    }

    /// Waits for so many polls more.
    pub async fn polls_later(&self, count: u64) {
        let seen = self.simulator.count("records");
        let what = format!("{count} polls");
        self.until(&what, |shop| (shop.simulator.count("records") > seen + count).then_some(())).await;
    }

    /// Looks again and again until there is something to see. With everything
    /// that is known when patience ends.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "waited in vain for {what}\n{}", self.picture());
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The shop at a glance, for whoever reads why a test failed.
    pub fn picture(&self) -> String {
        let line = |row: &Notification| {
            format!(
                "  {} {} {} held={} rev={} tries={} {:?}\n",
                row.id, row.state, row.reason, row.held, row.revision, row.tries, row.detail
            )
        };
        let rows: String = self.rows().iter().map(line).collect();
        let branches: Vec<_> = self
            .settings
            .branches
            .iter()
            .map(|branch| {
                let state = self.branch(branch.company_id.0);
                (branch.company_id.0, state.failures, state.stopped, state.fault_code, state.fault_detail)
            })
            .collect();
        format!(
            "rows:\n{rows}branches: {branches:?}\ngateway: {:?}\nalarms: {:?}\nrequests: {:?}\n{} messages",
            self.outbox.desk().unwrap().gateway,
            self.alarms.codes(),
            self.simulator.totals(),
            self.simulator.messages().len()
        )
    }
}
