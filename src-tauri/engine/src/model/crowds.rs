//! Rule 8: what comes in a crowd leaves only by a person's word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::history::Line;
use super::reference::Reference;
use super::world::World;
use crate::booking::{Booking, BookingId};
use crate::notification::{NotificationId, Reason, State};

/// More than this many of one branch because of one gap, one pause or one change.
const OF_ONE_CAUSE: usize = 5;

/// More than this many new ones of one branch within a minute.
const NEW_ONES: usize = 20;

type Histories = BTreeMap<NotificationId, Vec<Line>>;

/// The crowd that a message is one of, if any. What has left before the crowd was one is
/// judged by what there was then.
pub(super) fn of(
    id: NotificationId,
    history: &Histories,
    known: &Reference,
    bookings: &BTreeMap<BookingId, Booking>,
) -> Option<&'static str> {
    let lines = &history[&id];
    if known.crowds.iter().any(|crowd| crowd.contains(&id)) {
        Some("one of more than five that came due in a pause")
    } else if of_one_gap(lines, history) > OF_ONE_CAUSE {
        Some("one of more than five because of one gap")
    } else if new_within_a_minute(lines, history) > NEW_ONES {
        Some("one of more than twenty new ones within a minute")
    } else if right_by_one_change(lines, history, bookings) > OF_ONE_CAUSE {
        Some("one of more than five that came right by one change")
    } else {
        None
    }
}

/// How many are due because of the same gap, and neither ended, nor held or let go by a person, nor
/// before one for another reason.
fn of_one_gap(lines: &[Line], history: &Histories) -> usize {
    let Some(gap_at) = lines.last().and_then(|line| line.gap_at) else { return 0 };
    let is_of_gap = |lines: &&Vec<Line>| {
        let last = lines.last().unwrap();
        lines.iter().any(|line| line.state == State::Queued && line.gap_at == Some(gap_at))
            && !(last.is_ended() || last.held || last.released)
            && (last.state != State::Waiting || last.reason == Reason::Burst)
    };
    history.values().filter(is_of_gap).count()
}

/// The most new messages in any minute that this one came in. A second is left for what one
/// poll takes.
fn new_within_a_minute(lines: &[Line], history: &Histories) -> usize {
    let came = |lines: &[Line]| -> Option<DateTime<Utc>> {
        let first = &lines[0];
        let fresh = first.by_program && first.copy == 0 && first.gap_at.is_none();
        let counted = first.state == State::Queued || first.reason == Reason::Burst;
        (fresh && counted).then_some(first.at)
    };
    let Some(at) = came(lines) else { return 0 };
    let mut times: Vec<_> = history.values().filter_map(|lines| came(lines)).collect();
    times.sort_unstable();
    let minute = TimeDelta::seconds(59);
    let beginning = times.iter().filter(|from| **from <= at && at <= **from + minute);
    beginning
        .map(|from| times.iter().filter(|at| (*from..=*from + minute).contains(at)).count())
        .max()
        .unwrap_or(0)
}

/// How many came back with this one though nothing of their bookings ever changed in
/// YClients: it can only have been the settings, the account or the clock.
fn right_by_one_change(
    lines: &[Line],
    history: &Histories,
    bookings: &BTreeMap<BookingId, Booking>,
) -> usize {
    let came_back = |lines: &[Line]| {
        let untouched = lines.last().is_some_and(|line| {
            line.links
                .iter()
                .all(|id| bookings.get(id).is_some_and(|booking| booking.changed_at == booking.created_at))
        });
        let back = lines.windows(2).rfind(|pair| {
            let (before, after) = (&pair[0], &pair[1]);
            let decided = before.is_ended_by_program() || before.reason == Reason::SettingsChanged;
            after.by_program && decided && (after.state == State::Queued || after.reason == Reason::Burst)
        });
        back.filter(|pair| untouched && !pair[1].held).map(|pair| (pair[1].at, pair[1].released))
    };
    // What came back with a person's word was no part of it, and is none by what joins it later.
    let Some((at, false)) = came_back(lines) else { return 0 };
    let together = TimeDelta::seconds(10);
    history
        .values()
        .filter_map(|lines| came_back(lines))
        .filter(|(other, _)| (*other - at).abs() <= together)
        .count()
}

/// A pause ends: what came due in it, and nobody let go, is due because of it.
pub(super) fn end_of_pause(world: &World) {
    let Some(pausing) = world.inner().reference.pausing.take() else { return };
    let now = world.wall();
    let due: BTreeSet<_> = world
        .window
        .in_state(State::Queued)
        .unwrap_or_default()
        .iter()
        .filter(|row| !row.held && !row.released && (pausing.since..=now).contains(&row.punctual_at()))
        .map(|row| row.id)
        .collect();
    if due.len() > OF_ONE_CAUSE {
        world.inner().reference.crowds.push(due);
    }
}
