use std::time::Duration;

use engine::error::MessengerError as Error;
use engine::ports::Messenger as _;
use engine::shop_mark::AccountMark;
use messaging::green_api::{Config, ConfigError, GreenApi, Marked, MissingSetting, Qr};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::gateway::{Gateway, TOKEN};

#[tokio::test]
async fn a_new_instance_lacks_every_setting() {
    let new = json!({ "wid": "", "webhookUrl": "https://crm.example.com", "outgoingWebhook": "no",
        "outgoingAPIMessageWebhook": "no", "stateWebhook": "no" });
    let gateway = Gateway::answering(200, &new.to_string()).await;
    assert_eq!(
        gateway.client().missing_settings().await.unwrap(),
        [
            MissingSetting::NoWebhook,
            MissingSetting::Outgoing,
            MissingSetting::OutgoingApi,
            MissingSetting::State,
            MissingSetting::Incoming,
        ]
    );
}

#[test]
fn messages_go_out_and_are_followed_without_what_clients_write() {
    use MissingSetting::{Incoming, NoWebhook, Outgoing, OutgoingApi, State};
    assert!(!Incoming.is_needed(), "it is there for the word «Стоп» alone");
    assert!([NoWebhook, Outgoing, OutgoingApi, State].into_iter().all(MissingSetting::is_needed));
}

#[tokio::test]
async fn an_instance_that_is_set_up_lacks_none() {
    let ready = json!({ "wid": "79990000000@c.us", "webhookUrl": "", "outgoingWebhook": "yes",
        "outgoingAPIMessageWebhook": "yes", "stateWebhook": "yes", "incomingWebhook": "yes",
        "delaySendMessagesMilliseconds": 500, "markIncomingMessagesReaded": "no" });
    let settings = Gateway::answering(200, &ready.to_string()).await.client().settings().await.unwrap();
    assert_eq!(settings.phone, "+79990000000");
    assert_eq!(settings.send_delay, Some(Duration::from_millis(500)));
    assert_eq!(settings.missing, []);
}

#[tokio::test]
async fn settings_are_applied_and_the_rest_is_left_alone() {
    let gateway = Gateway::answering(200, r#"{"saveSettings":true}"#).await;
    gateway.client().apply_settings().await.unwrap();
    let (line, body) = gateway.request();
    assert_eq!(line, format!("POST /waInstance1103000001/setSettings/{TOKEN}"));
    let expected = json!({ "webhookUrl": "", "outgoingWebhook": "yes", "outgoingAPIMessageWebhook": "yes",
        "stateWebhook": "yes", "incomingWebhook": "yes" });
    assert_eq!(body, expected);
    let refused = Gateway::answering(200, r#"{"saveSettings":false}"#).await.client().apply_settings().await;
    assert!(matches!(refused, Err(Error::Unreadable(_))));
}

#[tokio::test]
async fn the_shop_s_mark_is_read_only_where_it_may_stand() {
    let read = |settings: serde_json::Value| async move {
        Gateway::answering(200, &settings.to_string()).await.client().shop_mark().await
    };
    assert_eq!(read(json!({ "webhookUrl": "", "webhookUrlToken": "booking-monitor:ab" })).await, {
        Ok(Some("booking-monitor:ab".to_owned()))
    });
    assert_eq!(read(json!({ "webhookUrl": "" })).await, Ok(Some(String::new())));
    assert_eq!(
        read(json!({ "webhookUrl": "https://crm.example.com", "webhookUrlToken": "x" })).await,
        Ok(None)
    );
    for broken in [json!(null), json!([]), json!("settings")] {
        assert!(matches!(read(broken.clone()).await, Err(Error::Unreadable(_))), "{broken}");
    }
}

#[tokio::test]
async fn a_mark_that_is_another_program_s_is_left_alone() {
    // The answer is the same to every question: it stands for settings, and for "saved".
    let answer = json!({ "saveSettings": true, "webhookUrl": "", "webhookUrlToken": "Bearer abc" });
    let gateway = Gateway::answering(200, &answer.to_string()).await;
    let marked = gateway.client().apply_settings_for("00ff", true).await.unwrap();
    assert_eq!(marked, Marked { found: AccountMark::Foreign, ours: false });
    let written: Vec<_> =
        gateway.requests().into_iter().filter(|(line, _)| line.contains("setSettings")).collect();
    assert_eq!(written.len(), 1);
    assert!(!written[0].1.contains("webhookUrlToken"), "{written:?}");
}

#[tokio::test]
async fn a_code_to_link_with_prints_nowhere() {
    let qr = |body: &'static str| async move { Gateway::answering(200, body).await.client().qr().await };
    let code = qr(r#"{"type":"qrCode","message":"iVBORw0KGgo="}"#).await.unwrap();
    assert!(!format!("{code:?}").contains("iVBOR"));
    assert!(matches!(code, Qr::Code(png) if png.expose_secret() == "iVBORw0KGgo="));
    assert!(matches!(qr(r#"{"type":"alreadyLogged","message":"x"}"#).await, Ok(Qr::AlreadyLinked)));
    assert!(matches!(qr(r#"{"type":"error","message":"wait"}"#).await, Ok(Qr::NotYet(why)) if why == "wait"));
    assert!(matches!(qr(r#"{"type":"qrCode"}"#).await, Err(Error::Unreadable(_))));
}

#[test]
fn a_client_that_would_be_unsafe_or_useless_is_not_built() {
    let build =
        |base: &str, id: &str, token: &str| GreenApi::new(&Config::new(base, id), token.into()).map(drop);
    assert_eq!(build("https://1103.api.green-api.com", "1103000001", TOKEN), Ok(()));
    assert_eq!(build("http://1103.api.green-api.com", "1103000001", TOKEN), Err(ConfigError::PlainHttp));
    assert_eq!(build("https://1103.api.green-api.com", "waInstance1", TOKEN), Err(ConfigError::Instance));
    assert_eq!(build("https://1103.api.green-api.com", "1103000001", "../x"), Err(ConfigError::Token));
}

#[tokio::test]
async fn an_account_of_another_channel_and_a_long_pause_are_named() {
    let settings = async |more: serde_json::Value| {
        let gateway = Gateway::answering(200, &more.to_string()).await;
        gateway.client().settings().await.unwrap()
    };
    let max =
        settings(json!({ "wid": "", "typeInstance": "v3", "delaySendMessagesMilliseconds": 600_000 })).await;
    assert_eq!((max.other_channel.as_str(), max.is_slow()), ("v3", true));
    let usual =
        settings(json!({ "typeInstance": "whatsapp", "delaySendMessagesMilliseconds": 15_000 })).await;
    assert_eq!((usual.other_channel.as_str(), usual.is_slow()), ("", false));
    let silent = settings(json!({ "delaySendMessagesMilliseconds": "often" })).await;
    assert_eq!((silent.other_channel.as_str(), silent.is_slow()), ("", false));
}

#[tokio::test]
async fn what_is_amiss_has_the_gateway_s_own_names() {
    let off = json!({ "webhookUrl": "https://crm.example.com", "outgoingWebhook": "no",
        "outgoingAPIMessageWebhook": "yes", "stateWebhook": "yes", "incomingWebhook": "no" });
    let gateway = Gateway::answering(200, &off.to_string()).await;
    assert_eq!(gateway.client().amiss().await.unwrap(), ["webhookUrl", "outgoingWebhook", "incomingWebhook"]);
}
