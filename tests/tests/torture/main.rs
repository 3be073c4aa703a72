//! The long campaign: shops with real workers that are killed all the time, and
//! an oracle that knows what was booked and what the gateway took.
//!
//! `make test` runs it for less than a minute, `make torture` for ten.
//! `TORTURE_SECONDS` and `SEED` say for how long and with which luck. One seed
//! gives the same acts in the same order; when a kill meets them is the machine's.
//! `TORTURE_SHOP` plays one shop of a campaign alone.
#![cfg(test)]

mod acts;
mod booked;
mod elsewhere;
mod journal;
mod oracle;
mod pushes;
mod reasons;
mod round;
mod script;
mod tally;

use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::luck;
use tokio::time::Instant;

use crate::tally::Tally;

/// Shops at a time: workers wait for servers more than they calculate.
const LANES: u64 = 8;
/// Begun lives are brought to their end: half as much again.
const SHORT: u64 = 60;
/// Everybody's short run plays the same shops, so that a change is judged and not its luck; whoever asks
/// for more, or for a seed, gets new ones.
const SHORT_SEED: u64 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_ends_a_worker_nobody_is_told_twice_forgotten_or_told_against_a_person_s_word() {
    let asked = number("TORTURE_SECONDS");
    let given = number("SEED");
    let seed = given.unwrap_or_else(|| if asked.is_some() { luck::seed() } else { SHORT_SEED });
    let seconds = asked.unwrap_or(SHORT);
    println!("SEED={seed} TORTURE_SECONDS={seconds}");
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds);
    let mut tally = Tally::default();
    if let Some(shop) = number("TORTURE_SHOP") {
        tally.add(round::play(shop, end).await);
    } else {
        let mut random = StdRng::seed_from_u64(seed);
        let lanes: Vec<u64> = (0..LANES).map(|_| random.random()).collect();
        for lane in join_all(lanes.into_iter().map(|seed| play(seed, end))).await {
            tally.add(lane);
        }
    }
    println!("{}", tally.table());
    println!("seconds                  {:>7}\nseed                     {seed}", started.elapsed().as_secs());
    let again =
        format!("again: SEED={seed} TORTURE_SECONDS={seconds} make torture (one shop alone: TORTURE_SHOP=…)");
    assert!(tally.wrong.is_empty(), "{} things are wrong, each said above; {again}", tally.wrong.len());
    assert!(tally.told > 0 && tally.deaths() > 0, "the campaign did nothing");
}

/// One shop after the other until the time is over.
async fn play(seed: u64, end: Instant) -> Tally {
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    while Instant::now() < end {
        tally.add(round::play(random.random(), end).await);
    }
    tally
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}
