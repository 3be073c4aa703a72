//! A record of YClients, made into a booking.

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::booking::{Attendance, Booking, BookingId, Client, CompanyId, Service, Staff};
use engine::clock::is_sensible;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient;
use super::price::Prices;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::int")]
    company_id: Option<i64>,
    #[serde(deserialize_with = "lenient::int")]
    staff_id: Option<i64>,
    #[serde(deserialize_with = "lenient::list")]
    services: Vec<ServiceLine>,
    #[serde(deserialize_with = "lenient::object")]
    staff: Option<StaffCard>,
    #[serde(deserialize_with = "lenient::object")]
    client: Option<ClientCard>,
    #[serde(deserialize_with = "lenient::text")]
    date: String,
    #[serde(deserialize_with = "lenient::text")]
    datetime: String,
    #[serde(deserialize_with = "lenient::text")]
    create_date: String,
    #[serde(deserialize_with = "lenient::text")]
    last_change_date: String,
    #[serde(deserialize_with = "lenient::flag")]
    online: Option<bool>,
    #[serde(deserialize_with = "lenient::int")]
    attendance: Option<i64>,
    #[serde(deserialize_with = "lenient::int")]
    visit_attendance: Option<i64>,
    #[serde(deserialize_with = "lenient::int")]
    created_user_id: Option<i64>,
    #[serde(deserialize_with = "lenient::flag")]
    deleted: Option<bool>,
    #[serde(deserialize_with = "lenient::some_or_none")]
    sms_now: bool,
    #[serde(deserialize_with = "lenient::some_or_none")]
    email_now: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ServiceLine {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    title: String,
    #[serde(deserialize_with = "lenient::any")]
    amount: Value,
    #[serde(flatten)]
    prices: Prices,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StaffCard {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClientCard {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    name: String,
    #[serde(deserialize_with = "lenient::text")]
    display_name: String,
    #[serde(deserialize_with = "lenient::text")]
    phone: String,
}

/// A row's id, even of a row that cannot be read otherwise.
pub(crate) fn record_id(row: &RawValue) -> Option<i64> {
    #[derive(Deserialize)]
    struct Id {
        #[serde(default, deserialize_with = "lenient::int")]
        id: Option<i64>,
    }
    serde_json::from_str::<Id>(row.get()).ok()?.id
}

/// Reads one record of `company`. The error says why not, and names no value.
pub(crate) fn record(row: &RawValue, company: CompanyId) -> Result<Booking, String> {
    if !row.get().starts_with('{') {
        return Err("it is no object".into());
    }
    let record: Record = serde_json::from_str(row.get()).map_err(|error| error.to_string())?;
    let id = record.id.ok_or("it has no id")?;
    if record.company_id.is_some_and(|other| other != company.0) {
        return Err("it belongs to another branch".into());
    }
    Ok(Booking {
        id: BookingId(id),
        company,
        created_at: instant(&record.create_date),
        changed_at: instant(&record.last_change_date),
        starts_local: start(&record)?,
        online: record.online.unwrap_or(false),
        created_by: record.created_user_id.unwrap_or(0),
        deleted: record.deleted.unwrap_or(false),
        attendance: attendance(&record)?,
        staff: staff(&record),
        client: record.client.and_then(client),
        services: record.services.into_iter().map(service).collect(),
        own_notice: record.sms_now || record.email_now,
    })
}

/// `date` is the branch's wall clock. `datetime` repeats it with an offset that can
/// be wrong across a daylight-saving change, so only its wall part is taken.
fn start(record: &Record) -> Result<Option<NaiveDateTime>, String> {
    let texts = [&record.date, &record.datetime];
    let said = texts.iter().any(|text| !text.is_empty() && !text.starts_with("0000"));
    match texts.into_iter().find_map(|text| wall(text)) {
        None if said => Err("its date cannot be read".into()),
        start => Ok(start),
    }
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    let text = text.replace('T', " ");
    let long = text.get(..19).unwrap_or(&text);
    NaiveDateTime::parse_from_str(long, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text.get(..16).unwrap_or(&text), "%Y-%m-%d %H:%M"))
        .ok()
        .filter(is_sensible)
}

/// `2026-03-01T12:00:00+0300`, with or without the colon. Without an offset the
/// instant is not known, and none is made up.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z")
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .ok()
        .map(|at| at.to_utc())
        .filter(is_sensible)
}

