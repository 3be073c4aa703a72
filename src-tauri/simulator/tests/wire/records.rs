//! What `records` shows, in which order, and on which page.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use simulator::{Behaviour, Branch, Change, NewBooking, Options, Rights, Staff, Start};

use crate::support::{BRANCH, ids, start, start_with, yclients};

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a date and time")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn at(text: &str) -> NewBooking {
    NewBooking::default().at(Start::At(local(text)))
}

#[tokio::test]
async fn the_order_is_by_visit_descending_and_not_by_creation() {
    let simulator = start().await;
    let middle = simulator.book(at("2026-12-10 12:00"));
    let latest = simulator.book(at("2026-12-24 12:00"));
    let first = simulator.book(at("2026-12-01 12:00"));

    assert_eq!(ids(&simulator, "").await, [latest, middle, first]);
}

#[tokio::test]
async fn pages_count_from_one_and_the_total_is_told() {
    let simulator = start().await;
    let made: Vec<i64> = (1..=5).map(|day| simulator.book(at(&format!("2026-12-0{day} 12:00")))).collect();
    let (_, page) = yclients(&simulator, &format!("/records/{BRANCH}?count=2&page=3")).await;

    assert_eq!(page["meta"]["total_count"], 5);
    assert_eq!(page["meta"]["page"], 3);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["data"][0]["id"], made[0]);
}

#[tokio::test]
async fn a_count_above_the_maximum_silently_becomes_the_default() {
    let behaviour = Behaviour { default_page_size: 2, max_page_size: 3, ..Behaviour::default() };
    let simulator = start_with(Options { yclients: behaviour, ..Options::default() }).await;
    for _ in 0..5 {
        simulator.book(NewBooking::default());
    }
    for (asked, shown) in [("count=3", 3), ("count=4", 2), ("", 2)] {
        let (_, page) = yclients(&simulator, &format!("/records/{BRANCH}?{asked}")).await;
        assert_eq!(page["data"].as_array().map(Vec::len), Some(shown), "{asked}");
    }
}

#[tokio::test]
async fn visit_dates_are_inclusive_at_both_ends() {
    let simulator = start().await;
    let early = simulator.book(at("2026-12-01 00:00"));
    let late = simulator.book(at("2026-12-02 23:59"));
    simulator.book(at("2026-12-03 00:00"));

    assert_eq!(ids(&simulator, "start_date=2026-12-01&end_date=2026-12-02").await, [late, early]);
}

#[tokio::test]
async fn a_creation_date_is_a_day_of_the_branch_and_not_of_utc() {
    let vladivostok = Branch::new(BRANCH, chrono_tz::Asia::Vladivostok, "Дальний", "");
    let simulator = start_with(Options { branches: vec![vladivostok], ..Options::default() }).await;
    // 15:30 UTC of the first is 01:30 of the second in Vladivostok.
    let made = Some(utc("2026-12-01T15:30:00Z"));
    let id = simulator.book(NewBooking { created_at: made, ..NewBooking::default() });

    assert_eq!(ids(&simulator, "c_start_date=2026-12-02&c_end_date=2026-12-02").await, [id]);
    assert!(ids(&simulator, "c_end_date=2026-12-01").await.is_empty());
}

#[tokio::test]
async fn changed_after_is_branch_time_and_inclusive() {
    let simulator = start().await;
    let made = Some(utc("2026-11-20T09:00:00Z"));
    let id = simulator.book(NewBooking { created_at: made, ..NewBooking::default() });

    assert_eq!(ids(&simulator, "changed_after=2026-11-20T12:00:00").await, [id]);
    assert!(ids(&simulator, "changed_after=2026-11-20T12:00:01").await.is_empty());
    assert_eq!(ids(&simulator, "changed_before=2026-11-20T12:00:00").await, [id]);
}

#[tokio::test]
async fn changed_after_may_be_a_day() {
    let simulator = start().await;
    // The first minute of the day in Moscow, and the last one before it.
    let made = |at: &str| NewBooking { created_at: Some(utc(at)), ..NewBooking::default() };
    let id = simulator.book(made("2026-11-19T21:00:00Z"));
    simulator.book(made("2026-11-19T20:59:59Z"));
    assert_eq!(ids(&simulator, "changed_after=2026-11-20").await, [id]);
}

#[tokio::test]
async fn the_visits_of_a_client_are_listed_with_deleted_ones_and_by_their_days() {
    let simulator = start().await;
    let december = ["2026-12-01 12:00", "2026-12-02 12:00", "2026-12-04 12:00"];
    let [first, second, _] = december.map(|day| simulator.book(at(day)));
    simulator.book(NewBooking::for_client("Пётр", "+79260000000").at(Start::At(local(december[0]))));
    let client = simulator.booking(first).and_then(|booking| booking.client).expect("a client").id;
    assert!(simulator.delete(second));
    let query = format!("client_id={client}&start_date=2026-12-01&end_date=2026-12-03");
    assert_eq!(ids(&simulator, &query).await, [first]);
    assert_eq!(ids(&simulator, &format!("{query}&with_deleted=1")).await, [second, first]);
}

