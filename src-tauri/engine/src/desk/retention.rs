//! Lets go what is older than `keep_days`, a step at a time, while nothing else is to be done.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tracing::{debug, info};

use super::Vigil;
use crate::clock::DeskClock;
use crate::db::StorageError;
use crate::outbox::{LetGo, Outbox, Pass};
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::Clock as _;
#[cfg(debug_assertions)]
use crate::supervision::Part;

/// Between two steps: 72 000 messages an hour, and the disk has time for everything else.
const BETWEEN_STEPS: Duration = Duration::from_secs(1);

/// After everything old was looked at.
const REST: Duration = Duration::from_hours(1);

/// What leaves within this must not wait for a step.
const SOON: TimeDelta = TimeDelta::seconds(3);

pub(super) struct Retention {
    outbox: Outbox,
    clock: Arc<DeskClock>,
    vigil: Arc<Vigil>,
    keep: TimeDelta,
}

impl Retention {
    pub(super) const fn new(
        outbox: Outbox,
        clock: Arc<DeskClock>,
        vigil: Arc<Vigil>,
        keep: TimeDelta,
    ) -> Self {
        Self { outbox, clock, vigil, keep }
    }

    /// Never ends.
    pub(super) async fn run(&self) {
        let mut pass = Pass::default();
        let mut gone = LetGo::default();
        loop {
            #[cfg(debug_assertions)]
            planted::turn(Part::Retention);
            tokio::time::sleep(BETWEEN_STEPS).await;
            match self.step(&mut pass) {
                Ok(some) => {
                    gone.messages += some.messages;
                    gone.bookings += some.bookings;
                }
                // The sender says so where it matters.
                Err(error) => debug!(%error, "nothing old could be let go"),
            }
            if pass == Pass::Over {
                if gone != LetGo::default() {
                    info!(gone.messages, gone.bookings, "names, numbers and texts are let go by their age");
                }
                (pass, gone) = Default::default();
                tokio::time::sleep(REST).await;
            }
        }
    }

    fn step(&self, pass: &mut Pass) -> Result<LetGo, StorageError> {
        let now = self.clock.now();
        // By a clock that is years ahead all of it would be old: what is gone does not come back.
        if !self.vigil.is_agreed() || !self.outbox.is_idle(now, SOON)? {
            return Ok(LetGo::default());
        }
        let Some(before) = now.checked_sub_signed(self.keep) else { return Ok(LetGo::default()) };
        self.outbox.let_go(pass, before, now)
    }
}
