//! The life cycle: every event, and what it makes of a row.
//!
//! [`apply`] is pure and total: for each state and each event there is an
//! answer, a changed row or a [`Refusal`] that says why not. The outbox calls it
//! inside a transaction and writes the result with compare-and-set, so no second
//! description of the life cycle exists. The claim alone is a statement of its
//! own in the outbox, for its conditions reach into other tables; its step from
//! queued to sending is [`Event::Claim`].

use chrono::{DateTime, Utc};

use super::{Event, IMPORTED, Notification, Reason, RemakeCause, State, TEXT_LIMIT};
use crate::ports::DeliveryStatus;

/// Why an event does not apply. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody changed the row since it was looked at.
    #[error("it was changed in the meantime; look again")]
    Stale,
    /// The message is on its way or gone.
    #[error("too late: it is {0} already")]
    TooLate(State),
    /// Not from this state.
    #[error("not possible while it is {0}")]
    NotNow(State),
    /// There is no such row.
    #[error("there is no such notification")]
    Missing,
    /// Only what is held or waiting can be released.
    #[error("it is not held")]
    NotHeld,
    /// The client is there already.
    #[error("the visit has begun")]
    VisitBegun,
    /// There is no number to write to.
    #[error("the booking has no phone number that can be written to")]
    NoPhone,
    /// The client asked for no messages.
    #[error("the client asked not to be written to")]
    OptedOut,
    /// There is no visit to write about.
    #[error("the booking is cancelled in YClients; let the program look at it again once it stands")]
    CancelledInYclients,
    /// The booking is the bot's own.
    #[error("the booking was made by the shop's bot, which confirms it itself")]
    BotsOwn,
    /// A message needs words.
    #[error("the text is empty")]
    EmptyText,
    /// More than a message carries.
    #[error("the text is longer than {TEXT_LIMIT} characters")]
    LongText,
    /// Another person has the editor open.
    #[error("somebody else is editing it")]
    Leased,
    /// Whether it arrived is unknown: that comes first.
    #[error("whether it arrived is unknown: say arrived, again or drop")]
    NeedsResolving,
    /// Nobody reads its bookings: the branch is another shop's, or was taken out.
    #[error("its branch is not in the settings")]
    NotInSettings,
    /// Nobody reads any bookings.
    #[error("sending is switched off in the settings")]
    SwitchedOff,
}

/// What `event` makes of `row` at `now`.
pub fn apply(row: &Notification, event: Event, now: DateTime<Utc>) -> Result<Notification, Refusal> {
    let mut next = row.clone();
    next.version += 1;
    next.step(event, now)?;
    Ok(next)
}

/// The answer to a person's act that this state does not allow.
const fn refused(state: State) -> Refusal {
    match state {
        State::Unknown => Refusal::NeedsResolving,
        State::Sending | State::Accepted | State::Delivered | State::Read | State::Undelivered => {
            Refusal::TooLate(state)
        }
        _ => Refusal::NotNow(state),
    }
}