#[tokio::test]
async fn a_deleted_booking_can_be_put_back_with_any_attendance() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::default());
    simulator.delete(id);
    assert!(simulator.change(id, Change { deleted: Some(false), ..Change::default() }));
    assert_eq!(ids(&simulator, "").await, [id]);
    for attendance in [-1, 0, 1, 2, 7] {
        simulator.change(id, Change::attendance(attendance));
        let (_, one) = yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await;
        assert_eq!(one["data"]["attendance"], attendance);
    }
}

#[tokio::test]
async fn any_change_moves_last_change_date() {
    let simulator = start().await;
    let made = Some(simulator.now() - TimeDelta::days(3));
    let id = simulator.book(NewBooking { created_at: made, ..NewBooking::default() });
    let yesterday = (simulator.now() - TimeDelta::days(1)).format("%Y-%m-%dT%H:%M:%S");
    assert!(ids(&simulator, &format!("changed_after={yesterday}")).await.is_empty());

    assert!(simulator.change(id, Change { paid_full: Some(1), ..Change::default() }));
    assert_eq!(ids(&simulator, &format!("changed_after={yesterday}")).await, [id]);
}

#[tokio::test]
async fn a_deletion_moves_last_change_date_only_where_it_is_said_to() {
    for moves in [true, false] {
        let behaviour = Behaviour { deletion_moves_last_change: moves, ..Behaviour::default() };
        let simulator = start_with(Options { yclients: behaviour, ..Options::default() }).await;
        let made = simulator.now() - TimeDelta::days(3);
        let id = simulator.book(NewBooking { created_at: Some(made), ..NewBooking::default() });
        simulator.delete(id);
        let changed = simulator.booking(id).expect("still known").changed_at;
        assert_eq!(changed > made, moves);
    }
}

#[tokio::test]
async fn deleted_rows_are_shown_on_request_only() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::default());
    assert!(simulator.delete(id));

    assert!(ids(&simulator, "").await.is_empty());
    assert_eq!(ids(&simulator, "with_deleted=1").await, [id]);
    let (status, one) = yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await;
    assert_eq!((status, &one["data"]["deleted"]), (200, &true.into()));
}

#[tokio::test]
async fn a_vanished_booking_was_never_there() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::default());
    assert!(simulator.vanish(id));

    assert!(ids(&simulator, "with_deleted=1").await.is_empty());
    assert_eq!(yclients(&simulator, &format!("/record/{BRANCH}/{id}")).await.0, 404);
}

#[tokio::test]
async fn rows_are_filtered_by_staff_client_and_user() {
    let simulator = start().await;
    let plain = simulator.book(NewBooking::default());
    let other = NewBooking {
        staff: Staff::new(32, "Павел"),
        created_user_id: 771,
        ..NewBooking::for_client("Пётр", "+79260000000")
    };
    let other = simulator.book(other);
    let client = simulator.booking(other).and_then(|booking| booking.client).expect("a client").id;

    assert_eq!(ids(&simulator, "staff_id=31").await, [plain]);
    assert_eq!(ids(&simulator, "created_user_id=771").await, [other]);
    assert_eq!(ids(&simulator, &format!("client_id={client}")).await, [other]);
}

#[tokio::test]
async fn a_value_in_the_wrong_form_is_unprocessable() {
    let simulator = start().await;
    for query in ["c_start_date=01.12.2026", "changed_after=01.12.2026", "page=first"] {
        let (status, body) = yclients(&simulator, &format!("/records/{BRANCH}?{query}")).await;
        assert_eq!(status, 422, "{query}");
        assert_eq!(body["success"], false);
        assert!(body["meta"]["errors"].is_array());
    }
}

#[tokio::test]
async fn a_master_of_its_own_sees_only_its_own_rows_and_no_phones() {
    let simulator = start().await;
    let own = simulator.book(NewBooking::default());
    simulator.book(NewBooking { staff: Staff::new(32, "Павел"), ..NewBooking::default() });
    let rights = Rights { master_id: 31, phones_access: false, ..Rights::default() };
    assert!(simulator.set_rights(BRANCH, rights));

    let (_, page) = yclients(&simulator, &format!("/records/{BRANCH}")).await;
    assert_eq!(page["meta"]["total_count"], 1);
    assert_eq!(page["data"][0]["id"], own);
    let phone = page["data"][0]["client"]["phone"].as_str().expect("text").to_owned();
    assert!(phone.contains('*') && !phone.contains("9161234"), "{phone}");
}

#[tokio::test]
async fn a_start_in_minutes_is_on_the_branch_wall() {
    let simulator = start().await;
    let id = simulator.book(NewBooking::default().at(Start::InMinutes(20)));
    let wall = simulator.now().with_timezone(&chrono_tz::Europe::Moscow).naive_local();
    let start = simulator.booking(id).expect("made").start;
    assert!((start - wall - TimeDelta::minutes(20)).abs() < TimeDelta::minutes(1));
}

#[tokio::test]
async fn one_client_has_one_visit_a_day() {
    let simulator = start().await;
    let visits: Vec<i64> = ["2026-12-01 10:00", "2026-12-01 12:00", "2026-12-02 10:00"]
        .iter()
        .map(|text| simulator.book(at(text)))
        .filter_map(|id| simulator.booking(id))
        .map(|booking| booking.visit_id)
        .collect();
    assert_eq!(visits[0], visits[1]);
    assert_ne!(visits[1], visits[2]);
}
