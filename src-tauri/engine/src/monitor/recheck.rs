//! What a later look at its bookings makes of a message that has not gone out.
//!
//! The same code serves every look: a poll that brings a change, and the last
//! check just before the claim.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use crate::booking::{Booking, BookingId};
use crate::branch::{Arming, Branch};
use crate::db::StorageError;
use crate::monitor::known;
use crate::notification::{Event, Made, Notification, Reason, RemakeCause, State};
use crate::outbox::{self, Actor, Link, NewNotification, OutboxError};
use crate::template::TemplateError;
use crate::visit::VisitFacts;

/// A booking and what a text about it is made from.
pub(crate) type Visit = (Booking, VisitFacts);

/// What the look found.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// As it was written about.
    Unchanged,
    /// Nothing that is said or that a client would notice; kept for the next look.
    Noted(Vec<Visit>),
    /// Nothing is left to write about.
    Over(Event),
    /// Something a client would notice.
    Changed(Changes),
}

/// Bookings of one message sorted anew.
#[derive(Debug)]
pub(crate) struct Changes {
    /// What the message speaks of now.
    pub kept: Vec<Visit>,
    /// What it no longer speaks of.
    pub dropped: Vec<BookingId>,
    /// What belongs to somebody else now and needs a message of its own.
    pub split: Vec<Visit>,
}

/// Compares a message's bookings as they were written about with `seen`, which
/// has None for a booking that is gone. `imported` are those that an import named
/// as the bot's own. What was dropped from the text and is right again comes back.
pub(crate) fn recheck(
    branch: &Branch<'_>,
    row: &Notification,
    links: &[Link],
    imported: &HashSet<BookingId>,
    mut seen: impl FnMut(BookingId) -> Option<Booking>,
    now: DateTime<Utc>,
) -> Verdict {
    let mut visits: Vec<Visit> = Vec::new();
    let mut told: Vec<&VisitFacts> = Vec::new();
    let mut dropped = Vec::new();
    let mut over = None;
    let mut changed = false;
    for link in links {
        let judged = match seen(link.booking) {
            None => Err(Reason::InYclients),
            Some(_) if imported.contains(&link.booking) => Err(Reason::Bot),
            Some(booking) => judge(branch, &booking, row.wanted, now).map(|facts| (booking, facts)),
        };
        match judged {
            Ok(visit) => {
                match link.facts.as_ref().filter(|_| !link.dropped) {
                    Some(facts) => {
                        changed |= facts.difference(&visit.1).is_some();
                        told.push(facts);
                    }
                    None => changed = true,
                }
                visits.push(visit);
            }
            Err(_) if link.dropped => {}
            Err(reason) => {
                dropped.push(link.booking);
                over = Some(worse(over, reason));
            }
        }
    }
    if visits.is_empty() {
        let reason = over.unwrap_or(Reason::InYclients);
        let imported = reason == Reason::Bot && links.iter().any(|link| imported.contains(&link.booking));
        return Verdict::Over(if imported { Event::Import } else { ending(reason) });
    }
    let now_said: Vec<&VisitFacts> = visits.iter().map(|(_, facts)| facts).collect();
    if changed || !dropped.is_empty() || branch.says_otherwise(&told, &now_said) {
        let (kept, split) = by_recipient(visits);
        return Verdict::Changed(Changes { kept, dropped, split });
    }
    if told == now_said { Verdict::Unchanged } else { Verdict::Noted(visits) }
}

/// Facts that an older version kept without what else is printed get it from the booking as it was known
/// before this reading: a price that changes after an update is seen. The branch is taken as it is now,
/// for what that version did not keep of it is not different.
pub(crate) fn recall(
    branch: &Branch<'_>,
    links: &mut [Link],
    was: impl Fn(BookingId) -> Result<Option<Booking>, StorageError>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    for link in links.iter_mut().filter(|link| !link.dropped) {
        let Some(facts) = link.facts.as_mut().filter(|facts| facts.words.is_none()) else { continue };
        let Some(booking) = was(link.booking)? else { continue };
        if let Ok(then) = branch.writable(&booking, true, now)
            && facts.difference(&then).is_none()
        {
            facts.words = then.words;
        }
    }
    Ok(())
}

/// Whether staff made the booking and it can be written about.
pub(super) fn judge(
    branch: &Branch<'_>,
    booking: &Booking,
    wanted: bool,
    now: DateTime<Utc>,
) -> Result<VisitFacts, Reason> {
    // A person's word stands above who made the booking.
    let authored = if wanted { Ok(()) } else { branch.made_by_staff(booking) };
    authored.and_then(|()| branch.writable(booking, wanted, now))
}

