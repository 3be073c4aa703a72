//! The desk: owns polling, sending and following up on one data directory.
//!
//! One task. Monitor, sender and follower are loops inside it that share the
//! database and nothing else; the desk attends to what other processes ask (its
//! inbox is the `requests` table), to the clocks, and to the order of starting
//! and stopping. There is one desk at a time on a directory, see [`OwnerLock`].

mod inbox;
mod lock;
mod place;
mod retention;
mod vigil;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, Notify, watch};
use tracing::{error, warn};

use crate::clock::{ClockStanding, DeskClock, Heard, Witness};
use crate::db::StorageError;
use crate::error::{Fault, Subject};
use crate::monitor::{Monitor, Released, Signals, TokenRefused, rearm_all};
use crate::notification::{Event, Kind, Reason, State};
use crate::outbox::{Actor, Outbox, unless_refused};
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::{Bookings, Clock, Desktop, Messenger, SecretsError};
use crate::sender::{Backlog, Follower, Halt, Readiness, Sender};
use crate::settings::Settings;
use crate::shut::{NoBookings, NoMessenger};
use crate::supervision::{Part, Supervisor};

use inbox::Inbox;
pub use lock::{LockError, OwnerLock, WindowLock};
use place::Keeper;
pub use place::{BegunAnew, Place, PlaceError, begin_anew, doubt, remember};
use retention::Retention;
pub use vigil::Vigil;

/// While nobody confirms the time, the servers are asked for it this often.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// The same when they disagree, or none was heard for long.
const ASK_STILL: Duration = Duration::from_secs(30);

/// A server that takes longer says nothing about the time.
const ASK_PATIENCE: Duration = Duration::from_secs(5);

/// What could not be told is looked at again this often.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The world the desk works with.
#[derive(Clone)]
pub struct Ports {
    pub bookings: Arc<dyn Bookings>,
    pub messenger: Arc<dyn Messenger>,
    pub clock: Arc<dyn Clock>,
    pub desktop: Arc<dyn Desktop>,
    /// What a restored or copied database is told by.
    pub place: Place,
}

/// Why the desk stopped working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was told to; nothing is on its way.
    Stopped,
    /// Settings or secrets changed: run again with new ones.
    Reload,
}

/// The owner of polling and sending.
pub struct Desk {
    outbox: Outbox,
    clock: Arc<DeskClock>,
    heard: Arc<Heard>,
    vigil: Arc<Vigil>,
    /// How far the account's feed is read, and which account's.
    backlog: Arc<Backlog>,
    backlog_of: String,
}

impl Desk {
    /// Takes over the queue after a start. What was on its way is of unknown
    /// outcome. Everything else is looked at once somebody confirms the time: then
    /// what is late waits for a person, and what is queued gets a fresh window, for
    /// nobody could see the old one. `computer` is this computer's clock as it is.
    pub fn start(
        outbox: Outbox,
        settings: &Settings,
        computer: Arc<dyn Clock>,
    ) -> Result<Self, StorageError> {
        let clock = Arc::new(DeskClock::new(computer.clone()));
        clock.refresh(&outbox)?;
        let now = clock.now();
        let interrupted = outbox.recover_in_flight(now)?;
        if interrupted > 0 {
            warn!(interrupted, "messages were on their way when the program ended");
        }
        let last_alive = outbox.desk()?.alive_at;
        outbox.take_desk(std::process::id(), now)?;
        let heard = Arc::new(Heard::new(computer));
        let vigil = Vigil::new(clock.clone(), heard.clone(), settings.poll_interval, last_alive);
        let (backlog, backlog_of) = (Arc::default(), String::new());
        Ok(Self { outbox, clock, heard, vigil: Arc::new(vigil), backlog, backlog_of })
    }

    /// Where the clients tell what the servers' clocks show.
    pub fn witness(&self) -> Arc<dyn Witness> {
        self.heard.clone()
    }

    /// The clock that decisions are taken by.
    pub fn clock(&self) -> Arc<DeskClock> {
        self.clock.clone()
    }

