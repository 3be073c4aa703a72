//! The account's settings by `check --fix`: what is off is named, switched on, and believed only when it
//! is read back.

use scenarios::{Plan, Program, Shop};
use serde_json::{Value, json};
use simulator::{Fault, FaultKind, Options, Target};
use tokio::test;

const FLAGS: [&str; 4] = ["outgoingWebhook", "outgoingAPIMessageWebhook", "stateWebhook", "incomingWebhook"];

/// A shop whose instance is as the gateway makes it: nothing of its messages is told.
async fn unset() -> (Shop, Program) {
    let plan = Plan::default();
    let options = Options { fresh_instance: true, ..plan.options.clone() };
    let shop = Shop::new(Plan { options, ..plan }).await;
    let program = Program::of(&shop).await;
    (shop, program)
}

/// The gateway says so much to a request, and does nothing.
fn says(endpoint: &str, body: &Value) -> Fault {
    let content_type = "application/json".to_owned();
    let kind = FaultKind::Status { status: 200, body: body.to_string(), content_type, retry_after: None };
    Fault::always(Target::gateway(endpoint), kind)
}

#[test]
async fn what_is_off_is_named_mended_and_read_back() {
    let (shop, program) = unset().await;
    let check = program.run(["check"]).await;
    assert_eq!(check.code, Some(1), "{check:?}");
    for flag in FLAGS {
        assert!(check.out.contains(flag), "{flag}: {}", check.out);
    }
    assert!(check.out.contains("booking-monitor check --fix"), "{}", check.out);
    assert_eq!(shop.simulator.count("setSettings"), 0, "it changes nothing unasked");

    let fixed = program.run(["check", "--fix"]).await;
    fixed.succeeded();
    for flag in FLAGS {
        assert!(fixed.out.contains(flag), "{flag}: {}", fixed.out);
    }
    assert_eq!(shop.simulator.count("setSettings"), 1, "each write restarts the account");
    let check = program.run(["check"]).await;
    check.succeeded();
    assert!(!check.out.contains("outgoingWebhook"), "{}", check.out);

    // What is in order is not written again: that would restart the account.
    program.run(["check", "--fix"]).await.succeeded();
    assert_eq!(shop.simulator.count("setSettings"), 1);
}

#[test]
async fn an_account_that_says_saved_and_keeps_nothing_is_not_called_mended() {
    let (shop, program) = unset().await;
    shop.simulator.set_fault(says("setSettings", &json!({ "saveSettings": true })));
    let fixed = program.run(["check", "--fix"]).await;
    assert_eq!(fixed.code, Some(1), "{fixed:?}");
    for flag in FLAGS {
        assert!(fixed.out.contains(flag), "{flag}: {}", fixed.out);
    }
    assert!(fixed.out.contains("console.green-api.com"), "by hand: {}", fixed.out);
    let lines = program.run(["check", "--fix", "--json"]).await;
    assert_eq!(lines.code, Some(1), "{lines:?}");
    let lines: Value = serde_json::from_str(&lines.out).unwrap();
    let about = |line: &&Value| line["name"] == "notifications";
    let line = lines.as_array().unwrap().iter().find(about).unwrap();
    assert_eq!(line["ok"], false, "{line}");
}

#[test]
async fn an_account_that_refuses_or_says_not_saved_is_not_called_mended_either() {
    for answer in [json!({ "saveSettings": false }), json!({}), json!(null)] {
        let (shop, program) = unset().await;
        shop.simulator.set_fault(says("setSettings", &answer));
        let fixed = program.run(["check", "--fix"]).await;
        assert_eq!(fixed.code, Some(1), "{answer}: {fixed:?}");
        shop.simulator.clear_faults();
        program.run(["check", "--fix"]).await.succeeded();
    }
}
