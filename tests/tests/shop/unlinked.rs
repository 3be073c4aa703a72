//! The shop's phone is unlinked: the gateway takes messages all the same, keeps them for a day, and sends
//! them whenever a phone is linked.

use engine::clock::Clock as _;
use engine::error::FaultCode;
use engine::notification::{Reason, State};
use scenarios::{Plan, Shop};
use simulator::{DeliveryStatus, NumberPlan, Outcome};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

/// What became of the messages at the gateway, in order.
fn fates(shop: &Shop) -> Vec<DeliveryStatus> {
    shop.simulator.messages().into_iter().map(|message| message.status).collect()
}

#[test]
async fn a_logout_that_nobody_tells_of_keeps_the_next_message_here() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    // As after an earlier linking: the account tells of nothing.
    shop.simulator.set_gateway_setting("stateWebhook", "no".into());
    let first = shop.book("Анна", ANNA);
    shop.until_state(first, State::Read).await;
    let second = shop.book("Ольга", OLGA);
    shop.until_state(second, State::Queued).await;
    shop.simulator.set_gateway_state("notAuthorized");
    shop.until("the account to be looked at", |shop| {
        shop.row(second).filter(|row| row.reason == Reason::GatewayNotReady || row.state.is_sent())
    })
    .await;
    assert_eq!(shop.told(), [ANNA], "{}", shop.picture());
    shop.simulator.set_gateway_state("authorized");
    shop.until_state(second, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA, OLGA]);
}

#[test]
async fn what_lies_in_the_queue_of_an_unlinked_account_is_taken_back_and_never_leaves_by_itself() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Queued));
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Accepted).await;
    shop.simulator.set_gateway_state("notAuthorized");
    shop.until_state(booking, State::Waiting).await;
    assert_eq!(shop.fate(booking), (State::Waiting, Reason::TakenBack));
    assert_eq!(fates(&shop), [DeliveryStatus::Cleared]);

    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Read));
    shop.simulator.set_gateway_state("authorized");
    shop.polls_later(5).await;
    assert_eq!(shop.fate(booking), (State::Waiting, Reason::TakenBack));
    shop.person().send_now(shop.about(booking).id, shop.clock.now()).unwrap();
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(fates(&shop), [DeliveryStatus::Cleared, DeliveryStatus::Read]);
}

#[test]
async fn another_program_s_message_in_that_queue_is_for_a_person_to_decide() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_number(ANNA, NumberPlan::outcome(Outcome::Queued));
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Accepted).await;
    shop.simulator.set_number(OLGA, NumberPlan::outcome(Outcome::Queued));
    shop.simulator.foreign_message(OLGA, "Скидки");
    shop.simulator.set_gateway_state("notAuthorized");
    shop.until("the queue to be looked at", |shop| {
        (shop.simulator.count("showMessagesQueue") > 1).then_some(())
    })
    .await;
    shop.polls_later(5).await;
    assert_eq!(shop.simulator.count("clearMessagesQueue"), 0);
    assert_eq!(shop.about(booking).state, State::Accepted);
    desk.close().await;
}

#[test]
async fn an_account_that_is_lost_with_nothing_due_is_shown_and_so_is_its_return() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let shown = |fault: &'static str| {
        move |shop: &Shop| (shop.outbox.desk().unwrap().gateway.fault == fault).then_some(())
    };
    shop.simulator.set_gateway_state("notAuthorized");
    shop.until("the fault", shown("gateway_not_linked")).await;
    shop.simulator.set_gateway_state("authorized");
    shop.until("its end", shown("")).await;
    // The instance is made anew: it has no state at all for a while.
    shop.simulator.set_gateway_state("null");
    let booking = shop.book("Анна", ANNA);
    shop.until("a message that waits", |shop| {
        shop.row(booking).filter(|row| row.reason == Reason::GatewayNotReady)
    })
    .await;
    shop.simulator.set_gateway_state("authorized");
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn settings_that_linking_again_switched_off_are_one_alarm_and_gone_when_they_are_mended() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let amiss = |shop: &Shop| shop.outbox.desk().unwrap().gateway.amiss;
    assert_eq!(amiss(&shop), "");
    shop.simulator.set_gateway_state("notAuthorized");
    shop.until("the fault", |shop| (!shop.outbox.desk().unwrap().gateway.fault.is_empty()).then_some(()))
        .await;
    for flag in ["outgoingWebhook", "outgoingAPIMessageWebhook", "stateWebhook", "incomingWebhook"] {
        shop.simulator.set_gateway_setting(flag, "no".into());
    }
    shop.simulator.set_gateway_state("authorized");
    let named = |shop: &Shop| amiss(shop).contains("outgoingWebhook").then_some(());
    shop.until("the settings to be looked at", named).await;
    assert_eq!(shop.alarms.codes().iter().filter(|code| **code == FaultCode::GatewaySettings).count(), 1);
    desk.close().await;
}
