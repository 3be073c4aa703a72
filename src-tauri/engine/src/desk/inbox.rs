//! What the desk attends to beside its loops: the clocks, what other processes ask and commit, the signs of life.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, watch};
use tracing::{debug, info, warn};

use super::{Desk, End, WindowLock};
use crate::booking::CompanyId;
use crate::clock::{Clock as _, ClockStanding};
use crate::db::StorageError;
use crate::error::{Fault, FaultCode, Subject};
use crate::monitor::{Signals, judge_all};
use crate::notification::NotificationId;
use crate::outbox::RequestKind;
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::Desktop;
use crate::settings::Settings;
#[cfg(debug_assertions)]
use crate::supervision::Part;

/// How often the desk looks at clocks and other processes' commits while something is pending.
const TICK: Duration = Duration::from_millis(500);

/// The same with nothing pending.
const IDLE_TICK: Duration = Duration::from_secs(1);

/// What this process itself commits or asks is no other's commit: it is looked for once in so many ticks.
/// The others see whether anything was committed elsewhere, and no more.
const TICKS_OF_A_LOOK: u32 = 2;

/// A sign of life is written this often.
const BEAT_EVERY: TimeDelta = TimeDelta::seconds(30);

/// What the desk attends to while the loops run.
pub(super) struct Inbox<'a> {
    desk: &'a Desk,
    settings: &'a Settings,
    desktop: &'a dyn Desktop,
    changed: &'a Notify,
    signals: watch::Sender<Signals>,
    serving: watch::Receiver<BTreeMap<CompanyId, u64>>,
    /// Requests for a poll that is not served yet, with the number it was given.
    asked: Vec<(i64, u64)>,
    /// Requests for another look for which a poll was asked.
    looking: Vec<i64>,
    data_version: i64,
    /// Until the next tick.
    rest: Duration,
    beaten_at: Option<DateTime<Utc>>,
    /// The database does not work, and that was said.
    failing: bool,
    /// What was alarmed about the clock.
    clock_told: Option<FaultCode>,
    /// The account by which decisions are judged again; None where nothing is decided.
    pub(super) judges_for: Option<String>,
    /// Whether the database was doubted when this began.
    pub(super) doubted: bool,
}

impl<'a> Inbox<'a> {
    pub(super) fn new(
        desk: &'a Desk,
        settings: &'a Settings,
        desktop: &'a dyn Desktop,
        changed: &'a Notify,
        signals: watch::Sender<Signals>,
        serving: watch::Receiver<BTreeMap<CompanyId, u64>>,
    ) -> Self {
        Self {
            desk,
            settings,
            desktop,
            changed,
            signals,
            serving,
            asked: Vec::new(),
            looking: Vec::new(),
            data_version: 0,
            rest: TICK,
            beaten_at: None,
            failing: false,
            clock_told: None,
            judges_for: None,
            doubted: false,
        }
    }

    /// Until the desk is to stop, or to begin anew with other settings.
    pub(super) async fn attend(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        let mut ticks: u32 = 0;
        loop {
            if *stop.borrow_and_update() {
                return End::Stopped;
            }
            #[cfg(debug_assertions)]
            planted::turn(Part::Inbox);
            match self.tick(ticks) {
                Ok(Some(end)) => return end,
                Ok(None) => self.failing = false,
                Err(error) if self.failing => debug!(%error, "the inbox still cannot be read"),
                Err(error) => {
                    self.failing = true;
                    warn!(%error, "the desk could not look at its inbox");
                }
            }
            ticks = ticks.wrapping_add(1);
            tokio::select! {
                () = tokio::time::sleep(self.rest) => {}
                // A poll that somebody waits for has been made.
                Ok(()) = self.serving.changed() => {}
                outcome = stop.changed() => if outcome.is_err() { return End::Stopped },
            }
        }
    }

    fn tick(&mut self, ticks: u32) -> Result<Option<End>, StorageError> {
        let outbox = &self.desk.outbox;
        self.desk.vigil.observe(outbox, self.settings)?;
        if let Some(gap_at) = self.desk.vigil.gap() {
            self.signals.send_modify(|signals| {
                signals.gaps += 1;
                signals.gap_at = Some(gap_at);
            });
            self.changed.notify_one();
        }
        self.tell_of_clock();
        self.judge_again()?;
        let now = self.desk.vigil.best_now();
        if self.beaten_at.is_none_or(|at| now - at >= BEAT_EVERY || at > now) {
            outbox.beat(now)?;
            self.beaten_at = Some(now);
        }
        self.answer_served(now)?;
        let version = outbox.db().data_version()?;
        let others = version != std::mem::replace(&mut self.data_version, version);
        if others {
            self.changed.notify_one();
        } else if self.rest == TICK && !ticks.is_multiple_of(TICKS_OF_A_LOOK) {
            return Ok(None);
        }
        self.rest = if outbox.first_in_line(false)?.is_some() { TICK } else { IDLE_TICK };
        self.read(now)
    }

