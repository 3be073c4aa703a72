//! The window: how soon it can be used, how soon it shows what was committed, and what it costs
//! while it is open and once it was closed.
//!
//! How soon is asked of the page itself, by `WebDriver`: a release build lets itself be driven in
//! training alone, so those windows are a training's. What it costs is measured on windows that
//! nobody drives, opened by a click in the tray.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use e2e::{Desk, Process, Screen, close_by_its_cross, main_window, window_of};
use engine::clock::Clock as _;
use engine::db::to_ms;
use engine::outbox::history::{Filter, Query};
use scenarios::tray::{Item, Panel};
use scenarios::{Plan, Running};

use crate::archive;
use crate::measure::{Report, ms, now, percentile, process_cpu, timed};

const STARTS: usize = 9;
const COMMITS: i64 = 30;
const OPENINGS: usize = 10;
const HISTORY: i64 = 100_000;
/// How long memory takes to settle after a window was opened or closed.
const SETTLED: Duration = Duration::from_secs(4);
/// Long enough that the clock's ticks do not matter.
const IDLE: Duration = Duration::from_secs(20);
const BETWEEN_COMMITS: Duration = Duration::from_millis(337);
/// As the resident program starts the window.
const WITHOUT_GL: [(&str, &str); 1] = [("GDK_GL", "disable")];
const OPEN: &str = "Открыть Booking Monitor";
/// Nothing that the benches put into a database has such numbers.
const FIRST_OF_OURS: i64 = 5_000_000;

pub(crate) fn run(report: &mut Report) {
    report.section(
        "The window",
        "Both executables on a display of their own (Xvfb, openbox), a session bus and a panel. From its process's \
         first instant to its first frame with the queue's first row in it, and from a commit of another process to \
         the frame that shows it, as the page's own clock has it; medians. Memory is the proportional share (PSS) of \
         the whole tree of processes; a bare window is a Tauri window of the same size with a page of one word, measured in \
         turn with ours.",
    );
    pages(report);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        soon(report).await;
        long_history(report).await;
        costs(report).await;
    });
}

/// Nothing goes by itself, and nothing is read a second time while it is measured.
fn slow() -> Plan {
    Plan { poll_interval_ms: 600_000, ..Plan::with_window(1_800_000) }
}

/// All that the executable carries for its pages, as small as gzip makes it.
fn pages(report: &mut Report) {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist");
    let (mut all, mut fonts) = (0.0, 0.0);
    for directory in [built.join("assets"), built] {
        for file in fs::read_dir(directory).expect("`make ui` builds it").map(|entry| entry.unwrap().path()) {
            if !file.is_file() {
                continue;
            }
            let gzipped = Command::new("gzip").args(["-9", "--stdout"]).arg(&file).output().unwrap();
            assert!(gzipped.status.success(), "{gzipped:?}");
            let kilobytes = gzipped.stdout.len() as f64 / 1000.0;
            all += kilobytes;
            if file.extension().is_some_and(|ending| ending == "woff2") {
                fonts += kilobytes;
            }
        }
    }
    report.row("the window's pages, gzipped", &format!("{all:.1} KB"), "< 260 KB", all < 260.0);
    report.note("of them fonts", &format!("{fonts:.1} KB"));
}

/// A release build may be driven in training.
async fn driven(desk: &Desk, page: &str) -> Screen {
    let control = desk.shop.simulator.control_url();
    let [without_gl] = WITHOUT_GL;
    Screen::open_with(desk, page, &[("BOOKING_MONITOR_TRAINING", control.as_str()), without_gl]).await
}

