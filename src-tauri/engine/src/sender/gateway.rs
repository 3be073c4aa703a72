//! Whether the gateway can send now, and how fast.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Sender;
use super::account::Aloud;
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject, bounded};
use crate::monitor::known;
use crate::notification::{Event, Notification, Reason};
use crate::outbox::MANY_FIRST_CONTACTS;
use crate::ports::{MessengerError, Moment};

/// A claim believes what was heard of the account for so long.
const STATE_HOLDS: Duration = Duration::from_secs(3);

/// Between two tries, doubled each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What the sender remembers of its gateway. All of it in monotonic time: a
/// clock that is set back must not freeze the line.
#[derive(Debug, Default)]
pub struct Readiness {
    /// When the account was last asked, whatever came of it.
    pub(super) looked_at: Option<Moment>,
    /// When the account was last known to be ready, by both clocks.
    ready_at: Option<Moment>,
    /// The whole line waits until then.
    blocked_until: Option<Duration>,
    /// Why it cannot send, and since when that is the reason.
    pub(super) trouble: Option<(FaultCode, Duration)>,
    /// What the desk was alarmed about.
    pub(super) alarmed: Option<FaultCode>,
    /// The last refusal that was told.
    refusal_told: Option<FaultCode>,
    /// The next message leaves no sooner: pacing.
    slot_at: Option<Duration>,
    /// Numbers are not asked about until then.
    pub(super) checks_rest_until: Option<Duration>,
    /// The account's mark is looked at again then.
    pub(super) mark_holds_until: Option<Duration>,
    /// When the account's settings were looked at last, since its state last changed.
    pub(super) settings_seen_at: Option<Duration>,
    /// No phone is linked.
    pub(super) is_unlinked: bool,
    /// When it was last looked, since then, what of ours lies in the account's queue.
    pub(super) queue_seen_at: Option<Duration>,
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
        self.trouble.is_some() || self.blocked_until.is_some_and(|until| monotonic < until)
    }

    /// Whether the account was heard to be ready so lately that a message may leave, and nothing was
    /// pushed about it since (`told_at` is when its state was last written down).
    fn is_ready(&self, moment: Moment, told_at: Option<DateTime<Utc>>) -> bool {
        self.ready_at.is_some_and(|ready| {
            moment.monotonic.saturating_sub(ready.monotonic) < STATE_HOLDS
                && told_at.is_none_or(|told| told <= ready.wall)
        })
    }

    /// The account can send.
    pub(super) fn is_ready_at(&mut self, moment: Moment) {
        self.ready_at = Some(moment);
        self.blocked_until = None;
        self.trouble = None;
    }

    /// What was heard of it before is not believed any more.
    pub(super) fn is_not_ready(&mut self) {
        self.ready_at = None;
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
        let told_at = self.outbox.desk()?.gateway.state_at;
        if self.readiness.lock().await.is_ready(self.clock.moment(), told_at) {
            return Ok(Ok(()));
        }
        let Err(error) = self.look_at_account(Aloud::Yes).await? else { return Ok(Ok(())) };
        let moment = self.clock.moment();
        let pause = self.readiness.lock().await.failed(&error, None, row.tries, moment.monotonic);
        let event = Event::Postpone {
            reason: Reason::GatewayNotReady,
            detail: error.code().as_str().to_owned(),
            next_try_at: moment.wall + pause,
        };
        self.apply(row, event, moment.wall)?;
        Ok(Err(pause.to_std().unwrap_or_default()))
    }

    /// What lies in the queue of an account that nothing has gone through yet: another
    /// program's, or another number's. Before that is gone, ours would leave among it.
    pub(super) async fn queue_from_before(&self) -> Result<Option<MessengerError>, StorageError> {
        if self.outbox.last_instance()?.as_deref() == Some(self.messenger.instance()) {
            return Ok(None);
        }
        Ok(match self.messenger.queued().await {
            Ok(lying) if lying.is_empty() => None,
            Ok(lying) => Some(MessengerError::QueueLeft(lying.len())),
            Err(error) => Some(error),
        })
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

    /// A message was taken: whatever was refused before is over.
    pub(super) async fn refusals_are_over(&self) {
        if self.readiness.lock().await.refusal_told.take().is_some() {
            self.desktop.all_clear(Subject::Gateway);
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
}
