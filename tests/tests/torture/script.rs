//! What is to happen to a shop: drawn whole from one seed before anything begins,
//! so that a seed means the same acts on a fast machine and on a slow one. Whom an
//! act meets, and when a kill meets it, is the machine's.

use engine::person::Resolution;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use simulator::{Fault, FaultKind, Target};

/// The points of a send, in its order, where a worker can be told to die.
pub(crate) const POINTS: [&str; 5] = ["last_check", "claim", "request", "answer", "record"];
/// Lives of a shop's worker.
const LIVES: usize = 6;

/// One shop's story.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) lives: Vec<Life>,
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
    },
    Move {
        whom: usize,
        days: i64,
    },
    Renumber {
        whom: usize,
    },
    CancelInYclients {
        whom: usize,
        deleted: bool,
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
    /// The worker's process stands still for so many milliseconds.
    Sleep {
        milliseconds: u64,
    },
    /// Somebody starts a second worker beside it.
    Second,
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
        Self { lives: (0..LIVES).map(|_| life(&mut random)).collect() }
    }
}

fn life(random: &mut StdRng) -> Life {
    let dies_at = random
        .random_bool(0.6)
        .then(|| (POINTS[random.random_range(0..POINTS.len())], random.random_range(1..12)));
    let faults = (0..random.random_range(0..=2)).map(|_| fault(random)).collect();
    let mut acts: Vec<_> = (0..random.random_range(6..30)).map(|_| (pause(random), act(random))).collect();
    // What a person or a server stopped goes on before the night.
    for (begin, end) in [
        (Act::Pause, Act::Resume),
        (Act::Gateway { state: "notAuthorized" }, Act::Gateway { state: "authorized" }),
    ] {
        if random.random_bool(0.1) {
            let from = random.random_range(0..acts.len());
            acts.insert(from, (pause(random), begin));
            let until = (from + random.random_range(2..8)).min(acts.len());
            acts.insert(until, (pause(random), end));
        }
    }
    let end = if random.random_bool(0.8) { End::Kill } else { End::Term };
    let night = if random.random_bool(0.2) { Night::Overslept } else { Night::None };
    Life { dies_at, faults, acts, end, night }
}

fn pause(random: &mut StdRng) -> u64 {
    random.random_range(5..90)
}

fn act(random: &mut StdRng) -> Act {
    let whom = random.random_range(0..1000);
    match random.random_range(0..40) {
        0..17 => {
            let count = if random.random_bool(0.2) { 8 } else { random.random_range(1..=3) };
            Act::Book { days: (0..count).map(|_| random.random_range(1..=90)).collect() }
        }
        17..21 => Act::Move { whom, days: random.random_range(1..=90) },
        21..23 => Act::Renumber { whom },
        23..25 => Act::CancelInYclients { whom, deleted: random.random() },
        25..38 => Act::Say { whom, word: word(random) },
        38 => match random.random_range(0..3) {
            0 => Act::Settings { delay_ms: random.random_range(250..400) },
            _ => Act::Sleep { milliseconds: random.random_range(50..900) },
        },
        _ => match random.random_range(0..6) {
            0 => Act::Second,
            _ => Act::Sleep { milliseconds: random.random_range(50..400) },
        },
    }
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
    let kind = match random.random_range(0..8) {
        0 => FaultKind::CutBefore,
        1 | 2 => FaultKind::CutAfter,
        3 => FaultKind::TruncatedJson,
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
