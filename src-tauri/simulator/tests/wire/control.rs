//! The control API over HTTP, and who may use it.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{FaultKind, NewBooking, Simulator};

use crate::support::{BRANCH, gateway, http, post, start, yclients};

async fn control(simulator: &Simulator, verb: Method, path: &str, body: Value) -> (u16, Value) {
    let request = http().request(verb.clone(), format!("{}control/{path}", simulator.control_url()));
    let request = if verb == Method::GET { request } else { request.json(&body) };
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_booking_is_made_moved_and_deleted() {
    let simulator = start().await;
    let asked = json!({
        "start": "2026-12-01T12:30",
        "client": { "name": "Мария", "phone": "+79031112233" },
        "staff": { "id": 32, "name": "Павел" },
    });
    let (status, made) = control(&simulator, Method::POST, "bookings", asked).await;
    assert_eq!((status, &made["start"]), (201, &json!("2026-12-01T12:30:00")));
    assert_eq!(made["services"].as_array().map(Vec::len), Some(1));
    let id = made["id"].as_i64().expect("an id");

    let change = json!({ "start": { "in_days": 2 }, "phone": "+79031112234", "attendance": -1 });
    let (status, changed) = control(&simulator, Method::PATCH, &format!("bookings/{id}"), change).await;
    assert_eq!((status, &changed["attendance"]), (200, &json!(-1)));
    assert_eq!(changed["client"]["phone"], "+79031112234");
    assert_eq!(changed["client"]["name"], "Мария");

    let nobody = json!({ "client": null });
    let (_, changed) = control(&simulator, Method::PATCH, &format!("bookings/{id}"), nobody).await;
    assert_eq!((&changed["client"], &changed["visit_id"]), (&json!(null), &json!(0)));

    let (_, deleted) = control(&simulator, Method::DELETE, &format!("bookings/{id}"), json!({})).await;
    assert_eq!(deleted["deleted"], true);
    let vanish = json!({ "vanish": true });
    assert_eq!(control(&simulator, Method::DELETE, &format!("bookings/{id}"), vanish).await.0, 200);
    let (_, list) = control(&simulator, Method::GET, "bookings", Value::Null).await;
    assert_eq!(list, json!([]));
}

#[tokio::test]
async fn a_deleted_booking_is_put_back() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::default());
    let path = format!("bookings/{id}");
    let (_, deleted) = control(&simulator, Method::DELETE, &path, json!({})).await;
    assert_eq!(deleted["deleted"], true);
    let back = json!({ "deleted": false, "attendance": 2 });
    let (status, changed) = control(&simulator, Method::PATCH, &path, back).await;
    assert_eq!((status, &changed["deleted"], &changed["attendance"]), (200, &json!(false), &json!(2)));
}

#[tokio::test]
async fn the_facts_of_a_branch_are_changed_in_part() {
    let simulator = start().await;
    let path = format!("branches/{BRANCH}");
    let facts = json!({ "title": "Усы", "public_title": "Усы и борода", "address": "ул. Ленина, 1", "currency": "₸" });
    let (status, branch) = control(&simulator, Method::PATCH, &path, facts).await;
    assert_eq!((status, &branch["title"], &branch["zone"]), (200, &json!("Усы"), &json!("Europe/Moscow")));
    let (_, company) = yclients(&simulator, &format!("/company/{BRANCH}")).await;
    let company = &company["data"];
    assert_eq!(
        (&company["public_title"], &company["address"]),
        (&json!("Усы и борода"), &json!("ул. Ленина, 1"))
    );
    assert_eq!(company["currency_short_title"], "₸");
    let title = json!({ "public_title": null, "phone": "+7 916 123-45-67" });
    control(&simulator, Method::PATCH, &path, title).await;
    let (_, company) = yclients(&simulator, &format!("/company/{BRANCH}")).await;
    assert_eq!(
        (&company["data"]["public_title"], &company["data"]["phone"]),
        (&json!("Усы"), &json!("+7 916 123-45-67"))
    );

    assert_eq!(control(&simulator, Method::PATCH, "branches/1", json!({})).await.0, 404);
    let zone = json!({ "zone": "Europe/Berlin" });
    assert_eq!(control(&simulator, Method::PATCH, &path, zone).await.0, 400, "a branch does not move");
}

