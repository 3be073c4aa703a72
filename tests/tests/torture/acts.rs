//! What happens to a shop while its worker runs: clients, staff, people at the desk, servers.

use chrono::TimeDelta;
use engine::clock::Clock as _;
use engine::notification::{Notification, State};
use engine::outbox::{Actor, RequestKind};
use engine::person::Resolution;
use scenarios::{Plan, Shop};
use simulator::{Change, NewBooking, Start};

use crate::booked::{Booked, Facts, Saved, Stretch};
use crate::script::{Act, Word};

/// The shortest window a shop ever has.
pub(crate) const WINDOW: TimeDelta = TimeDelta::milliseconds(250);
const NIGHT: TimeDelta = TimeDelta::minutes(10);
/// Whom the journal's changes meet: those made last, for the others are told already.
const LATEST: usize = 8;

/// A shop, and all that was asked of it.
pub(crate) struct Stage {
    pub(crate) shop: Shop,
    pub(crate) bookings: Vec<Booked>,
    /// When nothing may be claimed.
    pub(crate) pauses: Vec<Stretch>,
    /// The gateway cannot send.
    pub(crate) is_away: bool,
    pub(crate) words: usize,
    /// Numbers given so far.
    numbers: usize,
}

impl Stage {
    pub(crate) fn new(shop: Shop) -> Self {
        let (bookings, pauses) = (Vec::new(), Vec::new());
        Self { shop, bookings, pauses, is_away: false, words: 0, numbers: 0 }
    }

