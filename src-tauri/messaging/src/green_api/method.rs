//! The methods of the API: their words, their verbs, and how often each may be called.

use std::time::Duration;

use reqwest::Method as Verb;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    State,
    CheckNumber,
    Send,
    Receive { wait: u64 },
    Acknowledge { receipt: i64 },
    Message,
    Queue,
    ClearQueue,
    History,
    GetSettings,
    SetSettings,
    Qr,
}

/// How many [`Method::slot`]s there are.
const SLOTS: usize = 12;

impl Method {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::State => "getStateInstance",
            Self::CheckNumber => "checkWhatsapp",
            Self::Send => "sendMessage",
            Self::Receive { .. } => "receiveNotification",
            Self::Acknowledge { .. } => "deleteNotification",
            Self::Message => "getMessage",
            Self::Queue => "showMessagesQueue",
            Self::ClearQueue => "clearMessagesQueue",
            Self::History => "getChatHistory",
            Self::GetSettings => "getSettings",
            Self::SetSettings => "setSettings",
            Self::Qr => "qr",
        }
    }

    pub(super) const fn verb(self) -> Verb {
        match self {
            Self::CheckNumber | Self::Send | Self::Message | Self::History | Self::SetSettings => Verb::POST,
            Self::State
            | Self::Receive { .. }
            | Self::Queue
            | Self::ClearQueue
            | Self::GetSettings
            | Self::Qr => Verb::GET,
            Self::Acknowledge { .. } => Verb::DELETE,
        }
    }

    /// The gateway's limit for the method, a little widened: its clock and ours
    /// do not tick together, and a look-up must not be answered with 429.
    const fn gap(self) -> Duration {
        let milliseconds = match self {
            Self::State
            | Self::Queue
            | Self::ClearQueue
            | Self::History
            | Self::GetSettings
            | Self::SetSettings => 1100,
            Self::Qr => 400,
            Self::CheckNumber | Self::Message => 120,
            Self::Send => 25,
            Self::Receive { .. } | Self::Acknowledge { .. } => 12,
        };
        Duration::from_millis(milliseconds)
    }

    const fn slot(self) -> usize {
        match self {
            Self::State => 0,
            Self::CheckNumber => 1,
            Self::Send => 2,
            Self::Receive { .. } => 3,
            Self::Acknowledge { .. } => 4,
            Self::Message => 5,
            Self::Queue => 6,
            Self::History => 7,
            Self::GetSettings => 8,
            Self::SetSettings => 9,
            Self::Qr => 10,
            Self::ClearQueue => 11,
        }
    }
}

/// Keeps the calls of each method apart.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// When each method was called last. Waiting happens inside the lock, which
    /// is fair: first come, first served.
    last: [Mutex<Option<Instant>>; SLOTS],
}

impl Gaps {
    pub(super) async fn turn(&self, method: Method) {
        let Some(slot) = self.last.get(method.slot()) else { return };
        let mut last = slot.lock().await;
        if let Some(last) = *last {
            sleep_until(last + method.gap()).await;
        }
        *last = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_method_keeps_its_own_distance_and_waits_for_no_other() {
        let (gaps, start) = (Gaps::default(), Instant::now());
        gaps.turn(Method::State).await;
        gaps.turn(Method::Queue).await;
        gaps.turn(Method::Send).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        gaps.turn(Method::State).await;
        assert_eq!(start.elapsed(), Duration::from_millis(1100));
        gaps.turn(Method::Send).await;
        assert_eq!(start.elapsed(), Duration::from_millis(1100));
    }
}