    /// Polls, sends and follows up until `stop` turns true or something changed
    /// that needs new settings. Returns when nothing is on its way any more.
    ///
    /// A database that cannot know what was sent is only watched over: nothing is
    /// read or sent until a person begins anew.
    pub async fn run(
        &mut self,
        settings: Arc<Settings>,
        ports: Ports,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        #[cfg(debug_assertions)]
        planted::turn(Part::Desk);
        // After a reload too: an end that could not be recorded is an unknown one.
        if let Err(error) = self.outbox.recover_in_flight(self.clock.now()) {
            warn!(%error, "interrupted messages could not be looked for");
        }
        if self.backlog_of != ports.messenger.instance() {
            self.backlog = Arc::default();
            ports.messenger.instance().clone_into(&mut self.backlog_of);
        }
        let now = self.clock.now();
        let settled = tokio::select! {
            settled = place::settle(&self.outbox, &ports.place, now) => settled,
            _ = stop.wait_for(|stop| *stop) => return End::Stopped,
        };
        let shown = |code, detail: String| {
            ports.desktop.alarm(&Fault { subject: Subject::Storage, code, detail });
        };
        match settled {
            Ok(None) => {
                ports.desktop.all_clear(Subject::Storage);
                self.work(settings, ports, stop, None).await
            }
            Ok(Some(doubt)) => {
                shown(doubt.code(), format!("the database is {doubt}"));
                self.watch_over(&settings, &ports, stop, true).await
            }
            Err(PlaceError::Storage(error)) => {
                error!(%error, "nothing is read or sent while the database fails");
                shown(error.code(), error.to_string());
                self.watch_over(&settings, &ports, stop, false).await
            }
            // Without the keyring there are no tokens either; should there be, they are not used.
            Err(PlaceError::Secrets(error)) => {
                let instance = ports.messenger.instance().to_owned();
                let shut = Ports {
                    bookings: Arc::new(NoBookings(error.clone().into())),
                    messenger: Arc::new(NoMessenger { instance, error: error.clone().into() }),
                    ..ports
                };
                self.work(settings, shut, stop, Some(error)).await
            }
        }
    }

    /// Nothing but clocks and inbox: until a person begins anew, or until it is
    /// worth another look.
    async fn watch_over(
        &self,
        settings: &Settings,
        ports: &Ports,
        mut stop: watch::Receiver<bool>,
        doubted: bool,
    ) -> End {
        let changed = Notify::new();
        let (signals, _heard) = watch::channel(Signals::default());
        let (_served, serving) = watch::channel(BTreeMap::new());
        let mut inbox = Inbox::new(self, settings, ports.desktop.as_ref(), &changed, signals, serving);
        inbox.doubted = doubted;
        let again = async {
            if doubted { std::future::pending().await } else { tokio::time::sleep(LOOK_AGAIN).await }
        };
        tokio::select! {
            end = inbox.attend(&mut stop) => end,
            () = again => End::Reload,
        }
    }

