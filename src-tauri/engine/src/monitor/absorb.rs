//! What a listing brings: new bookings into the queue, changed ones to what was
//! or will be written about them. One transaction with the cursor.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use super::again::{judge_again, tell_left_out};
use super::caution::{BURST, ask_about, hold_burst, hold_volley};
use super::kept::{self, Kept};
use super::recheck::{Visit, carry_out, facts_of, is_broken, own_row, recall, recheck};
use super::{known, unread};
use crate::booking::{Attendance, Booking, BookingId};
use crate::branch::{Arming, Branch};
use crate::db::StorageError;
use crate::notification::{Event, Kind, Made, Notification, NotificationId, Reason, RemakeCause, State};
use crate::outbox::{self, Actor, NewNotification, OutboxError};
use crate::visit::Difference;

/// A booking first seen later than this after it was made asks a person.
const OLD_AFTER: TimeDelta = TimeDelta::hours(12);

/// In what light a listing is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Light<'a> {
    pub branch: &'a Branch<'a>,
    /// The gateway account new messages are queued for.
    pub instance: &'a str,
    /// Created earlier is known and silent.
    pub baseline_at: DateTime<Utc>,
    /// The first reading of the branch.
    pub is_baseline: bool,
    /// The database was restored or copied: what is older than the baseline may have been told by another.
    pub anew: bool,
    /// The end of the gap this listing closes.
    pub gap_at: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

impl<'a> Light<'a> {
    /// A look at what is known already, no listing's.
    pub(crate) fn of(
        branch: &'a Branch<'a>,
        instance: &'a str,
        state: &known::BranchState,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            branch,
            instance,
            baseline_at: state.baseline_at.or(state.baseline_begun_at).unwrap_or(DateTime::UNIX_EPOCH),
            is_baseline: false,
            anew: state.anew_at.is_some(),
            gap_at: None,
            now,
        }
    }
}

/// What a listing came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Absorbed {
    /// Bookings never seen before, by when they were made.
    pub new: Vec<(BookingId, Option<DateTime<Utc>>)>,
    /// Of those, how many were made before the baseline.
    pub silent: i64,
    pub changed: usize,
    /// The latest change any of them shows.
    pub last_change_at: Option<DateTime<Utc>>,
}

/// Takes a listing in.
pub(super) fn absorb(
    tx: &Transaction<'_>,
    light: Light<'_>,
    mut bookings: Vec<Booking>,
) -> Result<Absorbed, StorageError> {
    let mut absorbed = Absorbed::default();
    for booking in &mut bookings {
        booking.in_zone(light.branch.zone);
    }
    // In the order they were made, so that gathered visits join the first of them.
    bookings.sort_by_key(|booking| (booking.created_at, booking.id));
    let flawed = unread::ids_in(tx, light.branch.company)?;
    let mut mended = Vec::new();
    for booking in bookings {
        if flawed.contains(&booking.id) {
            unread::over_in(tx, booking.company, booking.id)?;
        }
        absorbed.last_change_at = absorbed.last_change_at.max(booking.changed_at);
        let snapshot = known::normal_form(&booking)?;
        let before = known::snapshot_in(tx, booking.company, booking.id)?;
        if before.as_deref().is_some_and(|kept| kept::is_as(kept, &snapshot)) {
            continue;
        }
        let author = made_by(light.branch, &booking);
        let row = outbox::row_about_in(tx, booking.company, booking.id)?;
        if let Some(why) = names_nobody(light, before.as_deref(), row.as_ref(), &booking) {
            known::put_booking_in(tx, &booking, &why.print(&snapshot), author, light.now)?;
            continue;
        }
        known::put_booking_in(tx, &booking, &snapshot, author, light.now)?;
        let outcome = if let Some(row) = row {
            absorbed.changed += 1;
            let was = before.as_deref().and_then(|snapshot| serde_json::from_str(snapshot).ok());
            if unread::is_about_flaw(&row) {
                mended.push(row.id);
            }
            changed(tx, light, &row, booking, was.as_ref())
        } else {
            absorbed.new.push((booking.id, booking.created_at));
            new(tx, light, booking).map(|silent| absorbed.silent += i64::from(silent))
        };
        // Refused: the row moved on under a person's hand. The last check looks again.
        outbox::unless_refused(outcome)?;
    }
    ask_about_mended(tx, mended, light.now)?;
    if let Some(gap_at) = light.gap_at {
        hold_burst(tx, light.branch.company, gap_at, light.now)?;
    } else if !absorbed.new.is_empty() {
        hold_volley(tx, light.branch, light.now)?;
    }
    Ok(absorbed)
}

