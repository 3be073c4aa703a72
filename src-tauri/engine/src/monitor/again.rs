//! Decisions looked at again: a decision that no person made lasts as long as its facts.
//!
//! What the program ended by itself, or keeps before a person for something that
//! passes, is judged anew when a booking of it really changes, when settings, the
//! account or the stop list do, and when the clock turns out to have been wrong.
//! [`Reason::standing`] says which reason is judged at what.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use super::absorb::{Light, gather_judged, is_old, recheck_open};
use super::caution::{BURST, ask_about};
use super::recheck::{Visit, by_recipient, ending, fresh_row, judge, move_out, own_row, split_off, worse};
use super::{fresh_branch, known};
use crate::booking::{Booking, BookingId, BranchFacts, CompanyId};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::notification::{AGAIN_AFTER, Event, Notification, Reason, Revival, State};
use crate::outbox::{self, Actor, Outbox, OutboxError, unless_refused};
use crate::settings::Settings;
use crate::visit::VisitFacts;

/// A message about several visits is ended when the last has begun; the first may lie so far behind.
pub(super) const SPREAD: TimeDelta = TimeDelta::days(7);

/// Judges everything again that settings, account, stop list or clock may have made right.
/// More than a few of one branch that come right at once wait for a person. Answers how many rows moved.
pub(crate) fn judge_all(
    outbox: &Outbox,
    settings: &Settings,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<usize, StorageError> {
    outbox.db().write(|tx| {
        let mut moved = 0;
        for branch in &settings.branches {
            let state = known::branch_in(tx, branch.company_id)?.unwrap_or_default();
            let Ok(branch) = Branch::new(settings, branch.company_id, &state.facts) else { continue };
            moved += judge_branch(tx, Light::of(&branch, instance, &state, now))?;
        }
        Ok(moved)
    })
}

fn judge_branch(tx: &Transaction<'_>, light: Light<'_>) -> Result<usize, StorageError> {
    let mut rows = outbox::ended_in(tx, light.branch.company, light.now - SPREAD)?;
    for row in outbox::open_of_in(tx, light.branch.company)? {
        if waits_for_what_passes(tx, light, &row)? {
            rows.push(row);
        }
    }
    let (mut moved, mut queued) = (0, Vec::new());
    for row in rows {
        let Some(next) = unless_refused(judge_again(tx, light, &row))?.flatten() else { continue };
        moved += usize::from(next.version != row.version);
        if next.state == State::Queued && !next.held && row.state != State::Queued {
            queued.push(next);
        }
    }
    for row in outbox::with_left_out_in(tx, light.branch.company)? {
        moved += unless_refused(tell_left_out(tx, light, &row))?.unwrap_or_default();
    }
    if queued.len() > BURST {
        ask_about(tx, queued, light.now)?;
    }
    Ok(moved)
}

fn waits_for_what_passes(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
) -> Result<bool, StorageError> {
    Ok(match row.state {
        State::Waiting => row.reason.lifts(),
        // Another account has no word on the number yet.
        State::Failed if row.reason == Reason::NoWhatsapp && row.instance != light.instance => true,
        // Asked about a later message, this one says otherwise by now.
        State::Failed if row.reason == Reason::NoWhatsapp => {
            let key = outbox::phone_key(&row.phone);
            outbox::number_check_in(tx, &key, light.instance, light.now)? == Some(true)
        }
        _ => false,
    })
}

/// Judges one row again by its bookings as they are known. Answers the row as it is then, or
/// None when nothing can be said: its bookings are not known any more.
pub(super) fn judge_again(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
) -> Result<Option<Notification>, OutboxError> {
    let links = outbox::links_in(tx, row.id)?;
    let mut looked = Looked::default();
    for link in &links {
        let Some(booking) = known::booking_in(tx, light.branch.company, link.booking)? else { continue };
        match worth(tx, light, row, &booking)? {
            Ok(facts) => looked.visits.push((booking, facts)),
            Err(Obstacle { reason, imported }) => {
                looked.imported |= imported;
                looked.obstacle = Some(worse(looked.obstacle, reason));
                looked.others.push(link.booking);
            }
        }
    }
    if !looked.visits.is_empty() {
        return revive(tx, light, row, looked).map(Some);
    }
    let Some(reason) = looked.obstacle else { return Ok(None) };
    end_so(tx, light, row, reason, looked.imported).map(Some)
}

/// A row's bookings, sorted by whether they are worth a message.
#[derive(Default)]
struct Looked {
    visits: Vec<Visit>,
    others: Vec<BookingId>,
    obstacle: Option<Reason>,
    imported: bool,
}

struct Obstacle {
    reason: Reason,
    imported: bool,
}

impl From<Reason> for Obstacle {
    fn from(reason: Reason) -> Self {
        Self { reason, imported: false }
    }
}

fn worth(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    booking: &Booking,
) -> Result<Result<VisitFacts, Obstacle>, StorageError> {
    let Light { branch, now, .. } = light;
    if outbox::is_imported(tx, booking.company, booking.id)? {
        return Ok(Err(Obstacle { reason: Reason::Bot, imported: true }));
    }
    // What was never queued here and was made before the baseline is silent, whatever becomes of it.
    let never_queued = row.first_due_at.is_none() && row.was.is_none() && !row.wanted;
    if never_queued && !light.anew && is_before_baseline(booking, light) {
        return Ok(Err(Reason::BeforeBaseline.into()));
    }
    let facts = match judge(branch, booking, row.wanted, now) {
        Ok(facts) => facts,
        Err(reason) => return Ok(Err(reason.into())),
    };
    if outbox::is_opted_out(tx, facts.phone.as_str())? {
        return Ok(Err(Reason::OptedOut.into()));
    }
    // By all rules of a new one; what a person touched is that person's.
    let as_new = row.may_come_back() && !row.held && !row.is_edited() && !row.wanted;
    let as_new = as_new && row.was.as_ref().is_none_or(|was| was.state == State::Queued);
    Ok(match branch.is_ahead(&facts, now) {
        Err(reason) if as_new => Err(reason.into()),
        _ => Ok(facts),
    })
}

fn is_before_baseline(booking: &Booking, light: Light<'_>) -> bool {
    booking.created_at.is_some_and(|at| at < light.baseline_at)
}

/// It stays ended, for the reason that is true now.
fn end_so(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    reason: Reason,
    imported: bool,
) -> Result<Notification, OutboxError> {
    let event = if imported { Event::Import } else { ending(reason) };
    let state = match &event {
        Event::Withdraw { .. } | Event::Import => State::Cancelled,
        Event::Expire { .. } => State::Expired,
        _ => State::Skipped,
    };
    // An online booking is skipped, wherever a row about it comes from.
    let same = reason == row.reason && (state == row.state || row.may_come_back());
    if same {
        return Ok(row.clone());
    }
    outbox::apply_in(tx, row.id, None, event, &Actor::Program, light.now)
}

fn revive(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    looked: Looked,
) -> Result<Notification, OutboxError> {
    let Light { branch, now, .. } = light;
    let again = row.copy > 0 || row.is_long_past(now) || outbox::may_have_been_sent_in(tx, row.id)?;
    // First seen when it could not be read: it is as old as a new one would be.
    let old =
        row.reason == Reason::Unreadable && looked.visits.iter().any(|(booking, _)| is_old(booking, now));
    let untouched = row.was.is_none() && !row.held && !row.is_edited() && !again && !old;
    if let ([visit], []) = (looked.visits.as_slice(), looked.others.as_slice())
        && untouched
        && row.state == State::Skipped
        && let Some(gathered) = gather_judged(tx, light, row, visit)?
    {
        return Ok(gathered);
    }
    let (kept, split) = by_recipient(looked.visits);
    let fresh = fresh_row(branch, &kept, light.instance, now);
    // Whoever it is for may have written the word that ends it.
    let unclear = outbox::is_suspected_in(tx, &fresh.phone)?;
    if unclear && row.state == State::Waiting && row.reason == Reason::StopUnclear {
        return Ok(row.clone());
    }
    // What keeps it back is what kept it back.
    let still = row.state == State::Waiting && fresh.state == State::Waiting;
    let same_account = row.reason != Reason::SettingsChanged || row.instance == light.instance;
    if still && fresh.reason == row.reason || !same_account {
        return Ok(row.clone());
    }
    let mut asks = (fresh.state == State::Waiting).then(|| (fresh.reason, fresh.detail.clone()));
    // While another database was in use it may have been right, and told.
    if light.anew && kept.iter().any(|(booking, _)| is_before_baseline(booking, light)) {
        asks.get_or_insert((Reason::Restored, String::new()));
    }
    if old {
        asks.get_or_insert((Reason::Old, String::new()));
    }
    if unclear {
        asks.get_or_insert((Reason::StopUnclear, String::new()));
    }
    let due_at = fresh.due_at;
    let mut made = fresh.into_made();
    if made.text.is_empty() && row.is_edited() {
        made.text.clone_from(&row.text);
    }
    let facts: Vec<_> = kept.into_iter().map(|(booking, facts)| (booking.id, facts)).collect();
    outbox::relink_in(tx, row.id, &facts, &looked.others)?;
    let instance = light.instance.to_owned();
    let revival = Revival { made, due_at, instance, gap_at: light.gap_at, asks, again };
    let back = outbox::apply_in(tx, row.id, None, Event::Revive(revival), &Actor::Program, now)?;
    for visit in split {
        split_off(tx, branch, row, &visit, now)?;
    }
    Ok(back)
}

/// A booking that was left out of a message which is gone now, or which a person cancelled, was told
/// nothing. Once it is worth a message it gets one of its own.
pub(crate) fn tell_left_out(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
) -> Result<usize, OutboxError> {
    let mut told = 0;
    if row.forgotten || State::OPEN.contains(&row.state) || row.may_come_back() {
        return Ok(told);
    }
    // An earlier attempt whose end nobody knows may have spoken of it.
    let again = row.copy > 0 || outbox::has_unsettled_in(tx, row.id)?;
    for link in outbox::links_in(tx, row.id)?.into_iter().filter(|link| link.dropped) {
        let Some(booking) = known::booking_in(tx, light.branch.company, link.booking)? else { continue };
        let as_new = Notification { wanted: false, was: None, first_due_at: None, ..row.clone() };
        let Ok(facts) = worth(tx, light, &as_new, &booking)? else { continue };
        let late = light.now - booking.created_at.unwrap_or(row.enqueued_at) > AGAIN_AFTER;
        if light.branch.is_ahead(&facts, light.now).is_err() {
            continue;
        }
        let visit = (booking, facts);
        let mut own = own_row(light.branch, &visit, light.instance, light.now);
        own.copy = row.copy;
        if (again || late) && own.state == State::Queued {
            (own.state, own.reason) = (State::Waiting, Reason::Again);
        }
        move_out(tx, own, &visit, light.now)?;
        told += 1;
    }
    Ok(told)
}

/// Keeps what a branch is called and where it is. What is not sent yet says so, or stays as it is
/// where its text does not name it.
pub(crate) fn renew_facts_in(
    tx: &Transaction<'_>,
    settings: &Settings,
    instance: &str,
    company: CompanyId,
    facts: BranchFacts,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let mut state = known::branch_in(tx, company)?.unwrap_or_else(fresh_branch);
    let facts = facts.or_zone_of(&state.facts);
    let other = state.facts != facts;
    (state.facts, state.facts_at) = (facts, Some(now));
    known::put_branch_in(tx, company, &state)?;
    let Ok(branch) = Branch::new(settings, company, &state.facts) else { return Ok(()) };
    if other {
        let light = Light::of(&branch, instance, &state, now);
        for row in outbox::open_of_in(tx, company)? {
            if matches!(row.state, State::Queued | State::Waiting | State::Failed) {
                unless_refused(recheck_open(tx, light, &row, None))?;
            }
        }
    }
    Ok(())
}