impl Notification {
    #[expect(clippy::too_many_lines, reason = "the life cycle is one table, and is read as one")]
    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Result<(), Refusal> {
        use State::{
            Accepted, Cancelled, Delivered, Expired, Failed, Queued, Read, Sending, Skipped, Undelivered,
            Unknown, Waiting,
        };
        let state = self.state;
        match (state, event) {
            (Queued | Waiting | Failed, Event::Edit { text, by, due_at }) => {
                self.set_text(text)?;
                self.edited_by = by;
                self.proposed_text = None;
                self.draft = None;
                self.end_lease();
                self.settled_by_person();
                if state == Queued {
                    self.open_window(due_at);
                } else {
                    self.revision += 1;
                }
            }
            (Queued, Event::Hold) => {
                self.held = true;
                self.because(Reason::None, String::new());
                self.settled_by_person();
            }
            (Queued, Event::Release { .. }) if !self.held => return Err(Refusal::NotHeld),
            (Queued | Waiting, Event::Release { due_at, instance })
            | (Unknown, Event::ResolveAgain { due_at, instance }) => self.let_go(due_at, instance, now)?,
            (Queued | Waiting | Failed, Event::SendNow { instance }) => self.let_go(now, instance, now)?,
            (Queued, Event::Extend { by }) => {
                self.due_at = self.due_at.max(now) + by;
                self.because(Reason::None, String::new());
                self.settled_by_person();
            }
            (Queued | Waiting | Failed, Event::Cancel) | (Unknown, Event::ResolveDrop) => {
                self.finish(Cancelled, Reason::ByPerson, now);
                (self.held, self.was) = (false, None);
            }
            (Sending, Event::AskCancel { by }) => self.cancel_asked_by = by,
            (Cancelled | Skipped | Expired | Failed, Event::Restore { made, due_at, instance }) => {
                if let Some(made) = made {
                    self.remake(made);
                }
                // Whoever asks for what the program would not have sent knows whom it is about.
                self.wanted |= state != Failed;
                self.let_go(due_at, instance, now)?;
            }
            (Unknown, Event::ResolveArrived) => self.accept(String::new(), Reason::ArrivedSaysPerson, now),
            // A word of delivery that comes all the same is still believed.
            (Accepted, Event::Clear) => self.finish(Undelivered, Reason::Cleared, now),
            // Late by now, whoever let it go: a person says whether it still goes. Its words may be
            // out of date where the booking changed since, and are gone where its client is forgotten.
            (Accepted, Event::TakeBack)
                if self.text.is_empty() || self.forgotten || !self.changed_after_sent.is_empty() =>
            {
                self.finish(Undelivered, Reason::Cleared, now);
            }
            (Accepted, Event::TakeBack) => {
                self.state = Waiting;
                (self.held, self.released) = (false, false);
                (self.accepted_at, self.followed_at, self.finished_at) = (None, None, None);
                self.gateway_id.clear();
                self.checked_at = None;
                self.because(Reason::TakenBack, String::new());
            }
            (Queued | Waiting | Failed, Event::Lease { by, until }) => {
                if self.lease_by != by && self.lease_until.is_some_and(|held| now < held) {
                    return Err(Refusal::Leased);
                }
                self.lease_by = by;
                self.lease_until = Some(until);
            }
            (Queued | Waiting | Failed, Event::EndLease) => {
                // Closing the editor leaves at least ten seconds to think again.
                if state == Queued && self.lease_until.is_some() {
                    self.due_at = self.due_at.max(now + super::AFTER_LEASE);
                }
                self.end_lease();
            }
            (Queued | Waiting | Failed, Event::Draft { text }) => self.draft = text,

            // What waits already is asked about in another light: it may have gone out meanwhile.
            (
                Waiting,
                Event::Wait { reason: reason @ (Reason::Restored | Reason::ToldElsewhere), detail },
            ) => {
                self.because(reason, detail);
            }
            // What kept it back is gone, and something else keeps it back.
            (Waiting, Event::Wait { reason, detail }) if self.reason.lifts() => self.because(reason, detail),
            (Queued, Event::Wait { reason, detail }) => {
                self.state = Waiting;
                // What comes back by itself comes back held.
                self.held &= reason.lifts();
                self.because(reason, detail);
            }
            (state, Event::Expire { reason }) if self.can_end(state) => self.end(Expired, reason, now),
            (state, Event::Withdraw { reason }) if self.can_end(state) => self.end(Cancelled, reason, now),
            (state, Event::Import) if self.can_end(state) => {
                self.end(Cancelled, Reason::Bot, now);
                IMPORTED.clone_into(&mut self.detail);
            }
            (state, Event::Skip { reason }) if self.can_end(state) => self.end(Skipped, reason, now),
            (Skipped, Event::Unread { detail }) if self.reason == Reason::Unreadable => {
                self.detail = detail;
            }
            (Queued, Event::Remake { made, due_at, cause }) => {
                let time_before = self.due_at;
                self.remake(made);
                self.open_window(due_at);
                if cause == RemakeCause::Changed {
                    self.changed_once_more(time_before, now);
                }
            }
            (Waiting | Failed, Event::Remake { made, cause, .. }) => {
                let counts = cause == RemakeCause::Changed && self.is_another_message(&made);
                self.remakes += i64::from(counts);
                self.remake(made);
                self.revision += 1;
            }
            (state, Event::Conflict { made })
                if matches!(state, Queued | Waiting | Failed)
                    || (self.is_edited() && self.may_come_back()) =>
            {
                self.conflict(made);
            }
            (Waiting, Event::Revive(revival)) if self.reason.lifts() => self.revive(revival, now),
            (Failed, Event::Revive(revival)) if self.reason == Reason::NoWhatsapp => {
                self.revive(revival, now);
            }
            (_, Event::Revive(revival)) if self.may_come_back() => self.revive(revival, now),
            (Queued, Event::Checked { read_at }) => {
                self.checked_at = Some(read_at);
                self.checked_revision = Some(self.revision);
            }
            // A hold that came meanwhile is what keeps it back now.
            (Queued, Event::Postpone { .. }) if self.held => {}
            (Queued, Event::Postpone { reason, detail, next_try_at }) => {
                self.because(reason, detail);
                self.tries += 1;
                self.next_try_at = next_try_at;
            }
            (Queued, Event::Claim) => {
                self.state = Sending;
                self.claimed_at = Some(now);
                self.end_lease();
                self.because(Reason::None, String::new());
            }
            (Sending, Event::NotSent { .. } | Event::Reject { .. }) if !self.cancel_asked_by.is_empty() => {
                self.finish(Cancelled, Reason::ByPerson, now);
            }
            (Sending, Event::NotSent { detail, next_try_at }) => {
                self.state = Queued;
                self.tries += 1;
                self.next_try_at = next_try_at;
                self.checked_at = None;
                self.because(Reason::NotSent, detail);
            }
            (Sending | Queued, Event::Reject { reason, detail }) => {
                self.finish(Failed, reason, now);
                self.detail = detail;
            }
            (Sending, Event::Ambiguous { detail }) => {
                self.state = Unknown;
                self.because(Reason::LookingUp, detail);
            }
            // Found after a person gave it up, or before their "again" went out: a message that
            // the client has is not shown as cancelled, and is not sent once more.
            (Sending, Event::Accepted { id })
            | (Unknown | Queued | Waiting | Failed | Cancelled | Expired | Skipped, Event::Found { id }) => {
                self.accept(id, Reason::None, now);
            }
            (Unknown, Event::NotFound) => self.reason = Reason::NotFound,
            (Accepted | Delivered | Read | Undelivered, Event::Delivery { status, at, detail }) => {
                self.deliver(status, at, detail, now);
            }
            (Queued, Event::Rearm { due_at, gap_at }) => {
                self.due_at = due_at;
                self.gap_at = gap_at.or(self.gap_at);
                // The window begins anew, but no person has seen what keeps changing.
                self.changing_at = None;
                self.next_try_at = DateTime::UNIX_EPOCH;
                self.tries = 0;
                self.checked_at = None;
                self.because(Reason::None, String::new());
            }
            (Queued, Event::ShiftBack { by, latest }) => {
                // What is planned within the window may have been planned by the new clock already.
                let shift = |at: DateTime<Utc>| if at > latest { (at - by).min(latest) } else { at };
                self.due_at = shift(self.due_at);
                self.next_try_at = shift(self.next_try_at);
                self.lease_until = self.lease_until.map(shift);
                self.checked_at = None;
            }
            (Accepted | Delivered | Read | Undelivered | Unknown, Event::ChangedAfterSent { how }) => {
                how.clone_into(&mut self.changed_after_sent);
            }
            (state, _) => return Err(refused(state)),
        }
        Ok(())
    }

