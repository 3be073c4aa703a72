//! A record of YClients, made into a booking.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};
use engine::booking::{
    Attendance, Booking, BookingId, Client, CompanyId, Flaw, FlawKind, Service, Staff, Unread,
};
use serde_json::value::RawValue;

use super::fields::Fields;
use super::lenient;
use super::price::Prices;

/// No visit, no booking and no server's clock lies elsewhere, and reckoning with what does could come
/// out of any range.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// What a row is known by: its id, even where it cannot be read otherwise, else its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKey {
    Id(i64),
    Nameless(String),
}

pub(crate) fn row_key(row: &RawValue) -> RowKey {
    let id = Fields::of(row).and_then(|fields| id(&fields).ok());
    id.map_or_else(|| RowKey::Nameless(row.get().to_owned()), |id| RowKey::Id(id.0))
}

/// Reads one record of `company`, or tells what of it could not be read.
pub(crate) fn record(row: &RawValue, company: CompanyId) -> Result<Booking, Unread> {
    let Some(fields) = Fields::of(row) else {
        return Err(unread(row, None, Flaw::whole(FlawKind::NoRecord)));
    };
    booking(&fields, company).map_err(|flaw| unread(row, Some(&fields), flaw))
}

fn unread(row: &RawValue, fields: Option<&Fields<'_>>, flaw: Flaw) -> Unread {
    let mut print = DefaultHasher::new();
    row.get().hash(&mut print);
    Unread {
        id: fields.and_then(|fields| id(fields).ok()),
        flaw,
        starts_local: fields.and_then(|fields| start(fields).ok().flatten()),
        print: print.finish(),
    }
}

fn id(fields: &Fields<'_>) -> Result<BookingId, Flaw> {
    match fields.int("id")? {
        Some(id) if id > 0 => Ok(BookingId(id)),
        _ => Err(Flaw::whole(FlawKind::NoId)),
    }
}

fn booking(fields: &Fields<'_>, company: CompanyId) -> Result<Booking, Flaw> {
    let id = id(fields)?;
    if fields.int("company_id")?.is_some_and(|other| other != company.0) {
        return Err(Flaw::whole(FlawKind::OtherBranch));
    }
    let (created_at, created_local) = stamp(&fields.said("create_date")?)
        .ok_or_else(|| Flaw::new(FlawKind::NoDate, "create_date"))?
        .apart();
    // It only says how far the feed has come.
    let (changed_at, changed_local) = stamp(&fields.text("last_change_date")?).unwrap_or(Stamp::None).apart();
    let client = fields.object("client")?.map(|card| client(&card)).transpose()?.flatten();
    let services = fields.list("services")?;
    Ok(Booking {
        id,
        company,
        created_at,
        created_local,
        changed_at,
        changed_local,
        starts_local: start(fields)?,
        online: fields.flag("online")?.unwrap_or(false),
        created_by: fields.int("created_user_id")?.unwrap_or(0),
        deleted: fields.flag("deleted")?.unwrap_or(false),
        attendance: attendance(fields)?,
        staff: staff(fields)?,
        client,
        services: services.iter().map(service).collect::<Result<_, _>>()?,
        own_notice: fields.some_or_none("sms_now")? || fields.some_or_none("email_now")?,
    })
}

/// `date` is the branch's wall clock. `datetime` repeats it with an offset that can
/// be wrong across a daylight-saving change, so only its wall part is taken.
fn start(fields: &Fields<'_>) -> Result<Option<NaiveDateTime>, Flaw> {
    for name in ["date", "datetime"] {
        let text = fields.said(name)?;
        if !text.is_empty() && !text.starts_with("0000") {
            return wall(&text).map(Some).ok_or_else(|| Flaw::new(FlawKind::NoDate, name));
        }
    }
    Ok(None)
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    let text = text.replace('T', " ");
    let long = text.get(..19).unwrap_or(&text);
    NaiveDateTime::parse_from_str(long, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text.get(..16).unwrap_or(&text), "%Y-%m-%d %H:%M"))
        .ok()
        .filter(|at| YEARS.contains(&at.year()))
}

/// When something happened, as it was written down.
enum Stamp {
    None,
    At(DateTime<Utc>),
    /// Without a zone: on the branch's wall.
    OnTheWall(NaiveDateTime),
}

impl Stamp {
    fn apart(self) -> (Option<DateTime<Utc>>, Option<NaiveDateTime>) {
        match self {
            Self::None => (None, None),
            Self::At(at) => (Some(at), None),
            Self::OnTheWall(local) => (None, Some(local)),
        }
    }
}

