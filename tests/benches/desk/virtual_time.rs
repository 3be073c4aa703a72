//! A day in seconds: tokio's paused time, with the engine's clocks on it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::{Clock, Moment, SystemClock, to_millisecond};

/// Goes with tokio's time, and begins now.
pub(crate) struct VirtualClock {
    began: DateTime<Utc>,
    started: tokio::time::Instant,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self { began: SystemClock::new().now(), started: tokio::time::Instant::now() }
    }

    /// Since it began.
    pub(crate) fn passed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Clock for VirtualClock {
    fn moment(&self) -> Moment {
        let monotonic = self.passed();
        let wall = self.began + TimeDelta::from_std(monotonic).unwrap();
        Moment { wall: to_millisecond(wall), monotonic, boot: monotonic }
    }
}

/// A runtime on this thread whose time jumps to the next thing that happens.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}
