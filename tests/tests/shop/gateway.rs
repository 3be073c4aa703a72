//! The gateway's account between two messages: unlinked, restricted, asked to stop.

use std::collections::BTreeSet;

use engine::clock::Clock as _;
use engine::notification::{Reason, Refusal, State};
use engine::outbox::OutboxError;
use futures::future::join_all;
use scenarios::{Plan, Shop};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

#[test]
async fn unlinked_in_mid_queue_nothing_is_handed_over_and_nothing_is_lost() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    shop.simulator.set_gateway_state("notAuthorized");
    let phones: Vec<String> = (2..6).map(|number| format!("+7916000000{number}")).collect();
    let bookings: Vec<i64> = phones.iter().map(|phone| shop.book("Ольга", phone)).collect();
    shop.until("the queue to stand", |shop| {
        let rows = bookings.iter().map(|booking| shop.row(*booking)).collect::<Option<Vec<_>>>()?;
        rows.iter().any(|row| row.reason == Reason::GatewayNotReady).then_some(())
    })
    .await;
    shop.polls_later(5).await;
    assert!(bookings.iter().all(|booking| shop.about(*booking).state == State::Queued), "{}", shop.picture());
    assert_eq!(
        shop.simulator.count("sendMessage"),
        1,
        "a gateway that is not linked would keep them for a day"
    );

    shop.simulator.set_gateway_state("authorized");
    for booking in &bookings {
        shop.until_state(*booking, State::Read).await;
    }
    shop.until_quiet().await;
    desk.close().await;
    assert_eq!(shop.told().len(), 5);
    let told: BTreeSet<String> = shop.told().into_iter().collect();
    assert_eq!(told, phones.into_iter().chain([ANNA.to_owned()]).collect());
}

#[test]
async fn an_account_that_whatsapp_restricts_sends_nothing() {
    let states = ["yellowCard", "blocked", "suspended", "starting", "sleepMode", "aWordNobodyKnows"];
    join_all(states.map(async |state| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        shop.simulator.set_gateway_state(state);
        let booking = shop.book("Анна", ANNA);
        shop.until(state, |shop| shop.row(booking).filter(|row| row.reason == Reason::GatewayNotReady)).await;
        shop.polls_later(3).await;
        assert_eq!(shop.simulator.count("sendMessage"), 0, "{state}");
        shop.simulator.set_gateway_state("authorized");
        shop.until_state(booking, State::Read).await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA], "{state}");
    }))
    .await;
}

#[test]
async fn a_wrong_gateway_token_keeps_the_queue_and_says_so() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_gateway_token("another");
    let booking = shop.book("Анна", ANNA);
    shop.until("the fault", |shop| {
        (shop.outbox.desk().unwrap().gateway.fault == "gateway_token").then_some(())
    })
    .await;
    // The account is looked at also while nothing is due.
    shop.until_state(booking, State::Queued).await;
    shop.simulator.set_gateway_token(scenarios::GATEWAY_TOKEN);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    assert_eq!(shop.outbox.desk().unwrap().gateway.fault, "");
}

#[test]
async fn stop_ends_what_is_queued_and_what_would_come() {
    let (shop, desk) = Shop::opened(Plan::with_window(3000)).await;
    let queued = shop.book("Анна", ANNA);
    shop.until_state(queued, State::Queued).await;
    shop.simulator.incoming(ANNA, "Анна", "  Стоп! ");
    shop.until_state(queued, State::Skipped).await;
    assert_eq!(shop.fate(queued), (State::Skipped, Reason::OptedOut));

    let later = shop.book("Анна", ANNA);
    shop.until_state(later, State::Skipped).await;
    assert_eq!(shop.fate(later), (State::Skipped, Reason::OptedOut));
    let refused = shop.person().send_now(shop.about(later).id, shop.clock.now()).unwrap_err();
    assert!(matches!(refused, OutboxError::Refused(Refusal::OptedOut)), "{refused}");
    let other = shop.book("Ольга", OLGA);
    shop.until_state(other, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [OLGA]);
}

#[test]
async fn what_clients_write_otherwise_is_nobody_s_business() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.incoming(ANNA, "Анна", "Не могу остановиться, стоп-кран сломан");
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    let kept: i64 = shop
        .outbox
        .db()
        .read(|connection| {
            let all = "SELECT count(*) FROM gateway_events WHERE kind = 'incoming'";
            Ok::<_, engine::db::StorageError>(connection.query_row(all, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(kept, 0);
}

#[test]
async fn notifications_nobody_can_read_do_not_stop_those_behind_them() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    for body in [
        serde_json::json!({ "typeWebhook": "somethingNew", "x": 1 }),
        serde_json::json!({}),
        serde_json::json!([]),
        serde_json::json!({ "typeWebhook": "outgoingMessageStatus", "status": 7 }),
    ] {
        shop.simulator.push_notification(body);
    }
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
}
