//! Whether the gateway can send now, and how fast.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Sender;
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject, bounded};
use crate::monitor::known;
use crate::notification::{Event, Notification, Reason};
use crate::outbox::MANY_FIRST_CONTACTS;
use crate::ports::{GatewayState, MessengerError, Moment};

/// The account's state is asked for again after this.
const STATE_HOLDS: Duration = Duration::from_secs(15);

/// Two looks this far apart must agree before anybody is alarmed.
const ALARM_AFTER: Duration = Duration::from_secs(10);

/// A gateway that cannot be reached may be back in a moment.
const OFFLINE_ALARM_AFTER: Duration = Duration::from_mins(1);

/// Between two tries, doubled each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What the sender remembers of its gateway. All of it in monotonic time: a
/// clock that is set back must not freeze the line.
#[derive(Debug, Default)]
pub struct Readiness {
    /// When the account was last known to be ready, by both clocks.
    ready_at: Option<Moment>,
    /// The whole line waits until then.
    blocked_until: Option<Duration>,
    /// Since when it cannot send.
    fault_since: Option<Duration>,
    alarmed: bool,
    /// The last refusal that was told.
    refusal_told: Option<FaultCode>,
    /// The next message leaves no sooner: pacing.
    slot_at: Option<Duration>,
    /// Numbers are not asked about until then.
    pub(super) checks_rest_until: Option<Duration>,
    /// The account's mark is looked at again then.
    pub(super) mark_holds_until: Option<Duration>,
}

impl Readiness {
    /// Pacing goes on from the last attempt before this start.
    pub fn resume(last_attempt_at: Option<DateTime<Utc>>, gap: Duration, moment: Moment) -> Self {
        let passed = last_attempt_at.map(|at| (moment.wall - at).to_std().unwrap_or_default());
        let slot_at = passed.map(|passed| moment.monotonic + gap.saturating_sub(passed));
        Self { slot_at, ..Self::default() }
    }

    /// Whether nothing can leave at the moment.
    pub(super) fn is_blocked(&self, monotonic: Duration) -> bool {
        self.fault_since.is_some() || self.blocked_until.is_some_and(|until| monotonic < until)
    }

    /// How long the line waits for its gateway, or to keep its distance.
    pub(super) fn wait(&self, monotonic: Duration) -> Duration {
        let until = self.slot_at.unwrap_or_default().max(self.blocked_until.unwrap_or_default());
        until.saturating_sub(monotonic)
    }

    /// A message left: the next one keeps its distance, never exactly the same one.
    pub(super) fn sent(&mut self, monotonic: Duration, gap: Duration, jitter: f64) {
        self.slot_at = Some(monotonic + gap.mul_f64(1.0 + 0.3 * jitter.clamp(0.0, 1.0)));
    }

    /// The account may not be what it was when it was last asked.
    pub(super) fn doubt_account(&mut self) {
        self.ready_at = None;
    }

    /// Something stood in the way of an attempt. Answers how long to wait.
    pub(super) fn failed(
        &mut self,
        error: &MessengerError,
        retry_after: Option<Duration>,
        tries: i64,
        monotonic: Duration,
    ) -> TimeDelta {
        let doubled = 1 << tries.clamp(0, 5);
        let asked = bounded(retry_after).or(error.retry_after()).unwrap_or_default();
        let pause = (FIRST_PAUSE * doubled).min(LONGEST_PAUSE).max(asked);
        self.ready_at = None;
        self.blocked_until = Some(monotonic + pause);
        TimeDelta::from_std(pause).unwrap_or_default()
    }
}

impl Sender {
    /// Asks the account's state, unless it was just told. Err has how long to wait.
    pub(super) async fn gateway_ready(
        &self,
        row: &Notification,
    ) -> Result<Result<(), Duration>, StorageError> {
        let moment = self.clock.moment();
        let told = self.outbox.desk()?.gateway;
        let fresh = self.readiness.lock().await.ready_at.is_some_and(|ready| {
            // A pushed change of state is news, whatever was asked before.
            moment.monotonic.saturating_sub(ready.monotonic) < STATE_HOLDS
                && told.state_at.is_none_or(|pushed| pushed <= ready.wall)
        });
        if fresh {
            return Ok(Ok(()));
        }
        let state = self.messenger.state().await;
        let moment = self.clock.moment();
        let now = moment.wall;
        let error = match state {
            Ok(state) => {
                self.outbox.gateway_told(&state, now)?;
                let obstacle = match not_ready(&state) {
                    None => self.queue_from_before().await?,
                    Some(error) => Some(error),
                };
                let moment = self.clock.moment();
                match obstacle {
                    None => {
                        self.gateway_is_ready(moment).await?;
                        return Ok(Ok(()));
                    }
                    Some(error) => error,
                }
            }
            Err(error) => error,
        };
        self.gateway_is_not_ready(&error, moment).await?;
        let pause = self.readiness.lock().await.failed(&error, None, row.tries, moment.monotonic);
        let event = Event::Postpone {
            reason: Reason::GatewayNotReady,
            detail: error.code().as_str().to_owned(),
            next_try_at: now + pause,
        };
        self.apply(row, event, now)?;
        Ok(Err(pause.to_std().unwrap_or_default()))
    }

