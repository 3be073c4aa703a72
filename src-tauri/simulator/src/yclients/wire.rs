//! A booking in the shape YClients sends it.
//!
//! Live servers write the same field in different ways. Each way appears here, chosen by the
//! booking's id, so that a reader meets them all and a failing test fails again.

use chrono::offset::Offset;
use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Map, Value, json};

use super::booking::{Booking, Client, Service};
use crate::options::Branch;

/// The record, as the answer with this number writes it.
pub(crate) fn record_json(booking: &Booking, branch: &Branch, answer: usize) -> Value {
    let id = booking.id;
    let mut record = when_and_who(booking, branch);
    put(
        &mut record,
        json!({
            "id": id,
            "company_id": booking.company_id,
            "staff_id": booking.staff.id,
            "services": services_json(&booking.services, id, answer),
            "goods_transactions": [],
            "staff": {
                "id": booking.staff.id,
                "api_id": null,
                "name": booking.staff.name,
                "specialization": "барбер",
                "position": variant(id, [json!({ "id": 1, "title": "Барбер" }), json!([]), Value::Null]),
                "avatar": "https://example.com/no-master-sm.png",
                "avatar_big": "https://example.com/no-master.png",
                "rating": 0,
                "votes_count": 0,
            },
            "comer": null,
            "clients_count": 1,
            "comment": booking.comment,
            "visit_attendance": booking.attendance,
            "attendance": booking.attendance,
            "confirmed": i64::from(booking.attendance == 2),
            "seance_length": booking.length_seconds,
            "length": booking.length_seconds,
            "sms_before": 0,
            "sms_now": i64::from(booking.sms_now),
            "sms_now_text": "",
            "email_now": i64::from(booking.email_now),
            "notified": 0,
            "master_request": 0,
            // Records made by hand carry one too: no mark of a bot.
            "api_id": if booking.online { String::new() } else { format!("0f8fad5b-d9cb-469f-a165-{id:012}") },
            "from_url": "",
            "review_requested": 0,
            "visit_id": variant(id, [json!(booking.visit_id), json!(booking.visit_id.to_string())]),
            "deleted": booking.deleted,
            "paid_full": booking.paid_full,
            "payment_status": booking.paid_full.min(1),
            "prepaid": false,
            "prepaid_confirmed": false,
            "custom_color": "",
            "custom_font_color": "",
            "record_labels": variant(id, [json!([label(json!("67345"))]), json!([label(json!(67345))]), json!([])]),
            "activity_id": 0,
            // The documentation has an object here; live rows never do.
            "custom_fields": [],
            "documents": [],
            "short_link": format!("https://example.com/c/{id:x}"),
            "sms_remain_hours": 0,
            "resource_instance_ids": [],
        }),
    );
    // What nobody documents may appear at any time.
    if id % 2 == 0 {
        put(&mut record, json!({ "is_update_blocked": false, "technological": { "card_id": null } }));
    }
    Value::Object(record)
}

fn when_and_who(booking: &Booking, branch: &Branch) -> Map<String, Value> {
    let id = booking.id;
    let mut record = Map::new();
    put(
        &mut record,
        json!({
            "date": booking.start.format("%Y-%m-%d %H:%M:%S").to_string(),
            "datetime": datetime(booking, branch),
            "create_date": moment(booking.created_at, branch),
            "last_change_date": moment(booking.changed_at, branch),
            "online": booking.online,
            "created_user_id": booking.created_user_id,
            "is_mobile": if booking.online { 1 + id.rem_euclid(2) } else { 0 },
            "bookform_id": if booking.online { 4401 } else { 0 },
            "record_from": booking.record_from,
        }),
    );
    match &booking.client {
        Some(client) => {
            let client = client_json(client, branch.rights.phones_access, id);
            put(&mut record, json!({ "client": client }));
        }
        // Without a client the field is null, or is not there.
        None if id % 2 == 0 => put(&mut record, json!({ "client": null })),
        None => {}
    }
    record
}

