//! What was booked and asked for, against what the gateway took and the queue says.
//!
//! Each message is weighed by its own claim: what the journal said at the last
//! check before it, what people had been told by then, and no less.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use engine::notification::{Notification, Reason, State};
use rusqlite::Connection;
use scenarios::Shop;
use simulator::{Branch, TakenMessage};

use crate::acts::{Stage, WINDOW};
use crate::booked::{Booked, Stretch};
use crate::journal::Catalogue;
use crate::reasons::{SLACK, false_ones, obstacles};
use crate::tally::{Tally, Wrong};

/// A last check is good for so long.
const CHECK_HOLDS: TimeDelta = TimeDelta::seconds(10);
/// Later than this after its time nothing goes out by itself.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// Within this the program hears of a turn of the servers' clocks.
const HEARD: TimeDelta = TimeDelta::seconds(3);

/// A time that a message was handed over, as the queue remembers it.
struct Attempt {
    claimed: DateTime<Utc>,
    outcome: String,
}

/// Everything the verdict is drawn from.
struct Evidence {
    /// By the gateway's id.
    attempts: HashMap<String, Attempt>,
    /// When each booking was read by itself, oldest first.
    checks: HashMap<i64, Vec<DateTime<Utc>>>,
    /// Requests before this are forgotten.
    remembered: Option<DateTime<Utc>>,
}

/// Looks at every booking of a shop where nothing moves any more.
pub(crate) fn judge(stage: &Stage, tally: &mut Tally) {
    let evidence = Evidence::of(&stage.shop);
    let mut taken: HashMap<String, Vec<TakenMessage>> = HashMap::new();
    for message in stage.shop.simulator.messages() {
        taken.entry(message.phone.clone()).or_default().push(message);
    }
    for booked in &stage.bookings {
        let mut messages = Vec::new();
        for facts in &booked.facts {
            messages.extend(taken.remove(&facts.phone).unwrap_or_default());
        }
        tally.bookings += 1;
        tally.cancelled += usize::from(booked.stopped || booked.is_cancelled());
        tally.edited += usize::from(!booked.words.is_empty());
        tally.moved += usize::from(booked.changed);
        tally.put_right += usize::from(booked.is_put_right());
        tally.overslept += usize::from(booked.overslept);
        tally.told += usize::from(!messages.is_empty());
        // What the second installation told is its own affair, and how many both told is counted there.
        let (messages, by_second) = stage.elsewhere.apart(messages);
        tally.told_elsewhere += usize::from(by_second > 0 && messages.is_empty());
        let row = stage.shop.row(booked.id);
        let mut found = weigh_end(stage, booked, &messages, row.as_ref());
        tally.of_ticked += usize::from(row.as_ref().is_some_and(|row| row.reason == Reason::Bot));
        for message in &messages {
            let weighed = evidence.weigh(stage, booked, message, row.as_ref());
            found.extend(weighed.into_iter().map(|what| (Wrong::Against, what)));
        }
        if let Some(row) = row.as_ref().filter(|row| is_late(stage, booked, &messages, row)) {
            found.push((
                Wrong::Late,
                if row.held { "late and held" } else { "late, and nobody asked for it" },
            ));
        }
        for (wrong, what) in found {
            tally.complain(wrong, &format!("{what}: {booked:?} {messages:?} {row:?}"));
        }
    }
    for (phone, messages) in taken {
        tally.complain(Wrong::Against, &format!("nobody booked for {phone}: {messages:?}"));
    }
    for what in false_ones(stage) {
        tally.complain(Wrong::False, &format!("in the end {what}"));
    }
    for what in unfinished(&stage.shop) {
        tally.complain(Wrong::Lost, &what);
    }
}

/// How often it went out, and whether the queue says what became of it, and why.
fn weigh_end(
    stage: &Stage,
    booked: &Booked,
    messages: &[TakenMessage],
    row: Option<&Notification>,
) -> Vec<(Wrong, &'static str)> {
    let mut found = Vec::new();
    if messages.len() > 1 + booked.again {
        found.push((Wrong::Twice, "told twice"));
    }
    let Some(row) = row else {
        found.push((Wrong::Lost, "no row"));
        return found;
    };
    let booking = stage.shop.simulator.booking(booked.id).unwrap();
    let with_reason = obstacles(stage, &booking, SLACK).contains(&row.reason);
    let stopped = (booked.stopped || booked.wished_away) && row.reason == Reason::ByPerson;
    let said = booked.said_to_have_arrived && row.reason == Reason::ArrivedSaysPerson;
    match (messages.is_empty(), row.state) {
        (false, _) if row.state.is_sent() => {}
        (true, State::Cancelled) if stopped => {}
        (true, State::Cancelled | State::Skipped | State::Expired) if with_reason => {}
        (true, State::Accepted) if said => {}
        (true, _) if row.state.is_sent() => {
            found.push((Wrong::Lost, "shown as sent, and the gateway has none"));
        }
        (false, _) => found.push((Wrong::Lost, "the gateway took it, and the queue does not know")),
        (true, _) => found.push((Wrong::Lost, "never told, and nobody said so")),
    }
    found
}

/// By the servers' time. Nobody can know that a clock was turned before any server has been heard.
fn is_late(stage: &Stage, booked: &Booked, messages: &[TakenMessage], row: &Notification) -> bool {
    let unheard = |at: DateTime<Utc>| stage.turns.iter().any(|turn| *turn <= at && at <= *turn + HEARD);
    let late =
        |message: &TakenMessage| booked.overslept || (message.at > row.due_at + LATE && !unheard(message.at));
    !row.released && messages.iter().any(late)
}