/// `2026-03-01T12:00:00+0300`, with or without the colon, with or without a zone. None: it is there
/// and means nothing.
fn stamp(text: &str) -> Option<Stamp> {
    if text.is_empty() || text.starts_with("0000") {
        return Some(Stamp::None);
    }
    let text = text.replacen(' ', "T", 1);
    let at = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%#z")
        .or_else(|_| DateTime::parse_from_rfc3339(&text));
    if let Ok(at) = at {
        return YEARS.contains(&at.year()).then(|| Stamp::At(at.to_utc()));
    }
    let local = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M"));
    local.ok().filter(|at| YEARS.contains(&at.year())).map(Stamp::OnTheWall)
}

/// `attendance` is this record's; `visit_attendance` is the whole visit's, which
/// may hold other records too, and stands in only where the first is missing.
fn attendance(fields: &Fields<'_>) -> Result<Attendance, Flaw> {
    for name in ["attendance", "visit_attendance"] {
        return Ok(match fields.int(name)? {
            None => continue,
            Some(0) => Attendance::Waiting,
            Some(-1) => Attendance::Cancelled,
            Some(1) => Attendance::Came,
            Some(2) => Attendance::Confirmed,
            // A state we do not know may mean that nobody is to be written to.
            Some(_) => return Err(Flaw::new(FlawKind::UnknownValue, name)),
        });
    }
    Ok(Attendance::Waiting)
}

fn staff(fields: &Fields<'_>) -> Result<Option<Staff>, Flaw> {
    let card = fields.object("staff")?;
    let in_card = card.as_ref().map(|card| card.int("id")).transpose()?.flatten();
    let id = match in_card {
        Some(id) => id,
        None => fields.int("staff_id")?.unwrap_or(0),
    };
    let name = card.map(|card| card.text("name")).transpose()?.unwrap_or_default();
    Ok((id != 0 || !name.is_empty()).then_some(Staff { id, name }))
}

/// A card without id, name and phone is no client: that is how some servers say null.
/// `name` is what a person is called; `display_name` carries surname and patronymic too.
fn client(card: &Fields<'_>) -> Result<Option<Client>, Flaw> {
    let name = match card.text("name")? {
        none if none.is_empty() => card.text("display_name")?,
        name => name,
    };
    let client = Client { id: card.int("id")?.unwrap_or(0), name, phone: card.said("phone")? };
    Ok((client.id != 0 || !client.name.is_empty() || !client.phone.is_empty()).then_some(client))
}

