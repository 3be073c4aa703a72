//! The account, looked at whether or not anything is due.
//!
//! What is shown of it is true within a minute, and a claim believes it for three
//! seconds: a gateway takes messages while no phone is linked, keeps them, and
//! sends them whenever one is. So nothing is handed to an account that was not
//! heard to be ready a moment ago.

use std::time::Duration;

use tracing::{debug, warn};

use super::{Halt, Sender};
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject};
use crate::gateway_queue::{self, ClearError, Taking};
use crate::ports::{GatewayState, MessengerError, Moment};

/// An account that nobody writes through is asked this often.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The same while something stands in the way: it may be over.
const LOOK_AT_TROUBLE_EVERY: Duration = Duration::from_secs(10);

/// The account's settings are looked at this often though its state stays what it is.
const SETTINGS_EVERY: Duration = Duration::from_mins(30);

/// How often it is seen whether it is time.
const TICK: Duration = Duration::from_secs(1);

/// Two looks this far apart must agree before anybody is alarmed.
const ALARM_AFTER: Duration = Duration::from_secs(10);

/// A gateway that cannot be reached may be back in a moment.
const OFFLINE_ALARM_AFTER: Duration = Duration::from_mins(1);

/// A gateway may take so long to start, by its own documentation.
const STARTING_ALARM_AFTER: Duration = Duration::from_mins(5);

/// Whether what was seen may be an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aloud {
    Yes,
    /// A token that is not there yet is no news before a message needs it: somebody may be about to enter it.
    UnlessTokenMissing,
}

impl Sender {
    /// Looks at the account for as long as the sender works.
    pub async fn watch(&self) {
        let mut halt = self.halt.clone();
        let mut failing = false;
        while *halt.borrow_and_update() == Halt::No {
            #[cfg(debug_assertions)]
            crate::planted::turn(crate::supervision::Part::Account);
            match self.look_if_due().await {
                Ok(()) => failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        warn!(%error, "what the account says cannot be kept");
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = halt.changed() => {}
            }
        }
        // Whoever waits for this waits for the sender.
        std::future::pending::<()>().await;
    }

    async fn look_if_due(&self) -> Result<(), StorageError> {
        let told_at = self.outbox.desk()?.gateway.state_at;
        let due = {
            let readiness = self.readiness.lock().await;
            let every = if readiness.trouble.is_some() { LOOK_AT_TROUBLE_EVERY } else { LOOK_EVERY };
            readiness.looked_at.is_none_or(|looked| {
                self.clock.moment().monotonic.saturating_sub(looked.monotonic) >= every
                    // A pushed change of state is news, whatever was asked before.
                    || told_at.is_some_and(|told| told > looked.wall)
            })
        };
        if due {
            let _ = self.look_at_account(Aloud::UnlessTokenMissing).await?;
        }
        self.look_at_settings_if_due().await
    }

    /// The account's settings, after each change of its state and now and then: linking again can switch
    /// off all words of delivery, and messages leave all the same.
    async fn look_at_settings_if_due(&self) -> Result<(), StorageError> {
        let moment = self.clock.moment();
        let shown = self.outbox.desk()?.gateway.amiss;
        {
            let mut readiness = self.readiness.lock().await;
            // What is amiss may be mended at any moment.
            let every = if shown.is_empty() { SETTINGS_EVERY } else { LOOK_EVERY };
            let seen = readiness.settings_seen_at;
            let lately = seen.is_some_and(|seen| moment.monotonic.saturating_sub(seen) < every);
            if lately || readiness.trouble.is_some() || readiness.looked_at.is_none() {
                return Ok(());
            }
            readiness.settings_seen_at = Some(moment.monotonic);
        }
        let amiss = match self.messenger.amiss().await {
            Ok(amiss) => amiss.join(", "),
            Err(error) => {
                debug!(error = error.in_log(), "the account's settings could not be read");
                // Soon again, and not in a loop.
                let soon = moment.monotonic.saturating_sub(SETTINGS_EVERY.saturating_sub(LOOK_EVERY));
                self.readiness.lock().await.settings_seen_at = Some(soon);
                return Ok(());
            }
        };
        if !self.outbox.gateway_amiss(&amiss, self.clock.now())? {
            return Ok(());
        }
        if amiss.is_empty() {
            self.desktop.all_clear(Subject::Gateway);
        } else if shown.is_empty() {
            let detail = format!("not as it must be: {amiss}");
            self.desktop.alarm(&Fault {
                subject: Subject::Gateway,
                code: FaultCode::GatewaySettings,
                detail,
            });
        }
        Ok(())
    }

