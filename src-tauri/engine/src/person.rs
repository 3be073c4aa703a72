//! What a person at the desk can do with a notification, from whatever process.
//!
//! Each act is one compare-and-set in the outbox, written to the audit under the
//! person's name, and answered truthfully: done, or why not. Nothing here waits
//! for the owner of polling and sending; it sees the change at once.

mod anew;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use crate::branch::{Arming, Branch};
use crate::monitor::known;
use crate::notification::acts::Act;
use crate::notification::{Event, Kind, Made, Notification, NotificationId, Refusal, State};
use crate::outbox::{self, Actor, Changed, NewNotification, Outbox, OutboxError, RequestKind};
use crate::phone::Phone;
use crate::settings::{Delay, Settings};

/// An editor's hold, unless renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// A person, and what they act on.
#[derive(Debug)]
pub struct Person<'a> {
    pub outbox: &'a Outbox,
    pub settings: &'a Settings,
    /// By the name of their account on the computer.
    pub name: &'a str,
    /// The gateway account that sends now.
    pub instance: &'a str,
}

/// A person's word on a message of unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// The client has it.
    Arrived,
    /// Send again, at the risk of a second one.
    Again,
    /// Leave it.
    Drop,
}

impl Person<'_> {
    /// Saves new words; a fresh window begins. With `revision`, only if nobody
    /// changed the message since it was looked at.
    pub fn edit(&self, id: NotificationId, revision: Option<i64>, text: &str, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        let arming = self.arm(&row, row.starts_at, now);
        let due_at = due(arming, now);
        let event = Event::Edit { text: text.to_owned(), by: self.name.to_owned(), due_at };
        self.outbox.db().write(|tx| {
            let edited = outbox::apply_in(tx, id, revision, event, &self.actor(), now)?;
            self.ask_if(tx, edited, arming, now)
        })
    }

    /// One of the acts that a person sees as a button, only if the message still has the
    /// `revision` they looked at. [`Act::Edit`] opens the editor. What brings something back
    /// or settles a doubt looks at the state alone.
    pub fn act(&self, id: NotificationId, revision: Option<i64>, act: Act, now: DateTime<Utc>) -> Changed {
        match act {
            Act::SendNow => self.send_now_at(id, revision, now),
            Act::Edit => self.open_editor(id, now),
            Act::Cancel => self.cancel_at(id, revision, now),
            Act::Extend => self.apply(id, revision, Event::Extend { by: TimeDelta::minutes(1) }, now),
            Act::Hold => self.apply(id, revision, Event::Hold, now),
            Act::Release => self.release_at(id, revision, now),
            Act::Restore => self.restore(id, now),
            Act::LookAgain => self.look_again(id, now),
            Act::Arrived => self.resolve(id, Resolution::Arrived, now),
            Act::Again => self.resolve(id, Resolution::Again, now),
            Act::Drop => self.resolve(id, Resolution::Drop, now),
            Act::Resend => self.resend(id, now),
            Act::Seen => self.apply(id, None, Event::ChangedAfterSent { how: "" }, now),
        }
    }

    /// Keeps the message back until it is released or the visit begins.
    pub fn hold(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.apply(id, None, Event::Hold, now)
    }

    /// Lets go what is held or waits for a person, with a full window.
    pub fn release(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.release_at(id, None, now)
    }

    fn release_at(&self, id: NotificationId, revision: Option<i64>, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        let due_at = now + self.window(&row);
        self.apply(id, revision, Event::Release { due_at, instance: self.instance.to_owned() }, now)
    }

    /// Sends without waiting for the window's end. What was skipped or cancelled
    /// goes out all the same; what failed is tried again.
    pub fn send_now(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.send_now_at(id, None, now)
    }

    fn send_now_at(&self, id: NotificationId, revision: Option<i64>, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        match row.state {
            State::Skipped | State::Cancelled | State::Expired => self.bring_back(&row, Some(now), now),
            _ => self.apply(id, revision, Event::SendNow { instance: self.instance.to_owned() }, now),
        }
    }

    /// A longer window.
    pub fn extend(&self, id: NotificationId, by: TimeDelta, now: DateTime<Utc>) -> Changed {
        self.apply(id, None, Event::Extend { by }, now)
    }

    /// Does not send. While the message is on its way the wish is remembered:
    /// should it certainly not have gone out, it ends cancelled.
    pub fn cancel(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.cancel_at(id, None, now)
    }

    fn cancel_at(&self, id: NotificationId, revision: Option<i64>, now: DateTime<Utc>) -> Changed {
        match self.apply(id, revision, Event::Cancel, now) {
            Err(OutboxError::Refused(Refusal::TooLate(State::Sending))) => {
                match self.apply(id, None, Event::AskCancel { by: self.name.to_owned() }, now) {
                    Ok(_) => Err(Refusal::TooLate(State::Sending).into()),
                    // It came back between the two: now it can be cancelled after all.
                    Err(OutboxError::Refused(_)) => self.apply(id, revision, Event::Cancel, now),
                    Err(error) => Err(error),
                }
            }
            answer => answer,
        }
    }

    /// Says what became of a message of unknown outcome.
    pub fn resolve(&self, id: NotificationId, word: Resolution, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        let event = match word {
            Resolution::Arrived => Event::ResolveArrived,
            Resolution::Again => {
                Event::ResolveAgain { due_at: now + self.window(&row), instance: self.instance.to_owned() }
            }
            Resolution::Drop => Event::ResolveDrop,
        };
        self.apply(id, None, event, now)
    }

    /// Opens the editor, or keeps it open for another [`LEASE`].
    pub fn open_editor(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.apply(id, None, Event::Lease { by: self.name.to_owned(), until: now + LEASE }, now)
    }

    /// Keeps what is typed so far, through a crash of the editor.
    pub fn draft(&self, id: NotificationId, text: Option<&str>, now: DateTime<Utc>) -> Changed {
        self.apply(id, None, Event::Draft { text: text.map(str::to_owned) }, now)
    }

    /// Closes the editor without saving; the draft stays, the message goes on.
    pub fn close_editor(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        self.apply(id, None, Event::EndLease, now)
    }

    /// A message to one's own number, through the same queue as every other.
    pub fn send_test(&self, phone: &Phone, text: &str, now: DateTime<Utc>) -> Changed {
        let made = Made {
            text: text.to_owned(),
            phone: phone.as_str().to_owned(),
            client_id: 0,
            client_name: String::new(),
            starts_at: now,
        };
        if text.trim().is_empty() {
            return Err(Refusal::EmptyText.into());
        }
        let mut row = Notification::new(Kind::Test, crate::booking::CompanyId(0), State::Queued, made, now);
        row.released = true;
        self.instance.clone_into(&mut row.instance);
        self.outbox.db().write(|tx| {
            let new = NewNotification { row, bookings: Vec::new() };
            let id = outbox::enqueue_in(tx, new, &self.actor(), now)?;
            Ok(outbox::get_in(tx, id)?.ok_or(Refusal::Missing)?)
        })
    }

    /// Asks that the bookings of a message be read again: what YClients had as cancelled may stand by now.
    /// Promises nothing that nobody would do.
    pub fn look_again(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        if !row.may_come_back() {
            return Err(Refusal::NotNow(row.state).into());
        }
        if self.settings.for_branch(row.company).is_none() {
            return Err(Refusal::NotInSettings.into());
        }
        if !self.settings.enabled {
            return Err(Refusal::SwitchedOff.into());
        }
        self.outbox.ask(RequestKind::LookAgain, &id.to_string(), now)?;
        Ok(row)
    }

    fn actor(&self) -> Actor {
        Actor::Person(self.name.to_owned())
    }

    fn apply(&self, id: NotificationId, revision: Option<i64>, event: Event, now: DateTime<Utc>) -> Changed {
        self.outbox.apply(id, revision, event, &self.actor(), now)
    }

    fn row(&self, id: NotificationId) -> Changed {
        Ok(self.outbox.get(id)?.ok_or(Refusal::Missing)?)
    }

    /// The length of a fresh window.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method's path fixes a lifetime")]
    fn window(&self, row: &Notification) -> TimeDelta {
        self.at_branch(row, |branch| branch.window()).unwrap_or(match self.settings.delay {
            Delay::After(delay) => delay,
            Delay::Manual => LEASE,
        })
    }

    /// When a message leaves whose window a person's act opens anew, though they
    /// did not say that it should go now: not in the quiet hours.
    fn arm(&self, row: &Notification, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Arming {
        self.at_branch(row, |branch| branch.arm_again(now, starts_at))
            .unwrap_or(Arming::Due(now + self.window(row)))
    }

    fn at_branch<T>(&self, row: &Notification, look: impl FnOnce(&Branch<'_>) -> T) -> Option<T> {
        let state = self.outbox.db().read(|connection| known::branch_in(connection, row.company));
        let state = state.ok().flatten()?;
        Branch::new(self.settings, row.company, &state.facts).ok().map(|branch| look(&branch))
    }

    /// A queued message that would leave after its visit has begun waits for a person.
    fn ask_if(&self, tx: &Transaction<'_>, row: Notification, arming: Arming, now: DateTime<Utc>) -> Changed {
        match arming {
            Arming::Ask(reason) if row.state == State::Queued => {
                let event = Event::Wait { reason, detail: String::new() };
                outbox::apply_in(tx, row.id, None, event, &self.actor(), now)
            }
            _ => Ok(row),
        }
    }
}

/// The end of the window; where there is none, now, for the row is asked about anyway.
fn due(arming: Arming, now: DateTime<Utc>) -> DateTime<Utc> {
    match arming {
        Arming::Due(due_at) => due_at,
        Arming::Ask(_) => now,
    }
}
