//! The last check: just before the claim every booking of the message is read again.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tracing::{debug, warn};

use super::Sender;
use crate::booking::{BranchFacts, CompanyId};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::monitor::{self, Light, Sought, Verdict, carry_out, known, read_all, recall, recheck};
use crate::notification::{Event, Kind, Notification, Reason, Refusal, State};
use crate::outbox::{self, Actor, Link, OutboxError, unless_refused};
use crate::ports::BookingsError;

/// The longest pause between two tries of a check.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// Every booking of a message is read by requests that began no longer ago than this.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// Several messages that leave one after another ask once what the branch is called.
const FACTS_HOLD: TimeDelta = TimeDelta::seconds(5);

/// What the check came to.
pub(super) enum Checked {
    /// As written about; the row may be claimed at this revision.
    Unchanged { revision: i64 },
    /// The row was changed, ended or put off.
    NotNow,
}

fn too_slow() -> BookingsError {
    BookingsError::Offline(format!("not all of its bookings came within {} s", READ_WITHIN.as_secs()))
}

impl Sender {
    pub(super) async fn last_check(&self, row: &Notification) -> Result<Checked, StorageError> {
        if row.kind == Kind::Test {
            return self.checked(row);
        }
        let company = row.company;
        let links = self.outbox.links(row.id)?;
        let Some((sought, today, facts_are_old)) = self.sought(row, &links)? else {
            let event = Event::Wait { reason: Reason::SettingsChanged, detail: String::new() };
            self.apply(row, event, self.clock.now())?;
            return Ok(Checked::NotNow);
        };
        // The age of a reading counts from before its request began.
        let read_at = self.clock.now();
        let visits =
            tokio::time::timeout(READ_WITHIN, read_all(self.bookings.as_ref(), company, &sought, today));
        let (visits, facts) = tokio::join!(visits, self.branch_anew(company, facts_are_old));
        let mut seen = match visits.unwrap_or_else(|_| Err(too_slow())) {
            Ok(seen) => seen,
            Err(error) => {
                self.cannot_check(row, &error)?;
                return Ok(Checked::NotNow);
            }
        };
        if let Some(facts) = facts {
            let (now, instance) = (self.clock.now(), self.messenger.instance());
            self.outbox
                .db()
                .write(|tx| monitor::renew_facts_in(tx, &self.settings, instance, company, facts, now))?;
        }
        let state = self.outbox.db().read(|connection| known::branch_in(connection, company))?;
        let state = state.unwrap_or_default();
        let Ok(branch) = Branch::new(&self.settings, company, &state.facts) else {
            return Ok(Checked::NotNow);
        };
        for booking in seen.values_mut() {
            booking.in_zone(branch.zone);
        }
        let now = self.clock.now();
        let outcome = self.outbox.db().write(|tx| {
            let current = outbox::get_in(tx, row.id)?.ok_or(Refusal::Missing)?;
            if current.state != State::Queued || current.revision != row.revision || current.held {
                return Ok(None);
            }
            let imported = outbox::imported_of_in(tx, company, &links)?;
            let mut links = links;
            recall(&branch, &mut links, |id| known::booking_in(tx, company, id), now)?;
            match recheck(&branch, &current, &links, &imported, |id| seen.get(&id).cloned(), now) {
                verdict @ (Verdict::Unchanged | Verdict::Noted(_)) => {
                    carry_out(tx, &branch, &current, verdict, now)?;
                    let event = Event::Checked { read_at };
                    outbox::apply_in(tx, row.id, Some(row.revision), event, &Actor::Program, now)
                        .map(|row| Some(row.revision))
                }
                verdict => carry_out(tx, &branch, &current, verdict, now).map(|_| None),
            }
        });
        if let Some(revision) = unless_refused(outcome)?.flatten() {
            return Ok(Checked::Unchanged { revision });
        }
        self.changed.notify_one();
        Ok(Checked::NotNow)
    }

    /// Whether the quiet hours have begun while it was on its way here: tried
    /// again, held by an editor, or queued before anybody wanted quiet. Then it
    /// leaves at their end, and that is its time.
    pub(super) fn is_quiet(&self, row: &Notification, now: DateTime<Utc>) -> Result<bool, StorageError> {
        if row.released || row.kind == Kind::Test {
            return Ok(false);
        }
        let state = self.outbox.db().read(|connection| known::branch_in(connection, row.company))?;
        let state = state.unwrap_or_default();
        let Ok(branch) = Branch::new(&self.settings, row.company, &state.facts) else { return Ok(false) };
        let due_at = branch.after_quiet_hours(now);
        if due_at <= now {
            return Ok(false);
        }
        let event = if due_at < row.starts_at {
            Event::Rearm { due_at, gap_at: None }
        } else {
            Event::Wait { reason: Reason::QuietHours, detail: String::new() }
        };
        self.apply(row, event, now)?;
        Ok(true)
    }

