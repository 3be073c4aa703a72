//! What the servers' clocks showed, kept until this computer's jumps.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Clock, TimeSource, Witness};

/// The latest word of each server.
#[derive(Default, Clone, Copy)]
struct Votes {
    yclients: Option<TimeDelta>,
    gateway: Option<TimeDelta>,
}

/// Where the clients of one process tell what they heard.
pub struct Heard {
    computer: Arc<dyn Clock>,
    votes: Mutex<Votes>,
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heard").finish_non_exhaustive()
    }
}

impl Heard {
    /// Nothing yet. `computer` is this computer's clock, uncorrected.
    pub fn new(computer: Arc<dyn Clock>) -> Self {
        Self { computer, votes: Mutex::default() }
    }

    /// What each server that was heard shows more than this computer's clock.
    pub fn votes(&self) -> Vec<TimeDelta> {
        let votes = *self.lock();
        votes.yclients.into_iter().chain(votes.gateway).collect()
    }

    /// For people: what each clock shows.
    pub fn in_words(&self) -> String {
        let votes = *self.lock();
        let said = |name: &str, vote: Option<TimeDelta>| match vote {
            Some(ahead) => format!("{name} {:+} s", ahead.num_seconds()),
            None => format!("{name} not heard"),
        };
        format!("{}, {}", said("YClients", votes.yclients), said("gateway", votes.gateway))
    }

    /// The computer's clock jumped: what was heard before says nothing now.
    pub fn forget(&self) {
        *self.lock() = Votes::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Votes> {
        self.votes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Heard {
    fn heard(&self, source: TimeSource, server: DateTime<Utc>, took: Duration) {
        let now = self.computer.moment().wall;
        // Half-way through the answer's time, and in the middle of the whole second it shows.
        let way = TimeDelta::from_std(took / 2).unwrap_or_default();
        let ahead = server.signed_duration_since(now) + TimeDelta::milliseconds(500) + way;
        let mut votes = self.lock();
        match source {
            TimeSource::YClients => votes.yclients = Some(ahead),
            TimeSource::Gateway => votes.gateway = Some(ahead),
        }
    }
}