    /// What of ours lies in the queue of an account without a phone would leave at the next linking,
    /// hours late. Asked by the sender alone, between two messages: none is on its way meanwhile.
    pub(super) async fn take_back_if_due(&self) -> Result<(), StorageError> {
        let monotonic = self.clock.moment().monotonic;
        {
            let mut readiness = self.readiness.lock().await;
            let seen = readiness.queue_seen_at;
            let lately = seen.is_some_and(|seen| monotonic.saturating_sub(seen) < LOOK_EVERY);
            if !readiness.is_unlinked || lately {
                return Ok(());
            }
            readiness.queue_seen_at = Some(monotonic);
        }
        match gateway_queue::take_back(&self.outbox, &*self.messenger, &*self.clock).await {
            Ok(Taking::Nothing) | Err(ClearError::OnItsWay) => {}
            Ok(Taking::Taken(rows)) => {
                warn!(messages = rows.len(), "messages were taken back from an account without a phone");
                self.changed.notify_one();
            }
            Ok(Taking::Left(messages)) => {
                warn!(messages, "messages lie in the queue of an account without a phone; a person decides");
            }
            Err(ClearError::Storage(error)) => return Err(error),
            Err(ClearError::Messenger(error)) => {
                debug!(error = error.in_log(), "what lies in the account's queue could not be taken back");
            }
        }
        Ok(())
    }

    /// Asks how the account is, and shows what it says. Err has what keeps it from sending.
    pub(super) async fn look_at_account(
        &self,
        aloud: Aloud,
    ) -> Result<Result<(), MessengerError>, StorageError> {
        let told_at = self.outbox.desk()?.gateway.state_at;
        let state = self.messenger.state().await;
        let moment = self.clock.moment();
        let changed_state = matches!(&state, Ok(state) if *state != GatewayState::Authorised);
        let (unlinked, obstacle) = match state {
            Ok(state) => {
                self.outbox.gateway_told(&state, moment.wall)?;
                let obstacle = match not_ready(&state) {
                    None => self.queue_from_before().await?,
                    Some(error) => Some(error),
                };
                (state == GatewayState::NotAuthorised, obstacle)
            }
            Err(error) => (false, Some(error)),
        };
        {
            let mut readiness = self.readiness.lock().await;
            let before = readiness.looked_at.replace(moment);
            let pushed = before.is_some_and(|before| told_at.is_some_and(|told| told > before.wall));
            if pushed || changed_state {
                // Linking again changes settings, and so does whoever does it.
                readiness.settings_seen_at = None;
            }
            readiness.is_unlinked = unlinked;
            if !unlinked {
                readiness.queue_seen_at = None;
            }
        }
        match obstacle {
            None => {
                self.gateway_is_ready(moment).await?;
                Ok(Ok(()))
            }
            Some(error) => {
                self.gateway_is_not_ready(&error, moment, aloud).await?;
                Ok(Err(error))
            }
        }
    }

    async fn gateway_is_ready(&self, moment: Moment) -> Result<(), StorageError> {
        let alarmed = {
            let mut readiness = self.readiness.lock().await;
            readiness.is_ready_at(moment);
            readiness.alarmed.take().is_some()
        };
        if self.outbox.gateway_fault(None, moment.wall)? || alarmed {
            self.desktop.all_clear(Subject::Gateway);
            // What waited for the account need not wait for its next try to be shown otherwise.
            self.changed.notify_one();
        }
        Ok(())
    }

    /// The cause that is shown is the present one; it is an alarm when two looks agree on it.
    pub(super) async fn gateway_is_not_ready(
        &self,
        error: &MessengerError,
        moment: Moment,
        aloud: Aloud,
    ) -> Result<(), StorageError> {
        let (code, detail) = (error.code(), error.to_string());
        if self.outbox.gateway_fault(Some((code, &detail)), moment.wall)? {
            warn!(error = error.in_log(), "the gateway cannot send");
        }
        let mut readiness = self.readiness.lock().await;
        readiness.is_not_ready();
        let since = match readiness.trouble {
            Some((known, since)) if known == code => since,
            _ => moment.monotonic,
        };
        readiness.trouble = Some((code, since));
        let patience = match code {
            FaultCode::GatewayOffline => OFFLINE_ALARM_AFTER,
            FaultCode::GatewayStarting => STARTING_ALARM_AFTER,
            _ => ALARM_AFTER,
        };
        let quiet = aloud == Aloud::UnlessTokenMissing
            && matches!(error, MessengerError::SecretMissing(_) | MessengerError::Secrets(_));
        let told = readiness.alarmed == Some(code);
        if quiet || told || moment.monotonic.saturating_sub(since) < patience {
            debug!(error = error.in_log(), told, "the gateway cannot send at this look");
            return Ok(());
        }
        readiness.alarmed = Some(code);
        drop(readiness);
        self.desktop.alarm(&Fault { subject: Subject::Gateway, code, detail });
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