#[tokio::test]
async fn a_service_and_a_master_are_called_otherwise_under_their_old_ids() {
    let simulator = start().await;
    let made = Some(simulator.now() - TimeDelta::days(3));
    let [one, two] =
        [(); 2].map(|()| simulator.book(NewBooking { created_at: made, ..NewBooking::default() }));
    let dearer = json!({ "title": "Стрижка", "cost": 2500 });
    let (status, answer) = control(&simulator, Method::PATCH, "services/7001", dearer).await;
    assert_eq!((status, &answer["bookings"]), (200, &json!(2)));
    let (_, answer) = control(&simulator, Method::PATCH, "staff/31", json!({ "name": "Игорь П." })).await;
    assert_eq!(answer["bookings"], 2);
    for id in [one, two] {
        let (_, one) = yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await;
        let record = &one["data"];
        let service = &record["services"][0];
        assert_eq!((&service["id"], &service["title"]), (&json!(7001), &json!("Стрижка")));
        assert_eq!(service["cost"].as_f64(), Some(2500.0));
        assert_eq!((&record["staff"]["id"], &record["staff"]["name"]), (&json!(31), &json!("Игорь П.")));
    }
    let booking = simulator.booking(one).expect("there");
    assert_eq!(Some(booking.changed_at), made, "nobody touched the booking itself");
    assert_eq!(control(&simulator, Method::PATCH, "services/1", json!({ "title": "x" })).await.0, 404);
    assert_eq!(control(&simulator, Method::PATCH, "staff/1", json!({ "name": "x" })).await.0, 404);
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let simulator = start().await;
    let (status, answer) = control(&simulator, Method::POST, "bookings", json!({ "strat": "x" })).await;
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("strat")));
    assert_eq!(control(&simulator, Method::PATCH, "bookings/1", json!({})).await.0, 404);
    assert_eq!(control(&simulator, Method::POST, "bookings", json!({ "company_id": 1 })).await.0, 404);
}

#[tokio::test]
async fn bookings_that_come_by_themselves_are_switched_off_and_on() {
    let simulator = start().await;
    assert!(simulator.auto());
    let (status, summary) = control(&simulator, Method::POST, "auto", json!({ "on": false })).await;
    assert_eq!((status, &summary["auto"], simulator.auto()), (200, &json!(false), false));
    control(&simulator, Method::POST, "auto", json!({ "on": true })).await;
    assert!(simulator.auto());
    assert_eq!(control(&simulator, Method::POST, "auto", json!({})).await.0, 400);
}

#[tokio::test]
async fn faults_are_armed_and_cleared() {
    let simulator = start().await;
    let target = json!({ "side": "gateway", "endpoint": "sendMessage" });
    let fault = json!({ "target": target, "kind": "cut_after", "times": 2, "skip": 1 });
    let (status, armed) = control(&simulator, Method::POST, "faults", fault).await;
    assert_eq!(status, 201);
    assert_eq!(simulator.summary().faults[0].fault.kind, FaultKind::CutAfter);
    let path = format!("faults/{}", armed["id"]);
    assert_eq!(control(&simulator, Method::DELETE, &path, json!({})).await.0, 204);

    let fault = json!({ "kind": { "status": { "status": 502, "body": "Bad Gateway" } } });
    control(&simulator, Method::POST, "faults", fault).await;
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 502);
    assert_eq!(control(&simulator, Method::DELETE, "faults", json!({})).await.0, 204);
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 200);
}

#[tokio::test]
async fn the_gateway_is_driven() {
    let simulator = start().await;
    let number = json!({ "phone": "+79031112233", "outcome": "queued" });
    assert_eq!(control(&simulator, Method::POST, "gateway/numbers", number).await.0, 200);
    let delivery = json!({ "journal_lag_ms": 1000, "read_after_ms": null });
    let (_, delivery) = control(&simulator, Method::POST, "gateway/delivery", delivery).await;
    assert_eq!((&delivery["sent_after_ms"], &delivery["read_after_ms"]), (&json!(50), &json!(null)));
    let settings = json!({ "stateWebhook": "no" });
    control(&simulator, Method::POST, "gateway/settings", settings).await;
    let state = json!({ "state": "yellowCard" });
    let (_, summary) = control(&simulator, Method::POST, "gateway/state", state).await;
    assert_eq!(summary["state"], "yellowCard");
    assert_eq!(simulator.notifications_waiting(), 0);

    post(&simulator, "sendMessage", json!({ "chatId": "79031112233@c.us", "message": "x" })).await;
    let (_, messages) = control(&simulator, Method::GET, "messages", Value::Null).await;
    assert_eq!((&messages[0]["text"], &messages[0]["status"]), (&json!("x"), &json!("queued")));
    let incoming = json!({ "phone": "+79031112233", "text": "Стоп" });
    assert_eq!(control(&simulator, Method::POST, "incoming", incoming).await.0, 200);
    let echo = json!({ "phone": "+79031112233", "text": "чужое" });
    assert_eq!(control(&simulator, Method::POST, "echo", echo).await.0, 200);
    assert_eq!(simulator.messages().len(), 1);
}