/// What was emptied stays empty: of a forgotten client for good, what was let go while its visit is over.
fn names_nobody(
    light: Light<'_>,
    before: Option<&str>,
    row: Option<&Notification>,
    booking: &Booking,
) -> Option<Kept> {
    match before.and_then(Kept::of) {
        _ if row.is_some_and(|row| row.forgotten) => Some(Kept::Forgotten),
        Some(Kept::LetGo) if light.branch.starts_at(booking).is_some_and(|start| start > light.now) => None,
        kept => kept,
    }
}

/// What YClients mends for many bookings at once is one change.
fn ask_about_mended(
    tx: &Transaction<'_>,
    mended: Vec<NotificationId>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    if mended.len() <= BURST {
        return Ok(());
    }
    let mut rows = Vec::new();
    for id in mended {
        rows.extend(outbox::get_in(tx, id)?.filter(|row| row.state == State::Queued));
    }
    if rows.len() > BURST { ask_about(tx, rows, now) } else { Ok(()) }
}

fn made_by(branch: &Branch<'_>, booking: &Booking) -> &'static str {
    match branch.made_by_staff(booking) {
        Ok(()) => "staff",
        Err(Reason::Bot) => "bot",
        Err(Reason::Online) => "online",
        Err(_) => "nobody",
    }
}

/// A booking never seen before: told, gathered, left to a person or skipped.
/// True when it is silent because it is older than the baseline.
fn new(tx: &Transaction<'_>, light: Light<'_>, booking: Booking) -> Result<bool, OutboxError> {
    let Light { branch, now, .. } = light;
    // In the first reading a booking without a date of creation is an old one.
    let silent = booking.created_at.map_or(light.is_baseline, |at| at < light.baseline_at);
    let judged = if silent { Err(why_silent(tx, light, &booking)?) } else { judge(tx, light, &booking)? };
    let visit = match judged {
        Ok(facts) => (booking, facts),
        Err(reason) => {
            let mut row = skipped_row(branch, &booking, reason, now);
            light.instance.clone_into(&mut row.instance);
            let bookings = vec![(booking.id, None)];
            outbox::enqueue_in(tx, NewNotification { row, bookings }, &Actor::Program, now)?;
            return Ok(silent);
        }
    };
    let mut row = own_row(branch, &visit, light.instance, now);
    row.gap_at = light.gap_at;
    if is_old(&visit.0, now) {
        (row.state, row.reason) = (State::Waiting, Reason::Old);
    }
    if row.state == State::Queued && gather(tx, light, &visit)? {
        return Ok(false);
    }
    let bookings = vec![(visit.0.id, Some(visit.1))];
    outbox::enqueue_in(tx, NewNotification { row, bookings }, &Actor::Program, now)?;
    Ok(false)
}

/// Why nobody is written to about a booking older than the baseline. One that
/// could have been told while another database was in use says so: a person may
/// send it all the same.
fn why_silent(tx: &Transaction<'_>, light: Light<'_>, booking: &Booking) -> Result<Reason, StorageError> {
    if !light.anew {
        return Ok(Reason::BeforeBaseline);
    }
    if outbox::is_imported(tx, booking.company, booking.id)? {
        return Ok(Reason::Bot);
    }
    // What stands in the way now may not have stood there then: only who made it never changed.
    Ok(light.branch.made_by_staff(booking).err().unwrap_or(Reason::Restored))
}

/// Whether a new booking is worth a message, and what it is made from.
fn judge(
    tx: &Transaction<'_>,
    light: Light<'_>,
    booking: &Booking,
) -> Result<Result<crate::visit::VisitFacts, Reason>, StorageError> {
    let Light { branch, now, .. } = light;
    if outbox::is_imported(tx, booking.company, booking.id)? {
        return Ok(Err(Reason::Bot));
    }
    let judged = branch
        .made_by_staff(booking)
        .and_then(|()| branch.writable(booking, false, now))
        .and_then(|facts| branch.is_ahead(&facts, now).map(|()| facts));
    Ok(match judged {
        Ok(facts) if outbox::is_opted_out(tx, facts.phone.as_str())? => Err(Reason::OptedOut),
        judged => judged,
    })
}

/// Whether it was made so long ago that a person should say. One without a
/// creation date may be any age.
pub(super) fn is_old(booking: &Booking, now: DateTime<Utc>) -> bool {
    booking.created_at.is_none_or(|at| now - at > OLD_AFTER)
}

/// Joins a new booking to a message to the same client that nobody has touched.
fn gather(tx: &Transaction<'_>, light: Light<'_>, visit: &Visit) -> Result<bool, OutboxError> {
    let Some((target, made, due_at)) = gathered(tx, light, visit)? else { return Ok(false) };
    outbox::link_in(tx, &target, visit.0.id, Some(&visit.1))?;
    let event = Event::Remake { made, due_at, cause: RemakeCause::Gathered };
    outbox::apply_in(tx, target.id, None, event, &Actor::Program, light.now)?;
    Ok(true)
}

/// The message that a booking can join, and what it would say with it.
fn gathered(
    tx: &Transaction<'_>,
    light: Light<'_>,
    visit: &Visit,
) -> Result<Option<(Notification, Made, DateTime<Utc>)>, StorageError> {
    let Light { branch, now, .. } = light;
    let target = outbox::gather_target_in(tx, branch.company, &visit.1, light.instance, now)?;
    let Some(target) = target else { return Ok(None) };
    let mut visits = vec![visit.clone()];
    for link in outbox::links_in(tx, target.id)? {
        if let (false, Some(facts)) = (link.dropped, link.facts) {
            let Some(booking) = known::booking_in(tx, branch.company, link.booking)? else { return Ok(None) };
            visits.push((booking, facts));
        }
    }
    // A text that cannot be made for all of them is no reason not to write about one.
    let Ok(made) = branch.compose(facts_of(&visits)) else { return Ok(None) };
    if is_broken(&made.text) {
        return Ok(None);
    }
    match branch.arm(now, made.starts_at) {
        Arming::Due(due_at) => Ok(Some((target, made, due_at))),
        Arming::Ask(_) => Ok(None),
    }
}

/// A row that explains why nobody is written to.
fn skipped_row(branch: &Branch<'_>, booking: &Booking, reason: Reason, now: DateTime<Utc>) -> Notification {
    let client = booking.client.as_ref();
    let made = Made {
        text: String::new(),
        phone: client
            .and_then(|client| branch.phone(&client.phone).ok())
            .map(|phone| phone.as_str().to_owned())
            .unwrap_or_default(),
        client_id: client.map_or(0, |client| client.id),
        client_name: client.map(|client| client.name.clone()).unwrap_or_default(),
        starts_at: branch.starts_at(booking).unwrap_or(DateTime::UNIX_EPOCH),
    };
    let mut row = Notification::new(Kind::Confirmation, branch.company, State::Skipped, made, now);
    row.reason = reason;
    row.booked_at = booking.created_at;
    row
}

/// A known booking that is not as it was.
fn changed(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    booking: Booking,
    was: Option<&Booking>,
) -> Result<(), OutboxError> {
    match row.state {
        State::Queued | State::Waiting | State::Failed => recheck_open(tx, light, row, Some((booking, was))),
        State::Skipped | State::Expired | State::Cancelled if row.may_come_back() => {
            judge_again(tx, light, row).map(|_| ())
        }
        state if state.is_sent() || state == State::Unknown => {
            note_change(tx, light.branch, row, Some(&booking), light.now)?;
            tell_left_out(tx, light, row).map(|_| ())
        }
        // On its way: looked at once its end is known.
        State::Sending => Ok(()),
        _ => tell_left_out(tx, light, row).map(|_| ()),
    }
}

/// Compares an open row with its bookings: with the one that was just read, and the others as
/// they were last seen. The one that was read comes with what was known of it before.
pub(super) fn recheck_open(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    read: Option<(Booking, Option<&Booking>)>,
) -> Result<(), OutboxError> {
    let Light { branch, now, .. } = light;
    if row.kind == Kind::Test {
        return Ok(());
    }
    let mut links = outbox::links_in(tx, row.id)?;
    let imported = outbox::imported_of_in(tx, branch.company, &links)?;
    let mut seen = HashMap::new();
    for link in &links {
        if let Some(booking) = known::booking_in(tx, branch.company, link.booking)? {
            seen.insert(link.booking, booking);
        }
    }
    if let Some((booking, was)) = read {
        let known = |id| Ok(if id == booking.id { was.cloned() } else { seen.get(&id).cloned() });
        recall(branch, &mut links, known, now)?;
        seen.insert(booking.id, booking);
    }
    if links.iter().any(|link| !link.dropped && !seen.contains_key(&link.booking)) {
        // What is not known here is no vanished booking: only a listing or a look-up says that.
        return Ok(());
    }
    let verdict = recheck(branch, row, &links, &imported, |id| seen.remove(&id), now);
    let now_is = carry_out(tx, branch, row, verdict, now)?;
    let other_number =
        now_is.state == State::Failed && now_is.reason == Reason::NoWhatsapp && now_is.phone != row.phone;
    if (now_is.state == State::Waiting && now_is.reason.lifts()) || other_number {
        judge_again(tx, light, &now_is)?;
    }
    Ok(())
}

/// A booking that has become worth a message joins one to the same client, and its own row says so.
pub(super) fn gather_judged(
    tx: &Transaction<'_>,
    light: Light<'_>,
    row: &Notification,
    visit: &Visit,
) -> Result<Option<Notification>, OutboxError> {
    let Some((target, made, due_at)) = gathered(tx, light, visit)? else { return Ok(None) };
    outbox::move_link_in(tx, &target, visit.0.id, &visit.1)?;
    let event = Event::Remake { made, due_at, cause: RemakeCause::Gathered };
    outbox::apply_in(tx, target.id, None, event, &Actor::Program, light.now)?;
    let event = Event::Skip { reason: Reason::Gathered };
    outbox::apply_in(tx, row.id, None, event, &Actor::Program, light.now).map(Some)
}

/// The message is out and a booking is another one now: shown, with one click to
/// write again. `booking` is as it was just read; the others of the message are
/// as they were last seen.
pub(crate) fn note_change(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    row: &Notification,
    booking: Option<&Booking>,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    /// From nothing to the gravest.
    const WORDS: [&str; 4] = ["", "changed", "moved", "cancelled"];
    let mut gravest = 0;
    for link in outbox::links_in(tx, row.id)?.iter().filter(|link| !link.dropped) {
        let Some(told) = &link.facts else { continue };
        let read = match booking.filter(|booking| booking.id == link.booking) {
            Some(booking) => Some(booking.clone()),
            None => known::booking_in(tx, row.company, link.booking)?,
        };
        let Some(read) = read else { continue };
        // Whoever was told was worth telling: only what became of the visit counts.
        let grave = match branch.writable(&read, true, now) {
            Err(Reason::InYclients) => 3,
            Ok(_) if read.attendance == Attendance::Came => 0,
            Ok(current) => match told.difference(&current) {
                Some(Difference::Moved) => 2,
                Some(Difference::Changed) => 1,
                None => 0,
            },
            // It begins, the client is there, the number went: nothing to write again about.
            Err(_) => 0,
        };
        gravest = gravest.max(grave);
    }
    let how = WORDS[gravest];
    if row.changed_after_sent == how {
        return Ok(());
    }
    outbox::apply_in(tx, row.id, None, Event::ChangedAfterSent { how }, &Actor::Program, now).map(|_| ())
}