/// `attendance` is this record's; `visit_attendance` is the whole visit's, which
/// may hold other records too, and stands in only where the first is missing.
fn attendance(record: &Record) -> Result<Attendance, String> {
    match record.attendance.or(record.visit_attendance) {
        None | Some(0) => Ok(Attendance::Waiting),
        Some(-1) => Ok(Attendance::Cancelled),
        Some(1) => Ok(Attendance::Came),
        Some(2) => Ok(Attendance::Confirmed),
        // A state we do not know may mean that nobody is to be written to.
        Some(_) => Err("its attendance is not known".into()),
    }
}

fn staff(record: &Record) -> Option<Staff> {
    let card = record.staff.as_ref();
    let id = card.and_then(|card| card.id).or(record.staff_id).unwrap_or(0);
    let name = card.map(|card| card.name.clone()).unwrap_or_default();
    (id != 0 || !name.is_empty()).then_some(Staff { id, name })
}

/// A card without id, name and phone is no client: that is how some servers say null.
/// `name` is what a person is called; `display_name` carries surname and patronymic too.
fn client(card: ClientCard) -> Option<Client> {
    let name = if card.name.is_empty() { card.display_name } else { card.name };
    let client = Client { id: card.id.unwrap_or(0), name, phone: card.phone };
    (client.id != 0 || !client.name.is_empty() || !client.phone.is_empty()).then_some(client)
}

