//! The rules of one change of a row: what nobody but a person may do, and as what a row
//! comes back that the program had ended by itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{self, Line, may_have_arrived};
use super::reference::{Reference, Span};
use super::world::utc;
use crate::notification::{LATE_AFTER, Reason, State};

/// So long after it was to leave at first, what comes right again asks a person.
const TOO_LONG_AGO: TimeDelta = TimeDelta::hours(12);

/// The rules that the line at `index` breaks, given those before it. `span` is when it was
/// written by the true time, `slack` how far the program's own may be from that.
pub(super) fn broken(
    lines: &[Line],
    index: usize,
    known: &Reference,
    span: Span,
    slack: TimeDelta,
) -> Vec<String> {
    let (before, after) = (&lines[index - 1], &lines[index]);
    let mut broken = step(before, after);
    let then = history::after_the_moment(lines, index);
    if before.held && !then.held && then.state == State::Queued && after.by_program {
        broken.push("let go by nobody".to_owned());
    }
    if after.by_program && before.is_ended() && !after.is_ended() && after.what != "found" {
        let back = history::after_the_moment(lines, index);
        broken.extend(come_back(&lines[..index], back, span, slack));
    }
    // Rule 10: while the time is in doubt nothing is over, so what has begun has begun in truth.
    // The row may still name another start than its booking has had.
    let begins = after.by_program && after.reason == Reason::Begun && before.reason != Reason::Begun;
    let begun = |start: DateTime<Utc>| start <= span.until + slack;
    let starts = lines[..=index].iter().flat_map(|line| &line.links).flat_map(|id| &known.past[id].starts);
    if begins && !begun(after.starts_at) && !starts.into_iter().any(|start| begun(utc(*start))) {
        broken.push(format!("begun before its time: it is {} at the latest", span.until));
    }
    broken
}

fn step(before: &Line, after: &Line) -> Vec<String> {
    use State::{Accepted, Cancelled, Delivered, Expired, Failed, Queued, Read, Sending, Skipped};
    use State::{Undelivered, Unknown, Waiting};
    let what = after.what.as_str();
    let person = !after.by_program;
    let moved = before.state != after.state;
    let mut broken = Vec::new();
    let mut must = |holds: bool, rule: &str| {
        if !holds {
            broken.push(rule.to_owned());
        }
    };
    must(after.from == before.state.as_str(), "the audit's lines do not join");
    let gateways_word = matches!(what, "found" | "delivery");
    match before.state {
        Undelivered | Accepted | Delivered | Read if moved => {
            must(person || gateways_word, "what was accepted changed by itself");
        }
        // Rule 9: what a person ended stays; what the program ended it may judge again (rule 14).
        Cancelled | Expired | Skipped if moved => {
            let judged_again = before.is_ended_by_program()
                && (after.is_ended() || matches!(after.state, Queued | Waiting | Failed));
            must(person || gateways_word || judged_again, "a final state changed by itself");
        }
        // The account's word on a number can change; a refusal of the message itself cannot.
        Failed if moved => {
            let numbers = before.reason == Reason::NoWhatsapp;
            let ended = after.is_ended() || after.state == Waiting || (numbers && after.state == Queued);
            must(person || gateways_word || ended, "a failed row came back by itself");
        }
        Unknown if moved => must(person || gateways_word, "an unknown outcome was decided by the program"),
        // What waits because of something that has happened waits for a person. What waits because
        // of something that is so goes on when it is so no longer, if nothing else asks.
        Waiting if moved && after.state == Queued => {
            must(person || passes(before.reason), "what waited for a person went on by itself");
        }
        Sending if moved => {
            let answered = matches!(what, "accepted" | "not_sent" | "reject" | "ambiguous");
            must(answered, "what was on its way changed without an answer");
            let kept = !before.cancel_asked || !matches!(after.state, Queued | Failed);
            must(kept, "a cancel while sending was forgotten");
        }
        _ => {}
    }
    must(before.state != Sending || !after.is_another_message(before), "changed in flight");
    if before.text != after.text {
        must((what == "edit" && person) || !before.edited, "other words, and no person wrote them");
        must(after.revision > before.revision, "other words under the same revision");
    }
    if before.phone != after.phone {
        must(after.revision > before.revision, "another number under the same revision");
    }
    must(after.released <= before.released || person, "released by nobody");
    // Rule 8: the word was given for another recipient or another text.
    let word_is_kept = after.by_program && after.released && after.state == Queued;
    must(
        !(word_is_kept && after.is_another_message(before)),
        "a remade message goes by a word that was given for the one before",
    );
    if what == "rearm" {
        must(before.released || before.late_by(after.at) <= LATE_AFTER, "late, and given a new time");
    }
    let explained = matches!(after.state, Waiting | Unknown | Failed) || after.is_ended();
    must(!explained || after.reason != Reason::None, "no reason is given");
    broken
}