    /// Carries out what time did to a row.
    pub(super) fn overtaken(
        &self,
        row: &Notification,
        event: Event,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let outcome = self.outbox.db().write(|tx| {
            let state = known::branch_in(tx, row.company)?.unwrap_or_default();
            let branch = Branch::new(&self.settings, row.company, &state.facts).ok();
            monitor::overtake(tx, branch.as_ref(), row, event, now).map(|_| ())
        });
        unless_refused(outcome)?;
        self.changed.notify_one();
        Ok(())
    }

    /// What is to be read again for a row, the branch's day, and whether what the branch is called was
    /// read too long ago. None when the branch is not in the settings.
    fn sought(
        &self,
        row: &Notification,
        links: &[Link],
    ) -> Result<Option<(Vec<Sought>, NaiveDate, bool)>, StorageError> {
        let now = self.clock.now();
        self.outbox.db().read(|connection| {
            let state = known::branch_in(connection, row.company)?.unwrap_or_default();
            let Ok(branch) = Branch::new(&self.settings, row.company, &state.facts) else { return Ok(None) };
            let mut sought = Vec::new();
            for link in links.iter().filter(|link| !link.dropped) {
                let known = known::booking_in(connection, row.company, link.booking)?;
                let written = known.as_ref().and_then(|booking| booking.created_at);
                let written_on = written.map(|at| branch.local(at).date());
                sought.push(Sought::of(link.booking, known.as_ref(), written_on));
            }
            // Read since its time came, for the message before it: that is now.
            let just_read = |at| row.ready_at() < at && at <= now && now - at <= FACTS_HOLD;
            let facts_are_old = !state.facts_at.is_some_and(just_read);
            Ok(Some((sought, branch.local(now).date(), facts_are_old)))
        })
    }

    /// What the branch is called now. Its name and address are worth a question, and no answer to it
    /// keeps a message back: then they are what they were.
    async fn branch_anew(&self, company: CompanyId, are_old: bool) -> Option<BranchFacts> {
        if !are_old {
            return None;
        }
        match tokio::time::timeout(READ_WITHIN, self.bookings.branch(company)).await {
            Ok(Ok(answer)) => Some(answer.facts),
            Ok(Err(error)) => {
                debug!(branch = %company, error = error.in_log(), "what the branch is called could not be read");
                None
            }
            Err(_) => None,
        }
    }

    fn checked(&self, row: &Notification) -> Result<Checked, StorageError> {
        let now = self.clock.now();
        let event = Event::Checked { read_at: now };
        let outcome = self.outbox.apply(row.id, Some(row.revision), event, &Actor::Program, now);
        Ok(match unless_refused(outcome)? {
            Some(row) => Checked::Unchanged { revision: row.revision },
            None => Checked::NotNow,
        })
    }

    /// Not sent unseen: it stays queued with the reason and is tried again until late.
    fn cannot_check(&self, row: &Notification, error: &BookingsError) -> Result<(), StorageError> {
        warn!(notification = %row.id, error = error.in_log(), "the last check could not read the booking");
        let now = self.clock.now();
        let pause = (TimeDelta::seconds(2) * (1 << row.tries.clamp(0, 5))).min(LONGEST_PAUSE);
        let asked = error.retry_after().and_then(|asked| TimeDelta::from_std(asked).ok());
        let event = Event::Postpone {
            reason: Reason::CannotCheck,
            detail: error.code().as_str().to_owned(),
            next_try_at: now + pause.max(asked.unwrap_or_default()),
        };
        self.apply(row, event, now)
    }

    /// A poll may have brought a change while the message was on its way: the
    /// booking is compared once more with what was written.
    pub(super) fn note_changes(&self, row: &Notification) {
        let noted = self.outbox.db().write(|tx| {
            let state = known::branch_in(tx, row.company)?.unwrap_or_default();
            let Ok(branch) = Branch::new(&self.settings, row.company, &state.facts) else { return Ok(()) };
            let now = self.clock.now();
            monitor::note_change(tx, &branch, row, None, now)?;
            monitor::tell_left_out(tx, Light::of(&branch, self.messenger.instance(), &state, now), row)?;
            Ok::<_, OutboxError>(())
        });
        if let Err(error) = unless_refused(noted) {
            warn!(%error, "a change after sending could not be noted");
        }
    }
}