fn service(line: ServiceLine) -> Service {
    let amount = lenient::to_int(&line.amount).unwrap_or(1);
    Service { id: line.id.unwrap_or(0), title: line.title, amount, price: line.prices.paid(amount) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BRANCH: CompanyId = CompanyId(31);

    fn read(value: &Value) -> Result<Booking, String> {
        record(&RawValue::from_string(value.to_string()).unwrap(), BRANCH)
    }

    #[test]
    fn a_full_record_is_read() {
        let booking = read(&json!({
            "id": 1_500_000_123_u64, "company_id": 31, "staff_id": 8,
            "services": [{ "id": 4, "title": "Стрижка", "cost": 1700.5, "cost_to_pay": 1700.5, "amount": 1 }],
            "staff": { "id": 8, "name": "Мария", "position": [] },
            "client": { "id": 77, "name": "Пётр", "display_name": "Пётр Ильич", "phone": "+79160000001" },
            "date": "2026-12-01 14:30:00", "datetime": "2026-12-01T14:30:00+05:00",
            "create_date": "2026-11-20T10:00:05+0300", "last_change_date": "2026-11-20T10:00:09+03:00",
            "online": false, "attendance": 2, "visit_attendance": 0, "created_user_id": 55, "deleted": false,
            "sms_now": 0, "email_now": 1, "custom_fields": [], "visit_id": "12",
        }))
        .unwrap();
        assert_eq!(booking.id, BookingId(1_500_000_123));
        assert_eq!(booking.created_at.unwrap().to_rfc3339(), "2026-11-20T07:00:05+00:00");
        assert_eq!(booking.changed_at.unwrap().to_rfc3339(), "2026-11-20T07:00:09+00:00");
        assert_eq!(booking.starts_local.unwrap().to_string(), "2026-12-01 14:30:00");
        assert_eq!(booking.attendance, Attendance::Confirmed);
        assert_eq!(booking.created_by, 55);
        assert_eq!(booking.staff, Some(Staff { id: 8, name: "Мария".into() }));
        assert_eq!(
            booking.client,
            Some(Client { id: 77, name: "Пётр".into(), phone: "+79160000001".into() })
        );
        let line = Service { id: 4, title: "Стрижка".into(), amount: 1, price: 170_050 };
        assert_eq!(booking.services, [line]);
        assert!(booking.own_notice && !booking.online && !booking.deleted);
    }

    #[test]
    fn a_record_of_nothing_but_its_id_is_a_record() {
        let booking = read(&json!({ "id": "9" })).unwrap();
        assert_eq!(booking.id, BookingId(9));
        assert_eq!(booking.company, BRANCH);
        assert_eq!(booking.attendance, Attendance::Waiting);
        assert_eq!((booking.created_by, booking.online, booking.deleted), (0, false, false));
        assert!(booking.client.is_none() && booking.staff.is_none() && booking.services.is_empty());
        assert!(booking.starts_local.is_none() && booking.created_at.is_none());
    }

    #[test]
    fn a_time_block_has_no_client_in_any_of_its_spellings() {
        for nobody in [json!(null), json!([]), json!({}), json!({ "id": 0, "name": "", "phone": "" })] {
            assert!(read(&json!({ "id": 1, "client": nobody })).unwrap().client.is_none());
        }
    }

    #[test]
    fn a_phone_may_be_a_number_and_a_name_may_stand_elsewhere() {
        let client = json!({ "id": 1, "name": "", "display_name": "Анна", "phone": 79_160_000_001_u64 });
        let client = read(&json!({ "id": 1, "client": client })).unwrap().client.unwrap();
        assert_eq!((client.name.as_str(), client.phone.as_str()), ("Анна", "79160000001"));
    }

    #[test]
    fn the_wall_part_of_datetime_stands_in_for_a_missing_date() {
        let of = |value: Value| read(&value).unwrap().starts_local.map(|at| at.to_string());
        assert_eq!(
            of(json!({ "id": 1, "datetime": "2026-12-01T09:15:00+0900" })).as_deref(),
            Some("2026-12-01 09:15:00")
        );
        assert_eq!(of(json!({ "id": 1, "date": "0000-00-00 00:00:00" })), None);
        assert!(read(&json!({ "id": 1, "date": "завтра" })).is_err());
    }

    #[test]
    fn a_creation_time_without_a_zone_is_not_guessed() {
        assert_eq!(read(&json!({ "id": 1, "create_date": "2026-11-20 10:00:05" })).unwrap().created_at, None);
    }

    #[test]
    fn the_records_own_attendance_counts_before_the_visits() {
        let of = |value: Value| read(&value).map(|booking| booking.attendance);
        assert_eq!(of(json!({ "id": 1, "attendance": 0, "visit_attendance": 1 })), Ok(Attendance::Waiting));
        assert_eq!(of(json!({ "id": 1, "visit_attendance": "-1" })), Ok(Attendance::Cancelled));
        assert!(of(json!({ "id": 1, "attendance": 7 })).is_err());
    }

    #[test]
    fn what_cannot_be_read_says_why_and_repeats_nothing() {
        for bad in [
            json!("Иван"),
            json!({ "name": "Иван" }),
            json!({ "id": 1, "online": "Иван" }),
            json!({ "id": 1, "client": "Иван" }),
            json!({ "id": 1, "company_id": 32 }),
        ] {
            let why = read(&bad).unwrap_err();
            assert!(!why.contains("Иван"), "{why}");
        }
    }

    #[test]
    fn a_field_nested_without_end_costs_at_most_its_own_row() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let row = |field: &str| RawValue::from_string(format!(r#"{{"id":5,"{field}":{deep}}}"#)).unwrap();
        assert_eq!(record_id(&row("client")), Some(5));
        assert!(record(&row("client"), BRANCH).unwrap_err().contains("recursion"));
        assert!(record(&row("unknown"), BRANCH).is_ok(), "a field nobody reads is walked over");
    }
}
