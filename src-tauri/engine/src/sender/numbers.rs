//! Whether a number is on the channel: asked before its message leaves, and never
//! more than advice.
//!
//! A clear "no" keeps the message back for a person to call, and is asked for again
//! a day later; a person's word overrules it. Every other answer lets the message go:
//! should the number have no account, the delivery's status says so.

use std::time::Duration;

use tracing::warn;

use super::Sender;
use crate::db::StorageError;
use crate::notification::{Event, Notification, Reason};
use crate::outbox::phone_key;
use crate::ports::{MessengerError, NumberCheck};

/// The line does not wait longer for an answer that decides so little.
const PATIENCE: Duration = Duration::from_secs(5);

/// After one that did not come, or that said "not so often", the next numbers are not asked about.
const REST: Duration = Duration::from_mins(1);

impl Sender {
    /// False when the row was dealt with here, and when the account itself turned out not to be ready.
    pub(super) async fn number_checked(&self, row: &Notification) -> Result<bool, StorageError> {
        // Whoever lets a message go themselves has reason to think that the number is right.
        if row.released {
            return Ok(true);
        }
        let (key, instance) = (phone_key(&row.phone), self.messenger.instance());
        let moment = self.clock.moment();
        if let Some(has_account) = self.outbox.number_check(&key, instance, moment.wall)? {
            return self.told_of_number(row, has_account);
        }
        if self.readiness.lock().await.checks_rest_until.is_some_and(|until| moment.monotonic < until) {
            return Ok(true);
        }
        let asked = tokio::time::timeout(PATIENCE, self.messenger.check_number(&row.phone)).await;
        let answer = asked.unwrap_or_else(|_| Err(MessengerError::NoAnswer("it took too long".to_owned())));
        match answer {
            Ok(answer) => {
                let has_account = answer == NumberCheck::Exists;
                if let Some(chat) = self.messenger.chat_of(&row.phone) {
                    self.outbox.keep_chat(instance, &chat, &row.phone, self.clock.now())?;
                }
                if self.outbox.keep_number_check(&key, instance, has_account, self.clock.now())? {
                    // What was kept back for the answer before is right again.
                    self.vigil.judge_again();
                }
                self.told_of_number(row, has_account)
            }
            Err(error) => self.not_told_of_number(row, &error).await,
        }
    }

    fn told_of_number(&self, row: &Notification, has_account: bool) -> Result<bool, StorageError> {
        if !has_account {
            let event = Event::Reject { reason: Reason::NoWhatsapp, detail: String::new() };
            self.apply(row, event, self.clock.now())?;
        }
        Ok(has_account)
    }

    async fn not_told_of_number(
        &self,
        row: &Notification,
        error: &MessengerError,
    ) -> Result<bool, StorageError> {
        warn!(notification = %row.id, error = error.in_log(), "the number could not be checked");
        let mut readiness = self.readiness.lock().await;
        if error.is_about_the_account() {
            // That is news about the account, which has a question of its own.
            readiness.doubt_account();
            drop(readiness);
            return Ok(self.gateway_ready(row).await?.is_ok());
        }
        if !matches!(error, MessengerError::Refused(_) | MessengerError::Unreadable(_)) {
            readiness.checks_rest_until = Some(self.clock.moment().monotonic + REST);
        }
        Ok(true)
    }
}
