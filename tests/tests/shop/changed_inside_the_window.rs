//! What the shop does to a booking between its first sight and the message.

use engine::clock::Clock as _;
use engine::notification::{Reason, State};
use futures::future::join_all;
use scenarios::{Plan, Shop};
use simulator::{Change, Client, Fault, FaultKind, NewBooking, Start, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// A shop with time to act in, and a booking of Anna's in its queue.
async fn queued() -> (Shop, scenarios::AtDesk, i64) {
    let (shop, desk) = Shop::opened(Plan::with_window(2500)).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    (shop, desk, booking)
}

/// Listings fail from now on: what happens next, only the last check can see.
fn blind_the_polls(shop: &Shop) {
    let out_of_order = FaultKind::Status {
        status: 500,
        body: String::new(),
        content_type: "text/plain".to_owned(),
        retry_after: None,
    };
    shop.simulator.set_fault(Fault::always(Target::yclients("records"), out_of_order));
}

#[test]
async fn a_corrected_phone_is_the_one_written_to() {
    let (shop, desk, booking) = queued().await;
    shop.simulator.change(booking, Change::phone(OLGA));
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [OLGA]);
}

#[test]
async fn a_phone_corrected_after_the_last_poll_is_seen_by_the_last_check() {
    let (shop, desk, booking) = queued().await;
    blind_the_polls(&shop);
    shop.simulator.change(booking, Change::phone(OLGA));
    let row = shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [OLGA]);
    assert!(row.revision > 1, "a fresh window for the new recipient");
}

#[test]
async fn a_phone_added_later_is_told() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.book("Анна", "");
    shop.until_state(booking, State::Skipped).await;
    assert_eq!(shop.fate(booking), (State::Skipped, Reason::NoPhone));
    shop.polls_later(2).await;
    shop.simulator.change(booking, Change::phone("8 (916) 000-00-01"));
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_client_named_later_is_told() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.simulator.book(NewBooking { client: None, ..NewBooking::default() });
    shop.until_state(booking, State::Skipped).await;
    shop.simulator.change(booking, Change::client(Some(Client::new("Анна", ANNA))));
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    assert!(shop.texts()[0].contains("Анна"), "{}", shop.texts()[0]);
}

#[test]
async fn two_bookings_of_one_client_are_one_message() {
    let (shop, desk, first) = queued().await;
    let at = Start::InDays(2);
    let second = shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(at));
    shop.until("both in one", |shop| {
        shop.row(second).filter(|row| row.id == shop.about(first).id && row.state == State::Read)
    })
    .await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    let text = &shop.texts()[0];
    assert_eq!(text.matches("15:00").count(), 2, "{text}");
}

#[test]
async fn a_family_on_one_phone_gets_a_message_each_with_its_own_name() {
    let (shop, desk, mother) = queued().await;
    let child = shop.simulator.book(NewBooking {
        client: Some(Client { id: 900_001, ..Client::new("Костя", ANNA) }),
        ..NewBooking::default()
    });
    shop.until_state(mother, State::Read).await;
    shop.until_state(child, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA, ANNA]);
    let texts = shop.texts();
    assert!(texts[0].contains("Анна") && !texts[0].contains("Костя"), "{texts:?}");
    assert!(texts[1].contains("Костя") && !texts[1].contains("Анна"), "{texts:?}");
}

#[test]
async fn a_moved_booking_is_one_message_with_the_new_time() {
    let (shop, desk, booking) = queued().await;
    let start = shop.simulator.booking(booking).unwrap().start;
    shop.simulator.change(booking, Change::start(Start::At(start + chrono::TimeDelta::minutes(130))));
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    let texts = shop.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("17:10") && !texts[0].contains("15:00"), "{}", texts[0]);
}

