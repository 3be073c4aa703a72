//! Whether this installation is the shop's only one: what the account tells of others' messages, and
//! whose mark it carries.

use std::time::Duration;

use tracing::{debug, error, info};

use super::heard::WAITS_FOR_NOTHING;
use super::{SOON, Sender};
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject};
use crate::outbox::DeskState;
use crate::ports::Moment;
use crate::shop_mark::AccountMark;

/// The mark is looked at again after this: another installation may have taken the account over.
const MARK_HOLDS: Duration = Duration::from_mins(10);

/// And after this where it could not be read. It is a hint, and keeps no message back.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Nobody waits longer for a hint.
const PATIENCE: Duration = Duration::from_secs(5);

impl Sender {
    /// Judges what came of others, and tells once that there is another Booking Monitor. Also whether
    /// something may turn out to be another's in a moment.
    pub(super) fn look_for_rivals(&self, moment: Moment) -> Result<(DeskState, bool), StorageError> {
        let suspected = self.outbox.judge_foreign(self.messenger.instance(), moment.wall)?;
        let desk = self.outbox.desk()?;
        let told = self.vigil.rival_is_told(desk.rival.is_some());
        match &desk.rival {
            Some(rival) if !told => {
                error!(by = %rival.by, "another Booking Monitor works for this shop: nothing is sent until a person takes over");
                self.desktop.alarm(&Fault {
                    subject: Subject::Shop,
                    code: FaultCode::AnotherMonitor,
                    detail: format!("shown by: {}", rival.by),
                });
            }
            None if told => {
                info!("this Booking Monitor is the shop's again");
                self.desktop.all_clear(Subject::Shop);
            }
            _ => {}
        }
        Ok((desk, suspected))
    }

    /// The checks took their time: what the account told meanwhile is read and judged before the claim.
    /// False when it is not done soon, and when it shows another one.
    pub(super) async fn others_are_heard(&self) -> Result<bool, StorageError> {
        let begun = self.clock.moment().boot;
        loop {
            let moment = self.clock.moment();
            if self.backlog.heard.is_enough(moment.boot) {
                let (desk, suspected) = self.look_for_rivals(moment)?;
                return Ok(desk.rival.is_none() && !suspected);
            }
            if moment.boot.saturating_sub(begun) >= WAITS_FOR_NOTHING {
                return Ok(false);
            }
            tokio::time::sleep(SOON).await;
        }
    }

    /// False when the account turns out to carry another shop's mark.
    pub(super) async fn account_is_ours(&self) -> Result<bool, StorageError> {
        let moment = self.clock.moment();
        if self.readiness.lock().await.mark_holds_until.is_some_and(|until| moment.monotonic < until) {
            return Ok(true);
        }
        let asked = tokio::time::timeout(PATIENCE, self.messenger.shop_mark()).await;
        let moment = self.clock.moment();
        let (found, holds) = match asked {
            Ok(Ok(found)) => (found, MARK_HOLDS),
            Ok(Err(error)) => {
                debug!(error = error.in_log(), "the account's mark could not be read");
                (None, LOOK_AGAIN)
            }
            Err(_) => (None, LOOK_AGAIN),
        };
        self.readiness.lock().await.mark_holds_until = Some(moment.monotonic + holds);
        match found.map(|text| AccountMark::read(&text, &self.outbox.shop().unwrap_or_default())) {
            Some(AccountMark::Another(id)) => {
                let stops = self.outbox.another_s_mark(&id, moment.wall)?;
                if stops {
                    // After a person's word it is looked at anew.
                    self.readiness.lock().await.mark_holds_until = None;
                }
                Ok(!stops)
            }
            _ => Ok(true),
        }
    }
}
