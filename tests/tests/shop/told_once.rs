//! Who is written to, who is not, and that each is told once. Over real HTTP and
//! real files.

use std::collections::BTreeSet;

use engine::notification::{Reason, State};
use scenarios::{BOT, COMPANY, Plan, Shop};
use simulator::{Branch, Client, Fault, FaultKind, NewBooking, Service, Start, Target};
use tokio::test;

/// A mobile number of its own for each.
fn phone(number: i64) -> String {
    format!("+7916{number:07}")
}

fn staff_booking(number: i64) -> NewBooking {
    NewBooking::for_client("Анна", &phone(number))
}

#[test]
async fn a_booking_of_staff_on_any_date_ahead_is_told_exactly_once() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let days = [1, 2, 3, 6, 7, 8, 13, 14, 30, 31, 45, 60, 90, 120, 180, 240, 299, 300];
    for day in days {
        shop.simulator.book(staff_booking(day).at(Start::InDays(day)));
    }
    shop.simulator.book(staff_booking(400).at(Start::InMinutes(20)));
    shop.until_told(days.len() + 1).await;
    shop.polls_later(10).await;
    desk.close().await;

    let told = shop.told();
    let expected: BTreeSet<String> = days.into_iter().chain([400]).map(phone).collect();
    assert_eq!(told.len(), expected.len(), "{told:?}");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(shop.rows().iter().all(|row| row.state.is_sent()), "{}", shop.picture());
}

#[test]
async fn of_all_others_none_is_told_and_each_says_why() {
    let shop = Shop::new(Plan::default()).await;
    let book = |number: i64, change: &dyn Fn(&mut NewBooking)| {
        let mut new = staff_booking(number);
        change(&mut new);
        shop.simulator.book(new)
    };
    let old = book(1, &|_| {});
    let desk = shop.open();
    shop.baseline().await;
    let expected = [
        (old, Reason::BeforeBaseline),
        (shop.simulator.book(NewBooking::online("Ольга", &phone(2))), Reason::Online),
        (book(3, &|new| new.created_user_id = BOT), Reason::Bot),
        (book(4, &|new| new.created_user_id = 0), Reason::NoAuthor),
        (book(5, &|new| new.client = None), Reason::NoClient),
        (book(6, &|new| new.client = Some(Client::new("Пётр", ""))), Reason::NoPhone),
        (book(7, &|new| new.client = Some(Client::new("Пётр", "+7 495 123-45-67"))), Reason::Landline),
        (book(8, &|new| new.client = Some(Client::new("Пётр", "нет телефона"))), Reason::PhoneUnreadable),
        (book(9, &|new| new.start = Start::InDays(-2)), Reason::Begun),
        (book(10, &|new| new.start = Start::InMinutes(-30)), Reason::Begun),
        (book(11, &|new| new.start = Start::InMinutes(5)), Reason::TooSoon),
        (book(12, &|new| new.attendance = -1), Reason::InYclients),
        (book(13, &|new| new.attendance = 1), Reason::Came),
    ];
    let blocked = shop.simulator.book(NewBooking::blocked_time());
    // The last one made is the sign that all before it have been looked at.
    let told = book(14, &|_| {});
    shop.until_state(told, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;

    assert_eq!(shop.told(), [phone(14)]);
    for (booking, reason) in expected {
        assert_eq!(shop.fate(booking), (State::Skipped, reason), "booking {booking}");
    }
    assert_eq!(shop.about(blocked).state, State::Skipped);
}

#[test]
async fn a_deleted_booking_is_not_told_even_if_it_is_first_seen_so() {
    let shop = Shop::new(Plan::default()).await;
    let desk = shop.open();
    shop.baseline().await;
    desk.close().await;
    let deleted = shop.book("Анна", &phone(1));
    shop.simulator.delete(deleted);
    let told = shop.book("Ольга", &phone(2));
    let desk = shop.open();
    shop.until_state(told, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [phone(2)]);
    assert_eq!(shop.fate(deleted), (State::Skipped, Reason::InYclients));
}

#[test]
async fn the_second_page_is_read() {
    let shop = Shop::new(Plan::default()).await;
    for number in 0..430 {
        shop.simulator.book(staff_booking(number).at(Start::InDays(1 + number % 200)));
    }
    let desk = shop.open();
    shop.baseline().await;
    assert_eq!(shop.branch(COMPANY).baseline_count, 430, "all pages of the baseline");
    desk.close().await;

    // Latest first, as the server lists them: those of staff lie at both ends.
    let first = shop.simulator.book(staff_booking(1001).at(Start::InDays(290)));
    for number in 0..230 {
        let online = NewBooking::online("Ольга", &phone(2000 + number));
        shop.simulator.book(online.at(Start::InDays(2 + number)));
    }
    let last = shop.simulator.book(staff_booking(1002).at(Start::InDays(1)));
    let desk = shop.open();
    shop.until_state(first, State::Read).await;
    shop.until_state(last, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told().len(), 2);
    assert_eq!(shop.rows().len(), 430 + 232);
}

#[test]
async fn a_booking_made_while_the_first_poll_runs_is_told_whether_or_not_its_pages_bring_it() {
    for kind in [FaultKind::Delay { milliseconds: 1500 }, FaultKind::DelayAnswer { milliseconds: 1500 }] {
        let shop = Shop::new(Plan::default()).await;
        let old = shop.book("Анна", &phone(1));
        shop.simulator.set_fault(Fault::once(Target::yclients("records"), kind));
        let desk = shop.open();
        shop.until("the first reading", |shop| (shop.simulator.count("records") == 1).then_some(())).await;
        assert_eq!(shop.branch(COMPANY).baseline_at, None, "it is still being read");
        let new = shop.book("Ольга", &phone(2));
        shop.until_state(new, State::Read).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told(), [phone(2)]);
        assert_eq!(shop.fate(old), (State::Skipped, Reason::BeforeBaseline));
    }
}

