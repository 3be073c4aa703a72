//! What the gateway's answers say of the time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::clock::{TimeSource, Witness};
use engine::ports::{Messenger, Permit};
use messaging::green_api::{Config, ConfigError, GreenApi};

use crate::gateway::{Fate, Gateway, PHONE, TOKEN, answer_with};

const DATE: &str = "date: Sun, 22 Nov 2026 09:00:00 GMT\r\n";

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<(TimeSource, DateTime<Utc>, Duration)>>);

impl Witness for Heard {
    fn heard(&self, source: TimeSource, server: DateTime<Utc>, took: Duration) {
        self.0.lock().unwrap().push((source, server, took));
    }
}

impl Heard {
    /// How long each answer took that told the time, which must be the right one.
    fn took(&self) -> Vec<Duration> {
        let nine = "2026-11-22T09:00:00Z".parse().unwrap();
        let heard = self.0.lock().unwrap();
        assert!(
            heard.iter().all(|(source, at, _)| (*source, *at) == (TimeSource::Gateway, nine)),
            "{heard:?}"
        );
        heard.iter().map(|(_, _, took)| *took).collect()
    }
}

/// A gateway that does so, and a client that tells what its clock shows.
async fn told(fate: Fate) -> (GreenApi, Arc<Heard>) {
    let gateway = Gateway::with(fate).await;
    let heard = Arc::new(Heard::default());
    let config = Config { witness: Some(heard.clone()), ..Config::new(gateway.address, "1103000001") };
    (GreenApi::new(&config, TOKEN.into()).unwrap(), heard)
}

/// The same, when it has been asked for its state.
async fn told_by(fate: Fate) -> Vec<Duration> {
    let (client, heard) = told(fate).await;
    let _ = client.state().await;
    heard.took()
}

#[tokio::test]
async fn every_answer_tells_the_time_whatever_else_it_says() {
    for (status, body) in [
        (200, r#"{"stateInstance":"authorized"}"#),
        (200, "<html></html>"),
        (307, ""),
        (401, ""),
        (403, "{}"),
        (404, "<html></html>"),
        (429, ""),
        (466, "{}"),
        (502, "<html>Bad gateway</html>"),
    ] {
        let took = told_by(answer_with(status, DATE, body)).await;
        assert!(matches!(took[..], [took] if took < Duration::from_secs(5)), "HTTP {status}: {took:?}");
    }
}

#[tokio::test]
async fn a_message_s_answer_tells_it_too() {
    let (client, heard) = told(answer_with(200, DATE, r#"{"idMessage":"A"}"#)).await;
    client.send(PHONE, "text", &Permit::endless()).await;
    assert_eq!(heard.took().len(), 1);
}

#[tokio::test]
async fn an_answer_out_of_a_store_says_nothing_of_now() {
    for age in ["0", "12", ""] {
        let headers = format!("{DATE}age: {age}\r\n");
        assert!(told_by(answer_with(200, &headers, "{}")).await.is_empty(), "{age}");
    }
}

#[tokio::test]
async fn an_answer_without_a_date_that_can_be_read_says_nothing() {
    for headers in ["", "date: \r\n", "date: yesterday\r\n", "date: 1795338000\r\n", "date: \u{ff}\r\n"] {
        assert!(told_by(answer_with(200, headers, "{}")).await.is_empty(), "{headers:?}");
    }
}

#[tokio::test]
async fn an_answer_that_took_five_seconds_says_nothing_of_now() {
    let late = |seconds| async move {
        let Fate::Raw(bytes) = answer_with(200, DATE, "{}") else { unreachable!() };
        told_by(Fate::After(Duration::from_secs(seconds), bytes)).await
    };
    let took = late(4).await;
    assert!(matches!(took[..], [took] if (4..5).contains(&took.as_secs())), "{took:?}");
    assert!(late(5).await.is_empty());
}

#[tokio::test]
async fn a_long_poll_says_as_much_as_any_other_answer() {
    let poll = |seconds| async move {
        let Fate::Raw(bytes) = answer_with(200, DATE, "null") else { unreachable!() };
        let (client, heard) = told(Fate::After(Duration::from_secs(seconds), bytes)).await;
        assert_eq!(client.receive(Duration::from_secs(10)).await, Ok(None));
        heard.took().len()
    };
    assert_eq!((poll(1).await, poll(10).await), (1, 0));
}

#[test]
fn no_clock_is_believed_that_anybody_on_the_way_can_set() {
    let heard = Arc::new(Heard::default());
    let config = Config { witness: Some(heard), ..Config::new("http://192.168.1.4", "1103000001") };
    assert_eq!(GreenApi::new(&config, TOKEN.into()).map(drop), Err(ConfigError::PlainHttp));
}
