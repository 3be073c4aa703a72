//! The watch over the clocks: sleep, a stopped process, a clock that was set or is wrong for good.
//!
//! Wall and monotonic clock are read together and compared with the last
//! reading. Whoever is about to act on the time looks first, so that after a
//! sleep nothing leaves before the gap has been noticed.
//!
//! This computer's clock alone is no word on the time after a start, a jump or a
//! wake-up: until a server's agrees with it, or two servers' with each other,
//! nothing is decided by it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tracing::{info, warn};

use super::arm_all;
use crate::branch::Branch;
use crate::clock::agreement::{Agreement, agree};
use crate::clock::{ClockStanding, ClockTold, DeskClock, Heard};
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

/// Without a word of any server for so long the computer's clock serves.
const ALONE_AFTER: Duration = Duration::from_mins(10);

/// A dispute is none before everybody could be asked.
const DISPUTED_AFTER: Duration = Duration::from_secs(15);

/// Remembers the last reading, and what the servers say of the computer's clock.
pub struct Vigil {
    clock: Arc<DeskClock>,
    heard: Arc<Heard>,
    gap: TimeDelta,
    state: Mutex<Looks>,
    standing: watch::Sender<ClockStanding>,
    /// Whoever measures a part alone has no desk that asks for the time.
    watches: bool,
}

struct Looks {
    /// This computer's clocks at the last look, as they are.
    looked: Moment,
    /// Since when nobody has confirmed its time.
    unconfirmed_since: Duration,
    /// The last moment of confirmed time; None before the first one since the start.
    last: Option<Moment>,
    /// The owner's last sign of life before this start.
    last_alive: Option<DateTime<Utc>>,
    /// A gap that was dealt with and not yet reported.
    unreported: Option<DateTime<Utc>>,
    /// What was decided by another time is to be judged again.
    judgment_due: bool,
    /// What the row says of the clock, as this process wrote it; None before it did.
    told: Option<ClockTold>,
    /// Grows with each correction: what was asked before was asked by another time.
    era: u64,
    /// Another Booking Monitor was told of.
    rival_told: bool,
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
    /// Begins to watch now. `last_alive` is the owner's last sign of life before this start, by
    /// confirmed time.
    pub(super) fn new(
        clock: Arc<DeskClock>,
        heard: Arc<Heard>,
        poll_interval: Duration,
        last_alive: Option<DateTime<Utc>>,
    ) -> Self {
        let looked = clock.computer();
        let state = Looks {
            looked,
            unconfirmed_since: looked.monotonic,
            last: None,
            last_alive,
            unreported: None,
            judgment_due: true,
            told: None,
            era: 0,
            rival_told: false,
        };
        let (standing, _) = watch::channel(ClockStanding::Unconfirmed);
        let gap = gap_after(poll_interval);
        Self { clock, heard, gap, state: Mutex::new(state), standing, watches: true }
    }

    /// Believes the computer's clock whatever it shows, and watches nothing: for a monitor or a
    /// sender that works without a desk.
    pub fn believing(computer: Arc<dyn Clock>) -> Self {
        let clock = Arc::new(DeskClock::new(computer.clone()));
        let believing = Self::new(clock, Arc::new(Heard::new(computer)), Duration::ZERO, None);
        believing.standing.send_replace(ClockStanding::Alone);
        Self { watches: false, ..believing }
    }

    /// Reads the clocks and deals with what happened since the last reading, in
    /// the database, before this returns. While nobody confirms the time, nothing is dealt with.
    pub fn observe(&self, outbox: &Outbox, settings: &Settings) -> Result<(), StorageError> {
        if !self.watches {
            return Ok(());
        }
        let mut state = self.lock();
        self.look(&mut state);
        self.judge(outbox, &mut state)?;
        if !self.is_confirmed() {
            return Ok(());
        }
        let moment = self.clock.moment();
        let Some(last) = state.last else {
            begin(outbox, settings, state.last_alive, self.gap, moment.wall)?;
            state.last = Some(moment);
            return Ok(());
        };
        match between(last, moment, self.gap) {
            Between::Nothing => {}
            Between::Blink => arm_all(outbox, settings, None, moment.wall)?,
            Between::Gap => {
                info!("nobody looked for a while: windows are opened anew");
                arm_all(outbox, settings, Some(moment.wall), moment.wall)?;
                state.unreported = Some(moment.wall);
            }
            Between::SetBack(by) => {
                info!(seconds = by.num_seconds(), "the clock was set back");
                shift_back(outbox, settings, by, moment.wall)?;
            }
        }
        state.last = Some(moment);
        Ok(())
    }

    /// Whether this computer's clock jumped, or stood still for long: then its word alone is nothing.
    fn look(&self, state: &mut Looks) {
        let now = self.clock.computer();
        if let Between::Gap | Between::SetBack(_) = between(state.looked, now, self.gap) {
            self.heard.forget();
            state.unconfirmed_since = now.monotonic;
            self.standing.send_replace(ClockStanding::Unconfirmed);
        }
        state.looked = now;
    }

