//! After the answer: what the gateway pushes, what became of attempts without an
//! answer, and delivery asked for when no word of it comes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, Notify};
use tracing::{debug, warn};

use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject};
use crate::notification::Event;
use crate::outbox::{Actor, Outbox, Unsettled, unless_refused};
use crate::ports::{Clock, Desktop, GatewayEvent, Messenger, MessengerError, SentMessage};

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
    ) -> Self {
        Self {
            outbox,
            messenger,
            clock,
            desktop,
            changed,
            first_tried: Mutex::default(),
            tidied_at: Mutex::default(),
        }
    }

    /// Both halves, for ever.
    pub async fn run(&self) {
        tokio::join!(self.listen(), self.settle());
    }

    /// Takes what the gateway pushes: stored first, acknowledged after.
    async fn listen(&self) {
        let mut pause = FIRST_PAUSE;
        let mut failing = false;
        loop {
            let asked = self.clock.moment().monotonic;
            match self.messenger.receive(LISTEN_FOR).await {
                Ok(Some(pushed)) => {
                    if let Err(error) = self.take(&pushed.event) {
                        if !std::mem::replace(&mut failing, true) {
                            warn!(%error, "a gateway's notification could not be stored; it stays there");
                        }
                        tokio::time::sleep(FIRST_PAUSE).await;
                        continue;
                    }
                    failing = false;
                    match self.messenger.acknowledge(pushed.receipt).await {
                        Ok(()) => pause = FIRST_PAUSE,
                        Err(error) => {
                            // It comes again at once, and then changes nothing: not too often.
                            debug!(error = error.in_log(), "a notification could not be acknowledged");
                            tokio::time::sleep(pause).await;
                            pause = (pause * 2).min(LONGEST_PAUSE);
                        }
                    }
                }
                Ok(None) => {
                    pause = FIRST_PAUSE;
                    if self.clock.moment().monotonic.saturating_sub(asked) < EMPTY_PAUSE {
                        tokio::time::sleep(EMPTY_PAUSE).await;
                    }
                }
                Err(error) => {
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

    fn take(&self, event: &GatewayEvent) -> Result<(), StorageError> {
        self.outbox.store_pushed(self.messenger.instance(), event, self.clock.now())?;
        self.changed.notify_one();
        Ok(())
    }

    /// Looks after everything that has no end yet.
    async fn settle(&self) {
        let mut failing = false;
        loop {
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
            self.outbox.tidy(now - KEEP_PUSHED)?;
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
            match self.messenger.delivery(&row.phone, &row.gateway_id).await {
                Ok(Some(status)) => {
                    let event = Event::Delivery { status, at: now, detail: String::new() };
                    unless_refused(self.outbox.apply(row.id, None, event, &Actor::Program, now))?;
                    self.changed.notify_one();
                }
                Ok(None) => {}
                Err(error) => {
                    debug!(notification = %row.id, error = error.in_log(), "delivery could not be asked for");
                }
            }
        }
        Ok(())
    }
}

/// Whether a message at the gateway is the one an attempt sent.
pub(crate) fn is_it(message: &SentMessage, unsettled: &Unsettled) -> bool {
    message.by_api
        && message.phone == unsettled.phone
        && message.text == unsettled.text
        && message.at.is_none_or(|at| at >= unsettled.started_at - CLOCKS_DIFFER)
}
