//! One pace for every request to YClients, over all branches.
//!
//! The server counts requests by address, not by token, so clients of several
//! branches share one [`Pace`]. There are two lanes: a last check stands between
//! a client and a wrong message and goes before any page of another listing; within a
//! lane it is first come, first served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// A server that asks for an hour of silence must not silence the last checks of
/// a running countdown for an hour: the engine backs off by itself, this is only
/// the floor under it.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Last checks.
    Urgent,
    /// Everything else.
    Ordinary,
}

/// Keeps requests a gap apart.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    state: Mutex<State>,
    /// Rung when the last urgent request has left the queue.
    no_more_urgent: Notify,
    /// Only the head of a lane competes for the next turn; tokio's mutex is fair.
    urgent: tokio::sync::Mutex<()>,
    ordinary: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// No request before this instant.
    free_at: Option<Instant>,
    urgent_waiting: usize,
}

impl Pace {
    /// Requests at least `gap` apart, measured between their starts.
    pub fn new(gap: Duration) -> Arc<Self> {
        Arc::new(Self {
            gap,
            state: Mutex::default(),
            no_more_urgent: Notify::new(),
            urgent: tokio::sync::Mutex::new(()),
            ordinary: tokio::sync::Mutex::new(()),
        })
    }

    /// Waits for a turn. Giving up the wait (dropping the future) costs nobody a turn.
    pub async fn turn(&self, lane: Lane) {
        let _presence = (lane == Lane::Urgent).then(|| UrgentPresence::enter(self));
        let queue = match lane {
            Lane::Urgent => &self.urgent,
            Lane::Ordinary => &self.ordinary,
        };
        let _head = queue.lock().await;
        loop {
            // Registered before the state is read, or a ring in between would be missed.
            let rung = self.no_more_urgent.notified();
            let wait = {
                let mut state = self.state();
                let now = Instant::now();
                if lane == Lane::Ordinary && state.urgent_waiting > 0 {
                    Wait::Yield
                } else if let Some(at) = state.free_at.filter(|at| *at > now) {
                    Wait::Until(at)
                } else {
                    state.free_at = Some(now + self.gap);
                    return;
                }
            };
            match wait {
                Wait::Yield => rung.await,
                Wait::Until(at) => sleep_until(at).await,
            }
        }
    }

    /// Nobody asks anything for this long: the server said that it is too much.
    pub fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause.min(LONGEST_HOLD);
        let mut state = self.state();
        state.free_at = Some(state.free_at.map_or(until, |at| at.max(until)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Wait {
    Yield,
    Until(Instant),
}

/// Counts one urgent request from its arrival to its turn, also when its future is dropped.
struct UrgentPresence<'a>(&'a Pace);

impl<'a> UrgentPresence<'a> {
    fn enter(pace: &'a Pace) -> Self {
        pace.state().urgent_waiting += 1;
        Self(pace)
    }
}

impl Drop for UrgentPresence<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.urgent_waiting = state.urgent_waiting.saturating_sub(1);
        if state.urgent_waiting == 0 {
            self.0.no_more_urgent.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Starts a request that notes its name and time when its turn comes.
    fn ask(
        pace: &Arc<Pace>,
        lane: Lane,
        name: &'static str,
        log: &Arc<Mutex<Vec<(&'static str, Duration)>>>,
    ) {
        let (pace, log, start) = (Arc::clone(pace), Arc::clone(log), Instant::now());
        tokio::spawn(async move {
            pace.turn(lane).await;
            log.lock().unwrap().push((name, start.elapsed()));
        });
    }

    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance() {
        let pace = Pace::new(SECOND);
        let start = Instant::now();
        for n in 0..4 {
            pace.turn(Lane::Ordinary).await;
            assert_eq!(start.elapsed(), SECOND * n);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_last_check_goes_before_every_waiting_page() {
        let (pace, log) = (Pace::new(SECOND), Arc::default());
        pace.turn(Lane::Ordinary).await;
        for page in ["page 2", "page 3", "page 4"] {
            ask(&pace, Lane::Ordinary, page, &log);
            settle().await;
        }
        ask(&pace, Lane::Urgent, "check 1", &log);
        settle().await;
        ask(&pace, Lane::Urgent, "check 2", &log);
        tokio::time::sleep(SECOND * 10).await;
        let order: Vec<_> = log.lock().unwrap().clone();
        let expected = [("check 1", 1), ("check 2", 2), ("page 2", 3), ("page 3", 4), ("page 4", 5)];
        assert_eq!(order, expected.map(|(name, second)| (name, SECOND * second)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_last_check_that_gave_up_blocks_nobody() {
        let (pace, log) = (Pace::new(SECOND), Arc::default());
        pace.turn(Lane::Ordinary).await;
        let impatient = tokio::time::timeout(SECOND / 2, pace.turn(Lane::Urgent));
        ask(&pace, Lane::Ordinary, "page", &log);
        assert!(impatient.await.is_err());
        tokio::time::sleep(SECOND).await;
        assert_eq!(*log.lock().unwrap(), [("page", SECOND)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_reaches_those_who_already_wait() {
        let (pace, log) = (Pace::new(SECOND), Arc::default());
        pace.turn(Lane::Ordinary).await;
        ask(&pace, Lane::Ordinary, "page", &log);
        ask(&pace, Lane::Urgent, "check", &log);
        settle().await;
        pace.hold(SECOND * 5);
        tokio::time::sleep(SECOND * 7).await;
        assert_eq!(*log.lock().unwrap(), [("check", SECOND * 5), ("page", SECOND * 6)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_bounded_and_never_shortens_the_gap() {
        let pace = Pace::new(SECOND);
        pace.turn(Lane::Ordinary).await;
        let start = Instant::now();
        pace.hold(Duration::ZERO);
        pace.turn(Lane::Ordinary).await;
        assert_eq!(start.elapsed(), SECOND);
        pace.hold(Duration::from_hours(24));
        pace.turn(Lane::Ordinary).await;
        assert_eq!(start.elapsed(), SECOND + LONGEST_HOLD);
    }
}