/// Visits of the first one's recipient, and the others.
pub(crate) fn by_recipient(visits: Vec<Visit>) -> (Vec<Visit>, Vec<Visit>) {
    let recipient = |facts: &VisitFacts| (facts.client_id, facts.phone.clone());
    let first = visits.first().map(|(_, facts)| recipient(facts));
    visits.into_iter().partition(|(_, facts)| Some(recipient(facts)) == first)
}

/// Of two reasons, the one that is told when nothing is left: a cancelled visit
/// beside one that begins is no cancelled message.
pub(super) fn worse(so_far: Option<Reason>, reason: Reason) -> Reason {
    match so_far {
        Some(earlier) if reason == Reason::InYclients => earlier,
        _ => reason,
    }
}

/// How a message ends that nothing is left to say in.
pub(super) fn ending(reason: Reason) -> Event {
    match reason {
        Reason::InYclients | Reason::Bot => Event::Withdraw { reason },
        Reason::Begun | Reason::Came => Event::Expire { reason },
        reason => Event::Skip { reason },
    }
}

/// Keeps what is known now, where nothing of it is said.
pub(super) fn keep_facts(
    tx: &Transaction<'_>,
    row: &Notification,
    visits: Vec<Visit>,
) -> Result<(), StorageError> {
    let facts: Vec<_> = visits.into_iter().map(|(booking, facts)| (booking.id, facts)).collect();
    outbox::relink_in(tx, row.id, &facts, &[])
}