    /// `shut` says why whose the database is could not be told: then nobody can
    /// be asked anything, and the end comes when the keyring answers.
    async fn work(
        &self,
        settings: Arc<Settings>,
        ports: Ports,
        mut stop: watch::Receiver<bool>,
        shut: Option<SecretsError>,
    ) -> End {
        let instance = ports.messenger.instance().to_owned();
        if let Err(error) = settle_settings(&self.outbox, &settings, &instance, self.clock.now()) {
            warn!(%error, "queued messages could not be compared with the settings");
        }
        self.vigil.judge_again();
        let changed = Arc::new(Notify::new());
        let attempted = Arc::new(Notify::new());
        let (signals, heard) = watch::channel(Signals::default());
        let (served, serving) = watch::channel(BTreeMap::new());
        let (halt, halted) = watch::channel(Halt::No);
        let last = self.outbox.last_attempt_at(&instance).unwrap_or_default();
        let readiness = Readiness::resume(last, settings.whatsapp.send_gap, self.clock.moment());
        let monitor = Monitor {
            outbox: self.outbox.clone(),
            settings: settings.clone(),
            bookings: ports.bookings.clone(),
            clock: self.clock.clone(),
            vigil: self.vigil.clone(),
            desktop: ports.desktop.clone(),
            instance: instance.clone(),
            signals: heard,
            served,
            changed: changed.clone(),
            refused: TokenRefused::default(),
        };
        let (outbox, clock) = (self.outbox.clone(), self.clock.clone());
        let supervisor = Supervisor::new(move || Some(outbox.clone()), clock, ports.desktop.clone())
            .until(halted.clone(), |halt| *halt != Halt::No);
        let asked = (ports.bookings.clone(), ports.messenger.clone());
        let asking = supervisor.keep(Part::Time, || self.ask_for_time(&settings, &*asked.0, &*asked.1));
        let sender = Sender {
            outbox: self.outbox.clone(),
            settings: settings.clone(),
            bookings: ports.bookings,
            messenger: ports.messenger.clone(),
            clock: self.clock.clone(),
            desktop: ports.desktop.clone(),
            changed: changed.clone(),
            attempted: attempted.clone(),
            vigil: self.vigil.clone(),
            halt: halted,
            readiness: Mutex::new(readiness),
            backlog: self.backlog.clone(),
        };
        let follower = Follower::new(
            self.outbox.clone(),
            ports.messenger,
            self.clock.clone(),
            ports.desktop.clone(),
            changed.clone(),
            self.backlog.clone(),
        );
        let keeper = Keeper::new(self.outbox.clone(), ports.place.clone(), attempted);
        let keeping = supervisor.keep(Part::Keyring, || async {
            match shut {
                None => keeper.run().await,
                Some(_) => ports.place.answers(LOOK_AGAIN).await,
            }
        });
        let mut inbox = Inbox::new(self, &settings, ports.desktop.as_ref(), &changed, signals, serving);
        inbox.judges_for = Some(instance);
        let retention = Retention::new(
            self.outbox.clone(),
            self.clock.clone(),
            self.vigil.clone(),
            TimeDelta::days(settings.keep_days),
        );
        // Taken by one run at a time: it remembers what was asked when it begins anew.
        let inbox = Mutex::new(inbox);
        let attending =
            supervisor.keep(Part::Inbox, || async { inbox.lock().await.attend(&mut stop.clone()).await });
        let mut told = stop.clone();
        let sending = supervisor.keep(Part::Sending, || sender.run());
        tokio::pin!(sending);
        let end = tokio::select! {
            end = attending => end,
            // Heard while the inbox is down, too.
            _ = told.wait_for(|stop| *stop) => End::Stopped,
            // It ends only when halted, which comes below.
            () = &mut sending => return End::Stopped,
            () = supervisor.keep(Part::Account, || sender.watch()) => End::Stopped,
            () = monitor.run(&supervisor) => End::Stopped,
            () = follower.run(&supervisor) => End::Stopped,
            () = asking => End::Stopped,
            () = supervisor.keep(Part::Retention, || retention.run()) => End::Stopped,
            () = keeping => End::Reload,
        };
        // Nothing new is begun; what is on its way is brought to its record. A stop that comes
        // while a reload waits hurries it.
        let how = if end == End::Stopped { Halt::Stop } else { Halt::Reload };
        if halt.send(how).is_ok() {
            let hurry = async {
                if stop.wait_for(|stop| *stop).await.is_ok() {
                    let _ = halt.send(Halt::Stop);
                }
                std::future::pending::<()>().await;
            };
            tokio::select! { () = sending => {}, () = hurry => {} }
        }
        if shut.is_none() {
            keeper.finish().await;
        }
        end
    }

    /// Asks both servers for the time while nobody confirms it. The answer's content is all one.
    async fn ask_for_time(&self, settings: &Settings, bookings: &dyn Bookings, messenger: &dyn Messenger) {
        loop {
            #[cfg(debug_assertions)]
            planted::turn(Part::Time);
            let standing = self.vigil.wanted().await;
            let yclients = async {
                if let Some(branch) = settings.branches.first() {
                    let _ = tokio::time::timeout(ASK_PATIENCE, bookings.branch(branch.company_id)).await;
                }
            };
            let gateway = async {
                let _ = tokio::time::timeout(ASK_PATIENCE, messenger.state()).await;
            };
            tokio::join!(yclients, gateway);
            if let Err(error) = self.vigil.observe(&self.outbox, settings) {
                warn!(%error, "what the servers' clocks show could not be kept");
            }
            let pause = if standing == ClockStanding::Unconfirmed { ASK_AGAIN } else { ASK_STILL };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.vigil.confirmed(), if !self.vigil.is_confirmed() => {}
            }
        }
    }

    /// Goes away in order: the next start knows since when nobody looked.
    pub fn leave(self) -> Result<(), StorageError> {
        self.outbox.leave_desk(self.vigil.best_now())
    }
}

/// A fresh window for everything that is queued.
fn arm_all(
    outbox: &Outbox,
    settings: &Settings,
    gap_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    outbox.db().write(|tx| rearm_all(tx, settings, gap_at, Released::Waits, now))
}

/// A queued row whose branch or gateway account is no longer the one in the
/// settings waits for a person: its text may name the wrong shop, and its
/// message would come from another number.
fn settle_settings(
    outbox: &Outbox,
    settings: &Settings,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    for row in outbox.in_state(State::Queued)? {
        let ours = row.kind == Kind::Test || settings.for_branch(row.company).is_some();
        if ours && row.instance == instance {
            continue;
        }
        let event = Event::Wait { reason: Reason::SettingsChanged, detail: String::new() };
        unless_refused(outbox.apply(row.id, None, event, &Actor::Program, now))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