async fn soon(report: &mut Report) {
    let (desk, worker) = Desk::at_work(slow()).await;
    let later = to_ms(desk.shop.clock.now()) + 3_600_000;
    archive::queue(desk.shop.dir(), FIRST_OF_OURS, 3, later);

    let mut opened = Vec::new();
    for number in 0..=STARTS {
        let screen = driven(&desk, "queue").await;
        let row = "return document.querySelector('article[data-row]') !== null";
        screen.sees("a row of the queue", row).await;
        let first_frame = "const frame = performance.getEntriesByName('first-contentful-paint')[0];
            return frame ? performance.timeOrigin + frame.startTime : null";
        let shown = screen.ask(first_frame, Vec::new()).await.and_then(|at| at.as_f64());
        let took = shown.expect("it has drawn") - began(screen.process());
        // The first one reads everything from the disk.
        if number > 0 {
            opened.push(Duration::from_secs_f64(took.max(0.0) / 1000.0));
        }
        screen.kill().await;
    }
    let median = percentile(&mut opened, 0.5);
    let goal = Duration::from_millis(700);
    report.row("window, from its start to the queue's first row", &ms(median), "< 700 ms", median < goal);

    let screen = driven(&desk, "queue").await;
    screen.sees("the rows", "return document.querySelectorAll('article[data-row]').length === 3").await;
    let watch = "window.drawn = {};
        new MutationObserver(() => {
            for (const row of document.querySelectorAll('article[data-row]')) {
                const id = row.dataset.row;
                if (id in window.drawn) continue;
                window.drawn[id] = 0;
                requestAnimationFrame(() => setTimeout(() => { window.drawn[id] = Date.now(); }));
            }
        }).observe(document.body, { childList: true, subtree: true });
        return true";
    screen.sees("the page watched", watch).await;
    let mut seen = Vec::new();
    for number in 0..COMMITS {
        let id = archive::queue(desk.shop.dir(), FIRST_OF_OURS + 10 + number, 1, later)[0];
        let committed = to_ms(desk.shop.clock.now());
        let drawn = format!("return (window.drawn['{id}'] ?? 0) > 0");
        screen.sees("the row", &drawn).await;
        let at = screen.ask(&format!("return window.drawn['{id}']"), Vec::new()).await;
        let at = at.and_then(|at| at.as_f64()).unwrap() as i64;
        seen.push(Duration::from_millis(u64::try_from(at - committed).unwrap_or(0)));
        tokio::time::sleep(BETWEEN_COMMITS).await;
    }
    let worst = percentile(&mut seen, 1.0);
    let goal = Duration::from_millis(200);
    report.note("commit to the row on the screen, median", &ms(percentile(&mut seen, 0.5)));
    report.row("commit to the row on the screen, the longest of 30", &ms(worst), "< 200 ms", worst < goal);
    screen.kill().await;
    worker.end_with("TERM").await.succeeded();
}

/// A hundred thousand messages in the week that the history opens with.
async fn long_history(report: &mut Report) {
    let place = tempfile::tempdir().unwrap();
    let week = TimeDelta::days(5);
    let today = engine::clock::SystemClock::new().now();
    archive::fill(place.path(), HISTORY, (to_ms(today - week), week));
    let desk = Desk::in_dir(slow(), place).await;
    let query = Query {
        from: today - TimeDelta::days(30),
        to: today + TimeDelta::days(1),
        filter: Filter::All,
        search: String::new(),
        now: today,
    };
    let mut asked: Vec<Duration> = (0..20)
        .map(|_| {
            let read = || {
                let page = desk.shop.outbox.history(&query, None, 100).unwrap();
                assert_eq!(
                    (page.rows.len(), desk.shop.outbox.history_count(&query).unwrap()),
                    (100, HISTORY)
                );
            };
            timed(read).1
        })
        .collect();
    report
        .note("history of 100 000: its first page and their count, median", &ms(percentile(&mut asked, 0.5)));

    let screen = driven(&desk, "queue").await;
    let open = "const done = arguments[arguments.length - 1];
        const from = performance.now();
        const look = () => document.querySelector('[data-line]');
        const seen = new MutationObserver(() => {
            if (!look()) return;
            seen.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
        });
        seen.observe(document.body, { childList: true, subtree: true });
        location.hash = '#/history';";
    let mut opened = Vec::new();
    for _ in 0..=STARTS {
        screen
            .sees("the queue", "location.hash = '#/queue'; return document.querySelector('.queue') !== null")
            .await;
        let took = screen.told(open, Vec::new()).await.as_f64().unwrap();
        opened.push(Duration::from_secs_f64(took / 1000.0));
    }
    let first = opened.remove(0);
    let median = percentile(&mut opened, 0.5);
    let goal = Duration::from_millis(150);
    report.note("history of 100 000: from the click to its rows, the first time", &ms(first));
    report.row(
        "history of 100 000: from the click to its rows, median",
        &ms(median),
        "< 150 ms",
        median < goal,
    );
    screen.kill().await;
}

