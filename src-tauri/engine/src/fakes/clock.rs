//! The computer's clocks and the servers', as tests set them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::monday;
use crate::clock::{Clock, Moment, TimeSource, Witness};

/// Goes with tokio's (paused) time; the computer can sleep, and the wall be set.
pub(crate) struct FakeClock {
    started: tokio::time::Instant,
    wall: Mutex<DateTime<Utc>>,
    slept: Mutex<Duration>,
    /// What somebody set the wall by, altogether.
    wrong_by: Mutex<TimeDelta>,
}

impl FakeClock {
    pub(crate) fn new() -> Arc<Self> {
        let started = tokio::time::Instant::now();
        Arc::new(Self {
            started,
            wall: Mutex::new(monday()),
            slept: Mutex::default(),
            wrong_by: Mutex::default(),
        })
    }

    /// The computer sleeps, or is off: the monotonic clock alone stands still.
    pub(crate) fn jump(&self, by: TimeDelta) {
        *self.slept.lock().unwrap() += by.to_std().unwrap();
        *self.wall.lock().unwrap() += by;
    }

    /// Somebody sets the clock: the wall alone moves.
    pub(crate) fn set(&self, by: TimeDelta) {
        *self.wall.lock().unwrap() += by;
        *self.wrong_by.lock().unwrap() += by;
    }

    /// What the servers' clocks show.
    pub(crate) fn true_now(&self) -> DateTime<Utc> {
        self.now() - *self.wrong_by.lock().unwrap()
    }
}

impl Clock for FakeClock {
    fn moment(&self) -> Moment {
        let monotonic = self.started.elapsed();
        let wall = *self.wall.lock().unwrap() + TimeDelta::from_std(monotonic).unwrap();
        let boot = monotonic + *self.slept.lock().unwrap();
        Moment { wall: crate::clock::to_millisecond(wall), monotonic, boot }
    }
}

/// Stands where it was put.
pub(crate) struct StoppedClock(Mutex<DateTime<Utc>>);

impl StoppedClock {
    pub(crate) fn at(wall: DateTime<Utc>) -> Self {
        Self(Mutex::new(wall))
    }

    pub(crate) fn put(&self, wall: DateTime<Utc>) {
        *self.0.lock().unwrap() = wall;
    }
}

impl Clock for StoppedClock {
    fn moment(&self) -> Moment {
        Moment { wall: *self.0.lock().unwrap(), monotonic: Duration::ZERO, boot: Duration::ZERO }
    }
}

/// Who listens, and by which clock the server's is made.
type Listener = (Arc<dyn Witness>, Arc<FakeClock>);

/// A server's clock, told with every answer.
#[derive(Default)]
pub(crate) struct FakeDate {
    told: Mutex<Option<Listener>>,
    /// The server's clock is wrong by so much.
    pub(crate) wrong_by: Mutex<TimeDelta>,
    /// Its answers have no `Date`.
    pub(crate) silent: Mutex<bool>,
}

impl FakeDate {
    pub(super) fn tell_to(&self, witness: Arc<dyn Witness>, clock: Arc<FakeClock>) {
        *self.told.lock().unwrap() = Some((witness, clock));
    }

    pub(crate) fn tell(&self, source: TimeSource) {
        if let (false, Some((witness, clock))) = (*self.silent.lock().unwrap(), &*self.told.lock().unwrap()) {
            let date = crate::clock::floor_to_second(clock.true_now() + *self.wrong_by.lock().unwrap());
            witness.heard(source, date, Duration::ZERO);
        }
    }
}
