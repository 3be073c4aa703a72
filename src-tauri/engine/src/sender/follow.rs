//! After the answer: what the gateway pushes, what became of attempts without an
//! answer, and delivery asked for when no word of it comes.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, Notify};
use tracing::{debug, warn};

use super::Backlog;
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject};
use crate::notification::{Event, Notification, NotificationId};
use crate::outbox::{Actor, Outbox, Unsettled, WhyAside, unless_refused};
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::{
    Clock, DeliveryStatus, DeliveryWord, Desktop, Messenger, MessengerError, Pushed, SentMessage,
};
use crate::supervision::{Part, Supervisor};

/// One long poll.
const LISTEN_FOR: Duration = Duration::from_secs(20);

/// A gateway that answers "nothing" at once is not asked in a loop.
const EMPTY_PAUSE: Duration = Duration::from_millis(500);

/// After a failed long poll.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How often open ends are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A gateway's journal lags by up to two minutes: it is read at these ages of the attempt.
const JOURNAL_AT: [TimeDelta; 2] = [TimeDelta::seconds(130), TimeDelta::seconds(300)];

/// A gateway that cannot be asked at all does not keep a person waiting longer.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::minutes(20);

/// Clocks of gateway and computer may differ by this.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// Delivery is followed for so long; gateways keep a message for a day.
const FOLLOW_FOR: TimeDelta = TimeDelta::hours(48);

/// What cannot be worked through is tried so often.
const TRIES: u32 = 3;

/// An empty entry in the journal says something only so long after the message was taken...
const SHELL_AFTER: TimeDelta = TimeDelta::minutes(10);

/// ...and when it has been empty for so long.
const SHELL_LASTS: Duration = Duration::from_mins(4);

/// What stands beside a "no account" that was read out of one. The database has it in an index.
const EMPTY_ENTRY: &str = "empty journal entry";

/// What was pushed is kept so long, in case its attempt is still to be found.
const KEEP_PUSHED: TimeDelta = TimeDelta::days(7);

/// Old notes are thrown away this often.
const TIDY_EVERY: TimeDelta = TimeDelta::hours(6);

/// At most so many questions about delivery at a time.
const ASK_AT_ONCE: i64 = 20;

/// Listens to the gateway and settles what is open, until dropped.
pub struct Follower {
    outbox: Outbox,
    messenger: Arc<dyn Messenger>,
    clock: Arc<dyn Clock>,
    desktop: Arc<dyn Desktop>,
    changed: Arc<Notify>,
    backlog: Arc<Backlog>,
    /// Messages whose entry in the journal is empty: since when it was found so.
    shells: Mutex<HashMap<NotificationId, Duration>>,
    /// When this process first looked for each attempt of unknown end.
    first_tried: Mutex<HashMap<i64, Duration>>,
    tidied_at: Mutex<Option<DateTime<Utc>>>,
}

impl Follower {
    /// With nothing looked for yet.
    pub fn new(
        outbox: Outbox,
        messenger: Arc<dyn Messenger>,
        clock: Arc<dyn Clock>,
        desktop: Arc<dyn Desktop>,
        changed: Arc<Notify>,
        backlog: Arc<Backlog>,
    ) -> Self {
        Self {
            outbox,
            messenger,
            clock,
            desktop,
            changed,
            backlog,
            shells: Mutex::default(),
            first_tried: Mutex::default(),
            tidied_at: Mutex::default(),
        }
    }

    /// Both halves, for ever, each beginning anew by itself.
    pub async fn run(&self, supervisor: &Supervisor) {
        tokio::join!(
            supervisor.keep(Part::Receiving, || self.listen()),
            supervisor.keep(Part::Following, || self.settle()),
        );
    }

