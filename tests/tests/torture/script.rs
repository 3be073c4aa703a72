//! What is to happen to a shop: drawn whole from one seed before anything begins,
//! so that a seed means the same acts on a fast machine and on a slow one. Whom an
//! act meets, and when a kill meets it, is the machine's.

use chrono::TimeDelta;
use engine::person::Resolution;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use simulator::{Fault, FaultKind, Target};

/// The points of a send, in its order, where a worker can be told to die.
pub(crate) const POINTS: [&str; 5] = ["last_check", "claim", "request", "answer", "record"];
/// Who writes the bookings. The second is now and then taken for the bot.
pub(crate) const AUTHOR: i64 = 501;
pub(crate) const SECOND_AUTHOR: i64 = 502;
/// Lives of a shop's worker.
const LIVES: usize = 6;

/// One shop's story.
#[derive(Debug)]
pub(crate) struct Script {
    /// The servers are so far ahead of this computer at the opening: none in most shops, where the two
    /// agree all the time.
    pub(crate) clock: Option<TimeDelta>,
    /// The setting: more new ones within a minute wait for a person.
    pub(crate) burst: usize,
    pub(crate) lives: Vec<Life>,
    /// A user is left wrongly ticked as the bot's.
    pub(crate) ticked_in_the_end: bool,
    /// In this life a second installation works for the shop.
    pub(crate) second: Option<usize>,
}

/// One life of a worker, and what becomes of the computer after it.
#[derive(Debug)]
pub(crate) struct Life {
    /// A named point, and the how manieth time it is met.
    pub(crate) dies_at: Option<(&'static str, u32)>,
    pub(crate) faults: Vec<Fault>,
    /// Each after so many milliseconds.
    pub(crate) acts: Vec<(u64, Act)>,
    pub(crate) end: End,
    pub(crate) night: Night,
}

/// How a life ends that no point has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Kill,
    Term,
}

/// What happens to the data while no worker runs. An older copy of the database
/// put back belongs here too, with what a worker then must do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Night {
    None,
    /// The computer was off for ten minutes, with what was queued.
    Overslept,
}

/// One thing that happens. Numbers choose among those it can happen to.
#[derive(Debug)]
pub(crate) enum Act {
    Book {
        days: Vec<i64>,
        author: i64,
    },
    /// A visit within the hour.
    BookSoon {
        minutes: i64,
    },
    Move {
        whom: usize,
        days: i64,
    },
    Renumber {
        whom: usize,
    },
    /// To the time it had before.
    MoveBack {
        whom: usize,
    },
    CancelInYclients {
        whom: usize,
        deleted: bool,
    },
    /// Marked as come.
    Come {
        whom: usize,
    },
    /// What was cancelled, deleted or marked as come stands again.
    PutRight {
        whom: usize,
        attendance: i64,
    },
    /// Another title, price or name under the same id.
    Catalogue {
        number: u32,
        what: Shown,
    },
    /// A user is ticked as the bot's, or not any more.
    Tick(bool),
    /// YClients takes its time, for so many requests.
    Slow {
        milliseconds: u64,
        times: u32,
    },
    /// The servers' clocks, for good.
    Clock {
        ahead: TimeDelta,
    },
    /// The servers' clocks, for so long.
    Excursion {
        ahead: TimeDelta,
        milliseconds: u64,
    },
    Say {
        whom: usize,
        word: Word,
    },
    Pause,
    Resume,
    /// Another window, in the settings' file.
    Settings {
        delay_ms: u64,
    },
    Gateway {
        state: &'static str,
    },
    /// The account pushes something odd.
    Push(Odd),
    /// The worker's process stands still for so many milliseconds.
    Sleep {
        milliseconds: u64,
    },
    /// Somebody starts a second worker beside it.
    Second,
}

/// What no message of ours has to do with, or nothing can be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    /// A kind that no documentation names.
    UnknownKind,
    /// A word of delivery from a year that no calendar has, on the message that was sent last.
    FarAway,
    /// An echo without a number, a text or an id.
    BlankEcho,
    /// Another program's message to somebody who is in no booking.
    Stranger,
    /// Something a client wrote, and nothing that is to be obeyed.
    Chatter,
    /// Not even the fields that everything has.
    Shapeless,
}

/// What a text shows of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Title,
    Price,
    Master,
}

