//! The program crashes and comes back by itself; what somebody ended stays ended.

use std::time::Duration;

use engine::notification::State;
use scenarios::{Plan, Running};
use tokio::test;
use tokio::time::Instant;

use crate::desktop::{Reception, until, until_gone};

const IRINA: &str = "+79160000001";
/// What stands for the small window where windows cannot be placed.
const COUNTS_DOWN: &str = "Уйдёт само";

/// The process that works, which is not the one that was started.
async fn worker(reception: &Reception) -> u32 {
    let owner = async || reception.shop.outbox.desk().unwrap().owner.map(|owner| owner.pid);
    until("an owner", owner).await
}

async fn kill(signal: &str, pid: u32) {
    let sent = tokio::process::Command::new("kill").args(["-s", signal, &pid.to_string()]).status().await;
    assert!(sent.unwrap().success());
}

/// As a segfault: the fault is there again after Rust's own handler has looked at it and stepped aside.
async fn segfault(pid: u32) {
    let twice = format!("kill -s SEGV {pid} && sleep 0.1 && kill -s SEGV {pid}");
    let sent = tokio::process::Command::new("sh").args(["-c", &twice]).status().await;
    assert!(sent.unwrap().success());
}

/// The next one that works, and how long it took.
async fn until_back(reception: &Reception, crashed: u32) -> (u32, Duration) {
    let since = Instant::now();
    let owner = async || {
        let owner = reception.shop.outbox.desk().unwrap().owner.map(|owner| owner.pid);
        owner.filter(|pid| *pid != crashed)
    };
    (until("the program is back", owner).await, since.elapsed())
}

fn is_there(pid: u32) -> bool {
    std::path::Path::new("/proc").join(pid.to_string()).exists()
}

