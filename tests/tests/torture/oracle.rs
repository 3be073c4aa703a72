//! What was booked and asked for, against what the gateway took and the queue says.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use engine::notification::{Notification, State};
use scenarios::Shop;
use simulator::TakenMessage;

/// A last check is good for so long, and then the request has to arrive.
const CHECK_HOLDS: TimeDelta = TimeDelta::seconds(13);
/// Later than this after its time nothing goes out by itself.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// A booking, and what was done to it that must show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Booked {
    pub(crate) id: i64,
    /// In digits, and nobody else's.
    pub(crate) phone: String,
    /// Cancelled in YClients.
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
    /// A person was told that it is cancelled.
    pub(crate) stopped: bool,
    /// The words a person was told are saved.
    pub(crate) words: Option<String>,
    /// Its visit was moved, and a move opens the window anew.
    pub(crate) moved: bool,
    /// The desk was off over its time: it must not go out unless a person says so.
    pub(crate) overslept: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rounds: usize,
    pub(crate) bookings: usize,
    pub(crate) told: usize,
    pub(crate) cancelled: usize,
    pub(crate) edited: usize,
    pub(crate) overslept: usize,
    pub(crate) deaths: usize,
    pub(crate) at_points: usize,
    pub(crate) asked: usize,
    pub(crate) twice: usize,
    pub(crate) lost: usize,
    pub(crate) late: usize,
    pub(crate) against: usize,
    /// A line for each wrong booking.
    pub(crate) wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.bookings += other.bookings;
        self.told += other.told;
        self.cancelled += other.cancelled;
        self.edited += other.edited;
        self.overslept += other.overslept;
        self.deaths += other.deaths;
        self.at_points += other.at_points;
        self.asked += other.asked;
        self.twice += other.twice;
        self.lost += other.lost;
        self.late += other.late;
        self.against += other.against;
        self.wrong.extend(other.wrong);
    }

    /// Looks at every booking of a shop where nothing moves any more.
    pub(crate) fn judge(&mut self, shop: &Shop, bookings: &[Booked]) {
        let mut taken: HashMap<String, Vec<TakenMessage>> = HashMap::new();
        for message in shop.simulator.messages() {
            taken.entry(message.phone.clone()).or_default().push(message);
        }
        for booked in bookings {
            self.bookings += 1;
            self.cancelled += usize::from(booked.stopped || booked.cancelled_at.is_some());
            self.edited += usize::from(booked.words.is_some());
            self.overslept += usize::from(booked.overslept);
            let messages = taken.remove(&booked.phone).unwrap_or_default();
            self.told += usize::from(!messages.is_empty());
            self.weigh(booked, &messages, shop.row(booked.id).as_ref());
        }
        for (phone, messages) in taken {
            self.against += 1;
            self.wrong.push(format!("nobody booked for {phone}: {messages:?}"));
        }
    }

    fn weigh(&mut self, booked: &Booked, messages: &[TakenMessage], row: Option<&Notification>) {
        let mut complain = |counter: &mut usize, what: &str| {
            *counter += 1;
            self.wrong.push(format!("{what}: {booked:?} {messages:?} {row:?}"));
        };
        if messages.len() > 1 {
            complain(&mut self.twice, "told twice");
        }
        let Some(row) = row else { return complain(&mut self.lost, "no row") };
        match (messages.first(), row.state) {
            (Some(_), state) if state.is_sent() => {}
            (None, State::Cancelled) if booked.stopped || booked.cancelled_at.is_some() => {}
            (None, State::Skipped) if booked.cancelled_at.is_some() => {}
            (Some(_), _) => complain(&mut self.lost, "the gateway took it, and the queue does not know"),
            (None, _) => complain(&mut self.lost, "never told, and nobody said so"),
        }
        let Some(message) = messages.first() else { return };
        if booked.stopped {
            complain(&mut self.against, "told after a person's cancel was answered with done");
        }
        if booked.cancelled_at.is_some_and(|at| message.at > at + CHECK_HOLDS) {
            complain(&mut self.against, "told after it was cancelled in YClients");
        }
        if booked.words.as_ref().is_some_and(|words| *words != message.text) {
            complain(&mut self.against, "other words than were saved");
        }
        if (booked.overslept || message.at > row.due_at + LATE) && !row.released {
            complain(&mut self.late, "late, and nobody asked for it");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in [
            ("shops", self.rounds),
            ("bookings", self.bookings),
            ("told", self.told),
            ("cancelled", self.cancelled),
            ("edited", self.edited),
            ("overslept", self.overslept),
            ("workers killed", self.deaths),
            ("  at a point", self.at_points),
            ("asked a person", self.asked),
            ("twice", self.twice),
            ("lost", self.lost),
            ("late unasked", self.late),
            ("against a word", self.against),
        ] {
            writeln!(f, "{what:<20}{count:>7}")?;
        }
        Ok(())
    }
}
