//! What a person does from another process while the worker polls and sends.

use engine::notification::State;
use futures::future::join_all;
use scenarios::{Plan, Program, Running, Shop};
use serde_json::Value;
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// Longer than any test: what goes out, goes out by a person's word.
const LONG: u64 = 600_000;

/// Long enough to act in on a busy machine, and short enough to wait for.
const SHORT: u64 = 6_000;

/// A worker with a baseline, and a window of so many milliseconds.
async fn working(window_ms: u64) -> (Shop, Program, Running) {
    let shop = Shop::new(Plan::with_window(window_ms)).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    (shop, program, worker)
}

/// A booking of Anna's in the queue, and the number of its row.
async fn queued(shop: &Shop) -> (i64, String) {
    let booking = shop.book("Анна", ANNA);
    let row = shop.until_state(booking, State::Queued).await;
    (booking, row.id.0.to_string())
}

/// A booking of Anna's whose message is on its way until the fault is cleared.
async fn sending(shop: &Shop) -> (i64, String, u64) {
    let fault = shop.simulator.set_fault(Fault::always(
        Target::gateway("sendMessage"),
        FaultKind::DelayAnswer { milliseconds: 4000 },
    ));
    let booking = shop.book("Анна", ANNA);
    let row = shop.until_state(booking, State::Sending).await;
    (booking, row.id.0.to_string(), fault)
}

#[test]
async fn an_edit_inside_the_window_wins_and_goes_out_byte_for_byte() {
    let (shop, program, worker) = working(SHORT).await;
    let (booking, id) = queued(&shop).await;
    let words = "Ждём вас, *Анна*!\n\n  До встречи ✂️ ";
    let before = shop.about(booking).due_at;
    program.run(["queue", "edit", &id, "--text", words]).await.succeeded();
    assert!(shop.about(booking).due_at > before, "a fresh window");
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.texts(), [words]);
}

#[test]
async fn an_edit_may_come_from_standard_input_and_must_name_the_revision_it_saw() {
    let (shop, program, worker) = working(LONG).await;
    let (booking, id) = queued(&shop).await;
    program
        .run_with_input(["queue", "edit", &id, "--text", "-", "--revision", "1"], "Первые\n")
        .await
        .succeeded();
    let late = program.run(["queue", "edit", &id, "--text", "Вторые", "--revision", "1"]).await;
    late.refused("успело измениться");
    program.run(["queue", "edit", &id, "--text", "  "]).await.refused("Текст пуст");
    program.run(["queue", "send", &id]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.texts(), ["Первые"]);
}

#[test]
async fn a_cancel_inside_the_window_wins_and_restore_brings_it_back() {
    let (shop, program, worker) = working(LONG).await;
    let (booking, id) = queued(&shop).await;
    let cancelled = program.json(["queue", "cancel", &id]).await;
    assert_eq!((&cancelled["state"], &cancelled["reason"]), (&"cancelled".into(), &"by_person".into()));
    shop.until_quiet().await;
    assert!(shop.told().is_empty());
    program.run(["queue", "hold", &id]).await.refused("так сделать нельзя");
    program.run(["queue", "restore", &id]).await.succeeded();
    assert_eq!(shop.about(booking).state, State::Queued);
    program.run(["queue", "send", &id]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_hold_lasts_beyond_the_window_until_it_is_released() {
    let (shop, program, worker) = working(SHORT).await;
    let (booking, id) = queued(&shop).await;
    program.run(["queue", "hold", &id]).await.succeeded();
    let due_at = shop.about(booking).due_at;
    let other = shop.book("Ольга", OLGA);
    shop.until_state(other, State::Read).await;
    shop.until_quiet().await;
    let row = shop.about(booking);
    assert_eq!((row.state, row.held, row.due_at), (State::Queued, true, due_at));
    assert_eq!(shop.told(), [OLGA]);
    let released = program.json(["queue", "release", &id]).await;
    assert_eq!((&released["state"], &released["held"]), (&"queued".into(), &false.into()));
    program.run(["queue", "release", &id]).await.refused("не удержано");
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [OLGA, ANNA]);
}

#[test]
async fn send_does_not_wait_for_the_window_s_end() {
    let (shop, program, worker) = working(LONG).await;
    let (booking, id) = queued(&shop).await;
    program.run(["queue", "send", &id]).await.succeeded();
    let row = shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert!(row.accepted_at.unwrap() - row.enqueued_at < chrono::TimeDelta::minutes(1));
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn after_the_claim_everything_is_refused_with_the_truth() {
    let (shop, program, worker) = working(300).await;
    let (booking, id, _) = sending(&shop).await;
    let text = shop.about(booking).text;
    program.run(["queue", "cancel", &id]).await.refused("Поздно");
    program.run(["queue", "hold", &id]).await.refused("Поздно");
    program.run(["queue", "edit", &id, "--text", "Другое"]).await.refused("Поздно");
    program.run(["queue", "send", &id]).await.refused("Поздно");
    program.run(["queue", "restore", &id]).await.refused("Поздно");
    let row = shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!((row.text, shop.texts()), (text.clone(), vec![text]));
    program.run(["queue", "cancel", &id]).await.refused("Поздно");
}

#[test]
async fn a_cancel_refused_on_the_way_holds_if_the_message_certainly_did_not_leave() {
    let (shop, program, worker) = working(300).await;
    shop.simulator.set_fault(Fault::once(
        Target::gateway("sendMessage"),
        FaultKind::TooManyRequests { with_status: true, retry_after: None },
    ));
    let (booking, id, _) = sending(&shop).await;
    program.run(["queue", "cancel", &id]).await.refused("Поздно");
    shop.until_state(booking, State::Cancelled).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty());
}

#[test]
async fn of_unknown_outcome_a_person_decides() {
    for (word, state, messages) in
        [("arrived", State::Accepted, 0), ("drop", State::Cancelled, 0), ("again", State::Read, 1)]
    {
        let (shop, program, worker) = working(300).await;
        shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), FaultKind::CutBefore));
        let booking = shop.book("Анна", ANNA);
        let id = shop.until_state(booking, State::Unknown).await.id.0.to_string();
        program.run(["queue", "cancel", &id]).await.refused("Неизвестно, дошло ли");
        program.run(["queue", "send", &id]).await.refused("Неизвестно, дошло ли");
        program.run(["queue", "resolve", &id, word]).await.succeeded();
        shop.until_state(booking, state).await;
        shop.until_quiet().await;
        program.run(["queue", "resolve", &id, "again"]).await.refused("");
        worker.end_with("TERM").await.succeeded();
        assert_eq!(shop.told().len(), messages, "{word}");
    }
}

