//! The one place that reads the computer's clocks.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Both clocks at one instant. Their difference shows that the computer slept
/// or that somebody set the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// UTC by the computer's wall clock, to the millisecond: deadlines are compared with it.
    pub wall: DateTime<Utc>,
    /// Time since some fixed instant; never steps, and stands still in sleep on Linux.
    pub monotonic: Duration,
}

/// Where the engine takes the time from.
pub trait Clock: Send + Sync {
    /// Both clocks, read together.
    fn moment(&self) -> Moment;

    /// The wall clock, to the millisecond.
    fn now(&self) -> DateTime<Utc> {
        self.moment().wall
    }
}

/// The computer's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl SystemClock {
    /// Starts the monotonic count at zero.
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    pub fn new() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    fn moment(&self) -> Moment {
        Moment { wall: to_millisecond(Utc::now()), monotonic: self.started.elapsed() }
    }
}

/// What the database can store: no more than milliseconds.
pub fn to_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at)
}

/// The whole second that `at` falls into.
pub fn floor_to_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::seconds(1)).unwrap_or(at)
}

/// The first whole second after `at`. YClients stamps creation by the second, so
/// what is stamped with it or later was made after `at`, and what is stamped
/// earlier was made before that second began.
pub fn next_second(at: DateTime<Utc>) -> DateTime<Utc> {
    floor_to_second(at) + TimeDelta::seconds(1)
}