    /// What lies in the queue of an account that nothing has gone through yet: another
    /// program's, or another number's. Before that is gone, ours would leave among it.
    async fn queue_from_before(&self) -> Result<Option<MessengerError>, StorageError> {
        if self.outbox.last_instance()?.as_deref() == Some(self.messenger.instance()) {
            return Ok(None);
        }
        Ok(match self.messenger.queued().await {
            Ok(lying) if lying.is_empty() => None,
            Ok(lying) => Some(MessengerError::QueueLeft(lying.len())),
            Err(error) => Some(error),
        })
    }

    async fn gateway_is_ready(&self, moment: Moment) -> Result<(), StorageError> {
        let mut readiness = self.readiness.lock().await;
        readiness.ready_at = Some(moment);
        readiness.blocked_until = None;
        readiness.fault_since = None;
        readiness.alarmed = false;
        drop(readiness);
        if self.outbox.gateway_fault(None, moment.wall)? {
            self.desktop.all_clear(Subject::Gateway);
        }
        Ok(())
    }

    /// A refusal that will meet every message until a person acts is an alarm, once.
    pub(super) async fn tell_once(&self, error: &MessengerError) {
        if !matches!(error, MessengerError::Quota | MessengerError::Suspended | MessengerError::Expired(_)) {
            return;
        }
        let told = self.readiness.lock().await.refusal_told.replace(error.code());
        if told != Some(error.code()) {
            let detail = error.to_string();
            self.desktop.alarm(&Fault { subject: Subject::Gateway, code: error.code(), detail });
        }
    }

    /// Warns, once a day of the desk, that many numbers were written to for the first time.
    pub(super) fn note_first_contacts(&self) {
        let now = self.clock.now();
        let news = known::day_start(&self.outbox, &self.settings, now).and_then(|day_start| {
            self.outbox.first_contacts_are_news(self.messenger.instance(), day_start, now)
        });
        match news {
            Ok(false) => {}
            Ok(true) => self.desktop.alarm(&Fault {
                subject: Subject::Gateway,
                code: FaultCode::GatewayManyFirstContacts,
                detail: format!("{MANY_FIRST_CONTACTS} numbers were written to for the first time today"),
            }),
            Err(error) => warn!(%error, "first contacts could not be counted"),
        }
    }

    async fn gateway_is_not_ready(&self, error: &MessengerError, moment: Moment) -> Result<(), StorageError> {
        let detail = error.to_string();
        if self.outbox.gateway_fault(Some((error.code(), &detail)), moment.wall)? {
            warn!(error = error.in_log(), "the gateway cannot send");
        }
        let mut readiness = self.readiness.lock().await;
        let since = *readiness.fault_since.get_or_insert(moment.monotonic);
        let patience =
            if error.code() == FaultCode::GatewayOffline { OFFLINE_ALARM_AFTER } else { ALARM_AFTER };
        if !readiness.alarmed && moment.monotonic.saturating_sub(since) >= patience {
            readiness.alarmed = true;
            self.desktop.alarm(&Fault { subject: Subject::Gateway, code: error.code(), detail });
        }
        Ok(())
    }
}

/// Why an account in this state cannot send; None when it can.
const fn not_ready(state: &GatewayState) -> Option<MessengerError> {
    match state {
        GatewayState::Authorised => None,
        GatewayState::Starting => Some(MessengerError::Starting),
        GatewayState::Blocked | GatewayState::YellowCard | GatewayState::Suspended => {
            Some(MessengerError::Suspended)
        }
        GatewayState::NotAuthorised | GatewayState::SleepMode | GatewayState::Unknown(_) => {
            Some(MessengerError::NotAuthorised)
        }
    }
}
