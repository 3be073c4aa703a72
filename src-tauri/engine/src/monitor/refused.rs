//! Branches that YClients refuses, and when they are tried again: rarely, quietly, and one for
//! all whose token is not accepted.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::booking::CompanyId;

/// Between two quiet tries of what is refused.
const TRY_EVERY: Duration = Duration::from_mins(30);

/// The same for what has been refused for a day: nobody is about to mend it.
const TRY_RARELY: Duration = Duration::from_hours(6);
const RARELY_AFTER: TimeDelta = TimeDelta::hours(24);

/// How long to leave a server alone that has refused for `long`. `jitter` (0 to 1) keeps many
/// desks from asking at the same moment.
pub(super) fn quiet_pause(long: TimeDelta, jitter: f64) -> Duration {
    let pause = if long < RARELY_AFTER { TRY_EVERY } else { TRY_RARELY };
    pause.mul_f64(0.9 + 0.2 * jitter.clamp(0.0, 1.0))
}

/// The branches whose token is refused. They share it, so one of them asks for all, each in its turn:
/// what is refused may be the application in one branch and not the token.
#[derive(Debug, Default)]
pub struct TokenRefused {
    told: Mutex<Told>,
    /// Rung when the turn or the company changes.
    bell: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Told {
    members: BTreeSet<CompanyId>,
    /// Who was refused last. The next one in order has the turn.
    last: Option<CompanyId>,
    /// When the next try is due.
    next_at: Option<Instant>,
}

impl Told {
    fn turn(&self) -> Option<CompanyId> {
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        self.members.range((after, Bound::Unbounded)).next().or_else(|| self.members.first()).copied()
    }
}

impl TokenRefused {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token was refused in this branch: it is tried again in another, after the pause.
    pub(super) fn refused(&self, company: CompanyId, pause: Duration) {
        let mut told = self.told();
        told.members.insert(company);
        told.last = Some(company);
        told.next_at = Some(Instant::now() + pause);
        drop(told);
        self.bell.send_replace(());
    }

    /// The branch was let in: the others are worth a try at once.
    pub(super) fn let_in(&self, company: CompanyId) {
        let mut told = self.told();
        if told.members.contains(&company) {
            told.members.clear();
            drop(told);
            self.bell.send_replace(());
        }
    }

    /// Something else stands in this branch's way now.
    pub(super) fn leave(&self, company: CompanyId) {
        self.told().members.remove(&company);
        self.bell.send_replace(());
    }

    /// Waits until the branch is to be tried.
    pub(super) async fn turn(&self, company: CompanyId) {
        let mut rung = self.bell.subscribe();
        loop {
            rung.mark_unchanged();
            let (is_member, turn, next_at) = {
                let told = self.told();
                (told.members.contains(&company), told.turn(), told.next_at)
            };
            match next_at {
                // Another one was let in.
                _ if !is_member => return,
                Some(next_at) if turn == Some(company) => tokio::select! {
                    () = sleep_until(next_at) => return,
                    _ = rung.changed() => {}
                },
                _ => _ = rung.changed().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const A: CompanyId = CompanyId(1);
    const B: CompanyId = CompanyId(2);
    const C: CompanyId = CompanyId(3);

    #[test]
    fn half_an_hour_and_after_a_day_six() {
        assert_eq!(quiet_pause(TimeDelta::zero(), 0.5), TRY_EVERY);
        assert_eq!(quiet_pause(TimeDelta::hours(23), 0.0), MINUTE * 27);
        assert_eq!(quiet_pause(TimeDelta::hours(23), 1.0), MINUTE * 33);
        assert_eq!(quiet_pause(TimeDelta::hours(24), 0.5), TRY_RARELY);
    }

    /// Who has had a turn by now.
    async fn whose(refused: &TokenRefused) -> Vec<CompanyId> {
        let mut had = Vec::new();
        for company in [A, B, C] {
            if tokio::time::timeout(Duration::ZERO, refused.turn(company)).await.is_ok() {
                had.push(company);
            }
        }
        had
    }

    #[tokio::test(start_paused = true)]
    async fn one_asks_for_all_each_in_turn_and_all_when_one_is_let_in() {
        let refused = TokenRefused::default();
        for company in [A, B, C] {
            refused.refused(company, MINUTE * 30);
        }
        assert!(whose(&refused).await.is_empty());
        for company in [A, B, C, A] {
            tokio::time::advance(MINUTE * 30).await;
            assert_eq!(whose(&refused).await, [company]);
            refused.refused(company, MINUTE * 30);
        }
        assert!(whose(&refused).await.is_empty());
        refused.let_in(B);
        assert_eq!(whose(&refused).await, [A, B, C]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_branch_that_is_refused_for_another_cause_has_no_turn() {
        let refused = TokenRefused::default();
        refused.refused(A, MINUTE);
        refused.refused(B, MINUTE);
        refused.leave(A);
        tokio::time::advance(MINUTE).await;
        let turn = tokio::time::timeout(Duration::ZERO, refused.turn(B)).await;
        assert!(turn.is_ok());
    }
}