    /// Alarms once when this computer's clock is not what the servers' show.
    fn tell_of_clock(&mut self) {
        let told = self.desk.vigil.told();
        let code = told.fault();
        // A jump is over before anybody knows what it was.
        if code == self.clock_told || (code.is_none() && told.standing == ClockStanding::Unconfirmed) {
            return;
        }
        self.clock_told = code;
        match code {
            Some(code) => {
                self.desktop.alarm(&Fault { subject: Subject::Clock, code, detail: told.detail });
            }
            None => self.desktop.all_clear(Subject::Clock),
        }
    }

    /// What was decided by other settings, another account or another time.
    fn judge_again(&self) -> Result<(), StorageError> {
        let Some(instance) = &self.judges_for else { return Ok(()) };
        if !self.desk.vigil.judgment_due() {
            return Ok(());
        }
        let now = self.desk.clock.now();
        match judge_all(&self.desk.outbox, self.settings, instance, now) {
            Ok(0) => Ok(()),
            Ok(moved) => {
                info!(moved, "decisions were looked at again");
                self.changed.notify_one();
                Ok(())
            }
            Err(error) => {
                self.desk.vigil.judge_again();
                Err(error)
            }
        }
    }

    /// What other processes ask.
    fn read(&mut self, now: DateTime<Utc>) -> Result<Option<End>, StorageError> {
        let outbox = &self.desk.outbox;
        // A person began anew, or found in another process that it must be.
        let mut end = (outbox.desk()?.doubt.is_some() != self.doubted).then_some(End::Reload);
        for request in outbox.asked()? {
            match request.kind {
                RequestKind::Poll => {
                    if self.asked.iter().all(|(id, _)| *id != request.id) {
                        self.signals.send_modify(|signals| signals.asked += 1);
                        self.asked.push((request.id, self.signals.borrow().asked));
                    }
                }
                // Whoever polls answers it, with the next truth pass; one is asked for once.
                RequestKind::LookAgain => {
                    // Its branch went after it was asked: nobody will read it.
                    if !self.is_read(&request.argument)? {
                        self.desk.outbox.answer(request.id, now)?;
                    } else if !self.looking.contains(&request.id) {
                        self.looking.push(request.id);
                        self.signals.send_modify(|signals| signals.asked += 1);
                    }
                }
                RequestKind::SettingsChanged | RequestKind::SecretChanged => {
                    info!("settings or a secret changed");
                    outbox.answer(request.id, now)?;
                    end = Some(End::Reload);
                }
                // A window that is open shows itself.
                RequestKind::ShowWindow => {
                    let open = outbox.db().path().parent().is_some_and(WindowLock::is_held);
                    if !open && self.desktop.show_window(&request.argument) {
                        outbox.answer(request.id, now)?;
                    }
                }
            }
        }
        Ok(end)
    }

    /// Whether the message that is named here belongs to a branch that is polled.
    fn is_read(&self, id: &str) -> Result<bool, StorageError> {
        let Ok(id) = id.parse() else { return Ok(false) };
        let row = self.desk.outbox.get(NotificationId(id))?;
        Ok(row.is_some_and(|row| self.settings.for_branch(row.company).is_some()))
    }

    /// A request for a poll is answered when every branch has finished one.
    fn answer_served(&mut self, now: DateTime<Utc>) -> Result<(), StorageError> {
        let served = self.serving.borrow_and_update().clone();
        let branches = &self.settings.branches;
        let least = branches.iter().map(|branch| served.get(&branch.company_id).copied().unwrap_or(0)).min();
        let done = if self.settings.enabled { least.unwrap_or(u64::MAX) } else { u64::MAX };
        for &(request, _) in self.asked.iter().filter(|(_, number)| *number <= done) {
            self.desk.outbox.answer(request, now)?;
        }
        self.asked.retain(|(_, number)| *number > done);
        Ok(())
    }
}
