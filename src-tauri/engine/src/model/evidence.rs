//! Reasons that speak of the past: whether what they tell has happened.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::history::{self, Line, may_have_arrived};
use super::reference::{Reference, Span};
use crate::notification::{LATE_AFTER, NotificationId, Reason, State};

type Histories = BTreeMap<NotificationId, Vec<Line>>;

/// Whether the line at `index` begins to give a reason of the past that is not so. What comes
/// back with the reason it had is judged by the rules of coming back.
pub(super) fn is_made_up(
    lines: &[Line],
    index: usize,
    history: &Histories,
    known: &Reference,
    span: Span,
    slack: TimeDelta,
) -> bool {
    let after = &lines[index];
    let before = index.checked_sub(1).map(|before| &lines[before]);
    let same = before.is_some_and(|before| before.reason == after.reason);
    let ended = history::before_the_moment(lines, index).is_some_and(Line::is_ended);
    let back = ended && lines[..index].iter().any(|line| line.reason == after.reason);
    if !after.by_program || same || back {
        return false;
    }
    // A booking that leaves a message for one of its own takes along what kept that one back.
    let taken_along = before.is_none()
        && history.values().flatten().any(|line| line.event < after.event && line.reason == after.reason);
    let earlier = &lines[..index];
    let long_after = |since: Option<_>, by| since.is_some_and(|since| span.until - since > by - slack);
    match after.reason {
        // Since its time was set it cannot be later than the true time that has passed.
        Reason::Late => {
            let set =
                (1..index).rfind(|index| lines[*index].punctual_at() != lines[*index - 1].punctual_at());
            let set = known.span_of(lines[set.unwrap_or_default()].event).unwrap_or(span);
            !taken_along && span.until - set.from <= LATE_AFTER - slack
        }
        Reason::Burst => !taken_along && with_it(after, history) <= 5,
        Reason::Old => !taken_along && !long_after(after.booked_at, TimeDelta::hours(12)),
        Reason::Manual => !known.ever_manual,
        Reason::Again => {
            let since = history::first_due_at(earlier).or(after.booked_at);
            let asked = after.copy > 0
                || may_have_arrived(earlier)
                || (earlier.is_empty() && was_left_out(after, history));
            !asked && !long_after(since, TimeDelta::hours(12))
        }
        Reason::KeepsChanging => {
            let remade = |pair: &&[Line]| pair[1].by_program && pair[1].is_another_message(&pair[0]);
            let remakes = lines[..=index].windows(2).filter(remade).count();
            remakes < 3 && !long_after(history::first_due_at(earlier), TimeDelta::minutes(10))
        }
        Reason::ChangedAfterEdit => !earlier.iter().any(|line| line.edited),
        Reason::Rejected => before.is_none_or(|before| before.state != State::Sending),
        Reason::NotFound | Reason::LookingUp => !earlier.iter().any(|line| line.state == State::Sending),
        Reason::NotSent => before.is_none_or(|before| before.state != State::Sending),
        // Nobody puts an older database back, and nobody clears a queue.
        Reason::Restored | Reason::Cleared | Reason::TakenBack => true,
        _ => false,
    }
}

/// It may speak of a booking that was left out of a message which may have arrived: nobody keeps
/// with which of its texts.
fn was_left_out(line: &Line, history: &Histories) -> bool {
    history.values().any(|other| {
        let before = &other[..other.partition_point(|other| other.event < line.event)];
        let left = |pair: &[Line]| pair[0].links.iter().any(|link| !pair[1].links.contains(link));
        before.windows(2).any(left) && may_have_arrived(before)
    })
}

/// How many became due with it: because of its gap, or within a minute and a half.
fn with_it(line: &Line, history: &Histories) -> usize {
    let together = |other: &Line| {
        let of_gap = line.gap_at.is_some() && other.gap_at == line.gap_at;
        of_gap || (other.at - line.at).abs() <= TimeDelta::seconds(90)
    };
    history.values().filter(|lines| lines.iter().any(together)).count()
}
