//! One shop: some lives of its worker, then one that is left alone, then the verdict.

use std::time::Duration;

use engine::notification::{Reason, State};
use engine::person::Resolution;
use scenarios::{Done, Program, Running, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::time::Instant;

use crate::acts::{self, Stage, WINDOW};
use crate::booked::Stretch;
use crate::elsewhere::Second;
use crate::oracle;
use crate::reasons::false_ones;
use crate::script::{Act, End, Life, Night, Script, Word};
use crate::tally::{Tally, Wrong};

/// So many on their way at most, or a shop's queue outgrows its time.
const BACKLOG: usize = 30;
/// What comes back from a person's word may ask once more.
const ANSWERS: usize = 3;
/// So many of those that wait are let go.
const LET_GO: usize = 15;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// A worker that has polled so often without anything else happening is stuck. The longest pause it may
/// take of itself is a minute.
const POLLS_WITHOUT_PROGRESS: u64 = 400;
/// One that does not even poll.
const SILENCE: Duration = Duration::from_mins(10);

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;

pub(crate) async fn play(seed: u64, end: Instant) -> Tally {
    let script = Script::draw(seed);
    let delay = u64::try_from(WINDOW.num_milliseconds()).unwrap();
    let plan = acts::plan(delay, script.burst);
    let shop = Shop::new(plan.clone()).await;
    shop.simulator.set_clock_offset(script.clock.unwrap_or_default());
    let program = Program::of(&shop).await;
    let first = program.start(["worker"]);
    shop.baseline().await;
    first.kill().await;

    let mut tally = Tally { shops: 1, ..Tally::default() };
    let mut stage = Stage::new(shop, plan, script.clock);
    for (number, life) in script.lives.iter().enumerate() {
        if Instant::now() >= end {
            break;
        }
        let is_shared = script.second == Some(number);
        live(&mut stage, &program, life, is_shared, end, &mut tally).await;
        match life.night {
            Night::None => {}
            Night::Overslept => stage.oversleep(),
        }
    }
    stage.play(&Act::Tick(script.ticked_in_the_end));
    settle(&mut stage, &program, &mut tally).await;
    tally.words = stage.words;
    (tally.pauses, tally.turns) = (stage.pauses.len(), stage.turns.len());
    tally.clock_shops = usize::from(stage.is_wrong_clock);
    oracle::judge(&stage, &mut tally);
    for line in &mut tally.wrong {
        *line = format!("shop {seed}: {line}");
        // Whoever ends a campaign early has what was found so far.
        println!("{line}");
    }
    tally
}

/// A gateway that takes its time, before and after it takes a message: random kills then meet one on its way.
fn slow(shop: &Shop) {
    for kind in [FaultKind::Delay { milliseconds: 25 }, FaultKind::DelayAnswer { milliseconds: 40 }] {
        shop.simulator.set_fault(Fault::always(Target::gateway("sendMessage"), kind));
    }
}

/// A worker's life, to its death at a point or to the end of its acts.
async fn live(
    stage: &mut Stage,
    program: &Program,
    life: &Life,
    is_shared: bool,
    end: Instant,
    tally: &mut Tally,
) {
    stage.shop.simulator.clear_faults();
    slow(&stage.shop);
    for fault in &life.faults {
        stage.shop.simulator.set_fault(fault.clone());
    }
    let mut worker = match life.dies_at {
        Some((point, time)) => {
            program.clone().with("BOOKING_MONITOR_DIE_AT", &format!("{point}:{time}")).start(["worker"])
        }
        None => program.start(["worker"]),
    };
    let beside = if is_shared { Some(begin_second(stage, tally).await) } else { None };
    for (pause, act) in &life.acts {
        if Instant::now() >= end {
            break;
        }
        tokio::time::sleep(Duration::from_millis(*pause)).await;
        match act {
            Act::Sleep { milliseconds } => sleep(&mut worker, *milliseconds, tally).await,
            Act::Excursion { ahead, milliseconds } => {
                stage.turn_clocks(*ahead);
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                stage.turn_clocks(-*ahead);
            }
            Act::Second => second(stage, program, &mut worker, tally).await,
            act => stage.play(act),
        }
        room(stage, &mut worker).await;
    }
    if let Some(second) = beside {
        second.end(stage, &mut worker, tally).await;
        if let Some(beside) = &mut stage.beside {
            beside.until = Some(stage.shop.simulator.now());
        }
    }
    let may_abort = life.dies_at.is_some();
    let in_order = life.end == End::Term && worker.is_running();
    let done = if in_order { worker.end_with("TERM").await } else { worker.kill().await };
    let well = match (done.code, done.signal) {
        (None, Some(SIGABRT)) => {
            tally.at_points += 1;
            may_abort
        }
        (None, Some(SIGKILL)) => {
            tally.killed += 1;
            !in_order
        }
        (code, signal) => {
            tally.ended += 1;
            // Told to end before it was there to listen, it had not begun anything.
            let unborn = signal == Some(SIGTERM) && done.out.is_empty();
            in_order && (code == Some(0) || unborn)
        }
    };
    judge_end(well, &done, tally);
}

async fn begin_second(stage: &mut Stage, tally: &mut Tally) -> Second {
    tally.two += 1;
    stage.beside = Some(Stretch::since(stage.shop.simulator.now()));
    Second::begin(stage).await
}

/// Nothing ends but by what was to end it, and nothing panics.
pub(crate) fn judge_end(well: bool, done: &Done, tally: &mut Tally) {
    if !well || done.err.contains("panicked at") {
        tally.complain(Wrong::Against, &format!("a worker ended of itself: {done:?}"));
    }
}

/// The process stands still, wherever it is.
async fn sleep(worker: &mut Running, milliseconds: u64, tally: &mut Tally) {
    if worker.is_running() {
        worker.signal("STOP").await;
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        worker.signal("CONT").await;
        tally.slept += 1;
    }
}

/// A second worker beside the first goes at once, and says why by its exit code.
async fn second(stage: &Stage, program: &Program, worker: &mut Running, tally: &mut Tally) {
    let owns = |worker: &Running| {
        let owner = stage.shop.outbox.desk().unwrap().owner;
        owner.is_some_and(|owner| owner.pid == worker.id())
    };
    loop {
        if !worker.is_running() {
            return;
        }
        if owns(worker) {
            break;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let mut second = program.start(["worker"]);
    while second.is_running() {
        if !worker.is_running() {
            // The first one died under it: the desk may be the second one's by now.
            second.kill().await;
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let done = second.ended().await;
    if done.code == Some(3) {
        tally.seconds_refused += 1;
    } else if worker.is_running() {
        tally.complain(Wrong::Against, &format!("a second worker was not refused: {done:?}"));
    }
}

/// Waits until the queue has room for more, if anybody empties it.
async fn room(stage: &Stage, worker: &mut Running) {
    let stands = || stage.shop.outbox.desk().unwrap().rival.is_some();
    while !stage.is_paused() && !stage.is_away && !stands() && worker.is_running() {
        let queued = stage.shop.outbox.in_state(State::Queued).unwrap();
        if queued.iter().filter(|row| !row.held).count() < BACKLOG {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The last worker is left alone; a person answers whatever asks, once what the gateway can tell is known.
async fn settle(stage: &mut Stage, program: &Program, tally: &mut Tally) {
    stage.shop.simulator.clear_faults();
    stage.play(&Act::Gateway { state: "authorized" });
    stage.resume();
    let mut last = program.start(["worker"]);
    let mut calm = until(stage, &mut last, |stage| {
        stage.bookings.iter().all(|booked| stage.shop.row(booked.id).is_some())
    })
    .await;
    calm &= is_calm(stage, &mut last).await;
    let rows = stage.shop.rows();
    tally.reasons += rows.iter().filter(|row| row.reason != Reason::None).count();
    for what in false_ones(stage) {
        tally.complain(Wrong::False, &what);
    }
    for _ in 0..ANSWERS {
        if answer(stage) == 0 {
            break;
        }
        calm &= is_calm(stage, &mut last).await;
    }
    if !calm {
        tally.complain(Wrong::Lost, &format!("nothing goes on\n{}", stage.shop.picture()));
    }
    let running = last.is_running();
    let done = if running { last.end_with("TERM").await } else { last.ended().await };
    judge_end(running && done.code == Some(0), &done, tally);
}

/// Nothing moves, all that the gateway tells is known, and some polls have found nothing new.
async fn is_calm(stage: &Stage, worker: &mut Running) -> bool {
    let nothing_is_told = |stage: &Stage| stage.shop.simulator.notifications_waiting() == 0;
    let calm = until(stage, worker, nothing_moves).await && until(stage, worker, nothing_is_told).await;
    let polls = stage.shop.simulator.count("records");
    calm && until(stage, worker, |stage| {
        nothing_moves(stage) && stage.shop.simulator.count("records") > polls + 2
    })
    .await
}

/// A person answers whatever asks: of many that wait, the first are let go and the others cancelled.
/// How many words were said.
fn answer(stage: &mut Stage) -> usize {
    let told: Vec<String> = stage.shop.told();
    let (before, mut let_go) = (stage.words, 0);
    for row in stage.shop.rows() {
        let word = match row.state {
            State::Unknown if told.contains(&row.phone) => continue,
            State::Unknown => Word::Resolve(Resolution::Again),
            State::Queued if row.held => Word::Release,
            // Crossed out: another one has told it.
            State::Waiting if row.reason == Reason::ToldElsewhere => Word::Cancel,
            State::Waiting => {
                let_go += 1;
                if let_go > LET_GO { Word::Cancel } else { Word::Release }
            }
            State::Failed => Word::SendNow,
            _ => continue,
        };
        stage.words += usize::from(stage.say_of(&row, word));
    }
    stage.words - before
}

fn nothing_moves(stage: &Stage) -> bool {
    let outbox = &stage.shop.outbox;
    let queued = outbox.in_state(State::Queued).unwrap();
    queued.iter().all(|row| row.held) && outbox.in_state(State::Sending).unwrap().is_empty()
}

/// Looks until it is so. False when the worker is gone, or works on without getting anywhere: counted in its
/// own polls, so that a slow machine gets as much more time as it is slower.
async fn until(stage: &Stage, worker: &mut Running, look: impl Fn(&Stage) -> bool) -> bool {
    let simulator = &stage.shop.simulator;
    let progress = || {
        (
            stage.shop.outbox.last_event().unwrap(),
            simulator.messages().len(),
            simulator.notifications_waiting(),
        )
    };
    let mut seen = (progress(), simulator.count("records"), Instant::now());
    while !look(stage) {
        let (now, polls) = (progress(), simulator.count("records"));
        if now != seen.0 {
            seen = (now, polls, Instant::now());
        }
        if polls > seen.1 + POLLS_WITHOUT_PROGRESS || seen.2.elapsed() > SILENCE || !worker.is_running() {
            return false;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    true
}
