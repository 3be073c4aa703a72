use std::fs;

use engine::notification::acts::Act;
use engine::outbox::WhyAside;
use engine::ports::{GatewayEvent, Pushed};

use super::Shop;
use crate::commands::acts::act;
use crate::commands::lists::{export_csv, list, overview};
use crate::commands::stops::{aside_dismiss, stop_dismiss, stop_of};
use crate::commands::support::diagnostics;
use crate::contract::{ErrorCode, ListFilter, ListQuery};

fn query(search: &str) -> ListQuery {
    ListQuery {
        from: "2026-11-23".to_owned(),
        to: "2026-11-23".to_owned(),
        filter: ListFilter::All,
        search: search.to_owned(),
        after: None,
        limit: 2,
    }
}

#[test]
fn a_day_is_the_branchs_own_and_comes_page_by_page() {
    let shop = Shop::new();
    for booking in 1..=5 {
        shop.enqueue(booking);
    }
    // In Moscow the day is three hours old when it begins in Greenwich.
    let evening = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(21, 30, 0).unwrap();
    let at = evening.and_utc().timestamp_millis();
    shop.sql(&format!("UPDATE booking_notifications SET enqueued_at = {at} WHERE id = 1"));
    let first = list(&shop.session, &query("")).unwrap();
    assert_eq!((first.rows.len(), first.total), (2, 5));
    let second = list(&shop.session, &ListQuery { after: first.next, ..query("") }).unwrap();
    let third = list(&shop.session, &ListQuery { after: second.next, ..query("") }).unwrap();
    assert_eq!((third.rows[0].id, third.next), (1, None));
    assert_eq!(list(&shop.session, &query("4567")).unwrap().total, 5);
    assert_eq!(list(&shop.session, &query("Пётр")).unwrap().total, 0);
    assert!(list(&shop.session, &ListQuery { after: Some("x".to_owned()), ..query("") }).is_err());
}

#[test]
fn a_stop_of_nobody_known_is_shown_and_decided_by_a_person_once() {
    let shop = Shop::new();
    let event = GatewayEvent::Incoming { phone: String::new(), text: "Стоп".to_owned(), at: None };
    let pushed = Pushed { chat: "5551@lid".to_owned(), ..Pushed::new(1, event) };
    shop.session.outbox.store_pushed("green-api:1103000001", &pushed, super::now()).unwrap();
    let seen = overview(&shop.session).unwrap();
    let [wish] = &seen.stops[..] else { panic!("{:?}", seen.stops) };
    assert!(wish.sure && wish.phone.is_empty() && wish.likely.is_empty());
    assert_eq!(stop_of(&shop.session, wish.id, "12").unwrap_err().code, ErrorCode::Phone);
    let after = stop_of(&shop.session, wish.id, "8 916 123-45-67").unwrap();
    assert!(after.stops.is_empty());
    assert_eq!(shop.session.outbox.opt_outs().unwrap().len(), 1);
    assert!(stop_dismiss(&shop.session, wish.id).is_err(), "it is decided");
}

#[test]
fn what_could_not_be_worked_through_is_shown_until_a_person_has_seen_it() {
    let shop = Shop::new();
    let put = |content: &str| {
        let outbox = &shop.session.outbox;
        outbox.put_aside("green-api:1", "delivery", WhyAside::Error, content, super::now()).unwrap();
    };
    put("{1");
    put("{2");
    let seen = overview(&shop.session).unwrap();
    assert_eq!(seen.aside, "delivery (error) 2");
    put("{3");
    let after = aside_dismiss(&shop.session, seen.aside_last).unwrap();
    assert_eq!(after.aside, "delivery (error) 1", "what came meanwhile was not shown");
    let after = aside_dismiss(&shop.session, after.aside_last).unwrap();
    assert_eq!((after.aside.as_str(), after.aside_last), ("", 0));
    assert!(aside_dismiss(&shop.session, seen.aside_last).is_err(), "there is nothing left to see");
}

#[test]
fn today_is_told_in_numbers_and_fourteen_days() {
    let shop = Shop::new();
    let sent = shop.enqueue(1);
    shop.set_state(sent, "read");
    let waiting = shop.enqueue(2);
    shop.sql(&format!(
        "UPDATE booking_notifications SET state = 'waiting', reason = 'late' WHERE id = {waiting}"
    ));
    shop.enqueue(3);
    let moved = shop.enqueue(4);
    shop.set_state(moved, "delivered");
    shop.sql(&format!("UPDATE booking_notifications SET changed_after_sent = 'moved' WHERE id = {moved}"));
    shop.later(chrono::TimeDelta::seconds(90));
    let seen = overview(&shop.session).unwrap();
    assert_eq!((seen.today.as_str(), seen.sent, seen.delivered, seen.read), ("2026-11-23", 2, 2, 1));
    assert_eq!((seen.needs_you, seen.queue_age_s), (2, 60), "one waits, one was told and moved since");
    assert_eq!((seen.days.len(), seen.days[13].sent, seen.days[0].day.as_str()), (14, 2, "2026-11-10"));
}

#[test]
fn the_file_opens_in_a_spreadsheet_and_overwrites_nothing() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    shop.sql(
        "UPDATE booking_notifications SET client_name = '=HYPERLINK(\"http://x\")', text = '@SUM(A1); «да»'",
    );
    act(&shop.session, id, Some(1), Act::Cancel).unwrap();
    let downloads = tempfile::tempdir().unwrap();
    let path = export_csv(&shop.session, &query(""), downloads.path()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}\"Время\";\"Состояние\";\"Клиент\""), "{}", lines[0]);
    assert_eq!(
        lines[1],
        "\"2026-11-23 12:00\";\"Отменено\";\"'=HYPERLINK(\"\"http://x\"\")\";\"'+7 916 123-45-67\";\"2026-11-24 12:00\";\
         \"Олег\";\"Стрижка, Борода ×2\";\"Барбершоп\";\"'@SUM(A1); «да»\";\"\";\"Отменено человеком.\""
    );
    let second = export_csv(&shop.session, &query(""), downloads.path()).unwrap();
    assert!(second.ends_with("booking-monitor-2026-11-23-2026-11-23 (2).csv"), "{second}");
}

#[cfg(unix)]
#[test]
fn the_file_for_support_is_the_resident_program_s_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = Shop::new();
    let place = tempfile::tempdir().unwrap();
    let (resident, downloads) = (place.path().join("booking-monitor"), place.path().join("Downloads"));
    let answers = |script: &str| {
        fs::write(&resident, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&resident, fs::Permissions::from_mode(0o700)).unwrap();
        diagnostics(&shop.session, &resident, &downloads)
    };
    let dir = shop.dir.path().display().to_string();
    let first = answers("echo \"$1 $3 $4\" > \"$2\"").unwrap();
    assert!(first.ends_with("booking-monitor-support-2026-11-23.txt"), "{first}");
    assert_eq!(fs::read_to_string(&first).unwrap(), format!("diagnostics --data-dir {dir}\n"));
    let second = answers("echo \"$1\" > \"$2\"").unwrap();
    assert!(second.ends_with("booking-monitor-support-2026-11-23 (2).txt"), "{second}");
    let failure = answers("echo no room >&2; exit 1").unwrap_err();
    assert_eq!((failure.code, failure.detail.as_str()), (ErrorCode::Storage, "no room"));
    fs::remove_file(&resident).unwrap();
    assert!(diagnostics(&shop.session, &resident, &downloads).is_err(), "it is not installed");
}
