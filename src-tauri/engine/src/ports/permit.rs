//! How long the first byte of a message may leave after its claim.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Moment};

/// A claim is a word about now. Between it and the first byte lies a connection,
/// and while that is made a computer can go to sleep for hours: whoever writes
/// looks here first, when nothing is left to wait for.
#[derive(Clone)]
pub struct Permit {
    /// None: it has no end.
    clock: Option<Arc<dyn Clock>>,
    /// By the clock that goes on in sleep.
    ends: Duration,
}

impl Permit {
    /// Holds for so long after `begun`, sleep included.
    pub fn new(clock: Arc<dyn Clock>, begun: Moment, holds_for: Duration) -> Self {
        Self { clock: Some(clock), ends: begun.boot + holds_for }
    }

    /// Holds always: for tests of what comes after.
    pub const fn endless() -> Self {
        Self { clock: None, ends: Duration::MAX }
    }

    /// Whether the first byte may leave now.
    pub fn holds(&self) -> bool {
        self.clock.as_ref().is_none_or(|clock| clock.moment().boot <= self.ends)
    }
}