#[tokio::test]
async fn every_known_fault_can_be_armed_over_http() {
    let simulator = start().await;
    let kinds = [
        json!({ "status": { "status": 503, "body": "{}", "content_type": "application/json" } }),
        json!("html"),
        json!({ "success_false": { "message": "Доступ запрещён" } }),
        json!({ "status_false": { "reason": "not now" } }),
        json!("not_found"),
        json!("truncated_json"),
        json!("empty_body"),
        json!({ "huge_body": { "megabytes": 32 } }),
        json!({ "deep_json": { "depth": 100_000 } }),
        json!({ "delay": { "milliseconds": 1 } }),
        json!({ "delay_answer": { "milliseconds": 1 } }),
        json!("hang"),
        json!("hang_after"),
        json!("cut_before"),
        json!("cut_after"),
        json!({ "cut_answer": { "bytes": 90 } }),
        json!({ "too_many_requests": { "with_status": true, "retry_after": "7" } }),
        json!({ "too_many_requests": { "with_status": false } }),
        json!("same_page"),
        json!("changed_after_utc"),
        json!({ "changed_after_blind": { "bookings": [1] } }),
    ];
    for kind in &kinds {
        let target = json!({ "side": "yclients", "endpoint": "nowhere" });
        let fault = json!({ "target": target, "kind": kind, "times": 1 });
        assert_eq!(control(&simulator, Method::POST, "faults", fault).await.0, 201, "{kind}");
    }
    let (_, armed) = control(&simulator, Method::GET, "faults", Value::Null).await;
    assert_eq!(armed.as_array().map(Vec::len), Some(kinds.len()));
}

/// A switch that arms what the API refuses does nothing, and nobody sees it.
#[tokio::test]
async fn the_page_arms_what_the_api_takes() {
    let simulator = start().await;
    let page = http().get(format!("{}control/page.js", simulator.control_url())).send().await;
    let page = page.expect("an answer").text().await.expect("text");
    let faults = page.split_once("const FAULTS = {").and_then(|(_, rest)| rest.split_once("\n};"));
    let lines = faults.expect("the switches").0.lines().filter(|line| line.trim_start().starts_with("[\""));
    let mut count = 0;
    for line in lines {
        // `["words", "side", kind, "endpoint"],` in JavaScript is JSON but for the names of fields.
        let mut json = line.trim().trim_end_matches(',').to_owned();
        for name in
            ["too_many_requests", "with_status", "status", "body", "success_false", "message", "huge_body"]
                .into_iter()
                .chain(["megabytes", "deep_json", "depth", "delay_answer", "delay", "milliseconds"])
        {
            json = json.replace(&format!("{{ {name}:"), &format!("{{ \"{name}\":"));
            json = json.replace(&format!(", {name}:"), &format!(", \"{name}\":"));
        }
        let row: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in {json}"));
        let fault = json!({ "target": { "side": row[1], "endpoint": row[3] }, "kind": row[2] });
        let (status, answer) = control(&simulator, Method::POST, "faults", fault).await;
        assert_eq!(status, 201, "{line} {answer}");
        count += 1;
    }
    assert!(count > 20, "{count} switches");
}

#[tokio::test]
async fn notifications_tokens_and_the_ways_of_deliveries_are_set() {
    let simulator = start().await;
    let odd = json!({ "typeWebhook": "somethingNew", "data": { "level": 3 } });
    let (status, answer) = control(&simulator, Method::POST, "notifications", odd).await;
    assert_eq!((status, &answer["receipt"]), (200, &json!(1)));
    assert_eq!(simulator.notifications_waiting(), 1);
    let ways = json!({ "doubled": true, "shuffled": true, "journal_lag_ms": 120_000 });
    let (_, delivery) = control(&simulator, Method::POST, "gateway/delivery", ways).await;
    assert_eq!((&delivery["doubled"], &delivery["shuffled"]), (&json!(true), &json!(true)));
    let ending = json!({ "phone": "+79031112233", "outcome": "failed_then_sent" });
    assert_eq!(control(&simulator, Method::POST, "gateway/numbers", ending).await.0, 200);
    let still = json!({ "deletion_moves_last_change": false });
    let (_, behaviour) = control(&simulator, Method::POST, "yclients", still).await;
    assert_eq!(behaviour["deletion_moves_last_change"], false);

    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 200);
    let other = json!({ "user": "another", "gateway": "another" });
    assert_eq!(control(&simulator, Method::POST, "tokens", other).await.0, 204);
    assert_eq!(yclients(&simulator, &format!("/records/{BRANCH}")).await.0, 401);
    assert_eq!(gateway(&simulator, Method::GET, "getStateInstance", None).await.status(), 401);
}

