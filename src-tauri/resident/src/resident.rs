//! The resident program: worker and tray in one process, on one thread.
//!
//! Whatever becomes of icon, menu and window, the worker goes on; and whatever keeps the worker from
//! beginning (a locked file, no keyring, a mistake in the settings) is said in the tray, and tried again.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::clock::{Clock, DeskClock};
use engine::db::Db;
use engine::outbox::Outbox;
use engine::settings::{Environment, Language, Settings};
use engine::supervision::{Part, Supervisor};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tracing::error;

use crate::failure::Failure;
use crate::renewal::Executable;
use crate::runtime::{self, stopped};
use crate::tray::attend::{Attendant, Event, Start};
use crate::tray::{TrayDesktop, listen};
use crate::worker::{self, LogDesktop, Vault, Worker};
use crate::{storage, watchman, words};

/// A worker that did not begin is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// What the program is started with.
pub(crate) struct Resident {
    pub(crate) dir: PathBuf,
    /// Wins over the settings' file.
    pub(crate) environment: Environment,
    /// As they were at the start; the language, if the file has a mistake.
    pub(crate) settings: Settings,
    /// This computer's clock as it is.
    pub(crate) computer: Arc<dyn Clock>,
    /// No window at the start.
    pub(crate) hidden: bool,
    /// Against a simulator, whose control page this is.
    pub(crate) training: Option<String>,
    /// The demo's secrets; None: the system's keyring.
    pub(crate) secrets: Option<Arc<engine::ports::SecretsInMemory>>,
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By a person or the system.
    ForGood,
    /// To go on as the version that lies in its place now.
    Replaced {
        /// Whether a window was open.
        window: bool,
    },
}

impl Resident {
    /// Works until a person quits, the system ends it, another version lies in its place, or, in
    /// training, the window is closed.
    pub(crate) async fn run(self, executable: &Executable) -> Result<Ended, Failure> {
        let mut signal = runtime::stop_signal()?;
        let replaced = Cell::new(false);
        let (quit, stop) = watch::channel(false);
        let (sender, events) = mpsc::unbounded_channel();
        let start = Start {
            dir: self.dir.clone(),
            environment: self.environment.clone(),
            settings: self.settings.clone(),
            clock: DeskClock::new(Arc::clone(&self.computer)),
            hidden: self.hidden,
            returned: watchman::has_returned(),
            training: self.training.clone(),
            quit: quit.clone(),
        };
        let mut alone = watchman::gone();
        let asked = async {
            tokio::select! { () = stopped(&mut signal) => {}, () = stopped(&mut alone) => {} }
            replaced.set(false);
            let _ = quit.send(true);
            std::future::pending::<()>().await;
        };
        let renewed = async {
            executable.replaced().await;
            // A training has nothing that would outlive it, and whoever asked for the end gets it.
            if self.training.is_none() && !*quit.borrow() {
                replaced.set(true);
                let _ = quit.send(true);
            }
            std::future::pending::<()>().await;
        };
        let supervisor = self.supervisor(&sender).until(stop.clone(), |stop| *stop);
        let attendant = Mutex::new(Attendant::new(start, sender.clone(), events).await);
        let outcome = tokio::select! {
            outcome = supervisor.keep(Part::Desk, || self.work(stop.clone(), &sender)) => outcome,
            () = supervisor.keep(Part::Tray, || async { attendant.lock().await.attend().await }) => Ok(()),
            () = asked => Ok(()),
            () = renewed => Ok(()),
            () = supervisor.keep(Part::Wakes, || listen(sender.clone())) => Ok(()),
        };
        let mut attendant = attendant.into_inner();
        let window = attendant.has_window();
        attendant.close().await;
        outcome.map(|()| if replaced.get() { Ended::Replaced { window } } else { Ended::ForGood })
    }

    /// Begins what panics here anew; the loops of the worker have their own.
    fn supervisor(&self, events: &UnboundedSender<Event>) -> Supervisor {
        let dir = self.dir.clone();
        let queue = move || {
            let is_there = dir.join(engine::db::FILE_NAME).exists();
            is_there.then(|| Db::open(&dir).ok()).flatten().map(|db| Outbox::new(Arc::new(db)))
        };
        let clock = DeskClock::new(Arc::clone(&self.computer));
        Supervisor::new(queue, Arc::new(clock), Arc::new(self.desktop(self.settings.language, events)))
    }

    fn desktop(&self, language: Language, events: &UnboundedSender<Event>) -> TrayDesktop {
        TrayDesktop { log: LogDesktop::new(language), dir: self.dir.clone(), events: events.clone() }
    }

    /// The worker, begun again until it can begin.
    async fn work(
        &self,
        mut stop: watch::Receiver<bool>,
        events: &UnboundedSender<Event>,
    ) -> Result<(), Failure> {
        loop {
            let Err(failure) = self.work_once(&stop, events).await else { return Ok(()) };
            let words = words::failure(&failure, self.settings.language);
            error!("{words}");
            let _ = events.send(Event::Worker(Some(words)));
            if matches!(failure, Failure::PutAside { .. }) {
                // To begin with an empty queue is for a person to decide, by starting anew.
                stopped(&mut stop).await;
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(TRY_AGAIN) => {}
                () = stopped(&mut stop) => return Ok(()),
            }
        }
    }

    async fn work_once(
        &self,
        stop: &watch::Receiver<bool>,
        events: &UnboundedSender<Event>,
    ) -> Result<(), Failure> {
        let settings = Settings::load(&self.dir, &self.environment)?;
        let desktop = self.desktop(settings.language, events);
        let worker = Worker {
            dir: &self.dir,
            environment: self.environment.clone(),
            outbox: storage::open_sound(&self.dir, self.computer.now())?,
            vault: self.secrets.clone().map_or_else(Vault::system, Vault::Memory),
            computer: Arc::clone(&self.computer),
            desktop: Arc::new(desktop),
            settings,
        };
        worker::serve(worker, stop.clone(), |_| {
            let _ = events.send(Event::Worker(None));
        })
        .await
    }
}
