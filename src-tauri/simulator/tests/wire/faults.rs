//! Each fault, as a client sees it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Fault, FaultKind, NewBooking, Options, Side, Simulator, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{BRANCH, PATIENCE, gateway, http, ids, post, start, start_with, yclients};

fn records(kind: FaultKind) -> Fault {
    Fault::once(Target::yclients("records"), kind)
}

fn sending(kind: FaultKind) -> Fault {
    Fault::once(Target::gateway("sendMessage"), kind)
}

/// Sends raw bytes and reads to the end: what a client gets on the wire, to the byte.
async fn raw(simulator: &Simulator, request: &str) -> (Vec<u8>, std::io::Result<()>) {
    let address = simulator.green_api_url().replace("http://", "");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(|_| ());
    (bytes, end)
}

fn send_request(text: &str) -> String {
    let body = format!(r#"{{"chatId":"79031112233@c.us","message":"{text}"}}"#);
    format!(
        "POST /waInstance1103000001/sendMessage/green-token HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_connection_cut_before_handling_gives_no_byte_and_takes_nothing() {
    let simulator = start().await;
    simulator.set_fault(sending(FaultKind::CutBefore));
    let (bytes, end) = raw(&simulator, &send_request("x")).await;
    assert!(bytes.is_empty());
    assert_eq!(end.expect_err("a reset").kind(), std::io::ErrorKind::ConnectionReset);
    assert!(simulator.messages().is_empty());
}

#[tokio::test]
async fn a_connection_cut_after_handling_gives_no_byte_and_has_taken_the_message() {
    let simulator = start().await;
    simulator.set_fault(sending(FaultKind::CutAfter));
    let (bytes, end) = raw(&simulator, &send_request("x")).await;
    assert!(bytes.is_empty());
    assert_eq!(end.expect_err("a reset").kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(simulator.messages().len(), 1);
    let seen = simulator.requests();
    assert_eq!((seen.len(), seen[0].status), (1, None));
}

#[tokio::test]
async fn an_answer_can_be_cut_in_the_middle() {
    let simulator = start().await;
    simulator.set_fault(sending(FaultKind::CutAnswer { bytes: 20 }));
    let (bytes, _) = raw(&simulator, &send_request("x")).await;
    assert_eq!(bytes.len(), 20);
    assert!(bytes.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_fault_is_spent_after_its_requests_and_lets_the_first_ones_pass() {
    let simulator = start().await;
    let status = FaultKind::Status {
        status: 503,
        body: "<html>busy</html>".to_owned(),
        content_type: "text/html".to_owned(),
        retry_after: Some("7".to_owned()),
    };
    simulator.set_fault(Fault::times(2, Target::yclients("records"), status).after(1));
    let path = format!("/records/{BRANCH}");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(yclients(&simulator, &path).await.0);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    assert!(simulator.summary().faults.is_empty());
}

#[tokio::test]
async fn a_fault_meets_its_target_only() {
    let simulator = start().await;
    let target = Target { company_id: Some(1), ..Target::yclients("records") };
    simulator.set_fault(Fault::always(target, FaultKind::Html));
    simulator.set_fault(Fault::always(Target::side(Side::Gateway), FaultKind::Html));
    assert!(yclients(&simulator, &format!("/records/{BRANCH}")).await.1.is_object());
    assert!(yclients(&simulator, "/records/1").await.1.is_null());
    let state = gateway(&simulator, Method::GET, "getStateInstance", None).await;
    assert!(state.text().await.expect("text").starts_with("<!DOCTYPE"));
}

#[tokio::test]
async fn one_booking_alone_can_be_not_found_once() {
    let simulator = start().await;
    let [lost, other] = [(); 2].map(|()| simulator.book(NewBooking::default()));
    simulator.set_fault(Fault::once(Target::record(lost), FaultKind::NotFound));
    let get = async |id: i64| yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await;
    assert_eq!(get(other).await.0, 200);
    assert_eq!(ids(&simulator, "").await, [other, lost], "the listing knows better");
    let (status, body) = get(lost).await;
    assert_eq!((status, &body["success"], &body["data"]), (404, &json!(false), &json!(null)));
    assert_eq!(get(lost).await.0, 200);

    // As one that was never there is answered.
    simulator.set_fault(Fault::once(Target::record(lost), FaultKind::NotFound));
    let by_fault = get(lost).await;
    simulator.vanish(lost);
    assert_eq!(get(lost).await, by_fault);
}

#[tokio::test]
async fn success_false_and_status_false_come_with_200() {
    let simulator = start().await;
    simulator.set_fault(records(FaultKind::SuccessFalse { message: "Ошибка".to_owned() }));
    let (status, body) = yclients(&simulator, &format!("/records/{BRANCH}")).await;
    assert_eq!((status, &body["success"]), (200, &json!(false)));
    simulator.set_fault(sending(FaultKind::StatusFalse { reason: "no".to_owned() }));
    let body = post(&simulator, "sendMessage", json!({ "chatId": "7@c.us", "message": "x" })).await;
    assert_eq!(body, json!({ "status": false, "reason": "no" }));
    assert!(simulator.messages().is_empty());
}

#[tokio::test]
async fn json_can_stop_in_the_middle_be_empty_huge_or_deep() {
    let simulator = start().await;
    simulator.book(NewBooking::default());
    let text = async |kind: FaultKind| {
        simulator.set_fault(records(kind));
        let request = http()
            .get(format!("{}/records/{BRANCH}", simulator.yclients_url()))
            .header("Accept", "application/vnd.yclients.v2+json")
            .header("Authorization", "Bearer partner, User user");
        request.send().await.expect("an answer").text().await.expect("a body")
    };
    let short = text(FaultKind::TruncatedJson).await;
    assert!(short.starts_with('{') && serde_json::from_str::<Value>(&short).is_err());
    assert_eq!(text(FaultKind::EmptyBody).await, "");
    assert!(text(FaultKind::HugeBody { megabytes: 3 }).await.len() > 3 << 20);
    assert!(text(FaultKind::DeepJson { depth: 5000 }).await.contains(&"[".repeat(5000)));
}

#[tokio::test]
async fn too_many_requests_are_said_with_and_without_the_status() {
    let simulator = start().await;
    for (with_status, expected) in [(true, 429), (false, 200)] {
        simulator.set_fault(records(FaultKind::TooManyRequests { with_status, retry_after: None }));
        let (status, body) = yclients(&simulator, &format!("/records/{BRANCH}")).await;
        assert_eq!(status, expected);
        assert!(body["meta"]["message"].as_str().is_some_and(|text| text.contains("лимит")));
    }
    let retry_after = Some("3".to_owned());
    simulator.set_fault(sending(FaultKind::TooManyRequests { with_status: true, retry_after }));
    let answer = gateway(&simulator, Method::POST, "sendMessage", Some(json!({}))).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "3");
}

#[tokio::test]
async fn who_hangs_is_let_go_by_clearing() {
    let simulator = start().await;
    simulator.set_fault(sending(FaultKind::HangAfter));
    let hanging = simulator.clone();
    let hang = tokio::spawn(async move { raw(&hanging, &send_request("x")).await });
    let taken = |simulator: &Simulator| (simulator.messages().len() == 1).then_some(());
    simulator.until(PATIENCE, taken).await.expect("the message is taken");
    assert!(!hang.is_finished());

    simulator.clear_faults();
    let (bytes, _) = hang.await.expect("no panic");
    assert!(bytes.is_empty());
}

#[tokio::test]
async fn a_late_answer_is_a_late_answer() {
    let simulator = start().await;
    simulator.set_fault(sending(FaultKind::Delay { milliseconds: 30_000 }));
    let body = json!({ "chatId": "79031112233@c.us", "message": "x" });
    let request = gateway(&simulator, Method::POST, "sendMessage", Some(body.clone()));
    assert!(tokio::time::timeout(Duration::from_millis(100), request).await.is_err());
    assert!(simulator.messages().is_empty(), "a delay comes before the handling");

    // A busy machine may not have met the first one yet, and delays add up.
    simulator.clear_faults();
    simulator.set_fault(sending(FaultKind::DelayAnswer { milliseconds: 30_000 }));
    let asker = simulator.clone();
    let request = tokio::spawn(async move { gateway(&asker, Method::POST, "sendMessage", Some(body)).await });
    let taken = |simulator: &Simulator| (simulator.messages().len() == 1).then_some(());
    simulator.until(PATIENCE, taken).await.expect("the message is taken");
    assert!(!request.is_finished(), "and its answer is not there yet");
    request.abort();
}

#[tokio::test]
async fn paging_can_be_ignored() {
    let simulator = start().await;
    for _ in 0..3 {
        simulator.book(NewBooking::default());
    }
    simulator.set_fault(Fault::always(Target::yclients("records"), FaultKind::SamePage));
    let (_, first) = yclients(&simulator, &format!("/records/{BRANCH}?count=2&page=1")).await;
    let (_, ninth) = yclients(&simulator, &format!("/records/{BRANCH}?count=2&page=9")).await;
    assert_eq!(first["data"][0]["id"], ninth["data"][0]["id"]);
    assert_eq!(ninth["meta"]["total_count"], 3);
}

#[tokio::test]
async fn changed_after_can_be_blind_or_in_the_wrong_zone() {
    let simulator = start().await;
    let made = "2026-11-20T09:00:00Z".parse().ok();
    let seen = simulator.book(NewBooking { created_at: made, ..NewBooking::default() });
    let unseen = simulator.book(NewBooking { created_at: made, ..NewBooking::default() });
    let blind = FaultKind::ChangedAfterBlind { bookings: vec![unseen] };
    let fault = simulator.set_fault(Fault::always(Target::yclients("records"), blind));
    assert_eq!(ids(&simulator, "changed_after=2026-11-20T12:00:00").await, [seen]);
    assert_eq!(ids(&simulator, "c_start_date=2026-11-20").await.len(), 2);
    assert!(simulator.clear_fault(fault));

    simulator.set_fault(Fault::always(Target::yclients("records"), FaultKind::ChangedAfterUtc));
    assert!(ids(&simulator, "changed_after=2026-11-20T12:00:00").await.is_empty());
    assert_eq!(ids(&simulator, "changed_after=2026-11-20T09:00:00").await.len(), 2);
}

#[tokio::test]
async fn an_offline_side_resets_every_request_and_the_other_goes_on() {
    let simulator = start().await;
    simulator.set_offline(Some(Side::Gateway), true);
    let (bytes, end) = raw(&simulator, &send_request("x")).await;
    assert!(bytes.is_empty() && end.is_err());
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 200);

    simulator.set_offline(None, false);
    assert_eq!(gateway(&simulator, Method::GET, "getStateInstance", None).await.status(), 200);
}

#[tokio::test]
async fn an_offline_side_with_a_port_of_its_own_refuses_connections() {
    let simulator = start_with(Options { own_ports: true, ..Options::default() }).await;
    let url = format!("{}/waInstance1103000001/getStateInstance/green-token", simulator.green_api_url());
    let kept_alive = http();
    assert_eq!(kept_alive.get(&url).send().await.expect("an answer").status(), 200);

    simulator.set_offline(Some(Side::Gateway), true);
    let mut error = kept_alive.get(&url).send().await.err();
    while error.as_ref().is_none_or(|error| !error.is_connect()) {
        tokio::task::yield_now().await;
        error = kept_alive.get(&url).send().await.err();
    }
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 200);

    simulator.set_offline(Some(Side::Gateway), false);
    while kept_alive.get(&url).send().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dropped_simulator_closes_its_connections() {
    let simulator = start().await;
    let url = format!("{}/waInstance1103000001/getStateInstance/green-token", simulator.green_api_url());
    let kept_alive = http();
    assert_eq!(kept_alive.get(&url).send().await.expect("an answer").status(), 200);
    drop(simulator);
    while kept_alive.get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}
