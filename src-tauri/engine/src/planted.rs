//! Death and panic at a named point, for the campaigns that kill and trip the program.
//!
//! `BOOKING_MONITOR_DIE_AT=claim` ends the process the first time it gets there,
//! `claim:3` the third time, with no chance to do anything: no destructor, no
//! last write. A random kill seldom hits the few microseconds between a claim
//! and its first byte; this always does. `BOOKING_MONITOR_PANIC_AT` panics there
//! instead, once; each loop has a point of its own name besides.
//!
//! A release build has none of it: there is no such function, and each call is
//! under the same `cfg`. To see it: `strings` of a release executable must not show the variables' names.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::supervision::Part;

/// A point, and how many times it is still passed unharmed.
type Planted = Option<(String, AtomicU64)>;

static DEATH: LazyLock<Planted> = LazyLock::new(|| planted("BOOKING_MONITOR_DIE_AT"));
static PANIC: LazyLock<Planted> = LazyLock::new(|| planted("BOOKING_MONITOR_PANIC_AT"));

/// Enough for a request to be written to a server on the same computer, which is told to answer later.
const WRITTEN: Duration = Duration::from_millis(300);

/// Ends the process, or panics, if this is the point, and the time.
pub fn at(point: &str) {
    if is_now(&DEATH, point) {
        std::process::abort();
    }
    stumble(point);
}

/// The same between the request and its answer, beside the send itself.
pub(crate) async fn on_the_way(point: &str) {
    if is_now(&DEATH, point) {
        tokio::time::sleep(WRITTEN).await;
        std::process::abort();
    }
    if is_now(&PANIC, point) {
        tokio::time::sleep(WRITTEN).await;
        fall();
    }
}

/// At each turn of a loop.
pub fn turn(part: Part) {
    if PANIC.is_some() {
        stumble(part.word());
    }
}

fn stumble(point: &str) {
    if is_now(&PANIC, point) {
        fall();
    }
}

#[expect(clippy::panic, reason = "it is what was asked for")]
fn fall() {
    panic!("planted")
}

fn planted(variable: &str) -> Planted {
    let said = std::env::var(variable).ok()?;
    let (point, time) = said.split_once(':').unwrap_or((&said, "1"));
    Some((point.to_owned(), AtomicU64::new(time.parse().ok()?)))
}

fn is_now(planted: &Planted, point: &str) -> bool {
    let armed = planted.as_ref().filter(|(chosen, _)| chosen == point);
    armed.is_some_and(|(_, left)| left.fetch_sub(1, Ordering::Relaxed) == 1)
}