#[test]
async fn services_in_another_order_at_each_poll_are_no_change() {
    let (shop, desk) = Shop::opened(Plan::with_window(1000)).await;
    let services = [(1, "Стрижка"), (2, "Борода"), (3, "Укладка")];
    let booking = shop.simulator.book(NewBooking {
        services: services.map(|(id, title)| Service::new(id, title, 900.0)).to_vec(),
        ..staff_booking(1)
    });
    shop.until_state(booking, State::Queued).await;
    shop.polls_later(4).await;
    let row = shop.until_state(booking, State::Read).await;
    shop.polls_later(4).await;
    desk.close().await;
    assert_eq!(row.revision, 1, "the window never began anew");
    let row = shop.about(booking);
    assert_eq!(row.changed_after_sent, "");
    assert_eq!(shop.told().len(), 1);
}

#[test]
async fn each_branch_writes_by_its_own_clock_and_names_its_own_address() {
    let mut plan = Plan::default();
    plan.options.branches.push(Branch::new(
        720_441,
        chrono_tz::Asia::Vladivostok,
        "Барбершоп на Светланской",
        "ул. Светланская, 5",
    ));
    let (shop, desk) = Shop::opened(plan).await;
    shop.simulator.book(staff_booking(1));
    shop.simulator.book(staff_booking(2).in_branch(720_441));
    shop.until_told(2).await;
    desk.close().await;
    let messages = shop.simulator.messages();
    let text_to = |number: i64| {
        let digits = phone(number).replace('+', "");
        messages.iter().find(|message| message.phone == digits).unwrap().text.clone()
    };
    for (number, own, other) in [(1, "Покровка", "Светланская"), (2, "Светланская", "Покровка")]
    {
        let text = text_to(number);
        assert!(text.contains("15:00"), "{text}");
        assert!(text.contains(own) && !text.contains(other), "{text}");
    }
}

#[test]
async fn a_closed_shop_misses_nothing_and_tells_nobody_twice() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let first = shop.book("Анна", &phone(1));
    shop.until_state(first, State::Read).await;
    desk.close().await;
    let second = shop.book("Ольга", &phone(2));
    let desk = shop.open();
    shop.until_state(second, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [phone(1), phone(2)]);
}
