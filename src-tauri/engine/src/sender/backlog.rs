//! What lies waiting at the account is read before the first message leaves.
//!
//! After a start, or after a silence, a client's «стоп» may lie there behind a hundred other things. The
//! first message waits until the account has nothing more to tell, but not for ever: a feed that does not
//! end, or does not answer, holds nothing up for longer than a minute.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::heard::Heard;

/// So long the first message waits at most.
const WAITS_AT_MOST: Duration = Duration::from_mins(1);

/// As many as are read before it.
const MOST_BEFORE: u32 = 1000;

/// A feed that answered nothing for so long was silent: who knows what came meanwhile. An undisturbed one
/// answers every twenty seconds.
const SILENT_AFTER: Duration = Duration::from_mins(2);

/// While the end is not reached, an empty feed is to say so soon.
const SOON: Duration = Duration::from_secs(5);

/// How far the account's feed is read. In the time that goes on in sleep.
#[derive(Debug, Default)]
pub struct Backlog {
    state: Mutex<State>,
    /// Whether what is told since is heard too.
    pub(super) heard: Heard,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// From then on, so many so far; not begun before somebody looks.
    Reading { since: Option<Duration>, taken: u32 },
    /// To its end, or as far as anybody waits for. `heard`: when it answered last; `patient`: it was
    /// waited for in vain since.
    Read { heard: Duration, patient: bool },
}

impl Default for State {
    fn default() -> Self {
        Self::Reading { since: None, taken: 0 }
    }
}

impl Backlog {
    /// How long the next question may wait for something to come; `usual` once the end was reached.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        match *self.lock() {
            State::Reading { .. } => usual.min(SOON),
            State::Read { .. } => usual,
        }
    }

    /// Something came.
    pub(super) fn took(&self, now: Duration) {
        self.heard.took(now);
        let mut state = self.lock();
        *state = match *state {
            State::Reading { since, taken } => {
                State::Reading { since: since.or(Some(now)), taken: taken + 1 }
            }
            State::Read { heard, .. } if now.saturating_sub(heard) > SILENT_AFTER => {
                State::Reading { since: Some(now), taken: 1 }
            }
            State::Read { .. } => State::Read { heard: now, patient: false },
        };
    }

    /// Nothing more is there.
    pub(super) fn ended(&self, now: Duration) {
        self.heard.ended(now);
        *self.lock() = State::Read { heard: now, patient: false };
    }

    /// Whether a message may leave, as far as this goes.
    pub(super) fn is_read(&self, now: Duration) -> bool {
        let mut state = self.lock();
        match *state {
            State::Read { heard, patient } if patient || now.saturating_sub(heard) <= SILENT_AFTER => true,
            State::Read { .. } | State::Reading { since: None, .. } => {
                let taken = if let State::Reading { taken, .. } = *state { taken } else { 0 };
                *state = State::Reading { since: Some(now), taken };
                false
            }
            State::Reading { since: Some(since), taken } => {
                let enough = taken >= MOST_BEFORE || now.saturating_sub(since) >= WAITS_AT_MOST;
                if enough {
                    *state = State::Read { heard: now, patient: taken < MOST_BEFORE };
                }
                enough
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_first_message_waits_for_the_end_of_what_lies_there() {
        let backlog = Backlog::default();
        assert!(!backlog.is_read(at(0)));
        for second in 1..20 {
            backlog.took(at(second));
            assert!(!backlog.is_read(at(second)));
        }
        backlog.ended(at(20));
        assert!(backlog.is_read(at(20)) && backlog.is_read(at(60)));
    }

    #[test]
    fn it_waits_a_minute_or_a_thousand_at_most_and_then_not_again() {
        let silent = Backlog::default();
        assert!(!silent.is_read(at(0)) && !silent.is_read(at(59)));
        assert!(silent.is_read(at(60)));
        assert!(silent.is_read(at(600)), "a feed that never answers was waited for once");
        let endless = Backlog::default();
        assert!(!endless.is_read(at(0)));
        (0..1000).for_each(|_| endless.took(at(1)));
        assert!(endless.is_read(at(1)));
    }

    #[test]
    fn after_a_silence_it_is_read_to_its_end_again() {
        let backlog = Backlog::default();
        backlog.ended(at(5));
        assert!(backlog.is_read(at(100)));
        // The computer slept: this clock went on.
        assert!(!backlog.is_read(at(30_000)));
        backlog.took(at(30_001));
        assert!(!backlog.is_read(at(30_001)));
        backlog.ended(at(30_002));
        assert!(backlog.is_read(at(30_002)));
        // Nobody looked, and things came after hours: those before them may wait there too.
        backlog.took(at(60_000));
        assert!(!backlog.is_read(at(60_000)));
    }

    #[test]
    fn what_comes_one_by_one_later_holds_nothing_up() {
        let backlog = Backlog::default();
        backlog.ended(at(0));
        for second in 1..50 {
            backlog.took(at(second));
            assert!(backlog.is_read(at(second)));
        }
    }
}
