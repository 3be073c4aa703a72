//! The way to the gateway through a proxy.

use std::time::Duration;

use engine::error::MessengerError as Error;
use engine::ports::{Messenger, Permit, SendOutcome};
use engine::settings::Proxy;
use messaging::green_api::{Config, GreenApi};

use crate::gateway::{Fate, Gateway, PHONE, TOKEN, answer};

fn through(proxy: &Gateway, gateway: &str) -> GreenApi {
    let config = Config {
        connect_timeout: Duration::from_millis(800),
        proxy: Proxy::At(proxy.address.clone()),
        ..Config::new(gateway, "1103000001")
    };
    GreenApi::new(&config, TOKEN.into()).unwrap()
}

#[tokio::test]
async fn a_message_that_the_proxy_does_not_let_through_is_certainly_not_sent() {
    for fate in [answer(407, ""), answer(502, "<html>"), Fate::CloseUnread, Fate::CloseRead, Fate::Silence] {
        let proxy = Gateway::with(fate.clone()).await;
        let client = through(&proxy, "https://gateway.invalid");
        let outcome = client.send(PHONE, "Пётр, вы записаны", &Permit::endless()).await;
        assert!(
            matches!(outcome, SendOutcome::NotSent { error: Error::Offline(_), .. }),
            "{fate:?}: {outcome:?}"
        );
        assert!(proxy.connections() > 0, "{fate:?}");
        for (line, body) in proxy.requests() {
            assert_eq!((line.as_str(), body.as_str()), ("CONNECT gateway.invalid:443", ""), "{fate:?}");
        }
    }
}

#[tokio::test]
async fn to_a_gateway_on_this_computer_there_is_no_way_round() {
    let proxy = Gateway::with(answer(502, "")).await;
    let gateway = Gateway::answering(200, r#"{"idMessage":"3EB0"}"#).await;
    let outcome = through(&proxy, &gateway.address).send(PHONE, "Привет", &Permit::endless()).await;
    assert_eq!(outcome, SendOutcome::Accepted { id: "3EB0".into() });
    assert_eq!(proxy.connections(), 0);
}