async fn costs(report: &mut Report) {
    let desk = Desk::new(slow()).await;
    // It would open a window by itself while something counts down.
    let mut settings =
        fs::OpenOptions::new().append(true).open(desk.shop.dir().join(engine::settings::FILE_NAME)).unwrap();
    settings.write_all(b"\n[window]\nsmall_window = false\n").unwrap();
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start(["--hidden"]);
    let tray = panel.item().await;
    desk.shop.baseline().await;
    tokio::time::sleep(SETTLED).await;
    let resident = Process(running.id());
    let goal = "< 30 MB";
    let before = tree_mb(resident);
    report.row("PSS, window never opened", &mb(before), goal, before < 30.0);

    let (mut ours, mut bares, mut alike, mut mapped) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..OPENINGS {
        let (window, took) = open(&running, &tray).await;
        mapped.push(took);
        if number % 4 == 0 {
            tokio::time::sleep(SETTLED).await;
            ours.push(tree_mb(window));
        } else {
            // As long as a person needs to close it again.
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        close(window).await;
        if number % 4 == 0 {
            bares.push(bare_mb(&desk, &[]).await);
            alike.push(bare_mb(&desk, &WITHOUT_GL).await);
        }
    }
    report.note("click in the tray to the window on the display, median", &ms(percentile(&mut mapped, 0.5)));
    tokio::time::sleep(SETTLED).await;
    let after = tree_mb(resident);
    report.row("PSS, window closed after ten openings", &mb(after), goal, after < 30.0);
    let (our, bare, alike) = (middle(&mut ours), middle(&mut bares), middle(&mut alike));
    report.note("PSS of a bare Tauri window, as it comes", &mb(bare));
    report.note("PSS of a bare Tauri window without OpenGL, as ours is started", &mb(alike));
    report.note("PSS of our window", &mb(our));
    report.row("and above the bare one as it comes", &mb(our - bare), "≤ 25 MB", our - bare <= 25.0);
    report.note("and above the bare one without OpenGL", &mb(our - alike));

    let closed = idle(resident).await;
    report.row("processor, window closed, nothing waits", &percent(closed), "< 0.2 %", closed < 0.2);
    let (window, _) = open(&running, &tray).await;
    tokio::time::sleep(SETTLED).await;
    report.note("processor, window open, nothing waits", &percent(idle(resident).await));
    archive::queue(desk.shop.dir(), FIRST_OF_OURS, 1, to_ms(desk.shop.clock.now()) + 1_500_000);
    tokio::time::sleep(SETTLED).await;
    report.note("processor, window open, a countdown on the screen", &percent(idle(resident).await));
    close(window).await;
    let counting = idle(resident).await;
    report.row(
        "processor, window closed, a countdown running",
        &percent(counting),
        "< 0.2 %",
        counting < 0.2,
    );
    running.end_with("TERM").await.succeeded();
}

/// The window's process, and how long the display took to have it.
async fn open(running: &Running, tray: &Item) -> (Process, Duration) {
    let clicked = now();
    tray.click(OPEN).await;
    let window = window_of(running).await;
    main_window(window).await;
    (window, now() - clicked)
}

async fn close(window: Process) {
    close_by_its_cross(window).await;
    // Until the program has taken note of it, or the next click in the tray asks this one.
    while Path::new("/proc").join(window.0.to_string()).exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A bare window in the environment ours has, and more of it.
async fn bare_mb(desk: &Desk, environment: &[(&str, &str)]) -> f64 {
    let program = desk.window_executable();
    let mut command = Command::new(program.with_file_name("examples").join("bare"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).env_clear();
    command.envs(environment.iter().copied());
    for (name, value) in desk.on_display().command(["--version"]).as_std().get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let bare = Bare(command.spawn().expect("`make bench` builds it"));
    let process = Process(bare.0.id());
    main_window(process).await;
    tokio::time::sleep(SETTLED).await;
    tree_mb(process)
}

/// The bare window. Dropping it ends it.
struct Bare(Child);

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Share of one processor that a tree of processes uses, in percent.
async fn idle(root: Process) -> f64 {
    let before = tree_cpu(root);
    let started = now();
    tokio::time::sleep(IDLE).await;
    let spent = tree_cpu(root).saturating_sub(before);
    spent.as_secs_f64() / started.elapsed().as_secs_f64() * 100.0
}

fn tree(root: Process) -> impl Iterator<Item = Process> {
    std::iter::once(root).chain(root.descendants())
}

fn tree_cpu(root: Process) -> Duration {
    tree(root).filter(|process| process.lives()).map(|process| process_cpu(process.0)).sum()
}

fn tree_mb(root: Process) -> f64 {
    tree(root).map(|process| proportional_mb(process.0)).sum()
}

/// Proportional set size: shared pages count by their share. Nothing once it has ended.
fn proportional_mb(pid: u32) -> f64 {
    let text = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("smaps_rollup"));
    let kilobytes = text.ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    });
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// When a process began, in milliseconds since 1970; the kernel's ticks are 10 ms.
fn began(process: Process) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.0)).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: f64 = fields.split_whitespace().nth(19).unwrap().parse().unwrap();
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
    to_ms(engine::clock::SystemClock::new().now()) as f64 - (uptime * 1000.0 - ticks * 10.0)
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn mb(value: f64) -> String {
    format!("{value:.1} MB")
}

fn percent(value: f64) -> String {
    format!("{value:.2} %")
}