    pub(super) fn because(&mut self, reason: Reason, detail: String) {
        self.reason = reason;
        self.detail = detail;
    }

    fn set_text(&mut self, text: String) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyText);
        }
        if text.chars().count() > TEXT_LIMIT {
            return Err(Refusal::LongText);
        }
        self.text = text;
        Ok(())
    }

    pub(super) fn end_lease(&mut self) {
        self.lease_by.clear();
        self.lease_until = None;
    }

    /// A fresh window: whoever looked at the row before looks again.
    pub(super) fn open_window(&mut self, due_at: DateTime<Utc>) {
        self.revision += 1;
        self.due_at = due_at;
        self.first_due_at.get_or_insert(due_at);
        self.next_try_at = DateTime::UNIX_EPOCH;
        self.tries = 0;
        self.checked_at = None;
        self.because(Reason::None, String::new());
    }

    /// A person's word: out at `due_at`, neither late nor burst again.
    /// Whatever account it was queued for, it leaves through the one there is now.
    fn let_go(&mut self, due_at: DateTime<Utc>, instance: String, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.kind == super::Kind::Confirmation && now >= self.starts_at {
            return Err(Refusal::VisitBegun);
        }
        self.enter_queue()?;
        self.released = true;
        self.was = None;
        self.settled_by_person();
        self.instance = instance;
        self.proposed_text = None;
        self.open_window(due_at);
        Ok(())
    }

    fn enter_queue(&mut self) -> Result<(), Refusal> {
        if self.phone.is_empty() {
            return Err(Refusal::NoPhone);
        }
        if self.text.is_empty() {
            return Err(Refusal::EmptyText);
        }
        self.state = State::Queued;
        self.held = false;
        self.finished_at = None;
        self.cancel_asked_by.clear();
        Ok(())
    }

    pub(super) fn finish(&mut self, state: State, reason: Reason, now: DateTime<Utc>) {
        self.state = state;
        self.held = false;
        self.end_lease();
        self.finished_at = Some(now);
        self.because(reason, String::new());
    }

    fn accept(&mut self, id: String, reason: Reason, now: DateTime<Utc>) {
        self.state = State::Accepted;
        self.held = false;
        self.accepted_at = Some(now);
        self.finished_at = None;
        self.gateway_id = id;
        self.tries = 0;
        self.because(reason, String::new());
    }

    /// Statuses come doubled and out of order; only a better one counts, and a
    /// failure only while nothing better is known.
    fn deliver(&mut self, status: DeliveryStatus, at: DateTime<Utc>, detail: String, now: DateTime<Utc>) {
        match (self.state, status) {
            (State::Accepted | State::Undelivered, DeliveryStatus::Delivered) => {
                self.state = State::Delivered;
                self.delivered_at = Some(at);
                self.finished_at = Some(now);
                self.because(Reason::None, String::new());
            }
            (State::Accepted | State::Undelivered | State::Delivered, DeliveryStatus::Read) => {
                self.state = State::Read;
                self.delivered_at = self.delivered_at.or(Some(at));
                self.read_at = Some(at);
                self.finished_at = Some(now);
                self.because(Reason::None, String::new());
            }
            (State::Accepted, DeliveryStatus::NoAccount) => {
                self.finish(State::Undelivered, Reason::NoWhatsapp, now);
                self.detail = detail;
            }
            (State::Accepted, DeliveryStatus::Failed) => {
                self.finish(State::Undelivered, Reason::NotDelivered, now);
                self.detail = detail;
            }
            _ => {}
        }
    }
}
