//! The simulator's clock: the computer's wall clock moved by an offset.
//!
//! A server's clock need not agree with the computer beside it, so the offset is part of the
//! simulated world. The one place of this crate that reads the wall clock; delays run on tokio's
//! monotonic clock and are not touched by the offset.

use chrono::{DateTime, TimeDelta, Utc};

/// The wall clock of both simulated servers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    offset: TimeDelta,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the simulator's only reading of the wall clock")]
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let wall = Utc::now();
        // An offset that leaves the calendar is no offset at all.
        wall.checked_add_signed(self.offset).unwrap_or(wall)
    }

    /// How far the simulated servers are ahead of the computer.
    pub(crate) fn offset(&self) -> TimeDelta {
        self.offset
    }

    pub(crate) fn set_offset(&mut self, offset: TimeDelta) {
        self.offset = offset;
    }
}

/// An instant in the form of the HTTP `Date` header.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
