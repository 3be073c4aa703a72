//! What YClients refuses, and what something in between refuses in its place.

use chrono::TimeDelta;
use tokio::test;

use super::{branch, listings};
use crate::booking::CompanyId;
use crate::error::FaultCode;
use crate::fakes::{COMPANY, Shop, booking};
use crate::monitor::known;
use crate::notification::{Reason, State};
use crate::ports::BookingsError;
use crate::settings::BranchSettings;

const HALF_AN_HOUR: u64 = 30 * 60;

fn answers(shop: &Shop, error: impl Into<Option<BookingsError>>) {
    *shop.bookings.failure.lock().unwrap() = error.into();
}

fn user_token() -> BookingsError {
    BookingsError::UserToken("401".into())
}

fn rights() -> BookingsError {
    BookingsError::Rights("403".into())
}

fn firewall() -> BookingsError {
    BookingsError::Intercepted { status: 403, retry_after: None }
}

fn alarms(shop: &Shop) -> Vec<FaultCode> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect()
}

/// With two branches more than the first, all of them read before.
async fn three_branches() -> Shop {
    let mut shop = Shop::new();
    for more in [1, 2] {
        shop.settings.branches.push(BranchSettings::new(CompanyId(COMPANY.0 + more)));
    }
    shop.baseline().await;
    shop
}

#[test(start_paused = true)]
async fn one_page_of_a_firewall_stops_nothing_and_what_was_made_meanwhile_is_told() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        answers(&shop, firewall());
        shop.book(1);
        shop.pass(70).await;
        let seen = branch(&shop);
        assert!(!seen.stopped);
        assert_eq!(seen.fault_code, FaultCode::YclientsIntercepted.as_str());
        assert!(alarms(&shop).is_empty(), "one page is not worth a look");
        answers(&shop, None);
        shop.pass(300).await;
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
    assert_eq!(branch(&shop).fault_code, "");
}

#[test(start_paused = true)]
async fn a_firewall_that_stays_is_asked_ever_more_rarely_with_one_alarm() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.open(async {
        answers(&shop, firewall());
        shop.pass(3600).await;
    })
    .await;
    assert_eq!(alarms(&shop), [FaultCode::YclientsIntercepted]);
    assert!(listings(&shop) < 100, "{}", listings(&shop));
}

#[test(start_paused = true)]
async fn what_is_refused_is_tried_again_by_itself_and_what_returns_is_a_gap() {
    for refusal in [user_token(), rights()] {
        let shop = Shop::new();
        shop.baseline().await;
        shop.open(async {
            answers(&shop, refusal);
            shop.pass(120).await;
            let stopped = branch(&shop);
            assert!(stopped.stopped);
            for id in 1..=6 {
                shop.book(id);
            }
            let polls = listings(&shop);
            shop.pass(2 * HALF_AN_HOUR + 400).await;
            assert_eq!(listings(&shop), polls + 2);
            let tried = branch(&shop);
            assert_eq!((tried.stopped, tried.fault_at), (true, stopped.fault_at), "since then");
            answers(&shop, None);
            shop.pass(HALF_AN_HOUR + 300).await;
        })
        .await;
        assert_eq!(alarms(&shop).len(), 1, "quietly");
        let back = branch(&shop);
        assert_eq!((back.stopped, back.fault_code.as_str(), back.fault_at), (false, "", None));
        for id in 1..=6 {
            assert_eq!((shop.about(id).state, shop.about(id).reason), (State::Waiting, Reason::Burst));
        }
    }
}