fn put(record: &mut Map<String, Value>, fields: Value) {
    if let Value::Object(fields) = fields {
        record.extend(fields);
    }
}

/// One of the ways a field is written.
fn variant<const N: usize>(id: i64, ways: [Value; N]) -> Value {
    let chosen = id.unsigned_abs() % u64::try_from(N).unwrap_or(1).max(1);
    ways.into_iter().nth(usize::try_from(chosen).unwrap_or_default()).unwrap_or_default()
}

fn client_json(client: &Client, phones: bool, id: i64) -> Value {
    let display = format!("{} {}", client.name, client.surname);
    json!({
        "id": client.id,
        "name": client.name,
        "surname": client.surname,
        "patronymic": "",
        "display_name": display.trim(),
        "comment": "",
        "phone": if phones { client.phone.clone() } else { starred(&client.phone) },
        "card": "",
        "email": "",
        "success_visits_count": id.rem_euclid(7),
        "fail_visits_count": 0,
        "discount": 0,
        "is_new": id % 7 == 0,
        "custom_fields": variant(id, [json!([]), json!({})]),
        "sex": 0,
        "birthday": "",
        "client_tags": [],
    })
}

/// How a phone looks to a user without the right to see it.
fn starred(phone: &str) -> String {
    let kept = phone.chars().count().saturating_sub(4);
    phone
        .chars()
        .enumerate()
        .map(|(place, digit)| if place >= 2 && place < kept { '*' } else { digit })
        .collect()
}

/// The order changes from answer to answer, the numbers with the booking.
fn services_json(services: &[Service], id: i64, answer: usize) -> Vec<Value> {
    let mut rows: Vec<Value> = services
        .iter()
        .map(|service| {
            #[expect(clippy::cast_precision_loss, reason = "a count of services is small")]
            let whole = service.cost * service.amount as f64;
            let to_pay = whole * (1.0 - service.discount / 100.0);
            // These three differ on live rows only where points are paid with, which nobody does here.
            json!({
                "id": service.id,
                "title": service.title,
                "cost": amount(to_pay, id),
                "cost_to_pay": amount(to_pay, id),
                "manual_cost": amount(to_pay, id),
                "cost_per_unit": amount(service.cost, id),
                "discount": amount(service.discount, id + 1),
                "first_cost": amount(whole, id),
                "amount": service.amount,
            })
        })
        .collect();
    if !rows.is_empty() {
        let turn = answer % rows.len();
        rows.rotate_left(turn);
    }
    rows
}

/// A sum as an integer for some bookings, and with a decimal point for others.
fn amount(sum: f64, id: i64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the sum just below")]
    let whole = sum as i64;
    #[expect(clippy::cast_precision_loss, reason = "prices are far below 2^52")]
    let is_whole = (whole as f64 - sum).abs() < f64::EPSILON;
    if is_whole && id % 2 == 0 { json!(whole) } else { json!(sum) }
}

fn label(id: Value) -> Value {
    let mut label =
        json!({ "title": "Постоянный", "color": "#009800", "icon": "unlock", "font_color": "#ffffff" });
    label["id"] = id;
    label
}

/// An instant in the branch's zone, its offset without a colon.
fn moment(at: DateTime<Utc>, branch: &Branch) -> String {
    at.with_timezone(&branch.zone).format("%Y-%m-%dT%H:%M:%S%z").to_string()
}

/// The start with an offset, written with a colon. Seen live: across a daylight-saving change the
/// offset may be the one of the day the booking was made; odd ids have it so.
fn datetime(booking: &Booking, branch: &Branch) -> String {
    let of_making = branch.zone.offset_from_utc_datetime(&booking.created_at.naive_utc()).fix();
    let of_visit =
        branch.zone.offset_from_local_datetime(&booking.start).earliest().map(|offset| offset.fix());
    let offset = if booking.id % 2 == 0 { of_visit.unwrap_or(of_making) } else { of_making };
    format!("{}{offset}", booking.start.format("%Y-%m-%dT%H:%M:%S"))
}
