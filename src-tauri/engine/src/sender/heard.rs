//! Whether all that the account tells is heard before the next message leaves.
//!
//! A second installation on the same shop and account shows itself by what the account tells of its messages.
//! Each of these takes its time to be read, and several are told of every message: where many messages leave
//! at once, clients would be told twice whom a word that lies there unread could have spared. So the next one
//! waits until nothing lies there, but not for long: a feed that is silent, or never ends, holds nothing up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Whoever asks, and is not answered for so long, has found nothing lying there: at least, and at most where
/// the account's answers take longer.
const NOTHING_AFTER: Duration = Duration::from_millis(500);
const NOTHING_AFTER_AT_MOST: Duration = Duration::from_secs(3);

/// That nothing lay there is true for so long.
const HOLDS: Duration = Duration::from_secs(1);

/// A message waits so long at most where nothing comes.
pub(super) const WAITS_FOR_NOTHING: Duration = Duration::from_secs(1);

/// The same where one word comes after the other.
const WAITS_FOR_WORDS: Duration = Duration::from_secs(10);

/// So long after the last word another one may come.
const ONE_AFTER_THE_OTHER: Duration = Duration::from_secs(2);

/// A wait begun longer ago was another message's.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// How the account's feed was heard lately.
#[derive(Debug, Default)]
pub(super) struct Heard {
    state: Mutex<State>,
    /// Rung when a message waits for it.
    pub(super) wanted: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Since when a question waits for its answer.
    asked: Option<Duration>,
    /// When the answer was that nothing is there, if nothing came since.
    nothing: Option<Duration>,
    /// When something came last.
    came: Option<Duration>,
    /// When a message was handed over last: words about it follow.
    sent: Option<Duration>,
    /// How long the account took to answer something that it need not wait for.
    answers_in: Duration,
    /// Since when a message waits.
    waits: Option<Duration>,
    /// What is told goes elsewhere.
    is_elsewhere: bool,
}

impl Heard {
    /// A question begins.
    pub(super) fn asks(&self, now: Duration) {
        self.lock().asked = Some(now);
    }

    /// Something came.
    pub(super) fn took(&self, now: Duration) {
        let mut state = self.lock();
        (state.asked, state.nothing, state.came, state.is_elsewhere) = (None, None, Some(now), false);
    }

    /// Nothing more is there.
    pub(super) fn ended(&self, now: Duration) {
        let mut state = self.lock();
        (state.asked, state.nothing, state.is_elsewhere) = (None, Some(now), false);
    }

    /// The question failed.
    pub(super) fn failed(&self) {
        self.lock().asked = None;
    }

    /// What the account tells goes to another program's address.
    pub(super) fn goes_elsewhere(&self) {
        self.lock().is_elsewhere = true;
    }

    /// A message was handed over, in so long.
    pub(super) fn sent(&self, now: Duration, took: Duration) {
        let mut state = self.lock();
        (state.sent, state.waits, state.answers_in) = (Some(now), None, took);
    }

    /// What came was acknowledged, in so long.
    pub(super) fn acknowledged(&self, took: Duration) {
        self.lock().answers_in = took;
    }

    /// Whether the next message may leave.
    pub(super) fn is_enough(&self, now: Duration) -> bool {
        let mut state = self.lock();
        if state.is_elsewhere || state.is_all(now) {
            state.waits = None;
            return true;
        }
        let since = state.waits.filter(|since| now.saturating_sub(*since) < FORGOTTEN).unwrap_or(now);
        state.waits = Some(since);
        let moves = state.came.is_some_and(|came| now.saturating_sub(came) < ONE_AFTER_THE_OTHER);
        let nothing = WAITS_FOR_NOTHING.max(state.nothing_after());
        let enough = now.saturating_sub(since) >= if moves { WAITS_FOR_WORDS } else { nothing };
        if !enough {
            self.wanted.notify_one();
        }
        enough
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether nothing lay there, a moment ago and since the last message of ours.
    fn is_all(&self, now: Duration) -> bool {
        let after = self.nothing_after();
        let waited = self.asked.filter(|asked| now.saturating_sub(*asked) >= after);
        let (nothing, holds) = match waited {
            Some(_) => (Some(now.saturating_sub(after)), after),
            None => (self.nothing, HOLDS),
        };
        nothing.is_some_and(|at| now.saturating_sub(at) <= holds && self.sent.is_none_or(|sent| sent <= at))
    }

    fn nothing_after(&self) -> Duration {
        (self.answers_in * 2).clamp(NOTHING_AFTER, NOTHING_AFTER_AT_MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_feed_that_has_nothing_more_to_tell_holds_nothing_up() {
        let heard = Heard::default();
        heard.asks(at(0));
        assert!(!heard.is_enough(at(100)), "it may be about to answer");
        assert!(heard.is_enough(at(500)) && heard.is_enough(at(20_000)), "nothing lies there");
        heard.ended(at(20_000));
        assert!(heard.is_enough(at(20_500)));
    }

    #[test]
    fn after_a_message_what_is_told_of_it_is_read_to_its_end() {
        let heard = Heard::default();
        heard.asks(at(0));
        heard.sent(at(9_000), at(50));
        assert!(!heard.is_enough(at(9_100)) && !heard.is_enough(at(9_400)));
        assert!(heard.is_enough(at(9_500)), "nothing came of it so soon");
        for word in 0..8 {
            let came = 9_600 + word * 400;
            heard.took(at(came));
            assert!(!heard.is_enough(at(came)) && !heard.is_enough(at(came + 350)), "{word}");
            heard.asks(at(came + 390));
        }
        heard.ended(at(12_800));
        assert!(heard.is_enough(at(12_800)));
    }

    #[test]
    fn a_silent_feed_is_waited_for_a_second_and_one_that_never_ends_for_ten() {
        let silent = Heard::default();
        silent.sent(at(0), at(50));
        assert!(!silent.is_enough(at(0)) && !silent.is_enough(at(900)));
        assert!(silent.is_enough(at(1_000)) && silent.is_enough(at(1_500)));
        silent.sent(at(1_600), at(50));
        assert!(!silent.is_enough(at(1_700)), "the next one as long");
        assert!(silent.is_enough(at(2_700)));

        let endless = Heard::default();
        for tenth in 0..100 {
            endless.took(at(tenth * 100));
            assert!(!endless.is_enough(at(tenth * 100)), "{tenth}");
        }
        endless.took(at(10_000));
        assert!(endless.is_enough(at(10_000)));
        // Long after, it is another message that waits.
        endless.took(at(60_000));
        assert!(!endless.is_enough(at(60_000)));
    }

    #[test]
    fn where_answers_take_long_nothing_lies_there_only_after_longer() {
        let heard = Heard::default();
        heard.asks(at(0));
        heard.sent(at(1_000), at(900));
        assert!(!heard.is_enough(at(2_700)), "what lies there may be on its way");
        assert!(heard.is_enough(at(2_800)));
        heard.took(at(3_000));
        heard.acknowledged(at(20));
        heard.asks(at(3_100));
        assert!(!heard.is_enough(at(3_500)) && heard.is_enough(at(3_600)));
    }

    #[test]
    fn a_feed_that_others_read_is_not_waited_for() {
        let heard = Heard::default();
        heard.goes_elsewhere();
        heard.sent(at(0), at(50));
        assert!(heard.is_enough(at(0)));
        heard.took(at(10));
        assert!(!heard.is_enough(at(10)), "it is ours again");
    }
}
