//! Whether a message left is not always known. What is doubtful is looked for and
//! never repeated; what certainly did not leave is tried again.

use engine::clock::Clock as _;
use engine::notification::{Reason, State};
use engine::person::Resolution;
use futures::future::join_all;
use scenarios::{AtDesk, Plan, Shop};
use simulator::{Fault, FaultKind, NewBooking, Side, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

fn status(status: u16, body: &str) -> FaultKind {
    let content_type = "application/json".to_owned();
    FaultKind::Status { status, body: body.to_owned(), content_type, retry_after: None }
}

/// A booking of Anna's whose message meets this fault.
async fn sent_into(kind: FaultKind) -> (Shop, AtDesk, i64) {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), kind));
    let booking = shop.book("Анна", ANNA);
    (shop, desk, booking)
}

#[test]
async fn an_answer_that_is_lost_is_found_again_by_its_echo_and_never_sent_twice() {
    let lost = [
        FaultKind::CutAfter,
        FaultKind::CutAnswer { bytes: 30 },
        FaultKind::TruncatedJson,
        FaultKind::EmptyBody,
        FaultKind::HangAfter,
        FaultKind::DelayAnswer { milliseconds: 3000 },
    ];
    join_all(lost.map(async |kind| {
        let (shop, desk, booking) = sent_into(kind.clone()).await;
        shop.until_state(booking, State::Read).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{kind:?}");
        assert_eq!(shop.simulator.count("sendMessage"), 1, "{kind:?}");
        assert_eq!(shop.about(booking).gateway_id, shop.simulator.messages()[0].id, "{kind:?}");
    }))
    .await;
}

#[test]
async fn a_request_that_may_have_arrived_and_did_not_asks_a_person() {
    let doubtful = [
        FaultKind::CutBefore,
        FaultKind::Hang,
        FaultKind::Html,
        status(500, ""),
        status(502, "<html>Bad Gateway</html>"),
        status(418, "{}"),
    ];
    join_all(doubtful.map(async |kind| {
        let (shop, desk, booking) = sent_into(kind.clone()).await;
        shop.until_state(booking, State::Unknown).await;
        shop.until("the gateway's queue to be looked at", |shop| {
            (shop.simulator.count("showMessagesQueue") > 0).then_some(())
        })
        .await;
        shop.polls_later(5).await;
        assert_eq!(shop.about(booking).state, State::Unknown, "{kind:?}");
        assert_eq!(shop.simulator.count("sendMessage"), 1, "{kind:?}: nothing is repeated by itself");
        let id = shop.about(booking).id;
        let refusal = shop.person().cancel(id, shop.clock.now()).unwrap_err();
        assert!(refusal.to_string().contains("unknown"), "{refusal}");
        desk.close().await;
        assert!(shop.told().is_empty());
    }))
    .await;
}

#[test]
async fn a_person_s_again_sends_once_more_and_drop_does_not() {
    for (word, messages, end) in [
        (Resolution::Again, 1, State::Read),
        (Resolution::Drop, 0, State::Cancelled),
        (Resolution::Arrived, 0, State::Accepted),
    ] {
        let (shop, desk, booking) = sent_into(FaultKind::CutBefore).await;
        let id = shop.until_state(booking, State::Unknown).await.id;
        shop.person().resolve(id, word, shop.clock.now()).unwrap();
        shop.until_state(booking, end).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told().len(), messages, "{word:?}");
    }
}

#[test]
async fn what_certainly_did_not_leave_is_tried_again_and_told_once() {
    let certain = [
        FaultKind::TooManyRequests { with_status: true, retry_after: None },
        FaultKind::StatusFalse { reason: "instance is starting or not authorized".to_owned() },
        status(400, "instance in starting process try later"),
    ];
    join_all(certain.map(async |kind| {
        let (shop, desk, booking) = sent_into(kind.clone()).await;
        shop.until_state(booking, State::Read).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{kind:?}");
        assert_eq!(shop.simulator.count("sendMessage"), 2, "{kind:?}");
    }))
    .await;
}

#[test]
async fn a_message_the_gateway_refuses_for_good_fails_with_its_reason() {
    let refusals = [
        (r#"{"statusCode":400,"message":"Validation failed. Details: 'chatId' is wrong"}"#, 400, "chatId"),
        (r#"{"invokeStatus":{"method":"sendMessage","used":3,"total":3}}"#, 466, "quota"),
    ];
    join_all(refusals.map(async |(body, code, word)| {
        let (shop, desk, booking) = sent_into(status(code, body)).await;
        let row = shop.until_state(booking, State::Failed).await;
        shop.until_quiet().await;
        desk.close().await;
        assert_eq!(row.reason, Reason::Rejected);
        assert!(row.detail.contains(word), "{}", row.detail);
        assert_eq!(shop.simulator.count("sendMessage"), 1);
    }))
    .await;
}

#[test]
async fn a_gateway_that_cannot_be_reached_costs_no_message() {
    let (shop, desk) = Shop::opened(Plan::default().on_own_ports()).await;
    shop.simulator.set_offline(Some(Side::Gateway), true);
    let booking = shop.book("Анна", ANNA);
    shop.until("a first try", |shop| shop.row(booking).filter(|row| row.reason == Reason::GatewayNotReady))
        .await;
    assert_eq!(shop.about(booking).state, State::Queued);
    shop.simulator.set_offline(Some(Side::Gateway), false);
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_power_cut_in_mid_send_sends_nothing_twice() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let hang = FaultKind::DelayAnswer { milliseconds: 1500 };
    shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), hang));
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Sending).await;
    shop.until_told(1).await;
    desk.cut_power().await;
    assert_eq!(shop.about(booking).state, State::Sending, "as it lay");

    let desk = shop.open();
    shop.until_state(booking, State::Read).await;
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    assert_eq!(shop.simulator.count("sendMessage"), 1);
}

#[test]
async fn equal_texts_to_one_number_are_matched_one_to_one() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    // Two clients on one phone, of one name, at one time: two messages with equal words.
    let client = |id| Some(simulator::Client { id, ..simulator::Client::new("Анна", ANNA) });
    shop.simulator.set_fault(Fault::times(2, Target::gateway("sendMessage"), FaultKind::CutAfter));
    let bookings =
        [1, 2].map(|id| shop.simulator.book(NewBooking { client: client(id), ..NewBooking::default() }));
    for booking in bookings {
        shop.until_state(booking, State::Read).await;
    }
    desk.close().await;
    let [first, second] = bookings.map(|booking| shop.about(booking));
    assert_eq!(first.text, second.text);
    assert_ne!(first.gateway_id, second.gateway_id);
    assert_eq!(shop.told().len(), 2);
}