fn service(line: &Fields<'_>) -> Result<Service, Flaw> {
    let amount = lenient::to_int(&line.any("amount")?).unwrap_or(1);
    let prices = Prices::read(line)?;
    Ok(Service {
        id: line.int("id")?.unwrap_or(0),
        title: line.text("title")?,
        amount,
        price: prices.paid(amount),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const BRANCH: CompanyId = CompanyId(31);

    fn raw(value: &Value) -> Box<RawValue> {
        RawValue::from_string(value.to_string()).unwrap()
    }

    fn read(value: &Value) -> Result<Booking, Unread> {
        record(&raw(value), BRANCH)
    }

    fn flaw(text: &str) -> String {
        record(&RawValue::from_string(text.to_owned()).unwrap(), BRANCH).unwrap_err().flaw.to_string()
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
    fn a_creation_time_without_a_zone_is_left_to_the_branch_s() {
        let wall = "2026-11-20T10:00:05".parse().ok();
        for text in ["2026-11-20 10:00:05", "2026-11-20T10:00:05", "2026-11-20T10:00:05.000"] {
            let booking = read(&json!({ "id": 1, "create_date": text, "last_change_date": text })).unwrap();
            assert_eq!((booking.created_at, booking.created_local), (None, wall), "{text}");
            assert_eq!((booking.changed_at, booking.changed_local), (None, wall), "{text}");
        }
        for text in [
            "2026-11-20T10:00:05+0300",
            "2026-11-20 10:00:05+03:00",
            "2026-11-20T07:00:05Z",
            "2026-11-20T10:00:05+03",
        ] {
            let booking = read(&json!({ "id": 1, "create_date": text })).unwrap();
            assert_eq!(booking.created_at.unwrap().to_rfc3339(), "2026-11-20T07:00:05+00:00", "{text}");
            assert_eq!(booking.created_local, None);
        }
        for text in ["", "0000-00-00 00:00:00"] {
            let booking = read(&json!({ "id": 1, "create_date": text })).unwrap();
            assert_eq!((booking.created_at, booking.created_local), (None, None));
        }
    }

    #[test]
    fn a_date_out_of_all_reckoning_is_none() {
        for text in [
            "вчера",
            "1790000000",
            "+262142-12-31T23:59:59-2300",
            "9999-12-31T23:59:59+0000",
            "2026-13-01T00:00:00",
        ] {
            assert_eq!(
                flaw(&json!({ "id": 1, "create_date": text }).to_string()),
                "no_date create_date",
                "{text}"
            );
            let changed = read(&json!({ "id": 1, "last_change_date": text })).unwrap();
            assert_eq!((changed.changed_at, changed.changed_local), (None, None), "it decides nothing");
        }
        for text in ["+262142-1-1 1:1:1", "0001-01-01 00:00:00", "2026-02-30 10:00:00"] {
            assert_eq!(flaw(&json!({ "id": 1, "date": text }).to_string()), "no_date date", "{text}");
        }
    }

    #[test]
    fn the_records_own_attendance_counts_before_the_visits() {
        let of = |value: Value| read(&value).map(|booking| booking.attendance);
        assert_eq!(of(json!({ "id": 1, "attendance": 0, "visit_attendance": 1 })), Ok(Attendance::Waiting));
        assert_eq!(of(json!({ "id": 1, "visit_attendance": "-1" })), Ok(Attendance::Cancelled));
        for unknown in [3, 7, -2, i64::MAX] {
            let why = of(json!({ "id": 1, "attendance": unknown })).unwrap_err();
            assert_eq!(
                (why.id, why.flaw.to_string().as_str()),
                (Some(BookingId(1)), "unknown_value attendance")
            );
        }
    }

    #[test]
    fn a_yes_is_no_number() {
        for field in ["created_user_id", "attendance", "company_id", "staff_id"] {
            for yes in [json!(true), json!(false)] {
                assert_eq!(flaw(&json!({ "id": 1, field: yes }).to_string()), format!("no_number {field}"));
            }
        }
        assert_eq!(flaw(r#"{"id":true}"#), "no_number id");
        assert_eq!(flaw(r#"{"id":1,"client":{"id":true,"phone":"+79160000001"}}"#), "no_number id");
    }

    #[test]
    fn a_field_that_stands_there_twice_costs_its_row_where_it_is_read() {
        for (row, expected) in [
            (r#"{"id":5,"online":false,"online":true}"#, "twice online"),
            (r#"{"id":5,"online":false,"online":false}"#, "twice online"),
            (r#"{"id":5,"client":{"phone":"+79160000001","phone":"+79160000002"}}"#, "twice phone"),
            (r#"{"id":5,"client":{"id":1},"client":{"id":2}}"#, "twice client"),
            (r#"{"id":5,"services":[{"title":"Стрижка","title":"Борода"}]}"#, "twice title"),
            (r#"{"id":5,"id":6}"#, "twice id"),
        ] {
            assert_eq!(flaw(row), expected, "{row}");
        }
        let unread =
            RawValue::from_string(r#"{"id":5,"short_link":"a","short_link":"b"}"#.to_owned()).unwrap();
        assert!(record(&unread, BRANCH).is_ok(), "nobody reads it");
    }

    #[test]
    fn what_cannot_be_read_says_why_and_repeats_nothing() {
        for (bad, id, expected) in [
            (json!("Иван"), None, "no_record"),
            (json!(["Иван"]), None, "no_record"),
            (json!({ "name": "Иван" }), None, "no_id"),
            (json!({ "id": 0 }), None, "no_id"),
            (json!({ "id": "Иван" }), None, "no_number id"),
            (json!({ "id": 1, "online": "Иван" }), Some(1), "no_flag online"),
            (json!({ "id": 1, "client": "Иван" }), Some(1), "no_object client"),
            (json!({ "id": 1, "client": { "phone": ["+79160000001"] } }), Some(1), "no_text phone"),
            (json!({ "id": 1, "services": "Стрижка" }), Some(1), "no_list services"),
            (json!({ "id": 1, "company_id": 32 }), Some(1), "other_branch"),
        ] {
            let why = read(&bad).unwrap_err();
            assert_eq!((why.id, why.flaw.to_string().as_str()), (id.map(BookingId), expected), "{bad}");
            assert_eq!(Flaw::parse(&why.flaw.to_string()), Some(why.flaw.clone()));
            assert!(!why.to_string().contains("Иван"), "{why}");
        }
    }

    #[test]
    fn of_a_row_that_cannot_be_read_its_time_is_told_where_it_is_legible() {
        let why = read(&json!({ "id": 1, "date": "2026-12-01 14:30:00", "attendance": 3 })).unwrap_err();
        assert_eq!(why.starts_local.unwrap().to_string(), "2026-12-01 14:30:00");
        assert_eq!(read(&json!({ "id": 1, "date": "завтра" })).unwrap_err().starts_local, None);
    }

    #[test]
    fn a_field_nested_without_end_costs_at_most_its_own_row() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let row = |field: &str| RawValue::from_string(format!(r#"{{"id":5,"{field}":{deep}}}"#)).unwrap();
        assert_eq!(row_key(&row("client")), RowKey::Id(5));
        for field in ["client", "online", "date"] {
            let why = record(&row(field), BRANCH).unwrap_err();
            assert_eq!(why.flaw, Flaw::new(FlawKind::TooDeep, field));
        }
        assert!(record(&row("unknown"), BRANCH).is_ok(), "a field nobody reads is walked over");
    }
}
