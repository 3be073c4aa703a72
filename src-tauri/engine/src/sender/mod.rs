//! The sender: carries what is due to the gateway, one message at a time.
//!
//! due → gateway ready → number checked → last check → claim → send → record.
//! Everything up to the claim may be repeated; after the claim nothing is. The
//! attempt's row is on the disk before the first byte leaves, and what came of
//! it is recorded before the next row is looked at: if it cannot be recorded,
//! nothing is sent.

mod account;
mod backlog;
mod check;
mod follow;
mod gateway;
mod heard;
mod numbers;
mod rival;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, Notify, watch};
use tracing::{error, info, warn};

use crate::db::StorageError;
use crate::desk::Vigil;
use crate::error::{Fault, Subject};
use crate::monitor::{Released, rearm_all};
use crate::notification::{Event, LATE_AFTER, LATE_IN_LINE, Notification, Reason, Refusal};
use crate::outbox::{Actor, Attempt, Claim, ClaimTerms, Outbox, OutboxError};
use crate::phone::{Phone, masked};
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::{Bookings, Clock, Desktop, Messenger, Permit, SendOutcome};
use crate::settings::Settings;
#[cfg(debug_assertions)]
use crate::supervision::Part;
use check::Checked;

pub use backlog::Backlog;
pub use follow::Follower;
pub(crate) use follow::is_it;
pub use gateway::Readiness;

/// How often a pause and a gateway that is not ready are looked at again.
const TICK: Duration = Duration::from_millis(250);

/// How often it is looked whether what the account tells is heard.
const SOON: Duration = Duration::from_millis(50);

/// The longest rest. What another process commits rings before, see [`Sender::changed`].
const IDLE: Duration = Duration::from_secs(1);

/// The first byte leaves so soon after the claim was begun, or not at all. A
/// connection has four seconds of it.
const FIRST_BYTE_WITHIN: Duration = Duration::from_secs(5);

/// After a stop was asked for, an answer that is still not here counts as none.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(7);

/// Sends until told to stop, then finishes what is on its way.
pub struct Sender {
    pub outbox: Outbox,
    pub settings: Arc<Settings>,
    pub bookings: Arc<dyn Bookings>,
    pub messenger: Arc<dyn Messenger>,
    pub clock: Arc<dyn Clock>,
    pub desktop: Arc<dyn Desktop>,
    /// Rung when the queue changed.
    pub changed: Arc<Notify>,
    /// Rung after each claim.
    pub attempted: Arc<Notify>,
    pub vigil: Arc<Vigil>,
    pub halt: watch::Receiver<Halt>,
    pub readiness: Mutex<Readiness>,
    /// How far the account's feed is read.
    pub backlog: Arc<Backlog>,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    No,
    /// Begin nothing new, and wait for the answer that is on its way.
    Reload,
    /// The same, but not for longer than a stop may take.
    Stop,
}

/// What one look at the queue came to.
enum Next {
    /// Nothing to do for so long, unless the queue changes.
    Rest(Duration),
    /// Look again at once.
    Again,
}

