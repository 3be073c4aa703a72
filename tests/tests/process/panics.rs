//! A worker in which one loop panics: the process goes on, that loop begins anew, and what is due is told
//! once, on time or before a person.

use engine::notification::State;
use scenarios::{Plan, Program, Running, Shop};
use serde_json::Value;
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// A shop whose baseline is read, and a worker on it that panics at this point, once.
async fn stumbling(point: &str) -> (Shop, Program, Running) {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let first = program.worker().await;
    shop.baseline().await;
    first.end_with("TERM").await.succeeded();
    let worker = program.clone().with("BOOKING_MONITOR_PANIC_AT", point).worker().await;
    (shop, program, worker)
}

/// Which parts `status` says have stumbled, and how often.
async fn stumbles(program: &Program) -> Vec<(String, i64)> {
    let status = program.json(["status"]).await;
    let Value::Array(all) = &status["stumbles"] else { panic!("{status}") };
    all.iter().map(|one| (one["part"].as_str().unwrap().to_owned(), one["times"].as_i64().unwrap())).collect()
}

async fn until_stumbled(program: &Program, part: &str) {
    for _ in 0..400 {
        if stumbles(program).await == [(part.to_owned(), 1)] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{part} has not stumbled: {:?}", stumbles(program).await)
}

/// Two clients are told once each, though this loop panics while they are due.
async fn all_are_told_though(point: &str, part: &str) {
    let (shop, program, worker) = stumbling(point).await;
    let bookings = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    until_stumbled(&program, part).await;
    for booking in bookings {
        shop.until_state(booking, State::Read).await;
    }
    let last = shop.book("Вера", "+79160000003");
    shop.until_state(last, State::Read).await;
    shop.until_quiet().await;
    let said = worker.said();
    worker.end_with("TERM").await.succeeded();
    assert_eq!(said.matches("panicked at").count(), 1, "{said}");
    let mut told = shop.told();
    told.sort();
    assert_eq!(told, [ANNA, OLGA, "+79160000003"], "{point}");
}

#[test]
async fn the_polls_of_a_branch_begin_anew() {
    let branch = format!("branch:{}", scenarios::COMPANY);
    all_are_told_though("branch:2", &branch).await;
}

#[test]
async fn the_sender_begins_anew() {
    all_are_told_though("sending:3", "sending").await;
}

#[test]
async fn the_watch_over_the_account_begins_anew() {
    all_are_told_though("account", "account").await;
}

#[test]
async fn the_ear_for_the_gateway_begins_anew() {
    all_are_told_though("receiving:2", "receiving").await;
}

#[test]
async fn what_follows_delivery_begins_anew() {
    all_are_told_though("following:2", "following").await;
}

#[test]
async fn the_inbox_begins_anew() {
    all_are_told_though("inbox:3", "inbox").await;
}

#[test]
async fn what_asks_for_the_time_begins_anew() {
    all_are_told_though("time", "time").await;
}

#[test]
async fn what_lets_go_of_what_is_old_begins_anew() {
    all_are_told_though("retention", "retention").await;
}

#[test]
async fn what_keeps_the_mark_begins_anew() {
    all_are_told_though("keyring", "keyring").await;
}

#[test]
async fn what_holds_the_loops_together_begins_anew() {
    all_are_told_though("desk", "desk").await;
}

#[test]
async fn a_panic_after_the_last_check_costs_nothing_but_a_moment() {
    all_are_told_though("last_check", "sending").await;
}

#[test]
async fn a_panic_between_claim_and_request_is_one_unknown_and_the_others_leave() {
    let (shop, program, worker) = stumbling("claim").await;
    let bookings = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    until_stumbled(&program, "sending").await;
    shop.polls_later(10).await;
    let states = bookings.map(|booking| shop.about(booking).state);
    assert!(states.contains(&State::Unknown) && states.iter().any(|state| state.is_sent()), "{states:?}");
    assert_eq!(shop.told().len(), 1);
    let lost = bookings.into_iter().find(|booking| shop.about(*booking).state == State::Unknown).unwrap();
    let id = shop.about(lost).id.0.to_string();
    program.run(["queue", "resolve", &id, "again"]).await.succeeded();
    shop.until_state(lost, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    let mut told = shop.told();
    told.sort();
    assert_eq!(told, [ANNA, OLGA], "each once, the lost one by a person's word");
}

#[test]
async fn after_a_panic_between_request_and_record_the_echo_says_that_it_arrived() {
    for point in ["request", "answer"] {
        let (shop, program, worker) = stumbling(point).await;
        let late = FaultKind::DelayAnswer { milliseconds: 1000 };
        shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), late));
        let booking = shop.book("Анна", ANNA);
        until_stumbled(&program, "sending").await;
        let row = shop.until_state(booking, State::Read).await;
        shop.until_quiet().await;
        worker.end_with("TERM").await.succeeded();
        assert_eq!(row.gateway_id, shop.simulator.messages()[0].id, "{point}");
        assert_eq!(shop.told(), [ANNA], "{point}");
    }
}

#[test]
async fn a_panic_after_the_record_changes_nothing() {
    all_are_told_though("record", "sending").await;
}
