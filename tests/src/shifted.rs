//! A clock that goes as the computer's does, from an instant of the test's own.

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::{Clock, Moment, SystemClock};

/// The computer's clocks, the wall one so far ahead.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    computer: SystemClock,
    ahead: TimeDelta,
}

impl ShiftedClock {
    /// It is now `then`.
    pub fn from(then: DateTime<Utc>) -> Self {
        let computer = SystemClock::new();
        let ahead = then - computer.now();
        Self { computer, ahead }
    }

    /// How far it is ahead of the computer's.
    pub fn ahead(&self) -> TimeDelta {
        self.ahead
    }
}

impl Clock for ShiftedClock {
    fn moment(&self) -> Moment {
        let moment = self.computer.moment();
        Moment { wall: moment.wall + self.ahead, ..moment }
    }
}
