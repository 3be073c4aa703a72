//! The resident program: how soon its icon is in the tray, and what it costs.

use std::fs;
use std::time::{Duration, Instant};

use scenarios::{Plan, Program, Session, Shop};
use tokio::sync::mpsc;
use zbus::{connection, interface};

use crate::measure::{Report, ms, percentile};

const STARTS: usize = 15;
/// After it has polled and read the queue for a while.
const SETTLED: Duration = Duration::from_secs(5);

/// A panel, as far as an icon needs one.
struct Watcher(mpsc::UnboundedSender<Instant>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str) {
        if service.starts_with("org.kde.StatusNotifierItem") {
            let _ = self.0.send(now());
        }
    }
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "The resident program",
        "Tray and worker in one process, on a session bus with a panel that waits for icons.",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::new(Plan::default()).await;
        let session = Session::start().await;
        let program = Program::in_session(shop.dir(), &session);
        program.store_tokens().await;
        let (registered, mut icons) = mpsc::unbounded_channel();
        let _panel = connection::Builder::address(session.bus())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(registered))
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .await
            .unwrap();
        let mut starts: Vec<Duration> = Vec::new();
        let (mut pss, mut watchman) = (0.0, 0.0);
        for number in 1..=STARTS {
            let started = now();
            let running = program.start(["--hidden"]);
            starts.push(icons.recv().await.unwrap() - started);
            shop.baseline().await;
            if number == STARTS {
                tokio::time::sleep(SETTLED).await;
                // The one that was started only watches.
                pss = proportional_mb(shop.outbox.desk().unwrap().owner.unwrap().pid);
                watchman = proportional_mb(running.id());
            }
            running.end_with("TERM").await.succeeded();
        }
        let median = percentile(&mut starts, 0.5);
        let goal = Duration::from_millis(300);
        report.row("resident program, start to tray, median", &ms(median), "< 300 ms", median < goal);
        report.row("resident program with its tray, PSS", &format!("{pss:.1} MB"), "< 30 MB", pss < 30.0);
        let goal = "< 5 MB";
        report.row(
            "the small parent that starts it again, PSS",
            &format!("{watchman:.1} MB"),
            goal,
            watchman < 5.0,
        );
    });
}

/// Proportional set size: shared pages count by their share.
fn proportional_mb(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
    let kilobytes: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
    kilobytes / 1024.0
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn now() -> Instant {
    Instant::now()
}
