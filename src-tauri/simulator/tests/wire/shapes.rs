//! The odd ways in which live servers write a record: each must really appear.

use std::collections::BTreeSet;

use serde_json::Value;
use simulator::{Branch, NewBooking, Options, Service, Start};

use crate::support::{BRANCH, start, start_with, yclients};

fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "absent",
        Some(Value::Null) => "null",
        Some(Value::String(_)) => "text",
        Some(Value::Number(number)) if number.is_f64() => "float",
        Some(Value::Number(_)) => "integer",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
        Some(Value::Bool(_)) => "bool",
    }
}

async fn rows(simulator: &simulator::Simulator) -> Vec<Value> {
    let (_, page) = yclients(simulator, &format!("/records/{BRANCH}?count=200")).await;
    page["data"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn every_documented_way_of_writing_a_field_appears() {
    let simulator = start().await;
    for _ in 0..6 {
        simulator.book(NewBooking::default());
        simulator.book(NewBooking::blocked_time());
        simulator.book(NewBooking::blocked_time());
    }
    let rows = rows(&simulator).await;
    let kinds =
        |pointer: &str| -> BTreeSet<&str> { rows.iter().map(|row| kind(row.pointer(pointer))).collect() };
    assert_eq!(kinds("/client"), BTreeSet::from(["absent", "null", "object"]));
    assert_eq!(kinds("/visit_id"), BTreeSet::from(["integer", "text"]));
    assert_eq!(kinds("/staff/position"), BTreeSet::from(["array", "null", "object"]));
    assert_eq!(kinds("/client/custom_fields"), BTreeSet::from(["absent", "array", "object"]));
    assert_eq!(kinds("/services/0/cost"), BTreeSet::from(["absent", "float", "integer"]));
    assert_eq!(kinds("/record_labels/0/id"), BTreeSet::from(["absent", "integer", "text"]));
    assert_eq!(kinds("/technological"), BTreeSet::from(["absent", "object"]));
}

#[tokio::test]
async fn every_row_has_the_keys_that_live_rows_always_have() {
    let simulator = start().await;
    for id in 0..6 {
        simulator.book(if id == 0 { NewBooking::blocked_time() } else { NewBooking::default() });
    }
    for row in rows(&simulator).await {
        assert!(row["payment_status"].is_i64() && row["sms_remain_hours"].is_i64(), "{row}");
        assert!(row["short_link"].is_string(), "{row}");
        // The documentation writes an object where live rows have a list with nothing in it.
        for list in ["custom_fields", "documents", "resource_instance_ids"] {
            assert_eq!(row[list], serde_json::json!([]), "{list}");
        }
    }
}

#[tokio::test]
async fn a_discount_is_taken_off_what_is_paid_and_off_no_other_price() {
    let simulator = start().await;
    let service = Service { discount: 10.0, amount: 2, ..Service::new(1, "Стрижка", 1000.0) };
    simulator.book(NewBooking { services: vec![service], ..NewBooking::default() });
    let line = &rows(&simulator).await[0]["services"][0];
    let prices = ["cost", "cost_to_pay", "manual_cost", "first_cost", "cost_per_unit"];
    let sums = prices.map(|price| line[price].as_f64().map(|sum| sum.to_string()).unwrap_or_default());
    assert_eq!(sums, ["1800", "1800", "1800", "2000", "1000"]);
}

#[tokio::test]
async fn the_order_of_services_changes_from_answer_to_answer() {
    let simulator = start().await;
    let services = vec![Service::new(1, "Стрижка", 2000.0), Service::new(2, "Борода", 1000.0)];
    simulator.book(NewBooking { services, ..NewBooking::default() });
    let first = rows(&simulator).await[0]["services"][0]["id"].clone();
    let second = rows(&simulator).await[0]["services"][0]["id"].clone();
    assert_ne!(first, second);
}

#[tokio::test]
async fn instants_have_their_offset_with_and_without_a_colon() {
    let simulator = start().await;
    simulator.book(NewBooking::default());
    let row = &rows(&simulator).await[0];
    for field in ["create_date", "last_change_date"] {
        assert!(row[field].as_str().is_some_and(|text| text.ends_with("+0300")), "{row}");
    }
    assert!(row["datetime"].as_str().is_some_and(|text| text.ends_with("+03:00")), "{row}");
}

#[tokio::test]
async fn the_offset_of_the_start_may_be_wrong_across_a_change_of_daylight_saving() {
    let berlin = Branch::new(BRANCH, chrono_tz::Europe::Berlin, "Mitte", "");
    let simulator = start_with(Options { branches: vec![berlin], ..Options::default() }).await;
    let summer = chrono::NaiveDate::from_ymd_opt(2027, 7, 1).and_then(|day| day.and_hms_opt(12, 0, 0));
    let winter = "2027-01-10T12:00:00Z".parse().ok();
    for _ in 0..2 {
        let start = Start::At(summer.expect("a date"));
        simulator.book(NewBooking { created_at: winter, ..NewBooking::default().at(start) });
    }
    let rows = rows(&simulator).await;
    let offsets: BTreeSet<&str> =
        rows.iter().filter_map(|row| row["datetime"].as_str()).map(|text| &text[19..]).collect();
    assert_eq!(offsets, BTreeSet::from(["+01:00", "+02:00"]));
    assert!(rows.iter().all(|row| row["date"] == "2027-07-01 12:00:00"));
}

#[tokio::test]
async fn a_blocked_time_has_no_client_no_services_and_visit_zero() {
    let simulator = start().await;
    simulator.book(NewBooking::blocked_time());
    let row = &rows(&simulator).await[0];
    assert!(row.get("client").is_none_or(Value::is_null));
    assert_eq!(row["services"], serde_json::json!([]));
    assert!(row["visit_id"] == 0 || row["visit_id"] == "0");
}

#[tokio::test]
async fn an_online_booking_shows_where_it_came_from() {
    let simulator = start().await;
    simulator.book(NewBooking::online("Мария", "+79031112233"));
    let row = &rows(&simulator).await[0];
    assert_eq!((&row["online"], &row["created_user_id"]), (&true.into(), &0.into()));
    assert!(row["is_mobile"].as_i64().is_some_and(|kind| kind > 0));
    assert_ne!(row["record_from"], "");
}