    /// Whether a person has stopped everything.
    pub(crate) fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.until.is_none())
    }

    /// One thing that happens and does not concern the process itself.
    pub(crate) fn play(&mut self, act: &Act) {
        match act {
            Act::Book { days } => days.iter().for_each(|days| self.book(*days)),
            Act::Move { whom, days } => self.change(*whom, Change::start(Start::InDays(*days))),
            Act::Renumber { whom } => {
                let phone = format!("+{}", self.number());
                self.change(*whom, Change::phone(&phone));
            }
            Act::CancelInYclients { whom, deleted: true } => {
                self.change(*whom, Change { deleted: Some(true), ..Change::default() });
            }
            Act::CancelInYclients { whom, .. } => self.change(*whom, Change::attendance(-1)),
            Act::Say { whom, word } => self.say(*whom, *word),
            Act::Pause => self.pause(),
            Act::Resume => self.resume(),
            Act::Settings { delay_ms } => self.settings(*delay_ms),
            Act::Gateway { state } => {
                self.shop.simulator.set_gateway_state(state);
                self.is_away = *state != "authorized";
            }
            Act::Sleep { .. } | Act::Second => {}
        }
    }

    /// In digits, and nobody else's.
    fn number(&mut self) -> String {
        self.numbers += 1;
        format!("7916{:07}", self.numbers)
    }

    fn book(&mut self, days: i64) {
        let phone = self.number();
        let at = self.shop.simulator.now();
        let new = NewBooking::for_client("Анна", &format!("+{phone}")).at(Start::InDays(days));
        let id = self.shop.simulator.book(new);
        let start = self.shop.simulator.booking(id).unwrap().start;
        self.bookings.push(Booked::new(id, phone, start, at));
    }

    fn change(&mut self, whom: usize, change: Change) {
        let from = self.bookings.len().saturating_sub(LATEST);
        let count = self.bookings.len() - from;
        if count == 0 {
            return;
        }
        let booked = &mut self.bookings[from + whom % count];
        if booked.is_cancelled() {
            return;
        }
        let simulator = &self.shop.simulator;
        let before = simulator.now();
        simulator.change(booked.id, change);
        let done = simulator.now();
        let now = simulator.booking(booked.id).unwrap();
        let phone = now.client.unwrap().phone.trim_start_matches('+').to_owned();
        let cancelled = now.deleted || now.attendance < 0;
        booked.change(
            before,
            done,
            Facts { during: Stretch::since(before), start: now.start, phone, cancelled },
        );
    }

    /// A person finds a message to which the word fits, and says it.
    fn say(&mut self, whom: usize, word: Word) {
        let fits = |row: &Notification| match word {
            Word::Cancel => matches!(row.state, State::Queued | State::Sending | State::Waiting),
            Word::Edit(_) | Word::SendNow => matches!(row.state, State::Queued | State::Waiting),
            Word::Hold => row.state == State::Queued && !row.held,
            Word::Release => row.held || row.state == State::Waiting,
            Word::Restore => matches!(row.state, State::Cancelled | State::Skipped),
            Word::Resolve(_) => row.state == State::Unknown,
        };
        let rows: Vec<_> = self.shop.rows().into_iter().filter(fits).collect();
        if let Some(row) = rows.get(whom % rows.len().max(1)) {
            self.words += usize::from(self.say_of(row, word));
        }
    }

    /// Says it of this message. Whether it was answered with done.
    pub(crate) fn say_of(&mut self, row: &Notification, word: Word) -> bool {
        let links = self.shop.outbox.links(row.id).unwrap();
        let booked = self.bookings.iter_mut().find(|booked| links[0].booking.0 == booked.id).unwrap();
        let person = self.shop.person();
        let now = self.shop.clock.now();
        let answer = match word {
            Word::Cancel => person.cancel(row.id, now),
            Word::Edit(number) => person.edit(row.id, None, &format!("Ждём вас, {number}"), now),
            Word::Hold => person.hold(row.id, now),
            Word::Release => person.release(row.id, now),
            Word::SendNow => person.send_now(row.id, now),
            Word::Restore => person.restore(row.id, now),
            Word::Resolve(resolution) => person.resolve(row.id, resolution, now),
        };
        let done = self.shop.clock.now();
        let Ok(row) = answer else {
            booked.wished_away |= word == Word::Cancel;
            return false;
        };
        match word {
            Word::Cancel | Word::Resolve(Resolution::Drop) => booked.stopped = true,
            Word::Hold => {}
            Word::Edit(number) => {
                booked.words.push(Saved { from: now, done, text: format!("Ждём вас, {number}") });
                booked.windows.push(now);
                if row.state == State::Queued {
                    booked.overslept = false;
                }
            }
            Word::SendNow => {
                booked.let_go(now);
                booked.sent_now.push(now);
            }
            Word::Release | Word::Restore => {
                booked.let_go(now);
                booked.windows.push(now);
            }
            Word::Resolve(Resolution::Arrived) => booked.said_to_have_arrived = true,
            Word::Resolve(Resolution::Again) => {
                booked.let_go(now);
                booked.windows.push(now);
                booked.again += 1;
            }
        }
        if booked.stopped || word == Word::Hold {
            booked.barred.push(Stretch::since(done));
        }
        true
    }

    fn pause(&mut self) {
        if !self.is_paused() {
            self.shop.outbox.pause(None, &anna(), self.shop.clock.now()).unwrap();
            self.pauses.push(Stretch::since(self.shop.clock.now()));
        }
    }

    pub(crate) fn resume(&mut self) {
        let now = self.shop.clock.now();
        if let Some(pause) = self.pauses.last_mut().filter(|pause| pause.until.is_none()) {
            pause.until = Some(now);
            self.shop.outbox.resume(&anna(), now).unwrap();
        }
    }

    fn settings(&self, delay_ms: u64) {
        plan(delay_ms).write(&self.shop.simulator, self.shop.dir());
        self.shop.outbox.ask(RequestKind::SettingsChanged, "", self.shop.clock.now()).unwrap();
    }

    /// The computer was off for ten minutes, with what was queued: everything that is remembered of
    /// time lies so much further back. What became due meanwhile must wait for a person.
    pub(crate) fn oversleep(&mut self) {
        let night = NIGHT.num_milliseconds();
        let shift = format!(
            "UPDATE booking_notifications SET due_at = due_at - {night}, enqueued_at = enqueued_at - {night}
                 WHERE state = 'queued';
             UPDATE desk SET alive_at = alive_at - {night};
             UPDATE booking_monitor_state SET last_checked_at = last_checked_at - {night};"
        );
        let file = self.shop.dir().join("booking-monitor.db");
        rusqlite::Connection::open(file).unwrap().execute_batch(&shift).unwrap();
        for booked in self.bookings.iter_mut().filter(|booked| !booked.changed) {
            let row = self.shop.row(booked.id);
            booked.overslept |=
                row.is_some_and(|row| row.state == State::Queued && !row.held && !row.released);
        }
    }
}

fn anna() -> Actor {
    Actor::Person("Анна".to_owned())
}

/// Polls seldom: each reads all that was made in the last five minutes, and with
/// more of them the machine does nothing else.
pub(crate) fn plan(delay_ms: u64) -> Plan {
    Plan { poll_interval_ms: 700, ..Plan::with_window(delay_ms) }
}
