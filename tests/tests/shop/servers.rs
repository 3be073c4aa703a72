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

/// What is done to a record, as its text: some of it no reader of JSON would write.
type Damage = fn(String) -> String;

fn with(record: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut record = serde_json::from_str(record).unwrap();
    change(&mut record);
    record.to_string()
}

/// The listing with one record damaged, and nothing else of it touched.
async fn damaged(shop: &Shop, booking: i64, damage: Damage) -> String {
    let mut answer = listing(shop).await;
    let records = answer["data"].as_array_mut().unwrap();
    let broken = records.iter_mut().find(|record| record["id"] == booking).unwrap();
    let damaged = damage(broken.to_string());
    *broken = json!("the damaged one");
    answer.to_string().replace("\"the damaged one\"", &damaged)
}

#[test]
async fn a_record_that_cannot_be_read_costs_only_itself_and_has_a_row_that_says_so() {
    let damages: [(Damage, &str); 10] = [
        (
            |it| with(&it, |it| (it["date"], it["datetime"]) = (json!("завтра"), json!("в три"))),
            "no_date date",
        ),
        // A state nobody knows may mean that nobody is to be written to.
        (|it| with(&it, |it| it["attendance"] = json!(3)), "unknown_value attendance"),
        (|it| with(&it, |it| it["attendance"] = json!(true)), "no_number attendance"),
        (|it| with(&it, |it| it["company_id"] = json!(1)), "other_branch"),
        (|it| with(&it, |it| it["created_user_id"] = json!(true)), "no_number created_user_id"),
        (|it| with(&it, |it| it["create_date"] = json!("вчера")), "no_date create_date"),
        (|it| with(&it, |it| it["client"]["phone"] = json!(["+79160000002"])), "no_text phone"),
        (|it| with(&it, |it| it["services"] = json!("Стрижка")), "no_list services"),
        (|it| it.replacen('{', "{\"online\":true,", 1), "twice online"),
        (|it| it.replacen("\"phone\":", "\"phone\":\"+79169999999\",\"phone\":", 1), "twice phone"),
    ];
    join_all(damages.into_iter().map(async |(damage, flaw)| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        desk.close().await;
        let bookings = [ANNA, OLGA, "+79160000003"].map(|phone| shop.book("Анна", phone));
        let body = status(200, &damaged(&shop, bookings[1], damage).await);
        let fault = shop.simulator.set_fault(Fault::always(Target::yclients("records"), body));

        let desk = shop.open();
        for booking in [bookings[0], bookings[2]] {
            shop.until_state(booking, State::Read).await;
        }
        let row = shop.about(bookings[1]);
        assert_eq!(
            (row.state, row.reason),
            (State::Skipped, Reason::Unreadable),
            "{flaw}\n{}",
            shop.picture()
        );
        assert_eq!(row.detail, format!("{} {flaw}", bookings[1]));
        assert_eq!(shop.unread().len(), 1, "{flaw}");
        assert_eq!(shop.told().len(), 2, "{flaw}");
        shop.simulator.clear_fault(fault);
        shop.until_state(bookings[1], State::Read).await;
        desk.close().await;
        assert_eq!((shop.told().len(), shop.unread().len()), (3, 0), "{flaw}");
    }))
    .await;
}

#[test]
async fn a_record_without_a_number_is_counted_and_the_others_are_told() {
    let damages: [Damage; 4] = [
        |_| json!("запись").to_string(),
        |it| with(&it, |it| it["id"] = json!("Анна")),
        |it| with(&it, |it| it["id"] = json!(true)),
        |it| it.replacen('{', "{\"id\":5,", 1),
    ];
    join_all(damages.into_iter().enumerate().map(async |(which, damage)| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        desk.close().await;
        let bookings = [ANNA, OLGA].map(|phone| shop.book("Анна", phone));
        let body = status(200, &damaged(&shop, bookings[1], damage).await);
        let fault = shop.simulator.set_fault(Fault::always(Target::yclients("records"), body));
        let desk = shop.open();
        shop.until_state(bookings[0], State::Read).await;
        shop.polls_later(3).await;
        assert!(shop.row(bookings[1]).is_none(), "damage {which}\n{}", shop.picture());
        let unread = shop.unread();
        assert_eq!(unread.len(), 1, "damage {which}: once, however often it comes");
        assert_eq!(unread[0].0, None);
        shop.simulator.clear_fault(fault);
        shop.until_state(bookings[1], State::Read).await;
        desk.close().await;
        assert_eq!(shop.told().len(), 2, "damage {which}");
    }))
    .await;
}

#[test]
async fn a_lone_surrogate_in_a_name_and_a_date_without_a_zone_cost_no_row() {
    let damages: [(Damage, State); 2] = [
        (|it| it.replacen("Ольга", "Ол\\ud83dьга", 2), State::Waiting),
        (
            |it| {
                with(&it, |it| {
                    let bare = |at: &Value| json!(at.as_str().unwrap()[..19].replace('T', " "));
                    (it["create_date"], it["last_change_date"]) =
                        (bare(&it["create_date"]), json!("0000-00-00 00:00:00"));
                })
            },
            State::Read,
        ),
    ];
    join_all(damages.into_iter().map(async |(damage, ends)| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        desk.close().await;
        let booking = shop.book("Ольга", OLGA);
        let body = status(200, &damaged(&shop, booking, damage).await);
        shop.simulator.set_fault(Fault::always(Target::yclients("records"), body));
        let desk = shop.open();
        let row = shop.until_state(booking, ends).await;
        desk.close().await;
        assert_eq!(shop.unread().len(), 0);
        let asks = if ends == State::Waiting { Reason::BrokenCharacter } else { Reason::None };
        assert_eq!(row.reason, asks);
    }))
    .await;
}