/// A person's word on one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Cancel,
    Edit(u32),
    Hold,
    Release,
    SendNow,
    Restore,
    Resolve(Resolution),
}

impl Script {
    pub(crate) fn draw(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let clock = random.random_bool(0.3).then(|| {
            let minutes = if random.random_bool(0.4) { 0 } else { away(&mut random) };
            TimeDelta::minutes(minutes)
        });
        let burst = if random.random_bool(0.25) { random.random_range(4..12) } else { 0 };
        let lives = (0..LIVES).map(|_| life(&mut random, clock.is_some())).collect();
        let ticked_in_the_end = random.random_bool(0.2);
        // Drawn last: a seed's other acts stay what they were.
        let second = (random.random_bool(0.18) && clock.is_none()).then(|| random.random_range(0..2));
        let mut script = Self { clock, burst, lives, ticked_in_the_end, second };
        if let Some(life) = second.and_then(|second| script.lives.get_mut(second)) {
            life.is_shared();
        }
        script
    }
}

impl Life {
    /// Two installations see the same all the time: where one is away, only the other could know.
    fn is_shared(&mut self) {
        use Act::{Book, BookSoon, CancelInYclients, Come, Move, MoveBack, Push, PutRight};
        (self.dies_at, self.end, self.night) = (None, End::Term, Night::None);
        self.faults.clear();
        self.acts.retain(|(_, act)| {
            matches!(
                act,
                Book { .. }
                    | BookSoon { .. }
                    | Move { .. }
                    | MoveBack { .. }
                    | CancelInYclients { .. }
                    | Come { .. }
                    | PutRight { .. }
                    | Push(_)
            )
        });
    }
}

fn life(random: &mut StdRng, clock: bool) -> Life {
    let dies_at = random
        .random_bool(0.6)
        .then(|| (POINTS[random.random_range(0..POINTS.len())], random.random_range(1..12)));
    let mut faults: Vec<_> = (0..random.random_range(0..=2)).map(|_| fault(random)).collect();
    // All through this life, what is new is in no answer to "what has changed since".
    if random.random_bool(0.1) {
        let silent = FaultKind::ChangedAfterBlind { bookings: Vec::new() };
        faults.push(Fault::always(Target::yclients("records"), silent));
    }
    let mut acts: Vec<_> = (0..random.random_range(6..30)).map(|_| (pause(random), act(random))).collect();
    // What a person or a server stopped goes on before the night.
    for (often, begin, end) in [
        (0.3, Act::Pause, Act::Resume),
        (0.25, Act::Tick(true), Act::Tick(false)),
        (0.1, Act::Gateway { state: "notAuthorized" }, Act::Gateway { state: "authorized" }),
    ] {
        if random.random_bool(often) {
            let from = random.random_range(0..acts.len());
            acts.insert(from, (pause(random), begin));
            let until = (from + random.random_range(2..8)).min(acts.len());
            acts.insert(until, (pause(random), end));
        }
    }
    if clock && random.random_bool(0.7) {
        let at = random.random_range(0..=acts.len());
        acts.insert(at, (pause(random), turn_of_the_clock(random)));
    }
    let end = if random.random_bool(0.8) { End::Kill } else { End::Term };
    let night = if random.random_bool(0.2) { Night::Overslept } else { Night::None };
    Life { dies_at, faults, acts, end, night }
}

/// So many minutes between two clocks: a wrong zone, or days.
fn away(random: &mut StdRng) -> i64 {
    let minutes = [65, 65, 24 * 60, 3 * 24 * 60][random.random_range(0..4)];
    if random.random() { minutes } else { -minutes }
}

/// For good the servers' clocks go forward alone, as if time had passed: what they stamped before would
/// else lie in their own future, which no server shows. For a while, when nothing is stamped, both ways.
fn turn_of_the_clock(random: &mut StdRng) -> Act {
    let ahead = TimeDelta::minutes(away(random));
    if random.random_bool(0.3) {
        return Act::Clock { ahead: ahead.abs() };
    }
    Act::Excursion { ahead, milliseconds: random.random_range(300..5000) }
}

fn pause(random: &mut StdRng) -> u64 {
    random.random_range(10..260)
}