impl Evidence {
    fn of(shop: &Shop) -> Self {
        let connection = open(shop);
        let mut statement = connection
            .prepare("SELECT gateway_id, started_at, outcome FROM send_attempts WHERE gateway_id <> ''")
            .unwrap();
        let attempts = statement
            .query_map([], |row| {
                let claimed = DateTime::from_timestamp_millis(row.get(1)?).unwrap_or_default();
                Ok((row.get(0)?, Attempt { claimed, outcome: row.get(2)? }))
            })
            .unwrap();
        let requests = shop.simulator.requests();
        let remembered = requests.first().filter(|first| first.number > 1).map(|first| first.at);
        let mut checks: HashMap<i64, Vec<DateTime<Utc>>> = HashMap::new();
        for request in requests.iter().filter(|request| request.endpoint == "record") {
            let id = request.path.rsplit('/').next().and_then(|id| id.parse().ok());
            checks.entry(id.unwrap_or_default()).or_default().push(request.at);
        }
        Self { attempts: attempts.map(Result::unwrap).collect(), checks, remembered }
    }

    /// What is wrong with one message.
    fn weigh(
        &self,
        stage: &Stage,
        booked: &Booked,
        message: &TakenMessage,
        row: Option<&Notification>,
    ) -> Vec<&'static str> {
        let Some(attempt) = self.attempts.get(&message.id) else { return vec!["no attempt knows of it"] };
        let claimed = attempt.claimed;
        let mut found = Vec::new();
        if !matches!(attempt.outcome.as_str(), "accepted" | "found") {
            found.push("its attempt is not said to have arrived");
        }
        // While two read them, nobody can tell whose last check was which.
        if stage.is_wrong_clock || stage.beside.is_some_and(|beside| beside.meets(claimed, claimed)) {
            return found;
        }
        if message.at < claimed {
            found.push("it left before its claim");
        }
        if booked.barred.iter().any(|bar| bar.holds(claimed)) {
            found.push("claimed after a person's hold or cancel was answered with done");
        }
        if stage.pauses.iter().any(|pause| pause.holds(claimed)) {
            found.push("claimed in a pause");
        }
        let checks = self.checks.get(&booked.id).map(Vec::as_slice).unwrap_or_default();
        let Some(&checked) = checks.iter().rev().find(|at| **at <= claimed) else {
            if self.remembered.is_none_or(|since| since < claimed - CHECK_HOLDS) {
                found.push("without a last check");
            }
            return found;
        };
        if checked < claimed - CHECK_HOLDS {
            found.push("its last check was too long ago");
        }
        if claimed < booked.not_before(checked, claimed, WINDOW) {
            found.push("before its window's end");
        }
        let seen: Vec<_> = booked.facts.iter().filter(|facts| facts.during.meets(checked, claimed)).collect();
        if seen.iter().all(|facts| facts.cancelled) {
            found.push("cancelled in the journal before its last check");
        }
        if seen.iter().all(|facts| facts.phone != message.phone) {
            found.push("to a number that was no longer the booking's at its last check");
        }
        let words = booked.words_at(claimed);
        let shown = |(during, catalogue): &(Stretch, Catalogue)| {
            during.meets(checked, claimed) && catalogue.stands_in(&message.text)
        };
        if !words.contains(&message.text.as_str()) && !stage.catalogue.iter().any(shown) {
            found.push("it shows a title, a price or a name that was not so at its last check");
        }
        let own = !booked.is_surely_edited(claimed)
            && seen.iter().any(|facts| names(&message.text, facts.start.date(), booked.windows[0]));
        if !own && !words.contains(&message.text.as_str()) {
            found.push(if words.is_empty() {
                "it names another day than the booking had at its last check"
            } else {
                "other words than were saved"
            });
        }
        if row.is_some_and(|row| row.accepted_at.is_none()) {
            found.push("no time of acceptance");
        }
        found
    }
}

/// Whether a text names the day, as Russian does; with its year, if that is not the year of the booking.
fn names(text: &str, day: NaiveDate, booked_at: DateTime<Utc>) -> bool {
    const MONTHS: [&str; 12] = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ];
    let booked_on = booked_at.with_timezone(&Branch::default().zone).date_naive();
    let year =
        if day.year() == booked_on.year() { String::new() } else { format!(" {} года", day.year()) };
    text.contains(&format!(" {} {}{year},", day.day(), MONTHS[day.month0() as usize]))
}

/// What stands in the database and should not, where everything has come to its end.
fn unfinished(shop: &Shop) -> Vec<String> {
    let connection = open(shop);
    let count = |what: &str, condition: &str| {
        let rows: i64 =
            connection.query_row(&format!("SELECT count(*) FROM {condition}"), [], |row| row.get(0)).unwrap();
        (rows > 0).then(|| format!("{rows} {what}\n{}", shop.picture()))
    };
    [
        count("attempts without an end", "send_attempts WHERE outcome = 'open'"),
        count(
            "messages that left the queue without a reason",
            "booking_notifications WHERE reason = ''
             AND state IN ('waiting', 'unknown', 'failed', 'cancelled', 'expired', 'skipped')",
        ),
        count(
            "messages sent without a claim in the audit",
            "send_attempts a WHERE (SELECT count(*) FROM events e WHERE e.what = 'claim'
               AND e.notification_id = a.notification_id)
             <> (SELECT count(*) FROM send_attempts b WHERE b.notification_id = a.notification_id)",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn open(shop: &Shop) -> Connection {
    Connection::open(shop.dir().join("booking-monitor.db")).unwrap()
}
