//! Texts that were cut in the middle of a letter, somewhere before they came to us.

use engine::booking::{BookingId, CompanyId};
use engine::ports::{BookingQuery, Bookings, Lookup};
use wiremock::ResponseTemplate;

use crate::server::{answering, client, gzip};

const BRANCH: CompanyId = CompanyId(31);

fn row(id: usize, title: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"id":{id},"company_id":31,"date":"2026-12-01 12:00:00","services":[{{"id":4,"cost":1500,"title":""#
    );
    [head.as_bytes(), title, br#""}]}"#].concat()
}

/// A page of two bookings, of which the first one's service is called so, to the byte.
fn listing(title: &[u8]) -> Vec<u8> {
    let (broken, whole) = (row(7, title), row(8, "Борода".as_bytes()));
    [br#"{"success":true,"data":["#, &broken[..], b",", &whole, br#"],"meta":{"total_count":2}}"#].concat()
}

fn record(title: &[u8]) -> Vec<u8> {
    [br#"{"success":true,"data":"#, &row(7, title)[..], br#","meta":[]}"#].concat()
}

/// The title of the first service, by a listing and by a look-up, plain and compressed.
async fn read(title: &[u8]) -> Vec<String> {
    let plain = |body: Vec<u8>| ResponseTemplate::new(200).set_body_raw(body, "application/json");
    let mut titles = Vec::new();
    for answer in [plain(listing(title)), gzip(&listing(title))] {
        let server = answering(answer).await;
        let query = BookingQuery::VisitsFrom("2026-11-22".parse().unwrap());
        let listing = client(&server.uri()).list(BRANCH, &query).await.unwrap();
        assert_eq!(listing.unreadable, []);
        assert_eq!(listing.bookings[1].services[0].title, "Борода", "the other booking is as it is");
        titles.push(listing.bookings[0].services[0].title.clone());
    }
    for answer in [plain(record(title)), gzip(&record(title))] {
        let server = answering(answer).await;
        let Lookup::Found(booking) = client(&server.uri()).get(BRANCH, BookingId(7)).await.unwrap() else {
            panic!("it is there")
        };
        titles.push(booking.services[0].title.clone());
    }
    titles
}

#[tokio::test]
async fn a_title_cut_in_the_middle_of_a_letter_is_broken_there_and_nowhere_else() {
    for (cut, shown) in [
        (&b"\xd0\xa1\xd1\x82\xd1\x80\xd0\xb8\xd0\xb6\xd0"[..], "Стриж\u{fffd}"),
        (b"\xb6\xd0\xba\xd0\xb0", "\u{fffd}ка"),
        (b"Cut \xf0\x9f\x92", "Cut \u{fffd}"),
        (b"\xd1\xd2", "\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(read(cut).await, [shown; 4]);
    }
}

#[tokio::test]
async fn half_of_an_escaped_character_is_broken_there_and_nowhere_else() {
    for (escaped, shown) in [
        (r"Cut \ud83d", "Cut \u{fffd}"),
        (r"\uDC88 cut", "\u{fffd} cut"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\ud83d\udc88", "\u{fffd}💈"),
        (r"\ud83d\n", "\u{fffd}"),
        // Whole ones, and a text that only looks like one.
        (r"\uD83D\uDC88 \u0421", "💈 С"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\u{fffd}"),
    ] {
        assert_eq!(read(escaped.as_bytes()).await, [shown; 4], "{escaped}");
    }
}

#[tokio::test]
async fn a_broken_name_of_a_branch_costs_no_branch() {
    let body = br#"{"success":true,"data":{"id":31,"title":"Cut \ud83d","timezone_name":"Europe/Moscow"}}"#;
    let server = answering(ResponseTemplate::new(200).set_body_raw(&body[..], "application/json")).await;
    assert_eq!(client(&server.uri()).branch(BRANCH).await.unwrap().facts.title, "Cut \u{fffd}");
}