    /// Takes what the gateway pushes: stored first, acknowledged after.
    async fn listen(&self) {
        let mut pause = FIRST_PAUSE;
        let mut failing = false;
        let mut trouble = Trouble::default();
        let mut unacknowledged = None;
        loop {
            #[cfg(debug_assertions)]
            planted::turn(Part::Receiving);
            let asked = self.clock.moment();
            self.backlog.heard.asks(asked.boot);
            match self.messenger.receive(self.backlog.patience(LISTEN_FOR)).await {
                Ok(Some(pushed)) => {
                    self.backlog.took(self.clock.moment().boot);
                    if unacknowledged.is_some_and(|receipt| receipt != pushed.receipt) {
                        // The one before went, whatever the answer to that said.
                        (pause, unacknowledged) = (FIRST_PAUSE, None);
                    }
                    if let Err(error) = self.take(&pushed, &mut trouble) {
                        if !std::mem::replace(&mut failing, true) {
                            warn!(%error, "a gateway's notification could not be stored; it stays there");
                        }
                        tokio::time::sleep(FIRST_PAUSE).await;
                        continue;
                    }
                    failing = false;
                    let begun = self.clock.moment().boot;
                    let acknowledged = self.messenger.acknowledge(pushed.receipt).await;
                    self.backlog.heard.acknowledged(self.clock.moment().boot.saturating_sub(begun));
                    match acknowledged {
                        Ok(()) => (pause, unacknowledged) = (FIRST_PAUSE, None),
                        Err(error) => {
                            // It comes again at once, and then changes nothing: not too often.
                            debug!(error = error.in_log(), "a notification could not be acknowledged");
                            unacknowledged = Some(pushed.receipt);
                            tokio::time::sleep(pause).await;
                            pause = (pause * 2).min(LONGEST_PAUSE);
                        }
                    }
                }
                Ok(None) => {
                    self.backlog.ended(self.clock.moment().boot);
                    pause = FIRST_PAUSE;
                    if self.clock.moment().monotonic.saturating_sub(asked.monotonic) < EMPTY_PAUSE {
                        // Not while a message waits for what it has to say.
                        let wanted = self.backlog.heard.wanted.notified();
                        let _ = tokio::time::timeout(EMPTY_PAUSE, wanted).await;
                    }
                }
                Err(error) => {
                    self.backlog.heard.failed();
                    if error == MessengerError::WebhookSet {
                        // Nothing lies there for us, however long anybody waits.
                        self.backlog.ended(self.clock.moment().boot);
                        self.backlog.heard.goes_elsewhere();
                    }
                    if error == MessengerError::WebhookSet && pause == FIRST_PAUSE {
                        let fault = Fault {
                            subject: Subject::Gateway,
                            code: FaultCode::GatewayWebhookSet,
                            detail: error.to_string(),
                        };
                        self.desktop.alarm(&fault);
                    }
                    debug!(error = error.in_log(), "the gateway's notifications cannot be received");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Stores one pushed thing and what follows from it. What cannot be worked through, though the
    /// database takes it, is put aside as it came after a few tries: the next one stands behind it.
    fn take(&self, pushed: &Pushed, trouble: &mut Trouble) -> Result<(), StorageError> {
        let (instance, now) = (self.messenger.instance(), self.clock.now());
        let worked = catch_unwind(AssertUnwindSafe(|| self.outbox.store_pushed(instance, pushed, now)));
        let (why, error) = match worked {
            Ok(Ok(_)) => {
                *trouble = Trouble::default();
                self.changed.notify_one();
                return Ok(());
            }
            // The database refuses, whatever it is given.
            Ok(Err(error)) if error.is_refusal() => return Err(error),
            Ok(Err(error)) => (WhyAside::Error, error),
            Err(_) => (WhyAside::Panic, StorageError::Failed("it panicked".to_owned())),
        };
        if !trouble.is_enough(pushed.receipt) {
            return Err(error);
        }
        self.outbox.put_aside(instance, pushed.event.kind(), why, &pushed.raw, now)?;
        warn!(%error, kind = why.as_str(), "a gateway's notification cannot be worked through and is put aside");
        *trouble = Trouble::default();
        Ok(())
    }

    /// Looks after everything that has no end yet.
    async fn settle(&self) {
        let mut failing = false;
        loop {
            #[cfg(debug_assertions)]
            planted::turn(Part::Following);
            match self.settle_once().await {
                Ok(()) => failing = false,
                Err(error) if failing => debug!(%error, "open ends still cannot be looked after"),
                Err(error) => {
                    failing = true;
                    warn!(%error, "open ends could not be looked after");
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn settle_once(&self) -> Result<(), StorageError> {
        for unsettled in self.outbox.unsettled()? {
            self.look_up(&unsettled).await?;
        }
        self.ask_for_delivery().await?;
        let now = self.clock.now();
        let mut tidied = self.tidied_at.lock().await;
        if tidied.is_none_or(|at| now - at >= TIDY_EVERY || at > now) {
            *tidied = Some(now);
            self.outbox.tidy(now - KEEP_PUSHED, now)?;
        }
        Ok(())
    }

    /// Looks for an attempt at the gateway: in its queue at once, later in its
    /// journal. Never sends.
    async fn look_up(&self, unsettled: &Unsettled) -> Result<(), StorageError> {
        if unsettled.instance != self.messenger.instance() {
            // Its account is not ours any more: nobody can be asked.
            return self.outbox.looked_in_vain(unsettled, true, self.clock.now());
        }
        let moment = self.clock.moment();
        let first_tried = *self.first_tried.lock().await.entry(unsettled.attempt).or_insert(moment.monotonic);
        let tried_for = TimeDelta::from_std(moment.monotonic.saturating_sub(first_tried)).unwrap_or_default();
        // By the wall clock, for the gateway's journal went on while we were away; by our own
        // patience where that clock was set back.
        let age = (moment.wall - unsettled.started_at).max(tried_for);
        let found = match unsettled.looked_up {
            0 => self.messenger.queued().await,
            looked if JOURNAL_AT.get(looked - 1).is_some_and(|at| age >= *at) => {
                self.messenger.journal(&unsettled.phone).await
            }
            _ => return Ok(()),
        };
        let now = self.clock.now();
        match found {
            Ok(messages) => {
                for message in messages.iter().filter(|message| is_it(message, unsettled)) {
                    if self.outbox.found_at_gateway(unsettled.attempt, &message.id, now)? {
                        self.changed.notify_one();
                        return Ok(());
                    }
                }
                let last = unsettled.looked_up >= JOURNAL_AT.len();
                self.outbox.looked_in_vain(unsettled, last, now)?;
            }
            Err(error) => {
                debug!(
                    attempt = unsettled.attempt,
                    error = error.in_log(),
                    "an attempt could not be looked up"
                );
                if tried_for >= GIVE_UP_AFTER {
                    self.outbox.looked_in_vain(unsettled, true, now)?;
                } else {
                    tokio::time::sleep(FIRST_PAUSE).await;
                }
            }
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Where no word of delivery comes by itself, it is asked for, ever more rarely.
    async fn ask_for_delivery(&self) -> Result<(), StorageError> {
        let now = self.clock.now();
        for row in self.outbox.to_be_followed(now - FOLLOW_FOR, now, ASK_AT_ONCE)? {
            self.outbox.followed(row.id, now)?;
            let answer = self.messenger.delivery(&row.phone, &row.gateway_id).await;
            if !matches!(answer, Ok(DeliveryWord::Shell)) {
                self.shells.lock().await.remove(&row.id);
            }
            let (status, detail) = match answer {
                Ok(DeliveryWord::Status(status)) => (Some(status), String::new()),
                Ok(DeliveryWord::Shell) if self.is_lasting_shell(&row).await => {
                    (Some(DeliveryStatus::NoAccount), EMPTY_ENTRY.to_owned())
                }
                Ok(DeliveryWord::Shell | DeliveryWord::Nothing) => (None, String::new()),
                Err(error) => {
                    debug!(notification = %row.id, error = error.in_log(), "delivery could not be asked for");
                    (None, String::new())
                }
            };
            if let Some(status) = status {
                let event = Event::Delivery { status, at: now, detail };
                unless_refused(self.outbox.apply(row.id, None, event, &Actor::Program, now))?;
                self.changed.notify_one();
            }
        }
        Ok(())
    }

    /// Whether an empty entry says that the number has no account. An early one says nothing, for the
    /// journal lags; one alone says as little. Whatever it says is asked again, for a later word is truer.
    async fn is_lasting_shell(&self, row: &Notification) -> bool {
        let moment = self.clock.moment();
        if row.accepted_at.is_none_or(|at| moment.wall - at < SHELL_AFTER) {
            return false;
        }
        let since = *self.shells.lock().await.entry(row.id).or_insert(moment.monotonic);
        moment.monotonic.saturating_sub(since) >= SHELL_LASTS
    }
}

/// What could not be worked through, and how often it was tried.
#[derive(Debug, Default)]
struct Trouble {
    receipt: Option<i64>,
    tries: u32,
}

impl Trouble {
    /// One more try was in vain. Whether there were enough.
    fn is_enough(&mut self, receipt: i64) -> bool {
        if self.receipt != Some(receipt) {
            *self = Self { receipt: Some(receipt), tries: 0 };
        }
        self.tries += 1;
        self.tries >= TRIES
    }
}

/// Whether a message at the gateway is the one an attempt sent.
pub(crate) fn is_it(message: &SentMessage, unsettled: &Unsettled) -> bool {
    // What is empty is the same as nothing.
    let told = !unsettled.phone.is_empty() && !unsettled.text.is_empty() && !message.id.is_empty();
    told && message.by_api
        && message.phone == unsettled.phone
        && message.text == unsettled.text
        && message.at.is_none_or(|at| at >= unsettled.started_at - CLOCKS_DIFFER)
}
