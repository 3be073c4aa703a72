//! A person's word on what the program would not send, or has sent already: the text is made from
//! the bookings as they are now.

use chrono::{DateTime, Utc};

use super::{Person, due};
use crate::branch::{Arming, Branch};
use crate::monitor::known::{self, BranchState};
use crate::monitor::{Visit, by_recipient, facts_of, is_broken, split_off};
use crate::notification::{Event, Kind, Made, Notification, NotificationId, Reason, Refusal, State};
use crate::outbox::{self, Changed, Link, NewNotification, OutboxError};

impl Person<'_> {
    /// Brings back what was cancelled, skipped or came to nothing, with a full window: about the visits
    /// as they are now. Words that a person wrote for other visits are not sent: both texts are shown.
    pub fn restore(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        self.bring_back(&row, None, now)
    }

    /// `due_at` None: after a full window.
    pub(super) fn bring_back(
        &self,
        row: &Notification,
        due_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Changed {
        let arm = |starts_at| due_at.map_or_else(|| self.arm(row, starts_at, now), Arming::Due);
        let restore = |made, arming| Event::Restore {
            made,
            due_at: due(arming, now),
            instance: self.instance.to_owned(),
        };
        if row.state == State::Failed || row.kind == Kind::Test {
            let arming = arm(row.starts_at);
            return self.apply(row.id, None, restore(None, arming), now);
        }
        let state = self.branch_state(row)?;
        let branch = self.branch(row, &state);
        let (Ok(branch), Some(visits)) = (branch, self.visits(row, now)?) else {
            // Of its visits nothing is known here: it says what it said, and the last check looks at it.
            return self.apply(row.id, None, restore(None, arm(row.starts_at)), now);
        };
        let (visits, others) = by_recipient(visits);
        let made = self.compose(row, &visits)?;
        let arming = arm(made.starts_at);
        let actor = self.actor();
        self.outbox.db().write(|tx| {
            let links = outbox::links_in(tx, row.id)?;
            let as_told = is_as_told(&links, &visits);
            let facts: Vec<_> = visits.iter().map(|(booking, facts)| (booking.id, facts.clone())).collect();
            let kept = |id| facts.iter().any(|(booking, _)| *booking == id);
            let dropped: Vec<_> = links.iter().map(|link| link.booking).filter(|id| !kept(*id)).collect();
            outbox::relink_in(tx, row.id, &facts, &dropped)?;
            for visit in &others {
                split_off(tx, &branch, row, visit, now)?;
            }
            if row.is_edited() {
                let back = outbox::apply_in(tx, row.id, None, restore(None, arming), &actor, now)?;
                if as_told {
                    return self.ask_if(tx, back, arming, now);
                }
                return outbox::apply_in(tx, row.id, None, Event::Conflict { made }, &actor, now);
            }
            let broken = is_broken(&made.text);
            let back = outbox::apply_in(tx, row.id, None, restore(Some(made), arming), &actor, now)?;
            let arming = if broken { Arming::Ask(Reason::BrokenCharacter) } else { arming };
            self.ask_if(tx, back, arming, now)
        })
    }

    /// Writes once more about visits that were written about: a new message, made
    /// from the bookings as they are known now, with a full window. Visits that
    /// belong to another client by now get one of their own; the answer is the
    /// first one's.
    pub fn resend(&self, id: NotificationId, now: DateTime<Utc>) -> Changed {
        let row = self.row(id)?;
        if !row.state.is_sent() {
            return Err(Refusal::NotNow(row.state).into());
        }
        let mut left = self.visits(&row, now)?.ok_or(Refusal::NoPhone)?;
        let mut messages = Vec::new();
        while !left.is_empty() {
            let (kept, others) = by_recipient(left);
            messages.push((self.compose(&row, &kept)?, kept));
            left = others;
        }
        let due_at = now + self.window(&row);
        let actor = self.actor();
        self.outbox.db().write(|tx| {
            let mut first = None;
            for (made, visits) in messages {
                if outbox::is_opted_out(tx, &made.phone)? {
                    return Err(Refusal::OptedOut.into());
                }
                // The copy after the latest one: asking twice makes one more message, not two.
                let mut copy = row.copy;
                for (booking, _) in &visits {
                    let latest = outbox::row_about_in(tx, row.company, booking.id)?;
                    copy = copy.max(latest.as_ref().map_or(0, |latest| latest.copy));
                    if let Some(open) = latest.filter(|latest| State::OPEN.contains(&latest.state)) {
                        return Err(Refusal::NotNow(open.state).into());
                    }
                }
                let mut again = Notification::new(row.kind, row.company, State::Queued, made, now);
                again.copy = copy + 1;
                again.due_at = due_at;
                (again.released, again.wanted) = (true, true);
                self.instance.clone_into(&mut again.instance);
                let bookings = visits.into_iter().map(|(booking, facts)| (booking.id, Some(facts))).collect();
                let id = outbox::enqueue_in(tx, NewNotification { row: again, bookings }, &actor, now)?;
                first = first.or(Some(id));
            }
            if !row.changed_after_sent.is_empty() {
                outbox::apply_in(tx, id, None, Event::ChangedAfterSent { how: "" }, &actor, now)?;
            }
            Ok(outbox::get_in(tx, first.ok_or(Refusal::NoPhone)?)?.ok_or(Refusal::Missing)?)
        })
    }

    /// The bookings of a row as they are known now, as far as they can be written about when a person
    /// asks for it. What was left out of the text and is right again is among them. None when nothing
    /// is known of them.
    fn visits(&self, row: &Notification, now: DateTime<Utc>) -> Result<Option<Vec<Visit>>, OutboxError> {
        let state = self.branch_state(row)?;
        let Ok(branch) = self.branch(row, &state) else { return Ok(None) };
        self.outbox.db().read(|connection| {
            let mut visits = Vec::new();
            let mut obstacle = None;
            for link in outbox::links_in(connection, row.id)? {
                if outbox::is_imported(connection, row.company, link.booking)? {
                    obstacle = Some(Refusal::BotsOwn);
                    continue;
                }
                let Some(booking) = known::booking_in(connection, row.company, link.booking)? else {
                    continue;
                };
                obstacle = Some(match branch.writable(&booking, true, now) {
                    Ok(facts) => {
                        visits.push((booking, facts));
                        continue;
                    }
                    Err(Reason::Begun | Reason::NoStart) => Refusal::VisitBegun,
                    Err(Reason::InYclients) => Refusal::CancelledInYclients,
                    Err(_) => Refusal::NoPhone,
                });
            }
            match obstacle {
                Some(obstacle) if visits.is_empty() => Err(obstacle.into()),
                _ => Ok(Some(visits).filter(|visits| !visits.is_empty())),
            }
        })
    }

    fn branch_state(&self, row: &Notification) -> Result<BranchState, OutboxError> {
        let state = self.outbox.db().read(|connection| known::branch_in(connection, row.company))?;
        Ok(state.unwrap_or_default())
    }

    fn branch<'b>(&'b self, row: &Notification, state: &'b BranchState) -> Result<Branch<'b>, OutboxError> {
        Ok(Branch::new(self.settings, row.company, &state.facts).map_err(|_| Refusal::NotNow(row.state))?)
    }

    fn compose(&self, row: &Notification, visits: &[Visit]) -> Result<Made, OutboxError> {
        let state = self.branch_state(row)?;
        Ok(self.branch(row, &state)?.compose(facts_of(visits)).map_err(|_| Refusal::EmptyText)?)
    }
}

/// Whether the visits are those that a row's words were written for.
fn is_as_told(links: &[Link], visits: &[Visit]) -> bool {
    let told: Vec<_> = links.iter().filter(|link| !link.dropped).collect();
    told.len() == visits.len()
        && told.iter().all(|link| {
            let now = visits.iter().find(|(booking, _)| booking.id == link.booking);
            let facts = link.facts.as_ref().zip(now);
            facts.is_some_and(|(before, (_, now))| before.difference(now).is_none())
        })
}