/// A reason to wait that is true of now and not of the past.
const fn passes(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::SettingsChanged
            | Reason::QuietHours
            | Reason::BeginsFirst
            | Reason::TextFailed
            | Reason::ValueMissing
            | Reason::BrokenCharacter
    )
}

/// Rule 14: it comes back as what it was.
fn come_back(earlier: &[Line], back: &Line, span: Span, slack: TimeDelta) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, rule: &str| {
        if !holds {
            broken.push(format!("it comes back {}: {rule}", back.state));
        }
    };
    let on_its_way = back.state == State::Queued && !back.held;
    let waits = |reason| back.state == State::Waiting && back.reason == reason;
    // What it was before it ended, through however many reasons; nothing if it was never open.
    if let Some(was) = earlier.iter().rev().find(|line| !line.is_ended()) {
        must(!was.held || !on_its_way, "a person held it");
        if was.edited {
            must(back.edited && back.text == was.text, "not in the words that a person wrote");
        }
        let with_its_reason = waits(was.reason) || waits(Reason::Again) || waits(Reason::ChangedAfterEdit);
        match was.state {
            State::Waiting if !passes(was.reason) => {
                must(with_its_reason, &format!("it waited because {}", was.reason));
            }
            State::Failed => {
                let failed = back.state == State::Failed && back.reason == was.reason;
                must(failed || with_its_reason, "it had failed");
            }
            _ => {}
        }
    }
    must(back.copy == 0 || !on_its_way, "a person had asked for one more");
    must(!may_have_arrived(earlier) || !on_its_way, "an attempt may have arrived");
    let since = history::first_due_at(earlier).or(back.booked_at);
    let long_ago = since.is_some_and(|since| span.from - since > TOO_LONG_AGO + slack);
    must(!long_ago || !on_its_way, "more than twelve hours later");
    if on_its_way {
        must(back.due_at >= back.at, "without a window");
    }
    broken
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::booking::BookingId;
    use crate::notification::NotificationId;

    fn at(minutes: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    /// A line of the program's, so many minutes after the beginning.
    fn line(minutes: i64, state: State, reason: Reason) -> Line {
        Line {
            event: minutes,
            at: at(minutes),
            by_program: true,
            what: "cure".to_owned(),
            from: String::new(),
            links: vec![BookingId(1)],
            id: NotificationId(1),
            copy: 0,
            booked_at: Some(at(0)),
            starts_at: at(3_000),
            state,
            reason,
            revision: minutes,
            held: false,
            released: false,
            edited: false,
            gap_at: None,
            due_at: at(minutes) + TimeDelta::seconds(30),
            lease_until: None,
            text: "Ждём вас".to_owned(),
            phone: "+79164512300".to_owned(),
            cancel_asked: false,
        }
    }

    /// What is said when the last line comes after the others.
    fn said(mut lines: Vec<Line>) -> Vec<String> {
        for index in 1..lines.len() {
            lines[index].from = lines[index - 1].state.as_str().to_owned();
        }
        let last = lines.len() - 1;
        let span = Span { up_to: i64::MAX, from: lines[last].at, until: lines[last].at };
        let mut known = Reference::default();
        known.past.entry(BookingId(1)).or_default();
        broken(&lines, last, &known, span, TimeDelta::zero())
    }

    fn queued(minutes: i64) -> Line {
        line(minutes, State::Queued, Reason::None)
    }

    fn cancelled(minutes: i64) -> Line {
        line(minutes, State::Cancelled, Reason::InYclients)
    }

    #[test]
    fn what_nobody_touched_comes_back_with_a_window() {
        assert!(said(vec![queued(1), cancelled(2), queued(3)]).is_empty());
        let due = Line { due_at: at(2), ..queued(3) };
        assert_eq!(said(vec![queued(1), cancelled(2), due]).len(), 1);
    }

    #[test]
    fn what_a_person_ended_or_the_gateway_took_stays() {
        let by_person = line(2, State::Cancelled, Reason::ByPerson);
        assert!(!said(vec![queued(1), by_person, queued(3)]).is_empty());
        let accepted = line(2, State::Accepted, Reason::None);
        assert!(!said(vec![queued(1), accepted, queued(3)]).is_empty());
    }

    #[test]
    fn what_was_held_comes_back_held_or_waits() {
        let held = |minutes| Line { held: true, ..queued(minutes) };
        assert!(!said(vec![held(1), cancelled(2), queued(3)]).is_empty());
        assert!(said(vec![held(1), cancelled(2), held(3)]).is_empty());
        let again = line(900, State::Waiting, Reason::Again);
        assert!(said(vec![held(1), cancelled(2), again]).is_empty());
    }

    #[test]
    fn a_persons_words_come_back_as_they_are() {
        let own = |line: Line| Line { edited: true, text: "Свои слова".to_owned(), ..line };
        assert!(!said(vec![own(queued(1)), own(cancelled(2)), queued(3)]).is_empty());
        let asks = own(line(3, State::Waiting, Reason::ChangedAfterEdit));
        assert!(said(vec![own(queued(1)), own(cancelled(2)), asks]).is_empty());
    }

    #[test]
    fn what_waited_or_had_failed_comes_back_so() {
        for (state, reason) in [(State::Waiting, Reason::Late), (State::Failed, Reason::Rejected)] {
            let was = line(1, state, reason);
            assert!(!said(vec![was.clone(), cancelled(2), queued(3)]).is_empty(), "{state}");
            assert!(said(vec![was, cancelled(2), line(3, state, reason)]).is_empty(), "{state}");
        }
        let was = line(1, State::Waiting, Reason::SettingsChanged);
        assert!(said(vec![was, cancelled(2), queued(3)]).is_empty(), "that was no fact of the past");
    }

    #[test]
    fn what_may_have_arrived_or_was_long_ago_asks_a_person() {
        let unknown = line(1, State::Unknown, Reason::NotFound);
        let again = |minutes| line(minutes, State::Waiting, Reason::Again);
        assert!(!said(vec![unknown.clone(), queued(2), cancelled(3), queued(4)]).is_empty());
        assert!(said(vec![unknown, queued(2), cancelled(3), again(4)]).is_empty());
        assert!(said(vec![queued(1), cancelled(2), queued(720)]).is_empty());
        assert!(!said(vec![queued(1), cancelled(2), queued(723)]).is_empty());
        let resent = |minutes| Line { copy: 1, ..queued(minutes) };
        assert!(!said(vec![resent(1), Line { copy: 1, ..cancelled(2) }, resent(3)]).is_empty());
    }

    #[test]
    fn what_was_put_aside_in_the_same_moment_was_never_on_its_way() {
        let held = Line { held: true, ..queued(1) };
        let aside = Line { at: at(3), ..line(4, State::Waiting, Reason::Again) };
        let lines = vec![held, cancelled(2), queued(3), aside];
        let span = Span { up_to: i64::MAX, from: at(3), until: at(3) };
        let mut known = Reference::default();
        known.past.entry(BookingId(1)).or_default();
        let said = broken(&lines, 2, &known, span, TimeDelta::zero());
        assert_eq!(said, ["the audit's lines do not join"], "only what this test leaves out");
    }
}
