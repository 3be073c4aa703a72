//! What servers say of the time.
//!
//! Every answer has a `Date`. The clients pass it on with how long it was on its
//! way; what is made of it is for whoever listens.

use std::fmt::Debug;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{is_sensible, since_boot};

/// What was on its way for this long says too little about now.
const TOO_SLOW: Duration = Duration::from_secs(5);

/// Whose clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeSource {
    YClients,
    Gateway,
}

/// Where the clients tell what a server's clock showed.
pub trait Witness: Send + Sync + Debug {
    /// Called as soon as an answer's headers are there, whatever its status. The server's clock
    /// showed `server` at some instant of the `took` that ends now, and shows whole seconds.
    fn heard(&self, source: TimeSource, server: DateTime<Utc>, took: Duration);
}

/// A request on its way.
#[derive(Debug)]
pub struct Question<'a> {
    witness: Option<&'a dyn Witness>,
    source: TimeSource,
    /// By the clock that goes on in sleep: an answer that lay there until the
    /// computer woke is hours old.
    boot: Duration,
    /// And by the runtime's, which tests can move.
    runtime: Instant,
}

impl<'a> Question<'a> {
    /// Just before the request is handed over.
    pub fn asked(witness: Option<&'a dyn Witness>, source: TimeSource) -> Self {
        Self { witness, source, boot: since_boot(), runtime: Instant::now() }
    }

    /// The answer's headers are there. `date` is its `Date`, where there is one that can be read;
    /// `from_store`: it has an `Age`, so somebody on the way had kept it.
    pub fn answered(self, date: Option<DateTime<Utc>>, from_store: bool) {
        let took = since_boot().saturating_sub(self.boot).max(self.runtime.elapsed());
        if let (Some(witness), Some(server)) = (self.witness, date)
            && !from_store
            && is_sensible(&server)
            && took < TOO_SLOW
        {
            witness.heard(self.source, server, took);
        }
    }
}
