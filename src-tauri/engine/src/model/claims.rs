//! Whether a message that is claimed and about to leave may: judged by everything
//! that was said and seen, and by the servers' clock. The computer's own may be wrong.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::crowds;
use super::history::{self, Line, has_a_persons_word, is_remake};
use super::reference::{Reference, Told, is_quiet};
use super::world::{World, facts, moscow};
use crate::booking::{Booking, Service};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::fakes::COMPANY;
use crate::notification::{LATE_AFTER, LATE_IN_LINE, Notification, Reason, State};
use crate::outbox::Link;
use crate::person::LEASE;
use crate::settings::Settings;
use crate::visit::VisitFacts;

/// A last check holds for ten seconds from the moment it began to ask, and a second for the
/// way. The message is judged where it begins to leave: however slowly it does is no matter.
const CHECK_HOLDS: Duration = Duration::from_secs(11);

/// The owner of the queue looks once a second whether settings changed.
const SETTINGS_ARE_HEARD: Duration = Duration::from_millis(1_500);

/// At the fourth remake a person is asked.
const REMAKES: usize = 3;

/// What leaves was claimed a moment ago, however long the computer slept in between.
pub(super) fn judge_first_byte(world: &World, claimed: Duration) {
    let since = world.boot().saturating_sub(claimed);
    if since > Duration::from_secs(5) {
        world.inner().reference.violations.push(format!("a message leaves {since:?} after its claim"));
    }
}

/// So long after it was to leave at first a remake asks a person.
const REMAKES_END: TimeDelta = TimeDelta::minutes(10);

pub(super) fn judge_claim(world: &World, instance: &str, phone: &str, text: &str) {
    let mut wrong = Vec::new();
    let sending = world.window.in_state(State::Sending).unwrap();
    if let [row] = sending.as_slice() {
        judge(world, row, instance, (phone, text), &mut wrong);
    } else {
        wrong.push(format!("{} rows are sending while one message leaves", sending.len()));
    }
    let mut inner = world.inner();
    inner.reference.violations.extend(wrong);
}

fn judge(world: &World, row: &Notification, instance: &str, leaves: (&str, &str), wrong: &mut Vec<String>) {
    let (now, slack, monotonic) = (world.server_time(), world.slack(), world.monotonic());
    let mut must = |holds: bool, rule: &str| {
        if !holds {
            wrong.push(format!("{} leaves at {now}: {rule}", row.id));
        }
    };
    must((row.phone.as_str(), row.text.as_str()) == leaves, "not what the row says");
    must(instance == row.instance, "through another account");
    must(
        open_attempts(world, row) == [(leaves.0.into(), leaves.1.into(), row.revision)],
        "its attempt is not recorded",
    );

    let history = history::read(world.window.db());
    let [.., before, claim] = history[&row.id].as_slice() else {
        return must(false, "there is no line before the claim");
    };
    must(claim.what == "claim" && before.state == State::Queued, "it was not claimed from the queue");
    must(!before.held, "it is held");
    let links: Vec<_> =
        world.window.links(row.id).unwrap().into_iter().filter(|link| !link.dropped).collect();
    let told: Vec<Told> = links.iter().map(|link| (link.booking, row.copy)).collect();
    let desk = world.window.desk().unwrap();

    let mut inner = world.inner();
    let settings = inner.settings.clone();
    let known = &inner.reference;
    must(told.iter().all(|told| !known.stopped.contains(told)), "a person said no");
    must(!known.paused && desk.paused(claim.at).is_none(), "sending is paused");
    must(!known.opted_out.contains(&row.phone), "the client opted out");
    must(told.iter().all(|(booking, _)| !known.imported.contains(booking)), "the bot made it");
    let edited_now = known.editors.get(&row.id).is_some_and(|(until, since)| {
        // What ends under it closes it; what comes back has a window of its own.
        let ended = |line: &Line| line.is_ended() && line.at + slack >= *until - LEASE;
        now + slack < *until + TimeDelta::seconds(10)
            && monotonic < *since + Duration::from_secs(40)
            && !history[&row.id].iter().any(ended)
    });
    must(!edited_now, "an editor is open");
    // Rule 10: nothing is claimed by a clock that is wrong and not corrected. What else depends
    // on the time would only say the same.
    let clock_is_right = (claim.at - now).abs() <= slack;
    must(clock_is_right, &format!("the program takes it for {}", claim.at));
    if clock_is_right {
        must(now + slack >= row.due_at, "before its time");
    }
    let let_go = has_a_persons_word(&history[&row.id]);
    // What was changed this moment the program has not heard of yet.
    let heard = known.settings_changed_at.is_none_or(|at| monotonic.saturating_sub(at) > SETTINGS_ARE_HEARD);
    if !let_go {
        must(!heard || settings.enabled, "sending is switched off");
        if clock_is_right && heard {
            judge_time(before, &settings, (now, slack), &mut must);
        }
        judge_remakes(&history[&row.id], slack, &mut must);
        if let Some(crowd) = crowds::of(row.id, &history, known, &inner.bookings) {
            must(false, crowd);
        }
    }
    // A visit by the bot or with a broken character goes by a person's word, and by no other.
    must(let_go || !row.text.contains('\u{FFFD}'), "with a broken character");
    let ids =
        &settings.branches.first().map(|branch| branch.integration_user_ids.clone()).unwrap_or_default();
    let by_bot = |link: &Link| {
        inner.bookings.get(&link.booking).is_some_and(|booking| ids.contains(&booking.created_by))
    };
    // That word is for the visit: another visit that joins it later makes another text, and takes no word back.
    let asked = row.wanted && history[&row.id].iter().any(|line| !line.by_program);
    must(let_go || asked || !heard || !links.iter().any(by_bot), "the bot made it");
    judge_words(known, row, &links, &settings, (now - slack, monotonic), &mut must);
    inner.reference.on_its_way = told;
}

