//! The clock that decisions are taken by: this computer's, with the difference that the servers'
//! show added. The difference is a row, so that every process has the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Clock, Moment};
use crate::db::StorageError;
use crate::error::FaultCode;
use crate::outbox::Outbox;

/// See the module.
pub struct DeskClock {
    computer: Arc<dyn Clock>,
    /// In milliseconds, as last read from the row.
    difference: AtomicI64,
}

impl DeskClock {
    /// With no difference known yet, see [`DeskClock::refresh`].
    pub fn new(computer: Arc<dyn Clock>) -> Self {
        Self { computer, difference: AtomicI64::new(0) }
    }

    /// Takes over the row, which another process may have written. True when it was another.
    pub fn refresh(&self, outbox: &Outbox) -> Result<bool, StorageError> {
        let difference = outbox.clock()?.difference;
        Ok(self.set(difference))
    }

    /// What is added.
    pub fn difference(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.difference.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, difference: TimeDelta) -> bool {
        let milliseconds = difference.num_milliseconds();
        self.difference.swap(milliseconds, Ordering::Relaxed) != milliseconds
    }

    /// This computer's clock as it is.
    pub fn computer(&self) -> Moment {
        self.computer.moment()
    }
}

impl Clock for DeskClock {
    fn moment(&self) -> Moment {
        let Moment { wall, monotonic, boot } = self.computer.moment();
        let wall = wall.checked_add_signed(self.difference()).unwrap_or(wall);
        Moment { wall, monotonic, boot }
    }
}

/// What is known of this computer's clock, as the row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockTold {
    /// What every process adds to it.
    pub difference: TimeDelta,
    pub standing: ClockStanding,
    pub since: Option<DateTime<Utc>>,
    /// What each clock shows, for the small print.
    pub detail: String,
}

impl ClockTold {
    /// What of it needs a look at the desk, if anything does.
    pub fn fault(&self) -> Option<FaultCode> {
        match self.standing {
            ClockStanding::Disputed => Some(FaultCode::ClockDisputed),
            _ if self.difference != TimeDelta::zero() => Some(FaultCode::ClockCorrected),
            _ => None,
        }
    }
}

impl Default for ClockTold {
    fn default() -> Self {
        let difference = TimeDelta::zero();
        Self { difference, standing: ClockStanding::Unconfirmed, since: None, detail: String::new() }
    }
}

crate::closed_set::closed_set! {
    /// What the servers' clocks say of this computer's.
    ClockStanding {
        /// Nobody was asked yet since a start, a jump or a wake-up.
        Unconfirmed = "unconfirmed",
        /// Two clocks agree.
        Agreed = "agreed",
        /// No server was heard for ten minutes: the computer's serves.
        Alone = "alone",
        /// No two agree: nothing is sent.
        Disputed = "disputed",
    }
}