fn act(random: &mut StdRng) -> Act {
    let whom = random.random_range(0..1000);
    match random.random_range(0..52) {
        0..17 => {
            let count = if random.random_bool(0.2) { 8 } else { random.random_range(1..=3) };
            let author = if random.random_bool(0.3) { SECOND_AUTHOR } else { AUTHOR };
            Act::Book { days: (0..count).map(|_| random.random_range(1..=90)).collect(), author }
        }
        17..20 => Act::Move { whom, days: random.random_range(1..=90) },
        20 => Act::MoveBack { whom },
        21..23 => Act::Renumber { whom },
        23..26 => Act::CancelInYclients { whom, deleted: random.random() },
        26 => Act::Come { whom },
        27..33 => Act::PutRight { whom, attendance: if random.random() { 0 } else { 2 } },
        33 => Act::Catalogue {
            number: random.random_range(100..900),
            what: [Shown::Title, Shown::Price, Shown::Master][random.random_range(0..3)],
        },
        34 => Act::BookSoon {
            minutes: if random.random() { random.random_range(3..12) } else { random.random_range(20..50) },
        },
        35 if random.random_bool(0.4) => {
            let milliseconds = random.random_range(1000..4000);
            Act::Slow { milliseconds, times: random.random_range(1..=3) }
        }
        35..50 => Act::Say { whom, word: word(random) },
        50 => match random.random_range(0..3) {
            0 => Act::Settings { delay_ms: random.random_range(250..400) },
            _ => Act::Sleep { milliseconds: random.random_range(50..900) },
        },
        _ => match random.random_range(0..9) {
            0 => Act::Second,
            1..4 => Act::Push(odd(random)),
            _ => Act::Sleep { milliseconds: random.random_range(50..400) },
        },
    }
}

fn odd(random: &mut StdRng) -> Odd {
    use Odd::{BlankEcho, Chatter, FarAway, Shapeless, Stranger, UnknownKind};
    [UnknownKind, FarAway, BlankEcho, Stranger, Chatter, Shapeless][random.random_range(0..6)]
}

fn word(random: &mut StdRng) -> Word {
    match random.random_range(0..14) {
        0 | 1 => Word::Cancel,
        2 | 3 => Word::Edit(random.random()),
        4 | 5 => Word::Hold,
        6 | 7 => Word::Release,
        8 | 9 => Word::SendNow,
        10 | 11 => Word::Restore,
        _ => Word::Resolve(match random.random_range(0..6) {
            0 => Resolution::Arrived,
            1 => Resolution::Drop,
            _ => Resolution::Again,
        }),
    }
}

/// Something goes wrong at one of the servers, for a request or two.
fn fault(random: &mut StdRng) -> Fault {
    let milliseconds = random.random_range(50..700);
    if random.random_bool(0.1) {
        // What the gateway says where the notification is gone already; here it lies there still, and comes again.
        let body = "Cannot read properties of undefined (reading 'findUnAckedMessage')".to_owned();
        let content_type = "text/plain".to_owned();
        let kind = FaultKind::Status { status: 500, body, content_type, retry_after: None };
        return Fault::times(random.random_range(1..=3), Target::gateway("deleteNotification"), kind);
    }
    let kind = match random.random_range(0..9) {
        0 => FaultKind::CutBefore,
        1 | 2 => FaultKind::CutAfter,
        3 => FaultKind::TruncatedJson,
        8 => return Fault::once(Target::yclients("record"), FaultKind::NotFound),
        4 => FaultKind::Html,
        5 | 6 => FaultKind::DelayAnswer { milliseconds },
        _ => FaultKind::Status {
            status: [500, 502, 429][random.random_range(0..3)],
            body: String::new(),
            content_type: "text/plain".to_owned(),
            retry_after: None,
        },
    };
    let target = match random.random_range(0..10) {
        0 => Target::yclients("records"),
        1 | 2 => Target::yclients("record"),
        3 => Target::gateway("receiveNotification"),
        4 => Target::gateway("deleteNotification"),
        5 => Target::gateway("checkWhatsapp"),
        _ => Target::gateway("sendMessage"),
    };
    let fault = Fault::times(random.random_range(1..=2), target, kind);
    fault.after(random.random_range(0..8))
}

#[test]
fn one_seed_means_the_same_acts() {
    let story = |seed| format!("{:?}", Script::draw(seed));
    assert_eq!(story(13), story(13));
    assert_ne!(story(13), story(14));
}
