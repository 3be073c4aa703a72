//! The naive reference: what people said and what the program was shown, and
//! from it alone whether a message may leave.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::history;
use super::world::{World, facts, moscow};
use crate::booking::{Attendance, Booking, BookingId};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::fakes::{BOT, COMPANY};
use crate::notification::{LATE_AFTER, LATE_IN_LINE, Notification, NotificationId, Reason, State};
use crate::settings::Settings;

/// The model's quiet hours, when they are on.
pub(super) const QUIET: [(u32, u32); 2] = [(12, 8), (12, 30)];

/// A booking in one of its copies: what is told once.
pub(super) type Told = (BookingId, i64);

/// What a booking ever was.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    pub created_at: Option<DateTime<Utc>>,
    pub reasons: BTreeSet<Reason>,
    pub earliest_start: Option<NaiveDateTime>,
    pub phones: BTreeSet<String>,
    pub vanished: bool,
}

#[derive(Debug, Default)]
pub(super) struct Reference {
    pub past: BTreeMap<BookingId, Past>,
    /// When the program last read a booking by itself, and what it was shown.
    pub seen: BTreeMap<BookingId, (Duration, Option<Booking>)>,
    /// The last words a person saved.
    pub saved: BTreeMap<NotificationId, String>,
    /// Told by a person not to go, and not let go since.
    pub stopped: BTreeSet<Told>,
    /// An open editor: until when by the wall, and since when.
    pub editors: BTreeMap<NotificationId, (DateTime<Utc>, Duration)>,
    /// A person let a message of unknown outcome go again, so often.
    pub again: BTreeMap<Told, usize>,
    pub reached: BTreeMap<Told, usize>,
    pub paused: bool,
    pub opted_out: BTreeSet<String>,
    pub ever_opted_out: BTreeSet<String>,
    pub imported: BTreeSet<BookingId>,
    pub latest_wall: Option<DateTime<Utc>>,
    /// What the message on its way is about.
    on_its_way: Vec<Told>,
    pub violations: Vec<String>,
}

impl Reference {
    /// Remembers what a booking is.
    pub(super) fn note(&mut self, booking: &Booking) {
        let past = self.past.entry(booking.id).or_default();
        past.created_at = booking.created_at;
        match booking.attendance {
            Attendance::Cancelled => _ = past.reasons.insert(Reason::InYclients),
            Attendance::Came => _ = past.reasons.insert(Reason::Came),
            Attendance::Waiting | Attendance::Confirmed => {}
        }
        if booking.deleted {
            past.reasons.insert(Reason::InYclients);
        }
        if booking.created_by == BOT {
            past.reasons.insert(Reason::Bot);
        }
        if booking.online {
            past.reasons.insert(Reason::Online);
        }
        match &booking.client {
            None => _ = past.reasons.insert(Reason::NoClient),
            Some(client) if client.phone.is_empty() => _ = past.reasons.insert(Reason::NoPhone),
            Some(client) => _ = past.phones.insert(client.phone.clone()),
        }
        past.earliest_start = past.earliest_start.into_iter().chain(booking.starts_local).min();
    }

    /// The message on its way is at the gateway.
    pub(super) fn arrived(&mut self) {
        for told in std::mem::take(&mut self.on_its_way) {
            let reached = self.reached.entry(told).or_default();
            *reached += 1;
            if *reached > 1 + self.again.get(&told).copied().unwrap_or_default() {
                self.violations.push(format!("{told:?} is told twice"));
            }
        }
    }
}

/// Whether a branch's wall clock is in the quiet hours.
pub(super) fn is_quiet(local: NaiveDateTime) -> bool {
    let [from, until] = QUIET.map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
    (from..until).contains(&local.time())
}

/// What is claimed and about to leave, judged by everything that was said and seen.
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

/// What leaves was claimed a moment ago, however long the computer slept in between.
pub(super) fn judge_first_byte(world: &World, claimed: Duration) {
    let since = world.boot().saturating_sub(claimed);
    if since > Duration::from_secs(5) {
        world.inner().reference.violations.push(format!("a message leaves {since:?} after its claim"));
    }
}