#[test(start_paused = true)]
async fn one_branch_asks_for_all_with_a_refused_token_and_all_return_with_it() {
    let shop = three_branches().await;
    shop.open(async {
        answers(&shop, user_token());
        shop.pass(120).await;
        let polls = listings(&shop);
        shop.pass(4 * HALF_AN_HOUR + 800).await;
        let asked = listings(&shop) - polls;
        assert!((3..=4).contains(&asked), "{asked} requests in two hours");
        answers(&shop, None);
        for more in 0..3 {
            let company = CompanyId(COMPANY.0 + more);
            let made = crate::booking::Booking { company, ..booking(1 + more, &shop.clock) };
            shop.bookings.put(made);
        }
        shop.pass(HALF_AN_HOUR + 300).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn a_branch_without_rights_says_nothing_of_another_one_s() {
    let shop = three_branches().await;
    shop.open(async {
        answers(&shop, rights());
        shop.pass(120).await;
        let polls = listings(&shop);
        shop.pass(HALF_AN_HOUR + 300).await;
        assert_eq!(listings(&shop) - polls, 3, "each by itself");
    })
    .await;
}

#[test(start_paused = true)]
async fn what_has_been_refused_for_a_day_is_tried_every_six_hours() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        answers(&shop, user_token());
        shop.pass(120).await;
        shop.clock.jump(TimeDelta::hours(24));
        shop.pass(HALF_AN_HOUR + 300).await;
        let polls = listings(&shop);
        shop.pass(13 * 3600).await;
        let asked = listings(&shop) - polls;
        assert!((1..=2).contains(&asked), "{asked} requests in thirteen hours");
    })
    .await;
    assert_eq!(alarms(&shop).len(), 1);
}

#[test(start_paused = true)]
async fn a_try_that_meets_an_outage_leaves_the_stop_as_it_is() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        answers(&shop, user_token());
        shop.pass(120).await;
        let stopped = branch(&shop);
        for passing in [BookingsError::Offline("dead".into()), firewall()] {
            answers(&shop, passing);
            shop.pass(HALF_AN_HOUR * 2).await;
            let tried = branch(&shop);
            assert_eq!(
                (tried.stopped, tried.fault_code, tried.fault_at),
                (true, stopped.fault_code.clone(), stopped.fault_at)
            );
        }
        answers(&shop, user_token());
        shop.pass(HALF_AN_HOUR * 2).await;
        assert_eq!(branch(&shop).fault_at, stopped.fault_at);
    })
    .await;
    assert_eq!(alarms(&shop), [FaultCode::YclientsUserToken]);
}

#[test(start_paused = true)]
async fn another_refusal_of_a_stopped_branch_is_told_once_and_it_is_stopped_since_then() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        answers(&shop, user_token());
        shop.pass(120).await;
        let stopped = branch(&shop);
        for refusal in [rights(), user_token(), rights()] {
            answers(&shop, refusal);
            shop.pass(HALF_AN_HOUR + 300).await;
        }
        let now = branch(&shop);
        assert_eq!(now.fault_code, FaultCode::YclientsRights.as_str(), "the cause shown is the present one");
        assert_eq!(now.fault_at, stopped.fault_at);
    })
    .await;
    assert_eq!(alarms(&shop), [FaultCode::YclientsUserToken, FaultCode::YclientsRights]);
}

#[test(start_paused = true)]
async fn what_the_branch_is_called_decides_nothing_about_its_bookings() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.clock.jump(TimeDelta::hours(25));
    *shop.bookings.facts_failure.lock().unwrap() = Some(rights());
    shop.open(async {
        shop.pass(120).await;
        shop.bookings.put(booking(1, &shop.clock));
        shop.pass(1800).await;
    })
    .await;
    assert!(!branch(&shop).stopped);
    assert_eq!(shop.about(1).state, State::Accepted);
    let asked = *shop.bookings.facts_asked.lock().unwrap();
    assert!(asked < 10, "asked {asked} times");
}

#[test(start_paused = true)]
async fn a_firewall_before_the_last_check_keeps_the_message_and_it_goes_afterwards() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        answers(&shop, firewall());
        shop.pass(60).await;
        let row = shop.about(1);
        assert_eq!((row.state, row.reason), (State::Queued, Reason::CannotCheck));
        assert_eq!(row.detail, FaultCode::YclientsIntercepted.as_str());
        answers(&shop, None);
        shop.pass(120).await;
    })
    .await;
    assert_eq!(shop.about(1).state, State::Accepted);
    let state = shop.outbox.db().read(|connection| known::branch_in(connection, COMPANY)).unwrap().unwrap();
    assert!(!state.stopped);
}
