//! Death at a named point of a send, for the crash campaign.
//!
//! `BOOKING_MONITOR_DIE_AT=claim` ends the process the first time it gets there,
//! `claim:3` the third time, with no chance to do anything: no destructor, no
//! last write. A random kill seldom hits the few microseconds between a claim
//! and its first byte; this always does.
//!
//! A release build has none of it: there is no such function, and each call is
//! under the same `cfg`. To see it: `strings` of a release executable must not show the variable's name.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const VARIABLE: &str = "BOOKING_MONITOR_DIE_AT";

/// Where, and how many times the point is still passed unharmed.
static WHERE: LazyLock<Option<(String, AtomicU64)>> = LazyLock::new(|| {
    let said = std::env::var(VARIABLE).ok()?;
    let (point, time) = said.split_once(':').unwrap_or((&said, "1"));
    Some((point.to_owned(), AtomicU64::new(time.parse().ok()?)))
});

/// Enough for a request to be written to a server on the same computer, which is told to answer later.
const WRITTEN: Duration = Duration::from_millis(300);

/// Ends the process if this is the point, and the time.
pub(super) fn at(point: &str) {
    if is_now(point) {
        std::process::abort();
    }
}

/// The same between the request and its answer, beside the send itself.
pub(super) async fn on_the_way(point: &str) {
    if is_now(point) {
        tokio::time::sleep(WRITTEN).await;
        std::process::abort();
    }
}

fn is_now(point: &str) -> bool {
    let armed = WHERE.as_ref().filter(|(chosen, _)| chosen == point);
    armed.is_some_and(|(_, left)| left.fetch_sub(1, Ordering::Relaxed) == 1)
}
