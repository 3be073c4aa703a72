//! The one place that reads the computer's clocks.

pub mod agreement;
mod desk_clock;
mod heard;
mod witness;

use std::time::Duration;

use chrono::{DateTime, Datelike, DurationRound, TimeDelta, Utc};

pub use desk_clock::{ClockStanding, ClockTold, DeskClock};
pub use heard::Heard;
pub use witness::{Question, TimeSource, Witness};

/// The clocks at one instant. Their differences show that the computer slept
/// or that somebody set the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// UTC by the computer's wall clock, to the millisecond: deadlines are compared with it.
    pub wall: DateTime<Utc>,
    /// Time since some fixed instant; never steps, and stands still in sleep on Linux.
    pub monotonic: Duration,
    /// Time since another one (the computer's start, on Windows a reading of this process); never
    /// steps, and goes on in sleep. So it is compared within one process, and nobody can set it.
    pub boot: Duration,
}

/// Where the engine takes the time from.
pub trait Clock: Send + Sync {
    /// All clocks, read together.
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
        Moment { wall: to_millisecond(Utc::now()), monotonic: self.started.elapsed(), boot: since_boot() }
    }
}

/// The clock that goes on in sleep.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this is the place that may")]
fn since_boot() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    // Linux has a clock for it beside the one that stands still; what macOS calls monotonic goes on,
    // while Rust's `Instant` stands still there.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const GOES_ON: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const GOES_ON: ClockId = ClockId::Monotonic;
    // Never negative: it begins at zero.
    Duration::try_from(clock_gettime(GOES_ON)).unwrap_or_default()
}

/// The same on Windows, whose performance counter goes on in sleep.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "this is the place that may")]
fn since_boot() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static FIRST_READING: LazyLock<Instant> = LazyLock::new(Instant::now);
    FIRST_READING.elapsed()
}

/// What the database can store: no more than milliseconds.
pub fn to_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at)
}

/// The years that anybody can write. A date of long ago is odd, and harms nothing.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// Whether a date that came from outside can be one. The calendar ends in the year 262142, and whoever
/// adds a minute to its last day ends with it: what came from outside is calculated with only after this.
pub fn is_sensible(date: &impl Datelike) -> bool {
    YEARS.contains(&date.year())
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
