//! The monitor: reads each branch again and again, and queues what is new.
//!
//! Each branch has a loop of its own that polls, commits and waits, so there is
//! never more than one poll of a branch; a tick that would fall into a running
//! poll does not happen. How long to wait and what to ask is [`schedule`]'s and, of a branch that
//! YClients refuses, [`refused`]'s; what an answer means is [`absorb`]'s, without a clock or a network.

mod absorb;
mod again;
mod bots;
mod caution;
mod kept;
pub mod known;
mod names;
mod poll;
mod reading;
mod recheck;
mod refused;
mod schedule;
mod unread;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use crate::booking::{BookingId, CompanyId};
use crate::db::StorageError;
use crate::desk::Vigil;
use crate::error::{Fault, FaultCode, Subject};
use crate::outbox::Outbox;
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::{Bookings, BookingsError, Clock, Desktop};
use crate::settings::Settings;
use crate::supervision::{Part, Supervisor};
use refused::quiet_pause;

pub(crate) use absorb::{Light, note_change};
pub(crate) use again::{judge_all, renew_facts_in, tell_left_out};
pub use bots::{Touched, touched_by_bots};
pub(crate) use kept::Kept;
pub(crate) use poll::{Released, rearm_all};
pub(crate) use reading::{Sought, read_all};
pub(crate) use recheck::{
    Verdict, Visit, by_recipient, carry_out, facts_of, is_broken, overtake, recall, recheck, split_off,
};
pub use refused::TokenRefused;
pub use schedule::gap_after;
pub use unread::unread_in;

/// A fault that lasts this many polls is shown; a single one is not worth a look.
const FAILURES_BEFORE_ALARM: i64 = 3;

/// A poll waits so long for somebody to confirm the time.
const TIME_PATIENCE: Duration = Duration::from_secs(3);

/// What the desk tells the monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals {
    /// Grows each time a person asks for a poll.
    pub asked: u64,
    /// Grows with each gap: everything is read whole again, and what it brings
    /// is due because of the gap that ended then.
    pub gaps: u64,
    pub gap_at: Option<DateTime<Utc>>,
}

/// Polls every branch of the settings.
pub struct Monitor {
    pub outbox: Outbox,
    pub settings: Arc<Settings>,
    pub bookings: Arc<dyn Bookings>,
    pub clock: Arc<dyn Clock>,
    /// Whether the time is confirmed: what a poll brings is judged by it.
    pub vigil: Arc<Vigil>,
    pub desktop: Arc<dyn Desktop>,
    /// The gateway account new messages are queued for.
    pub instance: String,
    pub signals: watch::Receiver<Signals>,
    /// Which request for a poll each branch has served.
    pub served: watch::Sender<BTreeMap<CompanyId, u64>>,
    /// Rung after each commit: the sender looks at the queue.
    pub changed: Arc<Notify>,
    /// The branches whose token YClients refuses.
    pub refused: TokenRefused,
}