#[test]
async fn a_segfault_in_mid_countdown_is_over_within_ten_seconds_with_a_fresh_window_and_nothing_told_twice() {
    let reception = Reception::new(Plan::with_window(20_000)).await;
    reception.install_window();
    let (mut running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    let booking = reception.shop.book("Ирина", IRINA);
    item.until_label("1 ждёт").await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let before = reception.shop.about(booking);
    let crashed = worker(&reception).await;
    assert_ne!(crashed, running.id(), "the one that was started only watches");
    segfault(crashed).await;

    let (back, took) = until_back(&reception, crashed).await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(running.is_running(), "whoever started it still has it");
    let fresh = |shop: &scenarios::Shop| Some(shop.about(booking)).filter(|row| row.due_at > before.due_at);
    let row = reception.shop.until("a fresh window", fresh).await;
    assert_eq!((row.id, row.state), (before.id, State::Queued));
    assert!((row.due_at - before.due_at).num_seconds() >= 8, "a full one");
    reception.notices.until("Программа упала и запустилась снова").await;
    let told = async || (reception.notices.with(COUNTS_DOWN).len() == 2).then_some(());
    until("the countdown to be offered again", told).await;
    reception.shop.until_state(booking, State::Read).await;
    reception.shop.until_quiet().await;
    assert_eq!(reception.shop.told(), [IRINA]);
    running.end_with("TERM").await.succeeded();
    until_gone(&back.to_string()).await;
}

#[test]
async fn it_comes_back_three_times_in_five_minutes_and_the_fourth_time_it_says_that_it_does_not() {
    let reception = Reception::new(Plan::default()).await;
    let (running, _panel, _item) = reception.hidden().await;
    let mut pid = worker(&reception).await;
    for signal in ["KILL", "ABRT", "SEGV"] {
        if signal == "SEGV" {
            segfault(pid).await;
        } else {
            kill(signal, pid).await;
        }
        let (back, took) = until_back(&reception, pid).await;
        assert!(took < Duration::from_secs(10), "{signal}: {took:?}");
        pid = back;
    }
    kill("KILL", pid).await;
    let done = running.ended().await;
    assert_eq!(done.code, Some(128 + 9), "{done:?}");
    reception.notices.until("Booking Monitor не работает").await;
}

/// What ends it is passed on: both processes are gone, and nothing comes back.
async fn both_end(reception: &Reception, running: Running, pid: u32) {
    running.ended().await.succeeded();
    until_gone(&pid.to_string()).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(reception.shop.outbox.desk().unwrap().owner.is_none(), "it left in order, and stays away");
}

#[test]
async fn after_quit_and_after_a_signal_to_either_process_it_stays_away() {
    let reception = Reception::new(Plan::default()).await;
    for how in ["quit", "TERM to the watchman", "TERM to the program"] {
        let (running, panel, _item) = reception.hidden().await;
        let pid = worker(&reception).await;
        match how {
            "quit" => reception.program.run(["quit"]).await.succeeded(),
            "TERM to the watchman" => running.signal("TERM").await,
            _ => kill("TERM", pid).await,
        }
        both_end(&reception, running, pid).await;
        drop(panel);
    }
}

#[test]
async fn killing_the_watchman_ends_the_program_in_order() {
    let reception = Reception::new(Plan::default()).await;
    let (running, _panel, _item) = reception.hidden().await;
    let pid = worker(&reception).await;
    running.kill().await;
    until_gone(&pid.to_string()).await;
    assert!(reception.shop.outbox.desk().unwrap().owner.is_none());
}

#[test]
async fn what_a_crash_brings_back_after_an_update_is_the_new_version() {
    let reception = Reception::new(Plan::default()).await;
    let (running, _panel, _item) = reception.hidden().await;
    let pid = worker(&reception).await;
    let since = reception.shop.outbox.desk().unwrap().owner.unwrap().since;
    reception.update();
    let renewed = async || {
        let owner = reception.shop.outbox.desk().unwrap().owner;
        owner.filter(|owner| owner.since > since)
    };
    let owner = until("the new version", renewed).await;
    assert_eq!(owner.pid, pid, "in the same process");
    segfault(pid).await;
    let (back, _) = until_back(&reception, pid).await;
    let place = std::fs::read_link(format!("/proc/{back}/exe"));
    // Nobody may look into the program; then its place is not shown either.
    if let Ok(place) = place {
        assert_eq!(place, reception.program.executable());
    }
    assert!(is_there(back));
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn a_worker_does_not_come_back() {
    let reception = Reception::new(Plan::default()).await;
    let worker = reception.program.worker().await;
    let pid = worker.id();
    assert_eq!(reception.shop.outbox.desk().unwrap().owner.unwrap().pid, pid, "there is no one over it");
    segfault(pid).await;
    assert_eq!(worker.ended().await.signal, Some(11));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(reception.program.json(["status"]).await["owner"], serde_json::Value::Null);
}

#[test]
async fn icon_and_menu_begin_anew_after_a_panic_and_the_work_does_not_notice() {
    for part in ["tray", "wakes"] {
        let mut reception = Reception::new(Plan::default()).await;
        reception.program = reception.program.with("BOOKING_MONITOR_PANIC_AT", part);
        let (running, _panel, item) = reception.hidden().await;
        reception.shop.baseline().await;
        reception.notices.until("В программе случился сбой").await;
        let booking = reception.shop.book("Ирина", IRINA);
        reception.shop.until_state(booking, State::Read).await;
        item.until_label("Последний опрос").await;
        assert_eq!(reception.shop.told(), [IRINA], "{part}");
        running.end_with("TERM").await.succeeded();
    }
}

#[test]
async fn a_window_that_crashes_in_mid_countdown_is_offered_again() {
    let reception = Reception::new(Plan::with_window(600_000)).await;
    reception.install_window();
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.click("Открыть Booking Monitor").await;
    let windows = reception.until_windows(1).await;
    let pid: u32 = windows[0].split(' ').next().unwrap().parse().unwrap();
    reception.shop.book("Ирина", IRINA);
    item.until_label("1 ждёт").await;
    // One that does not come up is no window that crashed.
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(reception.notices.with(COUNTS_DOWN).is_empty(), "whoever has the window open sees it there");
    kill("KILL", pid).await;
    reception.notices.until(COUNTS_DOWN).await;
    running.end_with("TERM").await.succeeded();
}
