//! What happens to a shop while its worker runs: people at the desk, settings, servers.

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::Clock as _;
use engine::notification::{Notification, State};
use engine::outbox::{Actor, RequestKind};
use engine::person::Resolution;
use scenarios::{BOT, Plan, Shop};
use simulator::{Fault, FaultKind, Target};

use crate::booked::{Booked, Saved, Stretch};
use crate::elsewhere::Elsewhere;
use crate::journal::Catalogue;
use crate::pushes;
use crate::script::{Act, SECOND_AUTHOR, Word};

/// The shortest window a shop ever has.
pub(crate) const WINDOW: TimeDelta = TimeDelta::milliseconds(250);
const NIGHT: TimeDelta = TimeDelta::minutes(10);

/// A shop, and all that was asked of it.
pub(crate) struct Stage {
    pub(crate) shop: Shop,
    pub(crate) bookings: Vec<Booked>,
    /// When nothing may be claimed.
    pub(crate) pauses: Vec<Stretch>,
    /// What bookings showed, oldest first; never empty.
    pub(crate) catalogue: Vec<(Stretch, Catalogue)>,
    /// The gateway cannot send.
    pub(crate) is_away: bool,
    pub(crate) words: usize,
    /// The servers' clocks are or were others than this computer's: what the queue says of instants
    /// and what the servers do is then compared no nearer than by seconds.
    pub(crate) is_wrong_clock: bool,
    /// What the servers' clocks showed just after each turn.
    pub(crate) turns: Vec<DateTime<Utc>>,
    /// The settings, as they are.
    pub(crate) plan: Plan,
    /// What a second installation told.
    pub(crate) elsewhere: Elsewhere,
    /// When it worked beside this one.
    pub(crate) beside: Option<Stretch>,
    /// The servers' clocks are so far ahead of this computer's.
    ahead: TimeDelta,
    /// Numbers given so far.
    numbers: usize,
}

impl Stage {
    pub(crate) fn new(shop: Shop, plan: Plan, ahead: Option<TimeDelta>) -> Self {
        let catalogue = vec![(Stretch::since(DateTime::UNIX_EPOCH), Catalogue::default())];
        Self {
            shop,
            bookings: Vec::new(),
            pauses: Vec::new(),
            catalogue,
            is_away: false,
            words: 0,
            is_wrong_clock: ahead.is_some(),
            turns: Vec::new(),
            plan,
            elsewhere: Elsewhere::default(),
            beside: None,
            ahead: ahead.unwrap_or_default(),
            numbers: 0,
        }
    }

    /// Whether a person has stopped everything.
    pub(crate) fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.until.is_none())
    }

    /// What every process of the desk takes for now: this computer's clock, as it is corrected.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.shop.clock.now() + self.shop.outbox.clock().unwrap().difference
    }

    /// Whether a user is ticked as the bot's.
    pub(crate) fn is_bot(&self, author: i64) -> bool {
        self.plan.bots.contains(&author)
    }

    /// One thing that happens and does not concern the process itself.
    pub(crate) fn play(&mut self, act: &Act) {
        match act {
            Act::Say { whom, word } => self.say(*whom, *word),
            Act::Pause => self.pause(),
            Act::Resume => self.resume(),
            Act::Settings { delay_ms } => {
                self.plan.delay_ms = *delay_ms;
                self.write_settings();
            }
            Act::Tick(ticked) => {
                let second = ticked.then_some(SECOND_AUTHOR);
                self.plan.bots = std::iter::once(BOT).chain(second).collect();
                self.write_settings();
            }
            Act::Gateway { state } => {
                self.shop.simulator.set_gateway_state(state);
                self.is_away = *state != "authorized";
            }
            Act::Slow { milliseconds, times } => {
                for endpoint in ["record", "records"] {
                    let kind = FaultKind::Delay { milliseconds: *milliseconds };
                    let fault = Fault::times(*times, Target::yclients(endpoint), kind);
                    self.shop.simulator.set_fault(fault);
                }
            }
            Act::Clock { ahead } => self.turn_clocks(*ahead),
            Act::Push(odd) => {
                let simulator = &self.shop.simulator;
                let latest = simulator.messages().pop().map_or_else(String::new, |message| message.id);
                simulator.push_notification(pushes::body(*odd, &latest, simulator.now()));
            }
            act => self.in_yclients(act),
        }
    }

    /// The servers' clocks go so much further ahead.
    pub(crate) fn turn_clocks(&mut self, by: TimeDelta) {
        self.ahead += by;
        self.shop.simulator.set_clock_offset(self.ahead);
        self.turns.push(self.shop.simulator.now());
    }

    /// In digits, and nobody else's.
    pub(crate) fn number(&mut self) -> String {
        self.numbers += 1;
        format!("7916{:07}", self.numbers)
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
        let person = self.shop.person();
        let now = self.now();
        let answer = match word {
            Word::Cancel => person.cancel(row.id, now),
            Word::Edit(number) => person.edit(row.id, None, &format!("Ждём вас, {number}"), now),
            Word::Hold => person.hold(row.id, now),
            Word::Release => person.release(row.id, now),
            Word::SendNow => person.send_now(row.id, now),
            Word::Restore => person.restore(row.id, now),
            Word::Resolve(resolution) => person.resolve(row.id, resolution, now),
        };
        let done = self.now();
        let booked = self.bookings.iter_mut().find(|booked| links[0].booking.0 == booked.id).unwrap();
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

    pub(crate) fn pause(&mut self) {
        if !self.is_paused() {
            self.shop.outbox.pause(None, &anna(), self.now()).unwrap();
            self.pauses.push(Stretch::since(self.now()));
        }
    }

    pub(crate) fn resume(&mut self) {
        let now = self.now();
        if let Some(pause) = self.pauses.last_mut().filter(|pause| pause.until.is_none()) {
            pause.until = Some(now);
            self.shop.outbox.resume(&anna(), now).unwrap();
        }
    }

    fn write_settings(&self) {
        self.plan.write(&self.shop.simulator, self.shop.dir());
        self.shop.outbox.ask(RequestKind::SettingsChanged, "", self.now()).unwrap();
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

pub(crate) fn anna() -> Actor {
    Actor::Person("Анна".to_owned())
}

/// Polls seldom: each reads all that was made in the last five minutes, and with
/// more of them the machine does nothing else.
pub(crate) fn plan(delay_ms: u64, burst: usize) -> Plan {
    Plan { poll_interval_ms: 700, burst, ..Plan::with_window(delay_ms) }
}
