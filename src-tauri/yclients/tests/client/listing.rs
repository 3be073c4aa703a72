use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use engine::booking::CompanyId;
use engine::error::BookingsError;
use engine::ports::{BookingQuery, Bookings, Listing};
use serde_json::{Value, json};
use wiremock::MockServer;
use yclients::{Client, Config, Lane};

use crate::server::{
    PARTNER, Page, USER, answering, client, config, json as answer, paging, row, rows, slice,
};

const BRANCH: CompanyId = CompanyId(31);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn list(server: &MockServer) -> Result<Listing, BookingsError> {
    client(&server.uri()).list(BRANCH, &BookingQuery::VisitsFrom(day("2026-11-22"))).await
}

fn ids(listing: &Listing) -> Vec<i64> {
    listing.bookings.iter().map(|booking| booking.id.0).collect()
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

fn unreadable(result: Result<Listing, BookingsError>) -> String {
    match result {
        Err(BookingsError::Unreadable(why)) => why,
        other => panic!("not the error that was expected: {other:?}"),
    }
}

/// Every page by the book, of `all` rows.
fn by_the_book(all: Vec<Value>) -> impl Fn(usize, usize) -> Page {
    move |page, count| (slice(&all, page, count), json!({ "page": page, "total_count": all.len() }))
}

#[tokio::test]
async fn every_query_asks_for_exactly_what_it_says() {
    let server = paging(by_the_book(rows(1..=3))).await;
    let client = client(&server.uri());
    let queries = [
        BookingQuery::VisitsFrom(day("2026-11-22")),
        BookingQuery::Created { from: day("2026-11-21"), to: day("2026-11-22") },
        BookingQuery::ChangedAfter(day("2026-11-22").and_hms_opt(9, 5, 0).unwrap()),
        BookingQuery::OfClient { client: 77, from: day("2026-11-22"), to: day("2026-12-31") },
    ];
    for query in queries {
        let listing = client.list(BRANCH, &query).await.unwrap();
        assert_eq!(ids(&listing), [1, 2, 3]);
        assert_eq!(listing.server_time.unwrap().to_rfc3339(), "2026-11-22T09:00:00+00:00");
    }
    assert_eq!(
        asked(&server).await,
        [
            "start_date=2026-11-22&end_date=2028-11-22&page=1&count=200",
            "c_start_date=2026-11-21&c_end_date=2026-11-22&with_deleted=1&page=1&count=200",
            "changed_after=2026-11-22T09%3A05%3A00&with_deleted=1&page=1&count=200",
            "client_id=77&start_date=2026-11-22&end_date=2026-12-31&with_deleted=1&page=1&count=200",
        ]
    );
}

#[tokio::test]
async fn the_visits_of_one_client_are_listed_before_every_other_listing() {
    let server = paging(by_the_book(rows(1..=250))).await;
    let paced = Config { request_gap: Duration::from_millis(30), ..config(&server.uri()) };
    let client = Client::new(&paced, PARTNER.into(), USER.into()).unwrap();
    client.pace().turn(Lane::Ordinary).await;
    let ordinary = BookingQuery::VisitsFrom(day("2026-11-22"));
    let of_client = BookingQuery::OfClient { client: 77, from: day("2026-11-22"), to: day("2026-12-31") };
    let (whole, own) = tokio::join!(client.list(BRANCH, &ordinary), client.list(BRANCH, &of_client));
    assert_eq!(ids(&own.unwrap()), (1..=250).collect::<Vec<_>>(), "all its pages");
    assert_eq!(whole.unwrap().bookings.len(), 250);
    assert!(asked(&server).await[0].starts_with("client_id=77"), "though it came second");
}

#[tokio::test]
async fn the_request_carries_both_tokens_and_the_right_media_type() {
    let server = paging(by_the_book(Vec::new())).await;
    assert_eq!(list(&server).await.unwrap().bookings, []);
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.headers["authorization"], "Bearer partner-5e1f, User user-9c2d");
    assert_eq!(request.headers["accept"], "application/vnd.yclients.v2+json");
    assert_eq!(request.headers["content-type"], "application/json");
    assert!(request.headers["accept-encoding"].to_str().unwrap().contains("gzip"));
}

#[tokio::test]
async fn all_pages_are_read() {
    let server = paging(by_the_book(rows(1..=450))).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 450);
    assert_eq!(asked(&server).await.len(), 3);
}