    /// What the servers' clocks come to, written down when it is news.
    fn judge(&self, outbox: &Outbox, state: &mut Looks) -> Result<(), StorageError> {
        let before = (*self.standing.borrow(), self.clock.difference());
        let waited = state.looked.monotonic.saturating_sub(state.unconfirmed_since);
        let (standing, difference) = match agree(&self.heard.votes(), before.1) {
            Agreement::Agreed(difference) => (ClockStanding::Agreed, difference),
            Agreement::Disputed if waited >= DISPUTED_AFTER => (ClockStanding::Disputed, before.1),
            Agreement::Unheard if waited >= ALONE_AFTER => (ClockStanding::Alone, before.1),
            // What was agreed stands until the computer's clock jumps or a server says otherwise.
            Agreement::Unheard => before,
            Agreement::Disputed if before.0 == ClockStanding::Disputed => before,
            Agreement::Disputed => {
                if before.0 != ClockStanding::Unconfirmed {
                    state.unconfirmed_since = state.looked.monotonic;
                }
                (ClockStanding::Unconfirmed, before.1)
            }
        };
        let told = state.told.as_ref().map(|told| (told.standing, told.difference));
        if told == Some((standing, difference)) {
            return Ok(());
        }
        let told = ClockTold {
            difference,
            standing,
            since: Some(self.clock.now() - before.1 + difference),
            detail: self.heard.in_words(),
        };
        outbox.set_clock(&told)?;
        state.told = Some(told);
        if self.clock.set(difference) {
            warn!(seconds = difference.num_seconds(), "this computer's clock is corrected by the servers'");
            state.judgment_due = true;
            state.era += 1;
        }
        self.standing.send_replace(standing);
        Ok(())
    }

    /// What was last written down of this computer's clock.
    pub(super) fn told(&self) -> ClockTold {
        self.lock().told.clone().unwrap_or_default()
    }

    /// Which stretch of one and the same time this is.
    pub fn era(&self) -> u64 {
        self.lock().era
    }

    /// Whether the time is somebody's word beside this computer's, or nobody can be asked.
    pub fn is_confirmed(&self) -> bool {
        matches!(*self.standing.borrow(), ClockStanding::Agreed | ClockStanding::Alone)
    }

    /// Whether the servers' clocks say so too.
    pub(super) fn is_agreed(&self) -> bool {
        *self.standing.borrow() == ClockStanding::Agreed
    }

    /// Waits for a time that is confirmed.
    pub async fn confirmed(&self) {
        let mut standing = self.standing.subscribe();
        let confirmed =
            standing.wait_for(|standing| matches!(standing, ClockStanding::Agreed | ClockStanding::Alone));
        // The sender lives as long as this does.
        let _ = confirmed.await;
    }

    /// Waits until somebody has to be asked for the time.
    pub(super) async fn wanted(&self) -> ClockStanding {
        let mut standing = self.standing.subscribe();
        let open = standing.wait_for(|standing| *standing != ClockStanding::Agreed).await;
        open.map_or(ClockStanding::Agreed, |standing| *standing)
    }

    /// The time as far as it is known: while nobody confirms it, it goes on from where it was.
    pub(super) fn best_now(&self) -> DateTime<Utc> {
        let state = self.lock();
        let moment = self.clock.moment();
        match state.last {
            Some(last) if !self.is_confirmed() => {
                let passed = moment.monotonic.saturating_sub(last.monotonic);
                last.wall + TimeDelta::from_std(passed).unwrap_or_default()
            }
            _ => moment.wall,
        }
    }

    /// The end of a gap that was dealt with since the last call.
    pub fn gap(&self) -> Option<DateTime<Utc>> {
        self.lock().unreported.take()
    }

    /// Whether decisions are to be judged again because the time is another one. Once.
    pub(super) fn judgment_due(&self) -> bool {
        self.is_confirmed() && std::mem::take(&mut self.lock().judgment_due)
    }

    /// Settings or account changed: what was decided by them is to be judged again.
    pub(crate) fn judge_again(&self) {
        self.lock().judgment_due = true;
    }

    /// Whether another Booking Monitor had been told of; from now on it has, or there is none.
    pub(crate) fn rival_is_told(&self, is_there: bool) -> bool {
        std::mem::replace(&mut self.lock().rival_told, is_there)
    }

    fn lock(&self) -> MutexGuard<'_, Looks> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first moment of confirmed time after a start: what is late waits for a person, everything
/// else that is queued gets a fresh window, for nobody could see the old one.
fn begin(
    outbox: &Outbox,
    settings: &Settings,
    last_alive: Option<DateTime<Utc>>,
    gap: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let unseen = last_alive.is_some_and(|at| now - at >= gap);
    arm_all(outbox, settings, unseen.then_some(now), now)?;
    if last_alive.is_some_and(|at| at > now + JUMP) {
        // The clock was set back while the program was off: nothing waits longer than its window.
        shift_back(outbox, settings, TimeDelta::zero(), now)?;
    }
    Ok(())
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
