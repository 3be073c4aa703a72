//! What keeps a fault of the program's own from being more than that: each loop ends alone when it
//! panics, and begins anew.
//!
//! The others go on meanwhile, for each is polled beside the rest and a panic ends at its edge. A loop
//! that fell is begun again after a pause that grows to a minute, so that one which falls at every step
//! never spins. It is one alarm, a row that every process sees, and a line in the log each time; all of
//! that is withdrawn once the loop has worked for a while.
//!
//! What a fallen loop had begun in the database was rolled back with its transaction. What it had begun
//! in the world it must look for itself when it begins anew, as the sender does.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Serialize, Serializer};
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::booking::CompanyId;
use crate::clock::Clock;
use crate::error::{Fault, FaultCode, Subject};
use crate::outbox::Outbox;
use crate::ports::Desktop;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A loop that has worked for so long works again.
const STEADY: Duration = Duration::from_mins(2);

/// A loop of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The polls of one branch.
    Branch(CompanyId),
    /// Carries what is due to the gateway.
    Sending,
    /// Watches the gateway's account.
    Account,
    /// Takes what the gateway pushes.
    Receiving,
    /// Asks what became of messages.
    Following,
    /// Clocks, other processes' requests and signs of life.
    Inbox,
    /// Asks the servers for the time.
    Time,
    /// Lets go what is old.
    Retention,
    /// Keeps the mark in the keyring.
    Keyring,
    /// What holds the loops above together.
    Desk,
    /// Icon, menu and windows.
    Tray,
    /// Hears that the computer is back.
    Wakes,
}

impl Part {
    const WHOLE: [Self; 11] = [
        Self::Sending,
        Self::Account,
        Self::Receiving,
        Self::Following,
        Self::Inbox,
        Self::Time,
        Self::Retention,
        Self::Keyring,
        Self::Desk,
        Self::Tray,
        Self::Wakes,
    ];

    /// Its word, which all branches share.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Branch(_) => "branch",
            Self::Sending => "sending",
            Self::Account => "account",
            Self::Receiving => "receiving",
            Self::Following => "following",
            Self::Inbox => "inbox",
            Self::Time => "time",
            Self::Retention => "retention",
            Self::Keyring => "keyring",
            Self::Desk => "desk",
            Self::Tray => "tray",
            Self::Wakes => "wakes",
        }
    }

    /// The reverse of `Display`.
    pub fn parse(word: &str) -> Option<Self> {
        match word.strip_prefix("branch:") {
            Some(number) => number.parse().ok().map(|number| Self::Branch(CompanyId(number))),
            None => Self::WHOLE.into_iter().find(|part| part.word() == word),
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Branch(company) => write!(f, "branch:{company}"),
            whole => f.write_str(whole.word()),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where the queue is, for whoever may have to open it first. None: nowhere yet.
type Queue = dyn Fn() -> Option<Outbox> + Send + Sync;

/// Resolves when there is no time for a pause.
type Hurry = dyn Fn() -> BoxFuture<'static, ()> + Send + Sync;

/// Begins loops anew, and says so.
pub struct Supervisor {
    queue: Box<Queue>,
    clock: Arc<dyn Clock>,
    desktop: Arc<dyn Desktop>,
    /// Whoever is told to end does not sit out a pause.
    hurry: Option<Box<Hurry>>,
}

impl Supervisor {
    pub fn new(
        queue: impl Fn() -> Option<Outbox> + Send + Sync + 'static,
        clock: Arc<dyn Clock>,
        desktop: Arc<dyn Desktop>,
    ) -> Self {
        Self { queue: Box::new(queue), clock, desktop, hurry: None }
    }

    /// For loops that end in order when they are told to.
    #[must_use]
    pub fn until<T: Send + Sync + 'static>(self, told: watch::Receiver<T>, to_end: fn(&T) -> bool) -> Self {
        let hurry = move || {
            let mut told = told.clone();
            let wait = async move {
                // A teller that is gone hurries nobody.
                if told.wait_for(to_end).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            wait.boxed()
        };
        Self { hurry: Some(Box::new(hurry)), ..self }
    }

    /// Runs a loop to its own end, and anew each time it panics.
    pub async fn keep<R: Future>(&self, part: Part, mut run: impl FnMut() -> R) -> R::Output {
        // Panics in this row of them; none while it works.
        let mut times: u32 = 0;
        let mut hurried = false;
        loop {
            if let Some(ended) = self.once(part, Box::pin(run()), &mut times).await {
                return ended;
            }
            times = times.saturating_add(1);
            self.fell(part, times);
            self.rest(pause(times), &mut hurried).await;
        }
    }

    /// None: it panicked.
    async fn once<T>(
        &self,
        part: Part,
        run: Pin<Box<impl Future<Output = T>>>,
        times: &mut u32,
    ) -> Option<T> {
        // What a loop shares with others lies behind locks that do not mind, or in the database.
        let mut run = AssertUnwindSafe(run).catch_unwind();
        if *times > 0 {
            tokio::select! {
                ended = &mut run => return ended.ok(),
                () = tokio::time::sleep(STEADY) => {
                    *times = 0;
                    self.stands(part);
                }
            }
        }
        run.await.ok()
    }

    fn fell(&self, part: Part, times: u32) {
        error!(%part, times, "a part of the program panicked and begins anew");
        if times == 1 {
            let detail = part.to_string();
            let code = FaultCode::PartStumbled;
            self.desktop.alarm(&Fault { subject: Subject::Program(part), code, detail });
        }
        self.note(part, |outbox| outbox.stumbled(part, self.clock.now()));
    }

    fn stands(&self, part: Part) {
        info!(%part, "this part of the program works again");
        self.desktop.all_clear(Subject::Program(part));
        self.note(part, |outbox| outbox.stands_again(part));
    }

    /// A database that does not take it, or panics as the loop did, must not end the one who says so.
    fn note(&self, part: Part, write: impl Fn(&Outbox) -> Result<(), crate::db::StorageError>) {
        let written = std::panic::catch_unwind(AssertUnwindSafe(|| {
            (self.queue)().map_or(Ok(()), |outbox| write(&outbox))
        }));
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%part, %error, "it could not be written down"),
            Err(_) => warn!(%part, "it could not be written down"),
        }
    }

    /// `hurried`: a pause was cut short already. A loop that panics even while it ends must not spin.
    async fn rest(&self, pause: Duration, hurried: &mut bool) {
        let hurry = async {
            match &self.hurry {
                Some(hurry) if !*hurried => hurry().await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = hurry => *hurried = true }
    }
}

/// Doubled with each panic in a row.
fn pause(times: u32) -> Duration {
    let doubled = 1_u32 << times.saturating_sub(1).min(6);
    (FIRST_PAUSE * doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