#[tokio::test]
async fn a_server_that_caps_its_pages_is_read_to_the_end() {
    let all = rows(1..=50);
    let server =
        paging(move |page, count| (slice(&all, page, count.min(20)), json!({ "total_count": "50" }))).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 50);
    assert_eq!(asked(&server).await.len(), 3);
}

#[tokio::test]
async fn a_server_that_caps_pages_but_counts_offsets_by_the_request_is_asked_again_in_its_own_measure() {
    let all = rows(1..=50);
    let server = paging(move |page, count| {
        let mut rows = slice(&all, page, count);
        rows.truncate(20);
        (rows, json!({ "total_count": 50 }))
    })
    .await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 50);
    assert!(asked(&server).await.last().unwrap().ends_with("count=20"));
}

#[tokio::test]
async fn a_server_that_ignores_paging_is_an_error_unless_it_gave_everything() {
    let all = rows(1..=200);
    let complete = all.clone();
    let server = paging(move |_, _| (complete.clone(), json!({ "total_count": 200 }))).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 200);

    let part = all.clone();
    let server = paging(move |_, _| (part.clone(), json!({ "total_count": 450 }))).await;
    assert!(unreadable(list(&server).await).contains("paging is ignored"));

    // Whoever heeds `count` and not `page` shows the first rows and no others.
    for shown in [20, 30, 200, 450] {
        let all = rows(1..=shown);
        let server = paging(move |_, count| (slice(&all, 1, count), json!([]))).await;
        assert!(unreadable(list(&server).await).contains("paging is ignored"), "{shown}");
        // So does a cap on top of that.
        let all = rows(1..=450);
        let server = paging(move |_, count| (slice(&all, 1, count.min(shown)), json!([]))).await;
        assert!(unreadable(list(&server).await).contains("paging is ignored"), "a cap of {shown}");
    }

    // A total that was there on the first page still counts.
    let server = paging(move |page, _| {
        (all.clone(), if page == 1 { json!({ "total_count": 450 }) } else { json!([]) })
    })
    .await;
    assert!(unreadable(list(&server).await).contains("paging is ignored"));
}

#[tokio::test]
async fn without_a_total_the_same_rows_for_every_page_and_count_are_all_there_are() {
    for shown in [1, 5, 20, 200, 450] {
        let all = rows(1..=shown);
        let server = paging(move |_, _| (all.clone(), json!([]))).await;
        assert_eq!(list(&server).await.unwrap().bookings.len(), shown);
        let asked = asked(&server).await;
        assert_eq!(asked.len(), 4, "two pages of each reading, and no endless loop");
        assert!(asked[..2].iter().all(|query| query.ends_with("count=200")));
        assert!(asked[2..].iter().all(|query| !query.ends_with("count=200")), "{asked:?}");
    }
}

#[tokio::test]
async fn without_a_total_two_readings_with_other_rows_are_no_listing() {
    let server = paging(|_, count| (rows(count..count + 50), json!([]))).await;
    assert!(unreadable(list(&server).await).contains("paging is ignored"));
    // The second reading tells of more.
    let server = paging(|_, count| {
        (rows(1..=50), if count == 200 { json!([]) } else { json!({ "total_count": 51 }) })
    })
    .await;
    assert!(unreadable(list(&server).await).contains("paging is ignored"));
}

#[tokio::test]
async fn without_a_total_an_empty_or_shorter_page_is_the_end() {
    let all = rows(1..=250);
    let server = paging(move |page, count| (slice(&all, page, count), json!([]))).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 250);
    assert_eq!(asked(&server).await.len(), 2);

    let all = rows(1..=7);
    let server = paging(move |page, count| (slice(&all, page, count), Value::Null)).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 7);
}

#[tokio::test]
async fn rows_that_the_total_does_not_count_are_read_all_the_same() {
    // Deleted rows may be listed and not counted.
    let all = rows(1..=230);
    let server = paging(move |page, count| (slice(&all, page, count), json!({ "total_count": 200 }))).await;
    assert_eq!(list(&server).await.unwrap().bookings.len(), 230);
}

