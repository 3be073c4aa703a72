//! The watch over the clocks: sleep, a stopped process, a clock that was set.
//!
//! Wall and monotonic clock are read together and compared with the last
//! reading. Whoever is about to act on the time looks first, so that after a
//! sleep nothing leaves before the gap has been noticed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::info;

use super::arm_all;
use crate::branch::Branch;
use crate::db::StorageError;
use crate::monitor::{gap_after, known};
use crate::notification::{Event, State};
use crate::outbox::{Actor, Outbox, apply_in, unless_refused};
use crate::ports::{Clock, Moment};
use crate::settings::Settings;

/// A difference between the clocks beyond this is a jump.
pub(super) const JUMP: TimeDelta = TimeDelta::seconds(5);

/// The clocks are read every second at least; after this something was wrong.
const BLINK: TimeDelta = TimeDelta::seconds(15);

/// Remembers the last reading.
pub struct Vigil {
    clock: Arc<dyn Clock>,
    gap: TimeDelta,
    last: Mutex<Moment>,
    /// A gap that was dealt with and not yet reported.
    unreported: Mutex<Option<DateTime<Utc>>>,
}

/// What happened between two readings.
#[derive(Debug, PartialEq, Eq)]
enum Between {
    Nothing,
    /// A moment in which nobody looked: too short to be a gap, long enough for a
    /// window to have passed unseen. Where the monotonic clock runs on through
    /// sleep, a short sleep looks like this.
    Blink,
    /// Nobody looked, or the clock was set forward.
    Gap,
    /// The clock was set back by so much.
    SetBack(TimeDelta),
}

impl Vigil {
    /// Begins to watch now.
    pub fn new(clock: Arc<dyn Clock>, poll_interval: Duration) -> Self {
        let last = Mutex::new(clock.moment());
        Self { clock, gap: gap_after(poll_interval), last, unreported: Mutex::new(None) }
    }

    /// Reads the clocks and deals with what happened since the last reading, in
    /// the database, before this returns.
    pub fn observe(&self, outbox: &Outbox, settings: &Settings) -> Result<(), StorageError> {
        let moment = self.clock.moment();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match between(*last, moment, self.gap) {
            Between::Nothing => {}
            Between::Blink => arm_all(outbox, settings, None, moment.wall)?,
            Between::Gap => {
                info!("nobody looked for a while: windows are opened anew");
                arm_all(outbox, settings, Some(moment.wall), moment.wall)?;
                *self.unreported.lock().unwrap_or_else(PoisonError::into_inner) = Some(moment.wall);
            }
            Between::SetBack(by) => {
                info!(seconds = by.num_seconds(), "the computer's clock was set back");
                shift_back(outbox, settings, by, moment.wall)?;
            }
        }
        *last = moment;
        Ok(())
    }

    /// The end of a gap that was dealt with since the last call.
    pub fn gap(&self) -> Option<DateTime<Utc>> {
        self.unreported.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn between(last: Moment, now: Moment, gap: TimeDelta) -> Between {
    let by_wall = now.wall - last.wall;
    let passed = now.monotonic.saturating_sub(last.monotonic);
    let by_monotonic = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
    if by_wall < by_monotonic - JUMP {
        Between::SetBack(by_monotonic - by_wall)
    } else if by_wall > by_monotonic + JUMP || by_monotonic >= gap {
        Between::Gap
    } else if by_monotonic >= BLINK {
        Between::Blink
    } else {
        Between::Nothing
    }
}

/// Everything planned moves with the clock: the time left stays, and is never
/// more than the window.
fn shift_back(
    outbox: &Outbox,
    settings: &Settings,
    by: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    outbox.db().write(|tx| {
        tx.execute("UPDATE desk SET paused_until = paused_until - ?1", [by.num_milliseconds()])?;
        for row in outbox_rows(tx)? {
            let state = known::branch_in(tx, row.company)?.unwrap_or_default();
            let latest = Branch::new(settings, row.company, &state.facts)
                .map_or(now, |branch| branch.after_quiet_hours(now + branch.window()));
            unless_refused(apply_in(
                tx,
                row.id,
                None,
                Event::ShiftBack { by, latest },
                &Actor::Program,
                now,
            ))?;
        }
        Ok(())
    })
}

/// The clock was set back while the program was off: nothing waits longer than its window.
pub(super) fn clamp(outbox: &Outbox, settings: &Settings, now: DateTime<Utc>) -> Result<(), StorageError> {
    shift_back(outbox, settings, TimeDelta::zero(), now)
}

fn outbox_rows(
    tx: &rusqlite::Transaction<'_>,
) -> Result<Vec<crate::notification::Notification>, StorageError> {
    crate::outbox::in_state_in(tx, State::Queued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn moment(wall: i64, monotonic: u64) -> Moment {
        let wall = Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap() + TimeDelta::seconds(wall);
        let monotonic = Duration::from_secs(monotonic);
        Moment { wall, monotonic, boot: monotonic }
    }

    fn judge(wall: i64, monotonic: u64) -> Between {
        between(moment(0, 0), moment(wall, monotonic), TimeDelta::minutes(5))
    }

    #[test]
    fn clocks_that_go_together_are_nothing() {
        assert_eq!(judge(1, 1), Between::Nothing);
        assert_eq!(judge(5, 1), Between::Nothing);
        assert_eq!(judge(14, 14), Between::Nothing);
    }

    #[test]
    fn a_sleep_or_a_clock_set_forward_is_a_gap() {
        assert_eq!(judge(9 * 3600, 1), Between::Gap);
        assert_eq!(judge(7, 1), Between::Gap);
    }

    #[test]
    fn a_moment_in_which_nobody_looked_opens_windows_anew() {
        assert_eq!(judge(200, 200), Between::Blink);
    }

    #[test]
    fn a_process_that_stood_still_for_five_minutes_is_a_gap() {
        assert_eq!(judge(300, 300), Between::Gap);
    }

    #[test]
    fn a_clock_set_back_moves_everything_with_it() {
        assert_eq!(judge(-7199, 1), Between::SetBack(TimeDelta::seconds(7200)));
    }
}
