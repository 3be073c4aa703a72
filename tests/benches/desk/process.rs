//! The real executable: memory after ten thousand polls, and how soon a command answers.

use std::time::Duration;

use scenarios::{COMPANY, Plan, Program, Shop};
use simulator::{Branch, NewBooking};

use crate::measure::{Report, ms, percentile, private_mb, resident_mb, timed};

/// Branches polled every 100 ms: ten thousand polls take a minute.
const BRANCHES: i64 = 20;
const POLLS: u64 = 10_000;
const CALLS: usize = 60;

fn plan() -> Plan {
    let mut plan = Plan::default();
    for number in 1..BRANCHES {
        let title = format!("Филиал {number}");
        plan.options.branches.push(Branch::new(COMPANY + number, chrono_tz::Europe::Moscow, &title, ""));
    }
    plan
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "The worker",
        "The real executable, 20 branches polled every 100 ms over HTTP, 100 bookings. Commands run beside it, \
         each a process of its own; median of 60.",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::new(plan()).await;
        for _ in 0..100 {
            shop.simulator.book(NewBooking::default());
        }
        let program = Program::of(&shop).await;
        let worker = program.worker().await;
        shop.baseline().await;
        let early = after(&shop, 1_000, worker.id()).await;
        let late = after(&shop, POLLS, worker.id()).await;
        report.note("worker, resident after 1 000 polls", &format!("{early:.1} MB"));
        report.row("worker, resident after 10 000 polls", &format!("{late:.1} MB"), "< 25 MB", late < 25.0);
        report.row(
            "and flat: grown since the first 1 000",
            &format!("{:.1} MB", late - early),
            "< 2 MB",
            late - early < 2.0,
        );
        let own = private_mb(worker.id());
        report.note("of it its own; the rest is the executable's file", &format!("{own:.1} MB"));

        for (what, arguments) in [
            ("queue list --all --json", &["queue", "list", "--all", "--json"][..]),
            ("status --json", &["status", "--json"][..]),
            ("sent", &["sent"][..]),
        ] {
            let mut calls: Vec<Duration> = Vec::new();
            for _ in 0..CALLS {
                let mut command = program.command(["--version"]).into_std();
                let mut command = replaced(&mut command, arguments);
                let (done, took) = timed(|| command.output().unwrap());
                calls.push(took);
                assert!(done.status.success(), "{done:?}");
            }
            let median = percentile(&mut calls, 0.5);
            report.row(
                &format!("a command beside the worker: {what}, median"),
                &ms(median),
                "< 30 ms",
                median < Duration::from_millis(30),
            );
        }
        worker.end_with("TERM").await.succeeded();
    });
}

/// Resident memory once so many listings were asked for.
async fn after(shop: &Shop, polls: u64, worker: u32) -> f64 {
    while shop.simulator.count("records") < polls {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    resident_mb(worker)
}

/// The same program and environment with other arguments.
fn replaced(command: &mut std::process::Command, arguments: &[&str]) -> std::process::Command {
    let mut other = std::process::Command::new(command.get_program());
    other.args(arguments);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}
