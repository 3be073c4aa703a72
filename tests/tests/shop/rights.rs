//! A token that is refused, a right that is missing: polling stops with one
//! alarm, and goes on when a person says so or when it is tried again by itself. What something in
//! between refuses stops nothing.

use engine::error::FaultCode;
use engine::notification::State;
use scenarios::{COMPANY, Plan, Shop, USER_TOKEN};
use simulator::{Branch, Fault, FaultKind, Rights, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OTHER: i64 = 720_441;

fn two_branches() -> Plan {
    let mut plan = Plan::default();
    plan.options.branches.push(Branch::new(OTHER, chrono_tz::Europe::Moscow, "Барбершоп на Лиговке", ""));
    plan
}

fn polls_of(shop: &Shop, company: i64) -> usize {
    let path = format!("/records/{company}");
    shop.simulator.requests().iter().filter(|seen| seen.path.ends_with(&path)).count()
}

#[test]
async fn a_branch_without_rights_stops_with_one_alarm_while_the_other_goes_on() {
    let (shop, desk) = Shop::opened(two_branches()).await;
    shop.simulator.set_rights(COMPANY, Rights { access: false, ..Rights::default() });
    let stopped =
        shop.until("the stop", |shop| Some(shop.branch(COMPANY)).filter(|branch| branch.stopped)).await;
    assert_eq!(stopped.fault_code, FaultCode::YclientsRights.as_str());

    shop.simulator.forget_requests();
    shop.until("polls of the other", |shop| (polls_of(shop, OTHER) >= 10).then_some(())).await;
    assert_eq!(polls_of(&shop, COMPANY), 0, "no hot loop, no loop at all");
    assert_eq!(shop.alarms.codes(), [FaultCode::YclientsRights]);

    // The right comes back, and a person asks before it is tried again by itself.
    shop.simulator.set_rights(COMPANY, Rights::default());
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert!(!shop.branch(COMPANY).stopped);
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn asked_in_vain_it_asks_once_and_shows_no_second_alarm() {
    let (shop, desk) = Shop::opened(two_branches()).await;
    shop.simulator.set_rights(COMPANY, Rights { timetable_access: false, ..Rights::default() });
    let stopped =
        shop.until("the stop", |shop| Some(shop.branch(COMPANY)).filter(|branch| branch.stopped)).await;
    shop.simulator.forget_requests();
    shop.poll().await;
    shop.until("polls of the other", |shop| (polls_of(shop, OTHER) >= 5).then_some(())).await;
    desk.close().await;
    assert_eq!(polls_of(&shop, COMPANY), 1);
    let asked = shop.branch(COMPANY);
    assert_eq!((asked.stopped, asked.fault_at), (true, stopped.fault_at), "stopped since then");
    assert_eq!(shop.alarms.codes(), [FaultCode::YclientsRights]);
}

#[test]
async fn a_changed_user_token_stops_everything_and_is_named() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    shop.simulator.set_user_token("another");
    let seen =
        shop.until("the stop", |shop| Some(shop.branch(COMPANY)).filter(|branch| branch.stopped)).await;
    assert_eq!(seen.fault_code, FaultCode::YclientsUserToken.as_str());
    assert_eq!(shop.alarms.codes(), [FaultCode::YclientsUserToken]);
    shop.simulator.set_user_token(USER_TOKEN);
    let booking = shop.book("Анна", ANNA);
    shop.poll().await;
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_message_queued_when_the_token_dies_is_not_sent_unchecked() {
    let (shop, desk) = Shop::opened(Plan::with_window(1500)).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    shop.simulator.set_user_token("another");
    let row = shop
        .until("a check that fails", |shop| {
            Some(shop.about(booking)).filter(|row| row.detail == FaultCode::YclientsUserToken.as_str())
        })
        .await;
    assert_eq!(row.state, State::Queued);
    shop.simulator.set_user_token(USER_TOKEN);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_firewall_s_page_stops_no_branch_and_what_is_made_meanwhile_is_told() {
    let (shop, desk) = Shop::opened(two_branches()).await;
    let page = FaultKind::Status {
        status: 403,
        body: "<html><body>Request blocked</body></html>".to_owned(),
        content_type: "text/html".to_owned(),
        retry_after: None,
    };
    shop.simulator.set_fault(Fault::times(4, Target::yclients("records"), page.clone()));
    shop.simulator.set_fault(Fault::once(Target::yclients("record"), page));
    let booking = shop.book("Анна", ANNA);
    shop.until("a page that is noticed", |shop| {
        (shop.branch(COMPANY).fault_code == FaultCode::YclientsIntercepted.as_str()).then_some(())
    })
    .await;
    assert!(!shop.branch(COMPANY).stopped);
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [ANNA]);
    assert_eq!(shop.branch(COMPANY).fault_code, "");
}
