//! What the server's answers say of the time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::booking::CompanyId;
use engine::clock::{TimeSource, Witness};
use engine::ports::Bookings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use yclients::{Auth, Client, Config};

use crate::server::{DATE, PARTNER, USER, config};

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
            heard.iter().all(|(source, at, _)| (*source, *at) == (TimeSource::YClients, nine)),
            "{heard:?}"
        );
        heard.iter().map(|(_, _, took)| *took).collect()
    }
}

fn dated() -> String {
    format!("date: {DATE}\r\n")
}

/// A server that gives this answer to everything, when so much time has passed.
async fn server(status: u16, headers: &str, body: &str, passed: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            if !passed.is_zero() {
                tokio::time::pause();
                tokio::time::advance(passed).await;
                tokio::time::resume();
            }
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn witnessed(address: &str) -> (Config, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    (Config { witness: Some(heard.clone()), ..config(address) }, heard)
}

/// How long the answer took, if it told the time.
async fn told_by(address: &str) -> Vec<Duration> {
    let (config, heard) = witnessed(address);
    let client = Client::new(&config, PARTNER.into(), USER.into()).unwrap();
    let _ = client.branch(CompanyId(31)).await;
    heard.took()
}

#[tokio::test]
async fn every_answer_tells_the_time_whatever_else_it_says() {
    for (status, body) in [
        (200, r#"{"success":true,"data":[],"meta":[]}"#),
        (200, "<html></html>"),
        (302, ""),
        (401, r#"{"success":false,"meta":{"message":"Необходима авторизация"}}"#),
        (403, "<html></html>"),
        (404, ""),
        (429, ""),
        (502, "<html>Bad gateway</html>"),
    ] {
        let took = told_by(&server(status, &dated(), body, Duration::ZERO).await).await;
        assert!(matches!(took[..], [took] if took < Duration::from_secs(5)), "HTTP {status}: {took:?}");
    }
}

#[tokio::test]
async fn a_login_s_answer_tells_it_too() {
    let (config, heard) = witnessed(&server(422, &dated(), "{}", Duration::ZERO).await);
    let _ = Auth::new(&config, PARTNER.into()).unwrap().try_partner().await;
    assert_eq!(heard.took().len(), 1);
}

#[tokio::test]
async fn an_answer_out_of_a_store_says_nothing_of_now() {
    for age in ["0", "12", ""] {
        let headers = format!("{}age: {age}\r\n", dated());
        let took = told_by(&server(200, &headers, "{}", Duration::ZERO).await).await;
        assert!(took.is_empty(), "{age}");
    }
}

#[tokio::test]
async fn an_answer_without_a_date_that_can_be_read_says_nothing() {
    let far = "date: Tue, 31 Dec 262142 23:59:59 GMT\r\n";
    for headers in ["", "date: \r\n", "date: yesterday\r\n", "date: 1795338000\r\n", "date: \u{ff}\r\n", far]
    {
        let took = told_by(&server(200, headers, "{}", Duration::ZERO).await).await;
        assert!(took.is_empty(), "{headers:?}");
    }
}

#[tokio::test]
async fn an_answer_that_took_five_seconds_says_nothing_of_now() {
    let late = |seconds| async move {
        told_by(&server(200, &dated(), "{}", Duration::from_secs(seconds)).await).await
    };
    let took = late(4).await;
    assert!(matches!(took[..], [took] if (4..5).contains(&took.as_secs())), "{took:?}");
    assert!(late(5).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn waiting_for_its_turn_is_no_part_of_the_way() {
    let (config, heard) = witnessed(&server(200, &dated(), "{}", Duration::ZERO).await);
    let config = Config { request_gap: Duration::from_secs(10), ..config };
    let client = Client::new(&config, PARTNER.into(), USER.into()).unwrap();
    let begun = tokio::time::Instant::now();
    for _ in 0..2 {
        let _ = client.branch(CompanyId(31)).await;
    }
    assert!(begun.elapsed() >= Duration::from_secs(10));
    assert_eq!(heard.took().len(), 2);
}