#[test]
async fn what_was_skipped_says_why_and_may_be_sent_all_the_same() {
    let (shop, program, worker) = working(300).await;
    let online = shop.simulator.book(simulator::NewBooking::online("Ольга", OLGA));
    let phoneless = shop.book("Пётр", "");
    shop.until_state(phoneless, State::Skipped).await;
    let rows = program.rows().await;
    let about =
        |booking: i64| rows.iter().find(|row| row["bookings"] == Value::from(vec![booking])).unwrap().clone();
    assert_eq!((&about(online)["state"], &about(online)["reason"]), (&"skipped".into(), &"online".into()));
    assert_eq!(about(phoneless)["reason"], "no_phone");
    let shown = program.run(["queue", "list", "--all"]).await;
    assert!(shown.out.contains("через интернет") && shown.out.contains("нет телефона"), "{}", shown.out);

    program.run(["queue", "send", &about(phoneless)["id"].to_string()]).await.refused("нет телефона");
    program.run(["queue", "send", &about(online)["id"].to_string()]).await.succeeded();
    shop.until_state(online, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [OLGA]);
}

#[test]
async fn a_row_nobody_knows_is_refused() {
    let (_shop, program, worker) = working(300).await;
    for act in ["cancel", "hold", "release", "send", "restore", "resend"] {
        program.run(["queue", act, "4711"]).await.refused("нет");
    }
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn a_pause_holds_everything_back_until_it_is_resumed() {
    let (shop, program, worker) = working(300).await;
    program.run(["pause", "1h"]).await.succeeded();
    let status = program.json(["status"]).await;
    assert!(status["paused"]["until"].is_string(), "{status}");
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    shop.polls_later(8).await;
    assert_eq!(shop.about(booking).state, State::Queued, "past its window, and still here");
    program.run(["resume"]).await.succeeded();
    shop.until_state(booking, State::Read).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(program.json(["status"]).await["paused"], Value::Null);
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn an_import_of_the_bot_s_bookings_stops_their_messages() {
    let (shop, program, worker) = working(LONG).await;
    let first = shop.book("Анна", ANNA);
    let second = shop.book("Ольга", OLGA);
    shop.until_state(first, State::Queued).await;
    shop.until_state(second, State::Queued).await;
    let list = shop.dir().join("bots.txt");
    std::fs::write(&list, format!("# записи бота\n{first}\n")).unwrap();
    let imported = program.json(["bookings", "import", list.to_str().unwrap()]).await;
    assert_eq!(imported["cancelled"], 1, "{imported}");
    program.run_with_input(["bookings", "import", "-"], &format!("[{second}, 77]")).await.succeeded();
    let wrong = program.run_with_input(["bookings", "import", "-"], "12\nтринадцать\n").await;
    wrong.refused("тринадцать");
    assert!(wrong.err.contains('2'), "it names the line: {}", wrong.err);
    // Known before it is made.
    let next = first.max(second) + 1;
    program.run_with_input(["bookings", "import", "-"], &next.to_string()).await.succeeded();
    assert_eq!(shop.book("Пётр", "+79160000003"), next);
    shop.until_state(next, State::Skipped).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert!(shop.told().is_empty());
    let reasons: Vec<&str> = [first, second, next].map(|id| shop.about(id).reason.as_str()).to_vec();
    assert_eq!(reasons, ["bot", "bot", "bot"]);
}

#[test]
async fn many_commands_at_once_get_along_with_the_worker() {
    let (shop, program, worker) = working(LONG).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        let booking = shop.book("Анна", &format!("+7916{number:07}"));
        ids.push(shop.until_state(booking, State::Queued).await.id.0.to_string());
    }
    for act in ["hold", "release", "cancel", "restore", "send"] {
        let all = ids.iter().map(async |id| program.run(["queue", act, id]).await.succeeded());
        let looks = (0..3).map(async |_| program.run(["queue", "list", "--all"]).await.succeeded());
        tokio::join!(join_all(all), join_all(looks));
    }
    shop.until_told(8).await;
    shop.until_quiet().await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told().len(), 8);
}