#[tokio::test]
async fn a_booking_deleted_between_two_pages_costs_no_other_booking() {
    // After the first page its first row vanishes, and row 201 slips onto it.
    let asked = AtomicUsize::new(0);
    let server = paging(move |page, count| {
        let first = if asked.fetch_add(1, Ordering::SeqCst) == 0 { 1 } else { 2 };
        let all = rows(first..=250);
        (slice(&all, page, count), json!({ "total_count": all.len() }))
    })
    .await;
    let listing = list(&server).await.unwrap();
    assert_eq!(ids(&listing), (2..=250).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_listing_that_never_stands_still_is_put_together_from_two_readings() {
    // A booking is added at the end before every page.
    let asked = AtomicUsize::new(0);
    let server = paging(move |page, count| {
        let all = rows(1..=250 + asked.fetch_add(1, Ordering::SeqCst));
        (slice(&all, page, count), json!({ "total_count": all.len() }))
    })
    .await;
    assert_eq!(ids(&list(&server).await.unwrap()), (1..=253).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_disturbed_readings_with_too_few_bookings_are_no_listing() {
    // A booking is added at the front before every page, so the newest is never seen.
    let asked = AtomicUsize::new(0);
    let server = paging(move |page, count| {
        let all: Vec<Value> = (1..=250 + asked.fetch_add(1, Ordering::SeqCst)).rev().map(row).collect();
        (slice(&all, page, count), json!({ "total_count": all.len() }))
    })
    .await;
    assert!(unreadable(list(&server).await).contains("missing"));
}

#[tokio::test]
async fn a_server_that_counts_no_more_and_shows_nothing_has_not_lost_every_booking() {
    // One counts five; the other never counts, and shows a booking twice.
    let pages =
        [(rows(1..=1), json!({ "total_count": 5 })), ([rows(1..=1), rows(1..=1)].concat(), json!({}))];
    for (shown, meta) in pages {
        let asked = AtomicUsize::new(0);
        let server = paging(move |_, _| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => (shown.clone(), meta.clone()),
            _ => (Vec::new(), json!({})),
        })
        .await;
        assert!(unreadable(list(&server).await).contains("how many"));
    }
}

#[tokio::test]
async fn a_page_that_is_missing_fails_the_listing() {
    let all = rows(1..=450);
    let server = paging(move |page, count| {
        let rows = if page == 2 { Vec::new() } else { slice(&all, page, count) };
        (rows, json!({ "total_count": 450 }))
    })
    .await;
    assert!(unreadable(list(&server).await).contains("missing"));

    // The last page, part of a page.
    let all = rows(1..=250);
    let server = paging(move |page, count| {
        let rows = if page == 1 { slice(&all, page, count) } else { Vec::new() };
        (rows, json!({ "total_count": 250 }))
    })
    .await;
    assert!(unreadable(list(&server).await).contains("missing"));

    let server = paging(|_, _| (Vec::new(), json!({ "total_count": 12 }))).await;
    assert!(unreadable(list(&server).await).contains("missing"));
}

#[tokio::test]
async fn a_total_that_counts_hidden_rows_does_not_stop_the_program() {
    for (shown, counted) in [(37, 40), (450, 452), (5, 6)] {
        let all = rows(1..=shown);
        let server =
            paging(move |page, count| (slice(&all, page, count), json!({ "total_count": counted }))).await;
        assert_eq!(list(&server).await.unwrap().bookings.len(), shown, "{shown} of {counted}");
    }
}

#[tokio::test]
async fn pages_without_end_are_left() {
    let server = paging(|page, _| (rows(page * 10..page * 10 + 10), json!({ "total_count": 1_000 }))).await;
    let listing = list(&server).await.unwrap();
    assert_eq!(listing.bookings.len(), 1_000, "the total ends it");

    let server = paging(|page, _| (rows(page * 10..page * 10 + 10), json!({ "total_count": 5 }))).await;
    assert!(unreadable(list(&server).await).contains("do not end"));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_only_itself() {
    let mut all = rows(1..=3);
    all.push(json!({ "id": "4", "attendance": "неизвестно" }));
    all.push(json!({ "comment": "no id" }));
    all.push(json!("not even an object"));
    let server = paging(by_the_book(all)).await;
    let listing = list(&server).await.unwrap();
    assert_eq!(ids(&listing), [1, 2, 3]);
    let told: Vec<_> = listing.unreadable.iter().map(ToString::to_string).collect();
    let nameless = ["a booking without a number: no_record", "a booking without a number: no_id"];
    assert_eq!(told, ["booking 4: no_number attendance", nameless[0], nameless[1]]);
}

#[tokio::test]
async fn what_is_no_listing_is_never_an_empty_one() {
    let bodies = [
        json!({ "success": true, "data": { "data": rows(1..=2), "meta": { "total_count": 2 } } }),
        json!({ "success": true, "data": null, "meta": [] }),
        json!({ "success": true }),
        json!({ "success": true, "data": "" }),
        json!([]),
        json!({}),
    ];
    for body in bodies {
        unreadable(list(&answering(answer(200, &body)).await).await);
    }
}
