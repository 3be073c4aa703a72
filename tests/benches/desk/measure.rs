//! Figures: how they are taken, and the report they are written into.

use std::time::{Duration, Instant};

/// One figure, and the goal it has, if it has one.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) goal: String,
    /// None: no goal.
    pub(crate) holds: Option<bool>,
}

/// Rows under one heading.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// How it was measured, in a sentence or two.
    pub(crate) how: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One way of polling.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Way {
    pub(crate) requests: f64,
    pub(crate) kilobytes: f64,
    pub(crate) cpu_ms: f64,
}

/// Everything that was measured. Each row is printed as it comes.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) sections: Vec<Section>,
    /// How much slower each operation is with a million old notifications.
    pub(crate) ratios: Vec<(&'static str, f64)>,
    /// A poll's cost: the naive way, and ours.
    pub(crate) naive: Way,
    pub(crate) ours: Way,
}

impl Report {
    /// The rows that follow stand under this heading.
    pub(crate) fn section(&mut self, title: &'static str, how: &'static str) {
        println!("\n{title}");
        self.sections.push(Section { title, how, rows: Vec::new() });
    }

    /// A figure with a goal.
    pub(crate) fn row(&mut self, what: &str, measured: &str, goal: &str, holds: bool) {
        self.add(what, measured, goal, Some(holds));
    }

    /// A figure without one.
    pub(crate) fn note(&mut self, what: &str, measured: &str) {
        self.add(what, measured, "", None);
    }

    fn add(&mut self, what: &str, measured: &str, goal: &str, holds: Option<bool>) {
        let (what, measured, goal) = (what.to_owned(), measured.to_owned(), goal.to_owned());
        println!("{what:<66} {measured:>14} {goal:>10}  {}", verdict(holds));
        if let Some(section) = self.sections.last_mut() {
            section.rows.push(Row { what, measured, goal, holds });
        }
    }
}

/// A goal's fate in a word; empty where there is no goal.
pub(crate) const fn verdict(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "holds",
        Some(false) => "MISSED",
        None => "",
    }
}

/// Milliseconds with three digits behind the point.
pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1000.0)
}

/// Seconds with one digit behind the point.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// The value below which `share` of them lie.
pub(crate) fn percentile(values: &mut [Duration], share: f64) -> Duration {
    values.sort();
    let index = ((values.len() as f64 * share) as usize).min(values.len() - 1);
    values[index]
}

/// How long something takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = now();
    let done = work();
    (done, started.elapsed())
}

/// Processor time of this thread so far.
pub(crate) fn thread_cpu() -> Duration {
    cpu_of("/proc/thread-self/schedstat")
}

/// Processor time of a process so far, all its threads together.
pub(crate) fn process_cpu(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    threads.map(|thread| cpu_of(thread.unwrap().path().join("schedstat").to_str().unwrap())).sum()
}

/// A thread that has just ended has used nothing more.
fn cpu_of(path: &str) -> Duration {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let spent = text.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse().ok());
    Duration::from_nanos(spent.unwrap_or(0))
}

/// Resident memory of a process, in megabytes of 1024².
pub(crate) fn resident_mb(pid: u32) -> f64 {
    status_mb(pid, "VmRSS:")
}

/// The part of it that is the process's own. The rest are pages of the executable's
/// file, which the system takes back when it needs them.
pub(crate) fn private_mb(pid: u32) -> f64 {
    status_mb(pid, "RssAnon:")
}

fn status_mb(pid: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