/// Why a poll came to nothing. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error(transparent)]
    Bookings(#[from] BookingsError),
    #[error(transparent)]
    Branch(#[from] crate::branch::BranchError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The clock jumped while it ran: what came is asked for again when the time is known.
    #[error("nobody confirms the time")]
    Time,
}

impl PollError {
    fn in_log(&self) -> String {
        match self {
            Self::Bookings(error) => error.in_log(),
            own => own.to_string(),
        }
    }

    const fn code(&self) -> FaultCode {
        match self {
            Self::Bookings(error) => error.code(),
            Self::Branch(_) => FaultCode::TimeZoneUnknown,
            Self::Time => FaultCode::ClockDisputed,
            Self::Storage(error) => error.code(),
        }
    }
}

/// What a branch's loop remembers between polls.
struct Watch {
    company: CompanyId,
    /// Open rows' bookings are read again in turn; this one was the last.
    reread_up_to: BookingId,
    /// Failures that could not be recorded count here.
    unrecorded_failures: i64,
    /// YClients refuses it: it is tried again rarely.
    stopped: bool,
    /// What the desk was told of this stop, in this process.
    stop_told: Vec<FaultCode>,
    /// Read whole next time.
    whole: bool,
    gap_at: Option<DateTime<Utc>>,
    /// When YClients was last asked what the users are called.
    names_asked_at: Option<DateTime<Utc>>,
    /// When what the branch is called was last asked in vain.
    facts_asked_at: Option<DateTime<Utc>>,
}

/// When a branch is polled next.
#[derive(Debug, Clone, Copy)]
enum Next {
    At(Instant),
    /// When it has the turn among those whose token is refused.
    InTurn,
}

impl Monitor {
    /// What begins its branches anew where no desk does.
    pub fn supervisor(&self) -> Supervisor {
        let outbox = self.outbox.clone();
        Supervisor::new(move || Some(outbox.clone()), self.clock.clone(), self.desktop.clone())
    }

    /// Polls until dropped, each branch beginning anew by itself. Without branches, or switched off, it
    /// does nothing.
    pub async fn run(&self, supervisor: &Supervisor) {
        if !self.settings.enabled {
            info!("polling is switched off in the settings");
            std::future::pending::<()>().await;
        }
        let watched = self.settings.branches.iter().map(|branch| {
            let company = branch.company_id;
            supervisor.keep(Part::Branch(company), move || self.watch(company))
        });
        join_all(watched).await;
        std::future::pending::<()>().await;
    }

    async fn watch(&self, company: CompanyId) {
        let mut signals = self.signals.clone();
        let heard = *signals.borrow_and_update();
        let mut watch = Watch {
            company,
            reread_up_to: BookingId(0),
            unrecorded_failures: 0,
            stopped: false,
            stop_told: Vec::new(),
            whole: true,
            gap_at: heard.gap_at,
            names_asked_at: None,
            facts_asked_at: None,
        };
        let mut gaps = heard.gaps;
        let mut asked = 0;
        let mut next = Next::At(Instant::now());
        loop {
            let wait = async {
                match next {
                    Next::At(at) => sleep_until(at).await,
                    Next::InTurn => self.refused.turn(company).await,
                }
            };
            #[cfg(debug_assertions)]
            planted::turn(Part::Branch(company));
            let its_time = tokio::select! {
                () = wait => true,
                change = signals.changed() => {
                    if change.is_err() {
                        return std::future::pending().await;
                    }
                    false
                }
            };
            let heard = *signals.borrow_and_update();
            if heard.gaps > gaps {
                gaps = heard.gaps;
                watch.whole = true;
                watch.gap_at = heard.gap_at;
            }
            watch.whole |= heard.asked > asked;
            if watch.stopped && !its_time && heard.asked == asked {
                // Refused: a wake-up of the computer is no person's word.
                continue;
            }
            // Asked for at this moment, as a rule. What nobody answers is a fault that a poll shows.
            let _ = tokio::time::timeout(TIME_PATIENCE, self.vigil.confirmed()).await;
            let started = self.clock.moment().monotonic;
            next = match self.poll_once(&mut watch).await {
                Some(pause) => {
                    let took = self.clock.moment().monotonic.saturating_sub(started);
                    Next::At(Instant::now() + pause.saturating_sub(took))
                }
                None => Next::InTurn,
            };
            asked = heard.asked;
            self.served.send_if_modified(|served| served.insert(company, asked) != Some(asked));
        }
    }

    /// One poll and its bookkeeping. Answers the time from its start to the next,
    /// or None when the token is refused: then one branch asks for all.
    async fn poll_once(&self, watch: &mut Watch) -> Option<Duration> {
        let interval = self.settings.poll_interval;
        match self.poll(watch).await {
            Ok(()) => {
                watch.whole = false;
                watch.gap_at = None;
                watch.unrecorded_failures = 0;
                watch.stopped = false;
                watch.stop_told.clear();
                self.refused.let_in(watch.company);
                self.changed.notify_one();
                Some(interval)
            }
            Err(PollError::Time) => {
                info!(branch = %watch.company, "a poll is made anew when the time is known");
                Some(if self.vigil.is_confirmed() { Duration::ZERO } else { TIME_PATIENCE })
            }
            Err(error) => {
                let (retry_after, stop) = match &error {
                    PollError::Bookings(error) => (error.retry_after(), error.needs_a_person()),
                    _ => (None, false),
                };
                let (failures, since) = self.note_failure(watch, &error, stop);
                warn!(branch = %watch.company, error = error.in_log(), failures, stop, "a poll failed");
                if !stop {
                    // Also of a stopped branch: nobody has refused it this time.
                    return Some(schedule::backoff(interval, failures, retry_after, rand::random::<f64>()));
                }
                let pause = quiet_pause(self.clock.now() - since, rand::random::<f64>());
                if matches!(error, PollError::Bookings(ref error) if error.is_about_tokens()) {
                    self.refused.refused(watch.company, pause);
                    return None;
                }
                self.refused.leave(watch.company);
                Some(pause)
            }
        }
    }

    /// Keeps what went wrong, for status and screen, and alarms the desk when
    /// polling stops or has failed for a while. Answers the failures in a row, and since when.
    ///
    /// A stopped branch that is tried again and fails for something else stays what it is: stopped,
    /// since then, and the desk knows.
    fn note_failure(&self, watch: &mut Watch, error: &PollError, stop: bool) -> (i64, DateTime<Utc>) {
        let now = self.clock.now();
        let company = watch.company;
        let code = error.code();
        let detail = error.to_string();
        let noted = self.outbox.db().write(|tx| {
            let mut state = known::branch_in(tx, company)?.unwrap_or_else(fresh_branch);
            state.failures = state.failures.saturating_add(1);
            state.next_poll_at = None;
            if stop || !(watch.stopped && state.stopped) {
                let goes_on = state.fault_code == code.as_str() || (stop && state.stopped);
                state.fault_at = state.fault_at.filter(|_| goes_on).or(Some(now));
                code.as_str().clone_into(&mut state.fault_code);
                state.fault_detail.clone_from(&detail);
                state.stopped = stop;
            }
            known::put_branch_in(tx, company, &state)?;
            Ok::<_, StorageError>((state.failures, state.fault_at.unwrap_or(now)))
        });
        let (failures, since) = noted.unwrap_or_else(|error| {
            warn!(branch = %company, %error, "a failed poll could not be recorded");
            watch.unrecorded_failures += 1;
            (watch.unrecorded_failures, now)
        });
        let is_news = if stop {
            !watch.stop_told.contains(&code)
        } else {
            !watch.stopped && failures == FAILURES_BEFORE_ALARM
        };
        if stop {
            watch.stopped = true;
            watch.stop_told.push(code);
        }
        if is_news {
            self.desktop.alarm(&Fault { subject: Subject::Branch(company.0), code, detail });
        }
        (failures, since)
    }

    /// The gap since the last finished poll, when it is long enough to be one.
    fn unseen_since(&self, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<TimeDelta> {
        let unseen = now - last?;
        (unseen >= gap_after(self.settings.poll_interval)).then_some(unseen)
    }
}

fn fresh_branch() -> known::BranchState {
    known::BranchState { fast_feed: true, ..known::BranchState::default() }
}

#[cfg(test)]
mod tests;