#[test]
async fn a_booking_moved_after_the_last_poll_is_told_with_its_new_time() {
    let (shop, desk, booking) = queued().await;
    blind_the_polls(&shop);
    let start = shop.simulator.booking(booking).unwrap().start;
    shop.simulator.change(booking, Change::start(Start::At(start + chrono::TimeDelta::minutes(130))));
    let row = shop.until_state(booking, State::Read).await;
    desk.close().await;
    let texts = shop.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("17:10"), "{}", texts[0]);
    assert!(row.revision > 1, "the desk got a window for the new text");
}

#[test]
async fn cancelled_in_any_way_just_before_the_end_is_not_sent() {
    type Cancel = fn(&Shop, i64) -> bool;
    let ways: [(&str, Cancel); 2] = [
        ("deleted", |shop, booking| shop.simulator.delete(booking)),
        ("did not come", |shop, booking| shop.simulator.change(booking, Change::attendance(-1))),
    ];
    join_all(ways.map(async |(way, cancel)| {
        let (shop, desk, booking) = queued().await;
        blind_the_polls(&shop);
        assert!(cancel(&shop, booking));
        shop.until_state(booking, State::Cancelled).await;
        desk.close().await;
        assert_eq!(shop.fate(booking), (State::Cancelled, Reason::InYclients), "{way}");
        assert!(shop.told().is_empty(), "{way}");
    }))
    .await;
}

#[test]
async fn a_client_who_is_there_already_is_not_written_to() {
    let (shop, desk, booking) = queued().await;
    shop.simulator.change(booking, Change::attendance(1));
    shop.until_state(booking, State::Expired).await;
    desk.close().await;
    assert_eq!(shop.fate(booking), (State::Expired, Reason::Came));
    assert!(shop.told().is_empty());
}

#[test]
async fn deleted_and_made_anew_is_one_message() {
    let (shop, desk, first) = queued().await;
    shop.simulator.delete(first);
    let second = shop.simulator.book(NewBooking::for_client("Анна", ANNA).at(Start::InDays(3)));
    shop.until_state(second, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn confirmation_payment_and_comment_are_no_reason_to_begin_anew() {
    let (shop, desk, booking) = queued().await;
    shop.simulator.change(booking, Change::attendance(2));
    shop.simulator.change(booking, Change { paid_full: Some(1), ..Change::default() });
    let comment = Some("звонила мама".to_owned());
    shop.simulator.change(booking, Change { comment, ..Change::default() });
    let row = shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(row.revision, 1);
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn moved_under_a_person_s_own_words_it_asks_with_both_texts() {
    let (shop, desk, booking) = queued().await;
    shop.person().edit(shop.about(booking).id, None, "Ждём вас в три", shop.clock.now()).unwrap();
    let start = shop.simulator.booking(booking).unwrap().start;
    shop.simulator.change(booking, Change::start(Start::At(start + chrono::TimeDelta::minutes(130))));
    let row = shop.until_state(booking, State::Waiting).await;
    desk.close().await;
    assert_eq!(row.reason, Reason::ChangedAfterEdit);
    assert_eq!(row.text, "Ждём вас в три");
    assert!(row.proposed_text.unwrap().contains("17:10"));
    assert!(shop.told().is_empty());
}

#[test]
async fn what_changes_after_the_message_is_shown_and_written_again_by_one_word() {
    let (shop, desk, booking) = queued().await;
    shop.until_state(booking, State::Read).await;
    let start = shop.simulator.booking(booking).unwrap().start;
    shop.simulator.change(booking, Change::start(Start::At(start + chrono::TimeDelta::minutes(130))));
    let row = shop
        .until("the change to be shown", |shop| {
            Some(shop.about(booking)).filter(|row| row.changed_after_sent == "moved")
        })
        .await;
    shop.polls_later(3).await;
    assert_eq!(shop.told().len(), 1, "nobody is written to without a person's word");
    shop.person().resend(row.id, shop.clock.now()).unwrap();
    shop.until_told(2).await;
    shop.until_quiet().await;
    desk.close().await;
    let texts = shop.texts();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].contains("17:10"), "{}", texts[1]);
}