fn open_attempts(world: &World, row: &Notification) -> Vec<(String, String, i64)> {
    let attempts = world.window.db().read(|connection| {
        let mut open = connection.prepare_cached(
            "SELECT phone, text, revision FROM send_attempts WHERE notification_id = ?1 AND outcome = 'open'",
        )?;
        let found = open.query_map([row.id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok::<_, StorageError>(found.collect::<Result<_, _>>()?)
    });
    attempts.unwrap()
}

/// Rule 8: neither late nor in the quiet hours without a person's word.
fn judge_time(
    before: &Line,
    settings: &Settings,
    (now, slack): (DateTime<Utc>, TimeDelta),
    must: &mut impl FnMut(bool, &str),
) {
    let quiet = [-slack, TimeDelta::zero(), slack].iter().all(|by| is_quiet(moscow(now + *by)));
    must(settings.quiet_hours.is_none() || !quiet, "in the quiet hours");
    let limit = if before.reason == Reason::None { LATE_IN_LINE } else { LATE_AFTER };
    must(before.late_by(now) <= limit + slack, "late");
}

/// Rule 15: what is made anew again and again is no message that leaves by itself.
fn judge_remakes(lines: &[Line], slack: TimeDelta, must: &mut impl FnMut(bool, &str)) {
    let since = lines.iter().rposition(|line| !line.by_program).unwrap_or_default();
    let remakes = lines[since..].windows(2).filter(|pair| is_remake(&pair[0], &pair[1])).count();
    must(remakes <= REMAKES, "made anew more than three times");
    // A person who did something to it saw it: from there it counts anew, as the remakes do.
    // What comes back by itself (rule 14) gets a window of its own: the ten minutes are that window's.
    let waited = |pair: &[Line]| pair[0].state == State::Waiting && pair[1].state == State::Queued;
    let back = lines.windows(2).rposition(waited).map_or(since, |index| since.max(index + 1));
    let first = history::first_due_at(&lines[back..]);
    let too_late = |pair: &[Line]| {
        is_remake(&pair[0], &pair[1]) && first.is_some_and(|first| pair[1].at > first + REMAKES_END + slack)
    };
    must(!lines[back..].windows(2).any(too_late), "made anew ten minutes after it was to leave at first");
}

/// Rules 3, 7 and 15: the text is the last a person saved, or what the program makes of the
/// bookings as it saw them last: names, titles, prices and times as they were then.
fn judge_words(
    known: &Reference,
    row: &Notification,
    links: &[Link],
    settings: &Settings,
    (now, monotonic): (DateTime<Utc>, Duration),
    must: &mut impl FnMut(bool, &str),
) {
    let facts = facts();
    let Ok(branch) = Branch::new(settings, COMPANY, &facts) else {
        return must(false, "its branch is not ours");
    };
    let mut visits: Vec<(Booking, VisitFacts)> = Vec::new();
    for link in links {
        let Some((asked, booking)) = known.seen.get(&link.booking) else {
            return must(false, "it was never read again");
        };
        must(monotonic.saturating_sub(*asked) <= CHECK_HOLDS, "it was read too long ago");
        let Some(booking) = booking else { return must(false, "its booking is gone") };
        match branch.writable(booking, row.wanted, now) {
            Ok(facts) => visits.push((booking.clone(), facts)),
            Err(reason) => must(false, &format!("its booking is {reason}")),
        }
    }
    if visits.is_empty() {
        return must(false, "it is about nothing");
    }
    let recipient = |visit: &(Booking, VisitFacts)| (visit.1.client_id, visit.1.phone.clone());
    must(visits.windows(2).all(|pair| recipient(&pair[0]) == recipient(&pair[1])), "for two people");
    let Ok(made) = branch.compose(visits.iter().map(|(_, facts)| facts)) else {
        return must(false, "no text can be made");
    };
    must(row.phone == made.phone, "to another number than was last seen");
    match known.saved.get(&row.id) {
        Some(saved) => must(row.text == *saved, "not in the words that were saved last"),
        None => must(
            row.text == made.text || in_some_order(&branch, &visits, &row.text),
            "not what the last check saw",
        ),
    }
}

/// Whether the text is made of these visits with the services of each in some order: the server gives
/// them in any, which is no change, so a text keeps the one it was made in.
fn in_some_order(branch: &Branch<'_>, visits: &[(Booking, VisitFacts)], text: &str) -> bool {
    let mut arranged: Vec<Vec<VisitFacts>> = vec![Vec::new()];
    for (_, facts) in visits {
        let orders = orders(facts.words.as_ref().map_or(&[], |words| &words.services));
        arranged = arranged
            .iter()
            .flat_map(|before| {
                orders.iter().map(|services| {
                    let mut facts = facts.clone();
                    if let Some(words) = &mut facts.words {
                        words.services.clone_from(services);
                    }
                    before.iter().cloned().chain([facts]).collect()
                })
            })
            .collect();
    }
    arranged.iter().any(|visits| branch.compose(visits).is_ok_and(|made| made.text == text))
}

/// The services in each order there is.
fn orders(services: &[Service]) -> Vec<Vec<Service>> {
    if services.is_empty() {
        return vec![Vec::new()];
    }
    (0..services.len())
        .flat_map(|first| {
            let mut rest = services.to_vec();
            let first = rest.remove(first);
            orders(&rest).into_iter().map(move |rest| [vec![first.clone()], rest].concat())
        })
        .collect()
}
