//! YClients at its worst. Whatever it answers, nothing is concluded from it,
//! nothing is lost, and the next good answer goes on where the last one ended.

use engine::error::FaultCode;
use engine::notification::{Reason, State};
use futures::future::join_all;
use scenarios::{COMPANY, PARTNER_TOKEN, Plan, Shop, USER_TOKEN};
use serde_json::{Value, json};
use simulator::{Fault, FaultKind, NewBooking, Side, Start, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

fn status(status: u16, body: &str) -> FaultKind {
    let content_type = "application/json".to_owned();
    FaultKind::Status { status, body: body.to_owned(), content_type, retry_after: None }
}

/// What a firewall, a proxy or a captive portal shows.
fn page(status: u16) -> FaultKind {
    let body =
        "<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Forbidden</h1></body></html>";
    let content_type = "text/html; charset=utf-8".to_owned();
    FaultKind::Status { status, body: body.to_owned(), content_type, retry_after: None }
}

fn every_way_to_answer_badly() -> Vec<(FaultKind, FaultCode)> {
    let too_many = |with_status| FaultKind::TooManyRequests { with_status, retry_after: None };
    vec![
        (FaultKind::Html, FaultCode::YclientsUnreadable),
        (FaultKind::TruncatedJson, FaultCode::YclientsUnreadable),
        (FaultKind::EmptyBody, FaultCode::YclientsUnreadable),
        (FaultKind::DeepJson { depth: 100_000 }, FaultCode::YclientsUnreadable),
        (FaultKind::HugeBody { megabytes: 10 }, FaultCode::YclientsUnreadable),
        (status(200, r#"{"success":true,"data":null}"#), FaultCode::YclientsUnreadable),
        (status(200, r#"{"success":true,"data":{"data":[]}}"#), FaultCode::YclientsUnreadable),
        (FaultKind::SuccessFalse { message: "Произошла ошибка".to_owned() }, FaultCode::YclientsRefused),
        (page(403), FaultCode::YclientsIntercepted),
        (page(401), FaultCode::YclientsIntercepted),
        (page(511), FaultCode::YclientsOutOfOrder),
        (status(403, ""), FaultCode::YclientsIntercepted),
        (status(403, r#"{"message":"Forbidden"}"#), FaultCode::YclientsIntercepted),
        (
            status(403, r#"{"success":false,"errors":[{"code":1020}],"messages":[],"result":null}"#),
            FaultCode::YclientsIntercepted,
        ),
        (
            status(
                403,
                r#"{"success":false,"data":null,"meta":{"message":"\u041f\u0440\u0435\u0432\u044b\u0448\u0435\u043d \u043b\u0438\u043c\u0438\u0442 \u0437\u0430\u043f\u0440\u043e\u0441\u043e\u0432"}}"#,
            ),
            FaultCode::YclientsRateLimited,
        ),
        (status(403, "error code: 1015, you are being rate limited"), FaultCode::YclientsRateLimited),
        (status(500, ""), FaultCode::YclientsOutOfOrder),
        (status(503, "<html></html>"), FaultCode::YclientsOutOfOrder),
        (too_many(true), FaultCode::YclientsRateLimited),
        (too_many(false), FaultCode::YclientsRateLimited),
        (FaultKind::CutBefore, FaultCode::YclientsOffline),
        (FaultKind::CutAnswer { bytes: 300 }, FaultCode::YclientsUnreadable),
        (FaultKind::Hang, FaultCode::YclientsOffline),
    ]
}

#[test]
async fn no_bad_answer_reads_as_no_bookings_and_the_next_good_one_goes_on() {
    join_all(every_way_to_answer_badly().into_iter().map(async |(kind, code)| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        let first = shop.book("Анна", ANNA);
        shop.until_state(first, State::Read).await;
        let fault = shop.simulator.set_fault(Fault::always(Target::yclients("records"), kind.clone()));
        let second = shop.book("Ольга", OLGA);
        let seen = shop
            .until(&format!("failed polls, {kind:?}"), |shop| {
                Some(shop.branch(COMPANY)).filter(|branch| branch.failures >= 2)
            })
            .await;
        // A busy machine may meet its time limit before it has read too much.
        let late = matches!(kind, FaultKind::HugeBody { .. })
            && seen.fault_code == FaultCode::YclientsOffline.as_str();
        assert!(
            late || seen.fault_code == code.as_str(),
            "{kind:?}: {} {}",
            seen.fault_code,
            seen.fault_detail
        );
        assert!(!seen.stopped, "{kind:?}");
        assert_eq!(shop.fate(first), (State::Read, Reason::None), "{kind:?}");
        shop.simulator.clear_fault(fault);
        shop.until_state(second, State::Read).await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA, OLGA], "{kind:?}");
        assert_eq!(shop.branch(COMPANY).fault_code, "", "{kind:?}: it is over");
    }))
    .await;
}

#[test]
async fn a_first_reading_that_fails_begins_no_baseline() {
    let shop = Shop::new(Plan::default()).await;
    shop.simulator.set_fault(Fault::times(2, Target::yclients("records"), FaultKind::Html));
    shop.simulator.set_fault(Fault::once(Target::yclients("company"), FaultKind::CutBefore));
    let old = shop.book("Анна", ANNA);
    let desk = shop.open();
    shop.until("a failed poll", |shop| (shop.branch(COMPANY).failures > 0).then_some(())).await;
    assert_eq!(shop.branch(COMPANY).baseline_at, None);
    shop.baseline().await;
    let new = shop.book("Ольга", OLGA);
    shop.until_state(new, State::Read).await;
    desk.close().await;
    assert_eq!(shop.fate(old), (State::Skipped, Reason::BeforeBaseline));
    assert_eq!(shop.told(), [OLGA]);
}

#[test]
async fn a_last_check_that_gets_no_answer_sends_nothing_until_it_does() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let fault = shop.simulator.set_fault(Fault::always(Target::yclients("record"), FaultKind::Html));
    let booking = shop.book("Анна", ANNA);
    shop.until("a check that fails", |shop| {
        shop.row(booking).filter(|row| row.reason == Reason::CannotCheck)
    })
    .await;
    assert_eq!(shop.about(booking).state, State::Queued);
    assert!(shop.told().is_empty());
    shop.simulator.clear_fault(fault);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_server_that_does_not_know_the_branch_any_more_cancels_nothing() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let body = r#"{"success":false,"data":null,"meta":{"message":"Компания не найдена"}}"#;
    let fault = shop.simulator.set_fault(Fault::always(Target::yclients("record"), status(404, body)));
    let booking = shop.book("Анна", ANNA);
    shop.until("a check that fails", |shop| {
        shop.row(booking).filter(|row| row.reason == Reason::CannotCheck)
    })
    .await;
    shop.simulator.clear_fault(fault);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_dead_network_loses_no_booking() {
    let (shop, desk) = Shop::opened(Plan::default().on_own_ports()).await;
    shop.simulator.set_offline(Some(Side::Yclients), true);
    let booking = shop.book("Анна", ANNA);
    let seen = shop
        .until("failed polls", |shop| Some(shop.branch(COMPANY)).filter(|branch| branch.failures >= 3))
        .await;
    assert_eq!(seen.fault_code, FaultCode::YclientsOffline.as_str());
    shop.simulator.set_offline(Some(Side::Yclients), false);
    shop.poll().await;
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_storm_of_429_is_waited_out_and_the_wish_for_a_pause_is_heard() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let storm = FaultKind::TooManyRequests { with_status: true, retry_after: Some("2".to_owned()) };
    shop.simulator.set_fault(Fault::times(2, Target::side(Side::Yclients), storm));
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    let requests = shop.simulator.requests();
    let storm: Vec<_> = requests.iter().filter(|seen| seen.status == Some(429)).collect();
    assert_eq!(storm.len(), 2);
    for refused in storm {
        let next = requests.iter().find(|seen| seen.number > refused.number && seen.side == Side::Yclients);
        let pause = next.unwrap().at - refused.at;
        assert!(pause >= chrono::TimeDelta::milliseconds(1900), "asked again after {pause}");
    }
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_server_that_ignores_paging_is_no_endless_loop_and_hides_nothing_for_good() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    desk.close().await;
    for number in 0..260 {
        let online = NewBooking::online("Ольга", &format!("+7916{number:07}"));
        shop.simulator.book(online.at(Start::InDays(2)));
    }
    // Listed last, so it would stand on the second page.
    let booking = shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(Start::InDays(1)));
    let fault = shop.simulator.set_fault(Fault::always(Target::yclients("records"), FaultKind::SamePage));
    shop.simulator.forget_requests();
    let desk = shop.open();
    let seen = shop
        .until("a failed poll", |shop| Some(shop.branch(COMPANY)).filter(|branch| branch.failures == 1))
        .await;
    assert_eq!(seen.fault_code, FaultCode::YclientsUnreadable.as_str(), "{}", seen.fault_detail);
    assert!(shop.simulator.count("records") < 20, "{:?}", shop.simulator.totals());
    assert!(shop.row(booking).is_none());
    shop.simulator.clear_fault(fault);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

/// The listing as the server gives it now.
async fn listing(shop: &Shop) -> Value {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = format!("{}/records/{COMPANY}?count=200&with_deleted=1", shop.simulator.yclients_url());
    let answer = reqwest::Client::new()
        .get(address)
        .header("Accept", "application/vnd.yclients.v2+json")
        .header("Authorization", format!("Bearer {PARTNER_TOKEN}, User {USER_TOKEN}"))
        .send()
        .await
        .unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[test]
async fn a_record_that_cannot_be_read_costs_only_itself() {
    let damages: [fn(&mut Value); 4] = [
        |record| (record["date"], record["datetime"]) = (json!("завтра"), json!("в три")),
        // A state nobody knows may mean that nobody is to be written to.
        |record| record["attendance"] = json!(7),
        |record| record["company_id"] = json!(1),
        |record| *record = json!("запись"),
    ];
    join_all(damages.into_iter().enumerate().map(async |(which, damage)| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        desk.close().await;
        let bookings = [ANNA, OLGA, "+79160000003"].map(|phone| shop.book("Анна", phone));
        let mut answer = listing(&shop).await;
        let records = answer["data"].as_array_mut().unwrap();
        let broken = records.iter_mut().find(|record| record["id"] == bookings[1]).unwrap();
        damage(broken);
        let body = status(200, &answer.to_string());
        let fault = shop.simulator.set_fault(Fault::always(Target::yclients("records"), body));

        let desk = shop.open();
        for booking in [bookings[0], bookings[2]] {
            shop.until_state(booking, State::Read).await;
        }
        assert!(shop.row(bookings[1]).is_none(), "damage {which}\n{}", shop.picture());
        shop.simulator.clear_fault(fault);
        shop.until_state(bookings[1], State::Read).await;
        desk.close().await;
        assert_eq!(shop.told().len(), 3, "damage {which}");
    }))
    .await;
}