fn judge(world: &World, row: &Notification, instance: &str, leaves: (&str, &str), wrong: &mut Vec<String>) {
    let now = world.wall();
    let monotonic = world.monotonic();
    let mut must = |holds: bool, rule: &str| {
        if !holds {
            wrong.push(format!("{} leaves at {now}: {rule}", row.id));
        }
    };
    must((row.phone.as_str(), row.text.as_str()) == leaves, "not what the row says");
    must(instance == row.instance, "through another account");
    let attempts: Vec<(String, String, i64)> = world
        .window
        .db()
        .read(|connection| {
            let mut open = connection.prepare_cached(
                "SELECT phone, text, revision FROM send_attempts WHERE notification_id = ?1 AND outcome = 'open'",
            )?;
            let found = open.query_map([row.id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok::<_, StorageError>(found.collect::<Result<_, _>>()?)
        })
        .unwrap();
    must(
        attempts == [(leaves.0.to_owned(), leaves.1.to_owned(), row.revision)],
        "its attempt is not recorded",
    );

    let history = history::read(world.window.db());
    let [.., before, claim] = history[&row.id].as_slice() else {
        return must(false, "there is no line before the claim");
    };
    must(claim.what == "claim" && before.state == State::Queued, "it was not claimed from the queue");
    must(!before.held, "it is held");
    must(now >= row.due_at, "before its time");
    let desk = world.window.desk().unwrap();
    let links: Vec<_> =
        world.window.links(row.id).unwrap().into_iter().filter(|link| !link.dropped).collect();
    let told: Vec<Told> = links.iter().map(|link| (link.booking, row.copy)).collect();

    let mut inner = world.inner();
    let settings = inner.settings.clone();
    let known = &inner.reference;
    must(told.iter().all(|told| !known.stopped.contains(told)), "a person said no");
    must(!known.paused && desk.paused(now).is_none(), "sending is paused");
    must(!known.opted_out.contains(&row.phone), "the client opted out");
    must(told.iter().all(|(booking, _)| !known.imported.contains(booking)), "the bot made it");
    let edited_now = known.editors.get(&row.id).is_some_and(|(until, since)| {
        now < *until + TimeDelta::seconds(10) && monotonic < *since + Duration::from_secs(40)
    });
    must(!edited_now, "an editor is open");
    if !row.released {
        must(settings.enabled, "sending is switched off");
        must(settings.quiet_hours.is_none() || !is_quiet(moscow(now)), "in the quiet hours");
        let limit = if before.reason == Reason::None { LATE_IN_LINE } else { LATE_AFTER };
        must(before.late_by(now) <= limit, "late");
        if let Some(gap_at) = row.gap_at {
            let of_gap = history.values().filter(|lines| {
                lines.iter().any(|line| line.what == "claim" && !line.released && line.gap_at == Some(gap_at))
            });
            must(of_gap.count() <= 5, "more than five because of one gap");
        }
    }
    judge_words(known, row, &links, &settings, (now, monotonic), &mut must);
    inner.reference.on_its_way = told;
}

/// The text is the last a person saved, or what the program makes of what it saw last.
fn judge_words(
    known: &Reference,
    row: &Notification,
    links: &[crate::outbox::Link],
    settings: &Settings,
    (now, monotonic): (DateTime<Utc>, Duration),
    must: &mut impl FnMut(bool, &str),
) {
    let facts = facts();
    let Ok(branch) = Branch::new(settings, COMPANY, &facts) else {
        return must(false, "its branch is not ours");
    };
    let patience = Duration::from_secs(11) + Duration::from_secs(5) * u32::try_from(links.len()).unwrap();
    let mut visits = Vec::new();
    for link in links {
        let Some((at, booking)) = known.seen.get(&link.booking) else {
            return must(false, "it was never read again");
        };
        must(monotonic.saturating_sub(*at) <= patience, "it was read too long ago");
        let Some(booking) = booking else { return must(false, "its booking is gone") };
        match branch.writable(booking, row.wanted, now) {
            Ok(facts) => visits.push((booking.clone(), facts)),
            Err(reason) => must(false, &format!("its booking is {reason}")),
        }
        must(booking.created_by != BOT, "the bot made it");
    }
    must(!visits.is_empty(), "it is about nothing");
    let recipient = |visit: &(Booking, crate::visit::VisitFacts)| (visit.1.client_id, visit.1.phone.clone());
    must(visits.windows(2).all(|pair| recipient(&pair[0]) == recipient(&pair[1])), "for two people");
    let Ok(made) = branch.compose(visits.iter().map(|(_, facts)| facts)) else {
        return must(false, "no text can be made");
    };
    must(row.phone == made.phone, "to another number than was last seen");
    match known.saved.get(&row.id) {
        Some(saved) => must(row.text == *saved, "not in the words that were saved last"),
        None => must(row.text == made.text, "not what the last check saw"),
    }
}
