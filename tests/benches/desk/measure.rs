//! Figures and how they are printed.

use std::time::Duration;

/// Milliseconds with three digits behind the point.
pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1000.0)
}

/// One row of the table.
pub(crate) fn row(what: &str, measured: &str, goal: &str, holds: bool) {
    println!("{what:<58} {measured:>12} {goal:>12}  {}", if holds { "holds" } else { "MISSED" });
}

/// A row with no goal of its own.
pub(crate) fn note(what: &str, measured: &str) {
    println!("{what:<58} {measured:>12} {:>12}", "");
}

/// The value below which `share` of them lie.
pub(crate) fn percentile(values: &mut [Duration], share: f64) -> Duration {
    values.sort();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((values.len() as f64 * share) as usize).min(values.len() - 1);
    values[index]
}

/// Processor time of this thread so far.
pub(crate) fn thread_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

/// Resident memory of a process, in megabytes of 1024².
pub(crate) fn resident_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