#[tokio::test]
async fn rights_and_behaviour_are_changed_in_part() {
    let simulator = start().await;
    let path = format!("branches/{BRANCH}/rights");
    let (_, rights) = control(&simulator, Method::PATCH, &path, json!({ "access": false })).await;
    assert_eq!((&rights["access"], &rights["phones_access"]), (&json!(false), &json!(true)));
    let limit = json!({ "rate_limit": { "per_second": 5, "per_minute": 200 } });
    let (_, behaviour) = control(&simulator, Method::POST, "yclients", limit).await;
    assert_eq!((&behaviour["max_page_size"], &behaviour["two_factor"]), (&json!(200), &json!(false)));
}

#[tokio::test]
async fn the_servers_clock_is_shifted_in_every_answer() {
    let simulator = start().await;
    let before = simulator.now();
    control(&simulator, Method::POST, "clock", json!({ "offset_seconds": 180 })).await;
    let ahead = simulator.now() - before;
    assert!(ahead >= TimeDelta::seconds(180) && ahead < TimeDelta::seconds(200), "{ahead}");
    let answer = gateway(&simulator, Method::GET, "getStateInstance", None).await;
    let date = answer.headers()["date"].to_str().expect("text").to_owned();
    let date = chrono::DateTime::parse_from_rfc2822(&date).expect("a date");
    assert!((date.to_utc() - simulator.now()).abs() < TimeDelta::seconds(5));
}

#[tokio::test]
async fn offline_is_switched_for_one_side_or_both() {
    let simulator = start().await;
    let off = json!({ "on": true });
    let (_, summary) = control(&simulator, Method::POST, "offline", off).await;
    assert_eq!(summary["offline"].as_array().map(Vec::len), Some(2));
    let (_, summary) =
        control(&simulator, Method::POST, "offline", json!({ "on": false, "side": "gateway" })).await;
    assert_eq!(summary["offline"], json!(["yclients"]));
}

#[tokio::test]
async fn requests_are_listed_with_totals_and_can_be_forgotten() {
    let simulator = start().await;
    simulator.book(NewBooking::default());
    yclients(&simulator, &format!("/records/{BRANCH}?page=1")).await;
    let (_, log) = control(&simulator, Method::GET, "requests", Value::Null).await;
    assert_eq!(log["requests"].as_array().map(Vec::len), Some(1));
    assert_eq!(log["requests"][0]["query"], "page=1");
    assert_eq!(log["totals"]["records"]["requests"], 1);
    assert!(log["totals"]["records"]["bytes"].as_u64().is_some_and(|bytes| bytes > 100));
    assert_eq!(control(&simulator, Method::DELETE, "requests", json!({})).await.0, 204);
    assert!(simulator.requests().is_empty() && simulator.totals().is_empty());
}

#[tokio::test]
async fn no_web_page_of_another_site_can_drive_it() {
    let simulator = start().await;
    let url = format!("{}control/bookings", simulator.control_url());
    for host in ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example"] {
        for (verb, url) in [(Method::GET, simulator.control_url()), (Method::POST, url.clone())] {
            let request = http().request(verb, url).header("Host", host).json(&json!({}));
            assert_eq!(request.send().await.expect("an answer").status(), 403, "{host}");
        }
    }
    let form = http().post(&url).header("Content-Type", "text/plain").body("{}").send().await;
    assert_eq!(form.expect("an answer").status(), 415);
    assert!(simulator.bookings().is_empty());

    let port = simulator.control_url().trim_end_matches('/').rsplit(':').next().map(str::to_owned);
    let host = format!("localhost:{}", port.expect("a port"));
    let named = http().post(&url).header("Host", host).json(&json!({})).send().await;
    assert_eq!(named.expect("an answer").status(), 201);
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let simulator = start().await;
    for file in ["", "control/page.css", "control/page.js"] {
        let answer =
            http().get(format!("{}{file}", simulator.control_url())).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-security-policy"].to_str().expect("text").contains("'none'"));
        let text = answer.text().await.expect("text");
        assert!(!text.is_empty() && !text.contains("https://") && !text.contains(" onclick="), "{file}");
    }
}
