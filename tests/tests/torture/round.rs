//! One shop: many short lives of its worker, then one that is left alone, then the verdict.

use std::time::Duration;

use engine::clock::Clock as _;
use engine::notification::State;
use engine::person::Resolution;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::{Plan, Program, Running, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::time::Instant;

use crate::acts;
use crate::oracle::{Booked, Tally};

const WINDOW_MS: u64 = 250;
const POINTS: [&str; 5] = ["last_check", "claim", "request", "answer", "record"];
/// The acts of a shop last so long at most; then a new one is opened.
const AT_MOST: Duration = Duration::from_secs(25);
const PATIENCE: Duration = Duration::from_mins(4);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

pub(crate) async fn play(seed: u64, left: Duration) -> Tally {
    let mut random = StdRng::seed_from_u64(seed);
    let shop = Shop::new(Plan::with_window(WINDOW_MS)).await;
    let program = Program::of(&shop).await;
    let first = program.start(["worker"]);
    shop.baseline().await;
    first.kill().await;

    let mut tally = Tally { rounds: 1, ..Tally::default() };
    let mut bookings = Vec::new();
    let end = Instant::now() + left.min(AT_MOST);
    while Instant::now() < end {
        shop.simulator.clear_faults();
        slow(&shop);
        for _ in 0..random.random_range(0..=2) {
            acts::arm(&shop, &mut random);
        }
        let program = if random.random_bool(0.6) {
            let point = POINTS[random.random_range(0..POINTS.len())];
            let time = random.random_range(1..9);
            program.clone().with("BOOKING_MONITOR_DIE_AT", &format!("{point}:{time}"))
        } else {
            program.clone()
        };
        let worker = program.start(["worker"]);
        tally.at_points += usize::from(live(&shop, &mut random, &mut bookings, worker).await);
        tally.deaths += 1;
        if random.random_bool(0.2) {
            acts::oversleep(&shop, &mut bookings);
        }
    }
    settle(&shop, &program, &bookings, &mut tally).await;
    tally.judge(&shop, &bookings);
    tally
}

/// A gateway that takes its time, before and after it takes a message: random kills then meet one on its way.
fn slow(shop: &Shop) {
    for kind in [FaultKind::Delay { milliseconds: 25 }, FaultKind::DelayAnswer { milliseconds: 40 }] {
        shop.simulator.set_fault(Fault::always(Target::gateway("sendMessage"), kind));
    }
}

/// A worker's life, to its death at a point or by a kill. Whether it was a point.
async fn live(shop: &Shop, random: &mut StdRng, bookings: &mut Vec<Booked>, mut worker: Running) -> bool {
    let until = Instant::now() + Duration::from_millis(random.random_range(1000..9000));
    while Instant::now() < until {
        if !worker.is_running() {
            return true;
        }
        acts::act(shop, random, bookings);
        tokio::time::sleep(Duration::from_millis(random.random_range(10..150))).await;
    }
    worker.kill().await;
    false
}

/// The last worker is left alone; a person answers whatever asks, once what the gateway can tell is known.
async fn settle(shop: &Shop, program: &Program, bookings: &[Booked], tally: &mut Tally) {
    shop.simulator.clear_faults();
    let last = program.start(["worker"]);
    until(shop, "every booking to be known", |shop| {
        bookings.iter().all(|booked| shop.row(booked.id).is_some())
    })
    .await;
    until(shop, "an empty queue", nothing_moves).await;
    until(shop, "the gateway's notifications to be taken", |shop| {
        shop.simulator.notifications_waiting() == 0
    })
    .await;
    let told: Vec<String> = shop.told();
    let (person, now) = (shop.person(), shop.clock.now());
    for row in shop.rows() {
        let asked = match row.state {
            State::Unknown if told.contains(&row.phone) => continue,
            State::Unknown => person.resolve(row.id, Resolution::Again, now),
            State::Queued if row.held => person.release(row.id, now),
            State::Waiting => person.release(row.id, now),
            _ => continue,
        };
        asked.unwrap();
        tally.asked += 1;
    }
    until(shop, "an empty queue", nothing_moves).await;
    shop.polls_later(3).await;
    last.end_with("TERM").await.succeeded();
}

fn nothing_moves(shop: &Shop) -> bool {
    let queued = shop.outbox.in_state(State::Queued).unwrap();
    queued.iter().all(|row| row.held) && shop.outbox.in_state(State::Sending).unwrap().is_empty()
}

/// Looks seldom: many shops share the machine, and a look reads the whole queue.
async fn until(shop: &Shop, what: &str, look: impl Fn(&Shop) -> bool) {
    let started = Instant::now();
    while !look(shop) {
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}\n{}", shop.picture());
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
