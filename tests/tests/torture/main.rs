//! The long campaign: shops with real workers that are killed all the time, and
//! an oracle that knows what was booked and what the gateway took.
//!
//! `make torture` runs it for ten minutes; it is too long for `make test`.
//! `TORTURE_SECONDS` and `SEED` say for how long and with which luck. One seed
//! gives the same acts in the same order; when a kill meets them is the machine's.
#![cfg(test)]

mod acts;
mod oracle;
mod round;

use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::luck;
use tokio::time::Instant;

use crate::oracle::Tally;

/// Shops at a time: workers wait for servers more than they calculate.
const LANES: u64 = 8;
const SHORT: u64 = 20;

#[ignore = "minutes long: `make torture` runs it"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_ends_a_worker_nobody_is_told_twice_forgotten_or_told_against_a_person_s_word() {
    let seed = luck::seed();
    let seconds = std::env::var("TORTURE_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SHORT);
    println!("SEED={seed} TORTURE_SECONDS={seconds}");
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds);
    let lanes = (0..LANES).map(|lane| async move {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(lane));
        let mut tally = Tally::default();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return tally;
            }
            tally.add(round::play(random.random(), left).await);
        }
    });
    let mut tally = Tally::default();
    for lane in join_all(lanes).await {
        tally.add(lane);
    }
    println!("{tally}seconds             {:>7}\nseed                {seed}", started.elapsed().as_secs());
    assert!(tally.wrong.is_empty(), "with SEED={seed}:\n{}", tally.wrong.join("\n"));
    assert!(tally.told > 0 && tally.deaths > 0, "the campaign did nothing");
}
