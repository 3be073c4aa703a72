//! «Стоп» from a chat that hides its number: `stops` shows it with those who may have written it, a
//! person says whose it is or that it is none, and what waited because of it goes on.

use engine::error::FaultCode;
use engine::notification::{Reason, State};
use engine::settings::Language;
use scenarios::{Plan, Program, Running, Shop};
use serde_json::{Value, json};
use tokio::test;

use super::crash_points::{copy, put_back};

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// A worker that has told both, and to whom an unnamed chat says "stop"; then both book again.
async fn asked_to_stop() -> (Shop, Program, Running, [i64; 2]) {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    for (name, phone) in [("Анна", ANNA), ("Ольга", OLGA)] {
        let told = shop.book(name, phone);
        shop.until_state(told, State::Read).await;
    }
    write(&shop, "777001@lid", "СТОП").await;
    let queued = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
    for booking in queued {
        shop.until_state(booking, State::Waiting).await;
        assert_eq!(shop.fate(booking), (State::Waiting, Reason::StopUnclear));
    }
    (shop, program, worker, queued)
}

/// A text from a chat that shows no number, taken by the worker.
async fn write(shop: &Shop, chat: &str, text: &str) {
    shop.simulator.push_notification(json!({
        "typeWebhook": "incomingMessageReceived", "timestamp": shop.simulator.now().timestamp(),
        "idMessage": format!("IN{chat}"), "senderData": { "chatId": chat, "sender": chat },
        "messageData": { "typeMessage": "textMessage", "textMessageData": { "textMessage": text } },
    }));
    shop.until("it to be taken", |shop| (shop.simulator.notifications_waiting() == 0).then_some(())).await;
}

/// The number of the one line of `stops`.
fn id(wishes: &Value) -> String {
    assert_eq!(wishes.as_array().unwrap().len(), 1, "{wishes}");
    wishes[0]["id"].to_string()
}

#[test]
async fn a_stop_of_nobody_known_is_listed_settled_by_a_person_and_what_waited_goes_on() {
    let (shop, program, worker, [annas, olgas]) = asked_to_stop().await;
    let wishes = program.json(["stops"]).await;
    let id = id(&wishes);
    assert_eq!((&wishes[0]["sure"], &wishes[0]["phone"]), (&json!(true), &json!("")));
    let likely: Vec<&str> =
        wishes[0]["likely"].as_array().unwrap().iter().map(|one| one["phone"].as_str().unwrap()).collect();
    assert_eq!(likely, [OLGA, ANNA], "the latest written to first");
    let shown = program.run(["stops"]).await;
    for word in ["чат не показывает номер", "Анна", "Ольга", "stops of", "stops dismiss"]
    {
        assert!(shown.out.contains(word), "{word}: {}", shown.out);
    }
    for command in ["status", "check"] {
        let done = program.run([command]).await;
        assert!(done.out.contains("booking-monitor stops"), "{command}: {}", done.out);
    }

    program.run(["stops", "of", &id, "не номер"]).await.refused("Ничего не сделано");
    program.run(["stops", "of", &id]).await.refused("Ничего не сделано");
    program.run(["stops", "of", "77", ANNA]).await.refused("Список: booking-monitor stops");
    let settled = program.run(["stops", "of", &id, "8 916 000-00-02"]).await;
    settled.succeeded();
    assert!(settled.out.contains("больше не пишем"), "{settled:?}");
    shop.until_state(olgas, State::Skipped).await;
    shop.until_state(annas, State::Read).await;
    assert_eq!(shop.fate(olgas), (State::Skipped, Reason::OptedOut));
    assert_eq!(program.json(["stops"]).await, json!([]));
    assert!(program.run(["stops"]).await.out.contains("Никто не написал"));
    program.run(["stops", "of", &id, ANNA]).await.refused("о ней уже решено");

    // The chat is known now: its next word needs nobody.
    program.run(["opt-in", OLGA]).await.succeeded();
    write(&shop, "777001@lid", "стоп").await;
    let next = shop.book("Ольга", OLGA);
    shop.until_state(next, State::Skipped).await;
    assert_eq!(program.json(["stops"]).await, json!([]));
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA, OLGA, ANNA]);
}

#[test]
async fn what_is_no_wish_is_dismissed_and_everybody_is_told() {
    let (shop, program, worker, queued) = asked_to_stop().await;
    let id = id(&program.json(["stops"]).await);
    let done = program.json(["stops", "dismiss", &id]).await;
    assert_eq!(done["id"].to_string(), id);
    for booking in queued {
        shop.until_state(booking, State::Read).await;
    }
    program.run(["stops", "dismiss", &id]).await.refused("о ней уже решено");
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told().len(), 4);
}

#[test]
async fn a_text_that_merely_contains_the_word_is_shown_and_keeps_nothing_back() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    shop.simulator.incoming(ANNA, "Анна", "Не пишите мне стоп-слова");
    shop.until("it to be taken", |shop| (shop.simulator.notifications_waiting() == 0).then_some(())).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    let wishes = program.json(["stops"]).await;
    let id = id(&wishes);
    assert_eq!((&wishes[0]["sure"], &wishes[0]["phone"]), (&json!(false), &json!(ANNA)));
    // Whose it is is known: the number may be left out.
    program.run(["stops", "of", &id]).await.succeeded();
    let next = shop.book("Анна", ANNA);
    shop.until_state(next, State::Skipped).await;
    worker.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_copy_put_back_does_not_undo_a_stop_that_was_settled_while_nobody_worked() {
    for act in ["of", "dismiss"] {
        let (shop, program, worker, _) = asked_to_stop().await;
        worker.end_with("TERM").await.succeeded();
        let backup = copy(shop.dir());
        let id = id(&program.json(["stops"]).await);
        let settled = if act == "of" {
            program.run(["stops", "of", &id, OLGA]).await
        } else {
            program.run(["stops", "dismiss", &id]).await
        };
        settled.succeeded();
        put_back(backup.path(), shop.dir());
        let check = program.run(["check"]).await;
        let words = engine::words::fault(FaultCode::StorageRestored, Language::Ru);
        assert!(check.out.contains(words.what), "{act}: {}", check.out);
    }
}
