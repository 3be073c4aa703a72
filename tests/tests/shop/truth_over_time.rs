//! A decision lasts as long as its facts: what was taken away and given back, what changed under the
//! same ids, a clock that is wrong, a reading that is old.

use chrono::TimeDelta;
use engine::clock::Clock as _;
use engine::error::FaultCode;
use engine::notification::{Reason, State};
use futures::future::join_all;
use scenarios::{COMPANY, Plan, Shop};
use simulator::{Branch, BranchChange, Change, Fault, FaultKind, NewBooking, ServiceChange, Start, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
/// Long enough to act in, on a busy machine.
const WINDOW_MS: u64 = 2500;

type AtTheShop = fn(&Shop);

async fn queued() -> (Shop, scenarios::AtDesk, i64) {
    let (shop, desk) = Shop::opened(Plan::with_window(WINDOW_MS)).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    (shop, desk, booking)
}

#[test]
async fn cancelled_or_marked_as_come_and_put_right_is_told_once() {
    type Act = fn(&Shop, i64) -> bool;
    let ways: [(&str, Act, State, Act); 3] = [
        (
            "attendance",
            |shop, id| shop.simulator.change(id, Change::attendance(-1)),
            State::Cancelled,
            |shop, id| shop.simulator.change(id, Change::attendance(0)),
        ),
        (
            "deleted",
            |shop, id| shop.simulator.delete(id),
            State::Cancelled,
            |shop, id| shop.simulator.change(id, Change { deleted: Some(false), ..Change::default() }),
        ),
        (
            "came",
            |shop, id| shop.simulator.change(id, Change::attendance(1)),
            State::Expired,
            |shop, id| shop.simulator.change(id, Change::attendance(2)),
        ),
    ];
    join_all(ways.map(async |(way, away, ended, back)| {
        let (shop, desk, booking) = queued().await;
        assert!(away(&shop, booking), "{way}");
        shop.until_state(booking, ended).await;
        assert!(back(&shop, booking), "{way}");
        shop.until_state(booking, State::Read).await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{way}");
    }))
    .await;
}

#[test]
async fn entered_too_soon_and_dragged_to_another_day_is_told() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let zone = Branch::default().zone;
    let soon = (shop.simulator.now() + TimeDelta::minutes(5)).with_timezone(&zone).naive_local();
    let booking = shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(Start::At(soon)));
    shop.until_state(booking, State::Skipped).await;
    assert_eq!(shop.fate(booking).1, Reason::TooSoon);
    let start = Some(Start::At(soon + TimeDelta::days(1)));
    shop.simulator.change(booking, Change { start, ..Change::default() });
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_price_a_name_and_an_address_that_change_inside_the_window_are_said_as_they_are_now() {
    let more =
        "template = \"{{ when }}, {{ services }}, {{ master }}, {{ price }}, {{ branch }}, {{ address }}\"";
    let changes: [(&str, AtTheShop); 4] = [
        ("900", |shop| {
            let service = shop.simulator.bookings().last().unwrap().services[0].id;
            shop.simulator
                .change_service(service, &ServiceChange { cost: Some(900.0), ..ServiceChange::default() });
        }),
        ("Бритьё опасной бритвой", |shop| {
            let service = shop.simulator.bookings().last().unwrap().services[0].id;
            let title = Some("Бритьё опасной бритвой".to_owned());
            shop.simulator.change_service(service, &ServiceChange { title, ..ServiceChange::default() });
        }),
        ("Пётр Новый", |shop| {
            let staff = shop.simulator.bookings().last().unwrap().staff.id;
            shop.simulator.rename_staff(staff, "Пётр Новый");
        }),
        ("ул. Мира, 1", |shop| {
            let address = Some("ул. Мира, 1".to_owned());
            shop.simulator.change_branch(COMPANY, BranchChange { address, ..BranchChange::default() });
        }),
    ];
    join_all(changes.map(async |(says, change)| {
        let plan = Plan { more: more.to_owned(), ..Plan::with_window(WINDOW_MS) };
        let (shop, desk) = Shop::opened(plan).await;
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Queued).await;
        change(&shop);
        shop.until_state(booking, State::Read).await;
        desk.close().await;
        let texts = shop.texts();
        assert!(texts.len() == 1 && texts[0].contains(says), "{says}: {texts:?}");
    }))
    .await;
}

