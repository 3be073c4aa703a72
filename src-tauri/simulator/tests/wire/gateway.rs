//! The gateway's methods, and how it says no.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Delivery, DeliveryStatus, NumberPlan, Options, Outcome, Simulator};

use crate::support::{PATIENCE, gateway, get, http, post, start, start_with};

async fn send(simulator: &Simulator, chat: &str, text: &str) -> String {
    let answer = post(simulator, "sendMessage", json!({ "chatId": chat, "message": text })).await;
    answer["idMessage"].as_str().expect("an id").to_owned()
}

/// Waits until every message taken has this status.
async fn until_all(simulator: &Simulator, status: DeliveryStatus) {
    let all = |simulator: &Simulator| {
        simulator.messages().iter().all(|message| message.status == status).then_some(())
    };
    assert!(simulator.until(PATIENCE, all).await.is_some(), "{:?}", simulator.messages());
}

#[tokio::test]
async fn an_id_looks_like_whatsapps_and_is_never_the_same() {
    let simulator = start().await;
    let first = send(&simulator, "79031112233@c.us", "a").await;
    let second = send(&simulator, "79031112233@c.us", "a").await;
    assert!(first.starts_with("3EB0") && first.len() == 22, "{first}");
    assert_ne!(first, second);
}

#[tokio::test]
async fn who_has_the_wrong_token_instance_or_verb_is_told_in_three_ways() {
    let simulator = start().await;
    let base = simulator.green_api_url();
    let cases = [
        (Method::GET, "waInstance1103000001/getStateInstance/wrong", 401, ""),
        (Method::GET, "waInstance1199999999/getStateInstance/green-token", 403, ""),
        (Method::GET, "waInstanceX/getStateInstance/green-token", 404, "<html>"),
        (Method::GET, "waInstance1103000001/sendMessage/green-token", 404, "<html>"),
        (Method::POST, "waInstance1103000001/receiveNotification/green-token", 404, "<html>"),
        (Method::GET, "waInstance1103000001/noSuchMethod/green-token", 404, "<html>"),
    ];
    for (verb, path, status, beginning) in cases {
        let answer = http().request(verb, format!("{base}/{path}")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let text = answer.text().await.expect("text");
        assert!(text.starts_with(beginning) && (status == 404 || text.is_empty()), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_bad_request_is_explained_and_echoes_the_token() {
    let simulator = start().await;
    let cases = [
        (json!({ "message": "x" }), "'chatId' is required"),
        (json!({ "chatId": "x", "message": "x" }), "must be one of the next formats"),
        (json!({ "chatId": "79031112233@c.us" }), "'message' is required"),
        (json!({ "chatId": "79031112233@c.us", "message": "x".repeat(20_001) }), "20000"),
    ];
    for (body, explanation) in cases {
        let answer = gateway(&simulator, Method::POST, "sendMessage", Some(body)).await;
        assert_eq!(answer.status(), 400);
        let answer: Value = answer.json().await.expect("JSON");
        assert!(answer["message"].as_str().is_some_and(|text| text.contains(explanation)), "{answer}");
        assert_eq!(answer["path"], "/waInstance1103000001/sendMessage/green-token");
    }
    assert!(simulator.messages().is_empty());
    let shown = format!("{:?}", simulator.requests());
    assert!(!shown.contains("green-token"), "the log must not hold the token");
}

#[tokio::test]
async fn a_number_is_on_whatsapp_or_not_or_known_by_a_lid() {
    let simulator = start().await;
    simulator.set_number("+7 903 111-22-34", NumberPlan::not_on_whatsapp());
    simulator.set_number("+79031112235", NumberPlan::lid());
    let yes = post(&simulator, "checkWhatsapp", json!({ "phoneNumber": 79_031_112_233_u64 })).await;
    assert_eq!((&yes["existsWhatsapp"], &yes["chatId"]), (&json!(true), &json!("79031112233@c.us")));
    let no = post(&simulator, "checkWhatsapp", json!({ "chatId": "79031112234@c.us" })).await;
    assert_eq!((&no["existsWhatsapp"], &no["chatId"]), (&json!(false), &json!("")));

    let lid = post(&simulator, "checkWhatsapp", json!({ "phoneNumber": 79_031_112_235_u64 })).await;
    assert_eq!(lid["phoneNumber"], "79031112235@c.us");
    let chat = lid["chatId"].as_str().expect("a chat");
    assert!(chat.ends_with("@lid"));
    send(&simulator, chat, "по @lid").await;
    assert_eq!(simulator.messages()[0].phone, "79031112235");

    for body in [json!({ "phoneNumber": "79031112233" }), json!({ "phoneNumber": 1 }), json!({})] {
        let answer = gateway(&simulator, Method::POST, "checkWhatsapp", Some(body)).await;
        assert_eq!(answer.status(), 400);
    }
}

#[tokio::test]
async fn the_journal_lags_and_then_shows_the_text() {
    let delivery = Delivery { journal_lag_ms: 3_600_000, ..Delivery::default() };
    let simulator = start_with(Options { delivery, ..Options::default() }).await;
    send(&simulator, "79031112233@c.us", "Ещё не в журнале").await;
    simulator.set_delivery(Delivery::default());
    let id = send(&simulator, "79031112233@c.us", "Ждём вас").await;

    until_all(&simulator, DeliveryStatus::Read).await;
    let last = get(&simulator, "lastOutgoingMessages?minutes=5").await;
    let history = json!({ "chatId": "79031112233@c.us", "count": 5 });
    let history = post(&simulator, "getChatHistory", history).await;
    let one = json!({ "chatId": "79031112233@c.us", "idMessage": id });
    let one = post(&simulator, "getMessage", one).await;
    assert_eq!(last.as_array().map(Vec::len), Some(1));
    for entry in [&last[0], &history[0], &one] {
        assert_eq!(entry["idMessage"], id.as_str());
        assert_eq!(entry["textMessage"], "Ждём вас");
        assert_eq!(entry["extendedTextMessage"]["text"], "Ждём вас");
        assert_eq!(entry["statusMessage"], "read");
        assert_eq!(entry["sendByApi"], true);
    }
}

#[tokio::test]
async fn of_a_number_without_an_account_the_journal_says_next_to_nothing() {
    let simulator = start().await;
    simulator.set_number("79031112233", NumberPlan::not_on_whatsapp());
    let id = send(&simulator, "79031112233@c.us", "x").await;
    until_all(&simulator, DeliveryStatus::NoAccount).await;
    let entry =
        post(&simulator, "getMessage", json!({ "chatId": "79031112233@c.us", "idMessage": id })).await;
    assert_eq!(entry, json!({ "type": "outgoing", "typeMessage": "" }));
}

#[tokio::test]
async fn what_is_not_sent_yet_is_in_the_queue_and_can_be_cleared() {
    let simulator = start().await;
    simulator.set_number("79031112233", NumberPlan::outcome(Outcome::Queued));
    let id = send(&simulator, "79031112233@c.us", "Ждём вас").await;
    let queue = get(&simulator, "showMessagesQueue").await;
    assert_eq!(queue[0]["messageID"], id.as_str());
    assert_eq!(queue[0]["body"]["message"], "Ждём вас");

    assert_eq!(get(&simulator, "clearMessagesQueue").await, json!({ "isCleared": true }));
    assert_eq!(get(&simulator, "showMessagesQueue").await, json!([]));
    assert_eq!(simulator.messages()[0].status, DeliveryStatus::Cleared);
}

#[tokio::test]
async fn a_queue_waits_for_the_instance_to_be_linked_again() {
    let delivery = Delivery { sent_after_ms: 0, ..Delivery::default() };
    let simulator = start_with(Options { delivery, ..Options::default() }).await;
    simulator.set_gateway_state("yellowCard");
    send(&simulator, "79031112233@c.us", "x").await;
    simulator.set_gateway_state("notAuthorized");
    let moved =
        |simulator: &Simulator| (simulator.messages()[0].status != DeliveryStatus::Queued).then_some(());
    assert!(simulator.until(std::time::Duration::from_millis(50), moved).await.is_none());
    simulator.set_gateway_state("authorized");
    until_all(&simulator, DeliveryStatus::Read).await;
}

#[tokio::test]
async fn settings_are_read_and_set() {
    let simulator = start_with(Options { fresh_instance: true, ..Options::default() }).await;
    let settings = get(&simulator, "getSettings").await;
    assert_eq!(settings["wid"], "79990000000@c.us");
    assert_eq!(settings.as_object().map(serde_json::Map::len), Some(24));
    for flag in ["outgoingWebhook", "outgoingAPIMessageWebhook", "stateWebhook", "incomingWebhook"] {
        assert_eq!(settings[flag], "no", "{flag}");
    }
    let asked = json!({ "outgoingWebhook": "yes", "noSuchSetting": "yes" });
    assert_eq!(post(&simulator, "setSettings", asked).await, json!({ "saveSettings": true }));
    let settings = get(&simulator, "getSettings").await;
    assert_eq!((&settings["outgoingWebhook"], settings.get("noSuchSetting")), (&json!("yes"), None));
    let wrong = gateway(&simulator, Method::POST, "setSettings", Some(json!({ "stateWebhook": true }))).await;
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn a_code_to_scan_is_shown_only_while_nothing_is_linked() {
    let simulator = start().await;
    assert_eq!(get(&simulator, "qr").await["type"], "alreadyLogged");
    get(&simulator, "logout").await;
    assert_eq!(get(&simulator, "qr").await["type"], "qrCode");
    assert_eq!(get(&simulator, "getStateInstance").await["stateInstance"], "notAuthorized");
}