impl Sender {
    /// Runs until `halt`; returns when nothing is on its way any more.
    pub async fn run(&self) {
        let mut halt = self.halt.clone();
        let mut storage_failed = false;
        let mut looked_back = false;
        while *halt.borrow_and_update() == Halt::No {
            let step = async {
                if !looked_back {
                    self.look_back().await?;
                    looked_back = true;
                }
                self.step().await
            };
            let rest = match step.await {
                Ok(next) => {
                    if std::mem::take(&mut storage_failed) {
                        info!("the database works again");
                        self.desktop.all_clear(Subject::Storage);
                    }
                    match next {
                        Next::Again => continue,
                        Next::Rest(rest) => rest,
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut storage_failed, true) {
                        error!(%error, "nothing is sent while the database fails");
                        let detail = error.to_string();
                        self.desktop.alarm(&Fault { subject: Subject::Storage, code: error.code(), detail });
                    }
                    IDLE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = self.changed.notified() => {}
                _ = halt.changed() => {}
            }
        }
    }

    /// What an attempt came to that a panic cut off between claim and record, nobody knows. The next
    /// message keeps its distance from that too.
    async fn look_back(&self) -> Result<(), StorageError> {
        let moment = self.clock.moment();
        let cut_off = self.outbox.recover_in_flight(moment.wall)?;
        if cut_off > 0 {
            warn!(cut_off, "a message was on its way when sending stopped; it is looked up");
            self.readiness.lock().await.sent(moment.monotonic, self.settings.whatsapp.send_gap, 1.0);
            self.changed.notify_one();
        }
        Ok(())
    }

    async fn step(&self) -> Result<Next, StorageError> {
        #[cfg(debug_assertions)]
        planted::turn(Part::Sending);
        self.vigil.observe(&self.outbox, &self.settings)?;
        if !self.vigil.is_confirmed() {
            // Nothing is late, begun or due by a clock that nobody confirms.
            return Ok(Next::Rest(TICK));
        }
        self.take_back_if_due().await?;
        let moment = self.clock.moment();
        let now = moment.wall;
        let (desk, suspected) = self.look_for_rivals(moment)?;
        let paused = desk.paused(now).is_some() || desk.rival.is_some();
        if desk.pause_due && !paused {
            self.end_pause(now)?;
            return Ok(Next::Again);
        }
        let (blocked, wait) = {
            let readiness = self.readiness.lock().await;
            (readiness.is_blocked(moment.monotonic), readiness.wait(moment.monotonic))
        };
        let stalled = paused || blocked;
        self.overtake(now, stalled)?;
        let Some(row) = self.outbox.first_in_line(!self.settings.enabled)? else {
            return Ok(Next::Rest(IDLE));
        };
        let left = (row.ready_at() - now).to_std().unwrap_or_default().max(wait);
        if paused || !left.is_zero() {
            return Ok(Next::Rest(if paused { TICK } else { left.min(IDLE) }));
        }
        if !self.backlog.is_read(moment.boot) {
            // A client's «стоп» may lie there.
            return Ok(Next::Rest(TICK));
        }
        if suspected || !self.backlog.heard.is_enough(moment.boot) {
            return Ok(Next::Rest(SOON));
        }
        self.carry(row).await
    }

    /// A pause that ends is a gap: what became due in it gets a window in which somebody can look, and
    /// waits for a person when it is much. What a person released meanwhile goes.
    fn end_pause(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        info!("the pause is over: windows are opened anew");
        self.outbox.db().write(|tx| {
            rearm_all(tx, &self.settings, Some(now), Released::Goes, now)?;
            Outbox::pause_is_dealt_with(tx)
        })
    }

    /// Applies what time alone did to rows.
    fn overtake(&self, now: DateTime<Utc>, stalled: bool) -> Result<(), StorageError> {
        for row in self.outbox.overtaken(now - LATE_AFTER, now)? {
            if let Some(event) = row.fate(now, stalled) {
                self.overtaken(&row, event, now)?;
            }
        }
        Ok(())
    }

    /// One row from its time to its record.
    async fn carry(&self, row: Notification) -> Result<Next, StorageError> {
        if self.is_quiet(&row, self.clock.now())? {
            return Ok(Next::Again);
        }
        if let Err(pause) = self.gateway_ready(&row).await? {
            return Ok(Next::Rest(pause.min(TICK)));
        }
        if !self.account_is_ours().await? {
            return Ok(Next::Again);
        }
        if !self.number_checked(&row).await? {
            return Ok(Next::Again);
        }
        let revision = match self.last_check(&row).await? {
            Checked::Unchanged { revision } => revision,
            Checked::NotNow => return Ok(Next::Again),
        };
        #[cfg(debug_assertions)]
        planted::at("last_check");
        // The clock may have jumped while the checks ran.
        self.vigil.observe(&self.outbox, &self.settings)?;
        if !self.vigil.is_confirmed() {
            return Ok(Next::Again);
        }
        if *self.halt.borrow() != Halt::No {
            return Ok(Next::Again);
        }
        if self.is_quiet(&row, self.clock.now())? {
            return Ok(Next::Again);
        }
        // The checks took their time, and an account that was unlinked meanwhile would take the
        // message all the same, keep it, and send it at an hour that nobody chose.
        if let Err(pause) = self.gateway_ready(&row).await? {
            return Ok(Next::Rest(pause.min(TICK)));
        }
        if !self.others_are_heard().await? {
            return Ok(Next::Rest(SOON));
        }
        let late_after = if row.reason == Reason::None { LATE_IN_LINE } else { LATE_AFTER };
        let terms = ClaimTerms {
            revision,
            instance: self.messenger.instance(),
            late_after,
            automatic: self.settings.enabled,
        };
        // From before the transaction: a computer can sleep in the middle of that too.
        let permit = Permit::new(self.clock.clone(), self.clock.moment(), FIRST_BYTE_WITHIN);
        let Some(claim) = self.outbox.claim(row.id, terms, &*self.clock)? else {
            self.not_claimed(&row, self.clock.now())?;
            return Ok(Next::Again);
        };
        #[cfg(debug_assertions)]
        planted::at("claim");
        // Whoever remembers the attempt elsewhere does it beside the request, not before it.
        self.attempted.notify_one();
        let begun = self.clock.moment().boot;
        let outcome = self.send(&claim, &permit).await;
        let ended = self.clock.moment().boot;
        self.backlog.heard.sent(ended, ended.saturating_sub(begun));
        #[cfg(debug_assertions)]
        planted::at("answer");
        self.record(&claim, outcome).await;
        #[cfg(debug_assertions)]
        planted::at("record");
        Ok(Next::Again)
    }

    /// The one request. When the program is told to stop and the answer stays
    /// away, nobody knows whether it arrived.
    async fn send(&self, claim: &Claim, permit: &Permit) -> SendOutcome {
        let mut halt = self.halt.clone();
        let patience = async {
            #[cfg(debug_assertions)]
            planted::on_the_way("request").await;
            // A reload waits for the answer however long it takes; a stop does not.
            if halt.wait_for(|halt| *halt == Halt::Stop).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(PATIENCE_AT_STOP).await;
        };
        tokio::select! {
            outcome = self.messenger.send(&claim.row.phone, &claim.row.text, permit) => outcome,
            () = patience => SendOutcome::Ambiguous { why: "stopped before the answer".to_owned() },
        }
    }

    /// Writes down what came of an attempt, and goes on trying until it is
    /// written: nothing else is sent before. If the program ends first, the row
    /// is of unknown outcome at the next start.
    async fn record(&self, claim: &Claim, outcome: SendOutcome) {
        let id = claim.row.id;
        let moment = self.clock.moment();
        let now = moment.wall;
        let end = match outcome {
            SendOutcome::Accepted { id } => {
                self.refusals_are_over().await;
                Attempt::Accepted { id }
            }
            SendOutcome::NotSent { retry_after, error } => {
                let pause = self.readiness.lock().await.failed(
                    &error,
                    retry_after,
                    claim.row.tries,
                    moment.monotonic,
                );
                Attempt::NotSent { detail: error.to_string(), next_try_at: now + pause }
            }
            SendOutcome::Rejected { error } => {
                self.tell_once(&error).await;
                Attempt::Rejected { reason: Reason::Rejected, detail: error.to_string() }
            }
            SendOutcome::Ambiguous { why } => Attempt::Ambiguous { detail: why },
        };
        let phone = Phone::try_from(claim.row.phone.clone()).map(|phone| masked(&phone)).unwrap_or_default();
        info!(notification = %id, attempt = claim.attempt, %phone, end = end.word(), "an attempt ended");
        let gap = self.settings.whatsapp.send_gap;
        self.readiness.lock().await.sent(moment.monotonic, gap, rand::random::<f64>());
        let mut told = false;
        loop {
            match self.outbox.finish_attempt(claim, &end, self.clock.now()) {
                Ok(row) => {
                    if told {
                        self.desktop.all_clear(Subject::Storage);
                    }
                    self.note_changes(&row);
                    if row.state.is_sent() {
                        self.note_first_contacts();
                    }
                    self.changed.notify_one();
                    return;
                }
                Err(OutboxError::Refused(refusal)) => {
                    error!(notification = %id, %refusal, "the end of an attempt does not fit its row");
                    return;
                }
                Err(OutboxError::Storage(error)) => {
                    if !std::mem::replace(&mut told, true) {
                        error!(notification = %id, %error, "the end of an attempt cannot be recorded yet");
                        let detail = error.to_string();
                        self.desktop.alarm(&Fault { subject: Subject::Storage, code: error.code(), detail });
                    }
                    if *self.halt.borrow() != Halt::No {
                        return;
                    }
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
    }

    /// The claim did not come about: somebody was faster, which is as it should
    /// be, or something forbids the message for good.
    fn not_claimed(&self, row: &Notification, now: DateTime<Utc>) -> Result<(), StorageError> {
        let Some(current) = self.outbox.get(row.id)? else { return Ok(()) };
        if current.version != row.version && !current.same_life(row) {
            return Ok(());
        }
        let event = if current.instance != self.messenger.instance() {
            Event::Wait { reason: Reason::SettingsChanged, detail: String::new() }
        } else if self.outbox.obstacle(&current)? == Some(Refusal::OptedOut) {
            Event::Skip { reason: Reason::OptedOut }
        } else if !current.released && self.outbox.is_suspected(&current.phone)? {
            Event::Wait { reason: Reason::StopUnclear, detail: String::new() }
        } else {
            // The pause began, the check took too long, or one of its bookings turned out to be
            // the bot's, which the next check sorts out: once more, a little later.
            Event::Postpone {
                reason: current.reason,
                detail: current.detail.clone(),
                next_try_at: now + TimeDelta::seconds(1),
            }
        };
        self.apply(&current, event, now)
    }

    /// An event of the program's. A row that moved on by itself is left alone.
    fn apply(&self, row: &Notification, event: Event, now: DateTime<Utc>) -> Result<(), StorageError> {
        match self.outbox.apply(row.id, Some(row.revision), event, &Actor::Program, now) {
            Ok(_) => {
                self.changed.notify_one();
                Ok(())
            }
            Err(OutboxError::Refused(refusal)) => {
                warn!(notification = %row.id, %refusal, "a row moved on by itself");
                Ok(())
            }
            Err(OutboxError::Storage(error)) => Err(error),
        }
    }
}

impl Attempt {
    const fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::NotSent { .. } => "not sent",
            Self::Rejected { .. } => "rejected",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }
}

#[cfg(test)]
mod tests;