/// Carries a verdict out. Answers the row as it is then.
pub(crate) fn carry_out(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    row: &Notification,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<Notification, OutboxError> {
    let changes = match verdict {
        Verdict::Unchanged => return Ok(row.clone()),
        Verdict::Noted(visits) => {
            keep_facts(tx, row, visits)?;
            return Ok(row.clone());
        }
        Verdict::Over(event) => return outbox::apply_in(tx, row.id, None, event, &Actor::Program, now),
        Verdict::Changed(changes) => changes,
    };
    // The text first: facts are only kept beside a text that was made from them.
    let remade = match branch.compose(facts_of(&changes.kept)) {
        Ok(made) => {
            let facts: Vec<_> =
                changes.kept.iter().map(|(booking, facts)| (booking.id, facts.clone())).collect();
            outbox::relink_in(tx, row.id, &facts, &changes.dropped)?;
            if row.is_edited() {
                outbox::apply_in(tx, row.id, None, Event::Conflict { made }, &Actor::Program, now)?
            } else {
                remake(tx, branch, row, made, now)?
            }
        }
        Err(error) => text_failed(tx, row, &error, now)?,
    };
    for visit in changes.split {
        split_off(tx, branch, row, &visit, now)?;
    }
    Ok(remade)
}

/// The facts alone.
pub(crate) fn facts_of(visits: &[Visit]) -> impl Iterator<Item = &VisitFacts> {
    visits.iter().map(|(_, facts)| facts)
}

/// A name or a title that came in pieces: the client would read a black diamond.
pub(crate) fn is_broken(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

fn remake(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    row: &Notification,
    made: Made,
    now: DateTime<Utc>,
) -> Result<Notification, OutboxError> {
    let arming = branch.arm(now, made.starts_at);
    let due_at = match arming {
        Arming::Due(at) => at,
        Arming::Ask(_) => now,
    };
    let broken = is_broken(&made.text);
    let event = Event::Remake { made, due_at, cause: RemakeCause::Changed };
    let remade = outbox::apply_in(tx, row.id, None, event, &Actor::Program, now)?;
    let asks = match arming {
        _ if broken => Some(Reason::BrokenCharacter),
        Arming::Ask(reason) => Some(reason),
        Arming::Due(_) => None,
    };
    match asks {
        Some(reason) if remade.state == State::Queued => {
            let event = Event::Wait { reason, detail: String::new() };
            outbox::apply_in(tx, row.id, None, event, &Actor::Program, now)
        }
        _ => Ok(remade),
    }
}

fn text_failed(
    tx: &Transaction<'_>,
    row: &Notification,
    error: &TemplateError,
    now: DateTime<Utc>,
) -> Result<Notification, OutboxError> {
    if row.state != State::Queued {
        return Ok(row.clone());
    }
    let (reason, detail) = error.why_waiting();
    let event = Event::Wait { reason, detail };
    outbox::apply_in(tx, row.id, None, event, &Actor::Program, now)
}

/// What time did to a row. A message about several visits goes on without the
/// one that has begun: the others are still to be told.
pub(crate) fn overtake(
    tx: &Transaction<'_>,
    branch: Option<&Branch<'_>>,
    row: &Notification,
    event: Event,
    now: DateTime<Utc>,
) -> Result<Notification, OutboxError> {
    let links = outbox::links_in(tx, row.id)?;
    let shared = links.iter().filter(|link| !link.dropped).count() > 1;
    if let (Some(branch), true, Event::Expire { .. }) = (branch, shared, &event) {
        let imported = outbox::imported_of_in(tx, row.company, &links)?;
        let mut seen = HashMap::new();
        for link in &links {
            if let Some(booking) = known::booking_in(tx, row.company, link.booking)? {
                seen.insert(link.booking, booking);
            }
        }
        let verdict = recheck(branch, row, &links, &imported, |id| seen.remove(&id), now);
        if matches!(verdict, Verdict::Changed(_)) {
            let remade = carry_out(tx, branch, row, verdict, now)?;
            if remade.starts_at > now {
                return Ok(remade);
            }
        }
    }
    outbox::apply_in(tx, row.id, Some(row.revision), event, &Actor::Program, now)
}

/// A booking that was given to another client leaves the message it shared. What
/// kept that one back keeps this one too.
pub(crate) fn split_off(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    from: &Notification,
    visit: &Visit,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let mut row = own_row(branch, visit, &from.instance, now);
    row.copy = from.copy;
    row.gap_at = from.gap_at;
    row.held = from.held;
    let asked = matches!(
        from.reason,
        Reason::Late | Reason::Burst | Reason::Old | Reason::Again | Reason::SettingsChanged
    );
    if (from.state, row.state) == (State::Waiting, State::Queued) && asked {
        (row.state, row.reason) = (State::Waiting, from.reason);
    }
    move_out(tx, row, visit, now)
}

/// Gives a booking that stood in another message this one of its own.
pub(super) fn move_out(
    tx: &Transaction<'_>,
    mut row: Notification,
    (booking, facts): &Visit,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let new = NewNotification { row: row.clone(), bookings: Vec::new() };
    row.id = outbox::enqueue_in(tx, new, &Actor::Program, now)?;
    outbox::move_link_in(tx, &row, booking.id, facts)?;
    outbox::skip_if_opted_out_in(tx, row, now)?;
    Ok(())
}

/// A row for one visit alone.
pub(super) fn own_row(
    branch: &Branch<'_>,
    visit: &Visit,
    instance: &str,
    now: DateTime<Utc>,
) -> Notification {
    let mut row = fresh_row(branch, std::slice::from_ref(visit), instance, now);
    row.booked_at = visit.0.created_at;
    row
}

/// A row for visits worth a message: queued with its window, or waiting when it
/// is not to leave by itself.
pub(super) fn fresh_row(
    branch: &Branch<'_>,
    visits: &[Visit],
    instance: &str,
    now: DateTime<Utc>,
) -> Notification {
    use crate::notification::Kind::Confirmation;
    let mut row = match branch.compose(facts_of(visits)) {
        Ok(made) => {
            let arming = branch.arm(now, made.starts_at);
            let mut row = Notification::new(Confirmation, branch.company, State::Queued, made, now);
            match arming {
                _ if is_broken(&row.text) => {
                    (row.state, row.reason) = (State::Waiting, Reason::BrokenCharacter);
                }
                Arming::Due(due_at) => row.due_at = due_at,
                Arming::Ask(reason) => (row.state, row.reason) = (State::Waiting, reason),
            }
            row
        }
        Err(error) => {
            let facts = visits.first().map(|(_, facts)| facts);
            let made = Made {
                text: String::new(),
                phone: facts.map(|facts| facts.phone.as_str().to_owned()).unwrap_or_default(),
                client_id: facts.map_or(0, |facts| facts.client_id),
                client_name: facts.map(|facts| facts.client_name.clone()).unwrap_or_default(),
                starts_at: facts.map_or(now, |facts| facts.starts_at),
            };
            let mut row = Notification::new(Confirmation, branch.company, State::Waiting, made, now);
            (row.reason, row.detail) = error.why_waiting();
            row
        }
    };
    instance.clone_into(&mut row.instance);
    row
}
