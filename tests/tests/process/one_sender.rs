//! Two installations of one shop, as the people at both desks see it: the one that is stopped says so,
//! and a person's word makes it the one that writes.

use engine::error::FaultCode;
use engine::notification::State;
use engine::settings::Language;
use scenarios::{Plan, Program, Session, Shop};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";
const PETR: &str = "+79160000003";

#[test]
async fn the_second_installation_says_that_there_is_a_first_and_sends_once_a_person_takes_over() {
    let first = Shop::new(Plan::default()).await;
    let program = Program::of(&first).await;
    // The mark goes with the settings that a set-up writes.
    first.simulator.set_gateway_setting("outgoingWebhook", "no".into());
    program.run(["check", "--fix"]).await.succeeded();
    let worker = program.worker().await;
    first.baseline().await;
    let told = first.book("Анна", ANNA);
    first.until_state(told, State::Read).await;
    worker.end_with("TERM").await.succeeded();

    // Another computer, with a keyring of its own.
    let (second, session) = (first.second(&Plan::default()), Session::start().await);
    let other = Program::in_session(second.dir(), &session);
    other.store_tokens().await;
    let words = engine::words::fault(FaultCode::AnotherMonitor, Language::Ru);
    let check = other.run(["check"]).await;
    assert_eq!(check.code, Some(1), "it is told at its set-up: {check:?}");
    assert!(check.out.contains(words.what) && check.out.contains("gateway take-over"), "{}", check.out);

    let worker = other.worker().await;
    second.baseline().await;
    let booking = second.book("Ольга", OLGA);
    second.until("the second to stop", |shop| shop.outbox.desk().unwrap().rival).await;
    second.polls_later(5).await;
    assert_eq!(second.about(booking).state, State::Queued);
    assert_eq!(first.told(), [ANNA]);
    let status = other.run(["status"]).await;
    assert!(status.out.contains(words.what), "{}", status.out);
    assert_eq!(other.json(["status"]).await["another_monitor"]["code"], "another_monitor");

    let taken = other.run(["gateway", "take-over"]).await;
    taken.succeeded();
    assert!(taken.out.contains("аккаунт помечен"), "{taken:?}");
    second.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(first.told(), [ANNA, OLGA]);
    assert!(other.json(["status"]).await["another_monitor"].is_null());
    assert!(!other.run(["check"]).await.out.contains(words.what));

    // The old one, switched on again, finds the account taken, and its status says so.
    let worker = program.worker().await;
    let late = first.book("Пётр", PETR);
    first.until("the first to stop", |shop| shop.outbox.desk().unwrap().rival).await;
    first.polls_later(5).await;
    assert!(program.run(["status"]).await.out.contains(words.what));
    worker.end_with("TERM").await.succeeded();
    assert_eq!(first.about(late).state, State::Queued);
    assert_eq!(first.told(), [ANNA, OLGA]);
}

#[test]
async fn where_another_program_s_words_stand_the_take_over_says_that_nothing_is_marked() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    shop.simulator.set_gateway_setting("webhookUrlToken", "Bearer of the shop's bot".into());
    let taken = program.run(["gateway", "take-over"]).await;
    taken.succeeded();
    assert!(taken.out.contains("Пометить аккаунт не удалось"), "{taken:?}");
    let taken = program.json(["gateway", "take-over"]).await;
    assert_eq!(taken, serde_json::json!({ "taken_over": true, "marked": false }));
    assert_eq!(shop.simulator.count("setSettings"), 0, "what is another program's is left alone");

    shop.simulator.set_gateway_token("another");
    let unasked = program.run(["gateway", "take-over"]).await;
    assert_eq!(unasked.code, Some(0), "the person's word holds here: {unasked:?}");
    assert!(unasked.out.contains("Пометить аккаунт не удалось"), "{unasked:?}");
}