#[test]
async fn visits_are_judged_by_the_servers_clock_and_one_alarm_says_so() {
    join_all([-65, 65].map(async |server_ahead| {
        let shop = Shop::new(Plan::default()).await;
        shop.simulator.set_clock_offset(TimeDelta::minutes(server_ahead));
        let desk = shop.open();
        shop.baseline().await;
        let zone = Branch::default().zone;
        let at =
            |ahead: TimeDelta| Start::At((shop.simulator.now() + ahead).with_timezone(&zone).naive_local());
        let begun = shop
            .simulator
            .book(NewBooking::for_client("Ольга", "+79160000002").at(at(-TimeDelta::minutes(30))));
        let ahead = shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(at(TimeDelta::hours(1))));
        shop.until_state(ahead, State::Read).await;
        shop.until_state(begun, State::Skipped).await;
        desk.close().await;
        assert_eq!(shop.fate(begun).1, Reason::Begun, "{server_ahead}");
        assert_eq!(shop.told(), [ANNA], "{server_ahead}");
        assert_eq!(shop.alarms.codes(), [FaultCode::ClockCorrected], "{server_ahead}");
    }))
    .await;
}

#[test]
async fn thirty_visits_in_one_message_are_read_by_one_listing_of_their_client() {
    let (shop, desk) = Shop::opened(Plan::with_window(6000)).await;
    for day in 1..=30 {
        shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(Start::InDays(day)));
    }
    shop.until("one message about all", |shop| {
        let rows = shop.rows();
        let [row] = rows.as_slice() else { return None };
        (shop.outbox.links(row.id).unwrap().len() == 30).then_some(())
    })
    .await;
    shop.simulator.forget_requests();
    for endpoint in ["records", "record"] {
        shop.simulator
            .set_fault(Fault::always(Target::yclients(endpoint), FaultKind::Delay { milliseconds: 700 }));
    }
    shop.until_told(1).await;
    desk.close().await;
    let requests = shop.simulator.requests();
    let one_by_one = requests.iter().filter(|seen| seen.endpoint == "record").count();
    assert_eq!(one_by_one, 0, "one by one the first reading would be old before the last");
    assert!(requests.iter().any(|seen| seen.query.contains("client_id=")));
    assert!(shop.texts()[0].contains("ещё 15"), "{:?}", shop.texts());
}

#[test]
async fn one_bare_not_found_cancels_nothing_that_the_listing_shows() {
    let (shop, desk, booking) = queued().await;
    shop.simulator.set_fault(Fault::once(Target::record(booking), FaultKind::NotFound));
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn gone_by_its_address_and_from_the_listing_is_cancelled() {
    let (shop, desk, booking) = queued().await;
    assert!(shop.simulator.vanish(booking));
    shop.until_state(booking, State::Cancelled).await;
    desk.close().await;
    assert_eq!(shop.fate(booking).1, Reason::InYclients);
    assert!(shop.told().is_empty());
}

#[test]
async fn a_title_cut_in_the_middle_of_a_letter_waits_for_a_person() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.simulator.book(NewBooking::for_client("Анна\u{fffd}", ANNA));
    shop.until_state(booking, State::Waiting).await;
    assert_eq!(shop.fate(booking).1, Reason::BrokenCharacter);
    shop.person().release(shop.about(booking).id, shop.clock.now()).unwrap();
    shop.until_state(booking, State::Read).await;
    desk.close().await;
}

#[test]
async fn a_number_that_desks_type_for_none_is_skipped_and_says_so() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.simulator.book(NewBooking::for_client("Гость", "+79999999999"));
    shop.until_state(booking, State::Skipped).await;
    desk.close().await;
    assert_eq!(shop.fate(booking).1, Reason::Placeholder);
}

#[test]
async fn a_pause_that_ends_with_eight_due_is_one_question() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let anna = engine::outbox::Actor::Person("Анна".to_owned());
    shop.outbox.pause(None, &anna, shop.clock.now()).unwrap();
    let bookings: Vec<i64> = (0..8).map(|n| shop.book("Клиент", &format!("+7916000010{n}"))).collect();
    for booking in &bookings {
        shop.until_state(*booking, State::Queued).await;
    }
    shop.polls_later(5).await;
    shop.outbox.resume(&anna, shop.clock.now()).unwrap();
    for booking in &bookings {
        shop.until_state(*booking, State::Waiting).await;
        assert_eq!(shop.fate(*booking).1, Reason::Burst);
    }
    desk.close().await;
    assert!(shop.told().is_empty());
}

#[test]
async fn thirty_typed_in_within_a_minute_wait_for_a_person() {
    let (shop, desk) = Shop::opened(Plan { burst: 20, ..Plan::with_window(20_000) }).await;
    let bookings: Vec<i64> = (10..40).map(|n| shop.book("Клиент", &format!("+791600001{n}"))).collect();
    for booking in bookings {
        shop.until_state(booking, State::Waiting).await;
        assert_eq!(shop.fate(booking).1, Reason::Burst);
    }
    desk.close().await;
    assert!(shop.told().is_empty());
}
