//! What a branch makes of a booking.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::*;
use crate::booking::{BookingId, Client, Service};
use crate::settings::BranchSettings;

const COMPANY: CompanyId = CompanyId(962_302);

fn settings() -> Settings {
    Settings { branches: vec![BranchSettings::new(COMPANY)], ..Settings::default() }
}

fn facts(phone: &str, currency: &str) -> BranchFacts {
    BranchFacts {
        title: "Борода".to_owned(),
        phone: phone.to_owned(),
        time_zone: "Europe/Moscow".to_owned(),
        currency: currency.to_owned(),
        ..BranchFacts::default()
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn booking(id: i64, starts: &str, created: Option<&str>) -> Booking {
    Booking {
        id: BookingId(id),
        company: COMPANY,
        created_at: created.map(utc),
        changed_at: None,
        starts_local: Some(NaiveDateTime::parse_from_str(starts, "%Y-%m-%d %H:%M").unwrap()),
        online: false,
        created_by: 1001,
        deleted: false,
        attendance: Attendance::Waiting,
        client: Some(Client { id: 501, name: "Ирина".to_owned(), phone: "+79161234567".to_owned() }),
        staff: None,
        services: vec![Service { id: 1, title: "Стрижка".to_owned(), amount: 1, price: 150_000 }],
        own_notice: false,
        created_local: None,
        changed_local: None,
    }
}

fn composed(facts: &BranchFacts, bookings: &[Booking]) -> String {
    let settings = settings();
    let branch = Branch::new(&settings, COMPANY, facts).unwrap();
    let writable = |booking: &Booking| {
        let facts = branch.writable(booking, false, utc("2026-11-23T09:00:00Z")).unwrap();
        (booking.clone(), facts)
    };
    let bookings: Vec<_> = bookings.iter().map(writable).collect();
    branch.compose(bookings.iter().map(|(_, facts)| facts)).unwrap().text.replace('\u{a0}', " ")
}

#[test]
fn the_year_of_a_visit_is_told_when_it_was_not_the_year_of_its_booking() {
    let says_year = |bookings: &[Booking]| {
        let text = composed(&facts("+74951234567", ""), bookings);
        assert!(text.contains("14 января"), "{text}");
        text.contains("2027 года")
    };
    let january = |id, created| booking(id, "2027-01-14 15:00", created);
    // The second before midnight in Moscow, and midnight.
    let (before, after) = (Some("2026-12-31T20:59:59Z"), Some("2026-12-31T21:00:00Z"));
    assert!(says_year(&[january(1, before)]));
    assert!(!says_year(&[january(1, after)]));
    assert!(
        !says_year(&[january(1, before), january(2, after)]),
        "the message is made with its last booking"
    );
    assert!(!says_year(&[january(1, None)]), "when it was made nobody knows");
    assert!(says_year(&[january(1, None), booking(2, "2026-12-30 15:00", None)]));
}

#[test]
fn a_price_is_told_in_the_branchs_own_currency() {
    let text = |phone, currency| composed(&facts(phone, currency), &[booking(1, "2026-11-24 15:00", None)]);
    let (moscow, almaty) = ("+74951234567", "+77272581234");
    assert!(text(almaty, "₸").contains("Стоимость: 1 500 ₸"));
    assert!(text(moscow, "р").contains("Стоимость: 1 500 р"));
    assert!(
        text(moscow, "").contains("Стоимость: 1 500 ₽"),
        "where the server does not say, Russia pays in roubles"
    );
    assert!(!text(almaty, "").contains("1 500"), "and elsewhere nobody knows in what");
}
