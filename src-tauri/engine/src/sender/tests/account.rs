//! The account: believed for three seconds, looked at every minute, and shown as it is now.

use tokio::test;

use crate::error::{FaultCode, Subject};
use crate::fakes::Shop;
use crate::notification::{Reason, State};
use crate::ports::{GatewayEvent, GatewayState, MessengerError, SendOutcome};

fn says(shop: &Shop, state: Result<GatewayState, MessengerError>) {
    *shop.messenger.state.lock().unwrap() = state;
}

fn shown(shop: &Shop) -> (String, String) {
    let told = shop.outbox.desk().unwrap().gateway;
    (told.state, told.fault)
}

fn alarms(shop: &Shop) -> Vec<FaultCode> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect()
}

#[test(start_paused = true)]
async fn what_was_heard_before_the_last_message_is_not_believed_for_the_next() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(async {
        while shop.messenger.texts().is_empty() {
            shop.pass(1).await;
        }
        // Nothing is pushed: the flags may be off.
        says(&shop, Ok(GatewayState::NotAuthorised));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1, "the second would be kept and sent at the next linking");
}

#[test(start_paused = true)]
async fn an_account_lost_while_the_bookings_are_read_takes_nothing() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.open(async {
        shop.pass(15).await;
        let reads =
            |shop: &Shop| shop.bookings.calls.lock().unwrap().iter().any(|call| call.starts_with("get"));
        *shop.bookings.answers_take.lock().unwrap() = std::time::Duration::from_secs(6);
        while !reads(&shop) {
            shop.pass(1).await;
        }
        says(&shop, Ok(GatewayState::NotAuthorised));
        shop.pass(30).await;
    })
    .await;
    assert!(shop.messenger.texts().is_empty());
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Queued, Reason::GatewayNotReady));
}

#[test(start_paused = true)]
async fn with_nothing_due_what_is_shown_of_the_account_is_true_within_a_minute() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        assert_eq!(shown(&shop), ("authorised".into(), String::new()));
        says(&shop, Ok(GatewayState::NotAuthorised));
        shop.pass(62).await;
        assert_eq!(shown(&shop), ("not_authorised".into(), FaultCode::GatewayNotLinked.to_string()));
        assert_eq!(alarms(&shop), [], "one look is no alarm");
        shop.pass(11).await;
        assert_eq!(alarms(&shop), [FaultCode::GatewayNotLinked]);
        shop.pass(600).await;
        assert_eq!(alarms(&shop), [FaultCode::GatewayNotLinked], "once");

        says(&shop, Ok(GatewayState::Authorised));
        shop.pass(11).await;
        assert_eq!(shown(&shop), ("authorised".into(), String::new()));
        assert_eq!(*shop.desktop.cleared.lock().unwrap().last().unwrap(), Subject::Gateway);
    })
    .await;
}

#[test(start_paused = true)]
async fn the_cause_that_is_shown_is_the_present_one() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        says(&shop, Err(MessengerError::Token));
        shop.pass(90).await;
        assert_eq!(shown(&shop).1, FaultCode::GatewayToken.as_str());
        says(&shop, Ok(GatewayState::NotAuthorised));
        shop.pass(11).await;
        assert_eq!(shown(&shop).1, FaultCode::GatewayNotLinked.as_str());
        shop.pass(11).await;
        assert_eq!(alarms(&shop), [FaultCode::GatewayToken, FaultCode::GatewayNotLinked]);
    })
    .await;
}

#[test(start_paused = true)]
async fn looks_that_do_not_agree_are_no_alarm() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        shop.pass(61).await;
        for look in 0..12 {
            let trouble =
                if look % 2 == 0 { MessengerError::Token } else { MessengerError::Instance { status: 404 } };
            says(&shop, Err(trouble));
            shop.pass(10).await;
        }
    })
    .await;
    assert_eq!(alarms(&shop), []);
}

#[test(start_paused = true)]
async fn an_account_that_starts_for_a_few_minutes_is_shown_and_no_alarm() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        says(&shop, Ok(GatewayState::Starting));
        shop.pass(240).await;
        assert_eq!(shown(&shop), ("starting".into(), FaultCode::GatewayStarting.to_string()));
        assert_eq!(alarms(&shop), []);
        shop.pass(240).await;
        assert_eq!(alarms(&shop), [FaultCode::GatewayStarting]);
    })
    .await;
}

#[test(start_paused = true)]
async fn a_token_that_is_not_there_yet_is_shown_and_no_alarm_before_a_message_needs_it() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        says(&shop, Err(MessengerError::SecretMissing("green-api.token")));
        shop.pass(300).await;
        assert_eq!(shown(&shop).1, FaultCode::SecretMissing.as_str());
        assert_eq!(alarms(&shop), []);
        shop.book(1);
        shop.pass(120).await;
        assert_eq!(alarms(&shop), [FaultCode::SecretMissing]);
    })
    .await;
}

#[test(start_paused = true)]
async fn a_refusal_is_over_with_the_next_message_that_is_taken() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Rejected { error: MessengerError::Quota }, false);
    shop.open(shop.pass(60)).await;
    assert_eq!(alarms(&shop), [FaultCode::GatewayQuota]);
    shop.open(async {
        shop.book(2);
        shop.messenger.next(SendOutcome::Rejected { error: MessengerError::Quota }, false);
        shop.pass(90).await;
        let before = shop.desktop.cleared.lock().unwrap().len();
        shop.book(3);
        shop.pass(90).await;
        assert_eq!(shop.about(3).state, State::Accepted);
        assert!(shop.desktop.cleared.lock().unwrap()[before..].contains(&Subject::Gateway));
    })
    .await;
}

#[test(start_paused = true)]
async fn settings_that_linking_again_switched_off_are_one_alarm_and_over_when_mended() {
    let shop = Shop::new();
    shop.baseline().await;
    let amiss = |names: &[&str]| {
        *shop.messenger.amiss.lock().unwrap() = names.iter().map(ToString::to_string).collect();
    };
    let shown = || shop.outbox.desk().unwrap().gateway.amiss;
    shop.open(async {
        says(&shop, Ok(GatewayState::NotAuthorised));
        shop.pass(62).await;
        says(&shop, Ok(GatewayState::Authorised));
        amiss(&["outgoingWebhook", "stateWebhook"]);
        shop.pass(12).await;
        assert_eq!(shown(), "outgoingWebhook, stateWebhook");
        shop.pass(300).await;
        let settings = alarms(&shop).into_iter().filter(|code| *code == FaultCode::GatewaySettings);
        assert_eq!(settings.count(), 1);
        // Sending goes on without words of delivery.
        shop.book(1);
        shop.pass(120).await;
        assert_eq!(shop.about(1).state, State::Accepted);
        amiss(&[]);
        shop.pass(62).await;
        assert_eq!(shown(), "");
    })
    .await;
}

#[test(start_paused = true)]
async fn a_new_linking_that_only_a_push_tells_of_has_its_settings_looked_at() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.open(async {
        shop.pass(5).await;
        *shop.messenger.amiss.lock().unwrap() = vec!["outgoingWebhook".to_owned()];
        shop.pass(70).await;
        assert_eq!(shop.outbox.desk().unwrap().gateway.amiss, "", "nothing has happened to it");
        // Between two looks it was unlinked and linked again.
        shop.messenger.push(GatewayEvent::State(GatewayState::Authorised));
        shop.pass(5).await;
        assert_eq!(shop.outbox.desk().unwrap().gateway.amiss, "outgoingWebhook");
    })
    .await;
}
