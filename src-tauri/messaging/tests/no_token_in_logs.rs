//! The token is a part of every address, and must be in nothing that is printed.
//!
//! A process of its own, for it listens to everything that any crate logs, at
//! every level, by both of the ways in which crates log.
#![cfg(test)]

use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::ports::{Messenger, Permit};
use messaging::green_api::{Config, GreenApi};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const TOKEN: &str = "tokenthatmustnotbeseen0123456789";

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Captured;

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("log {} {}\n", record.target(), record.args());
        let _ = io::Write::write(&mut Self, line.as_bytes());
    }

    fn flush(&self) {}
}

/// A gateway that answers every request with these bytes, and closes.
async fn gateway(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                if answer == "silence" {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nlocation: /x/{TOKEN}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Everything the client says about everything that can be asked.
async fn everything(address: &str, patience: Duration) -> String {
    let config =
        Config { connect_timeout: patience, request_timeout: patience, ..Config::new(address, "1103000001") };
    let client = GreenApi::new(&config, TOKEN.into()).unwrap();
    let phone = "+79161234567";
    let mut said = format!("{client:?} {config:?}\n");
    let outcome = client.send(phone, "text", &Permit::endless()).await;
    let _ = writeln!(said, "{outcome:?}");
    let mut note = |text: String| said.push_str(&text);
    macro_rules! ask {
        ($($question:expr),+) => {
            $(match $question.await {
                Ok(answer) => note(format!("{answer:?}\n")),
                Err(error) => note(format!("{error} {error:?} {error:#?}\n")),
            })+
        };
    }
    ask!(
        client.state(),
        client.check_number(phone),
        client.acknowledge(1),
        client.delivery(phone, "A"),
        client.queued(),
        client.journal(phone),
        client.settings(),
        client.apply_settings(),
        client.qr()
    );
    said
}

#[tokio::test]
async fn the_token_is_in_no_result_and_in_no_log_at_any_level() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(|| Captured)
        .init();
    log::set_logger(&Captured).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let path = format!("/waInstance1103000001/sendMessage/{TOKEN}");
    let echo = format!(r#"{{"statusCode":400,"path":"{path}","message":"Validation failed at {path}"}}"#);
    let mut addresses = vec![
        TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .map(|free| format!("http://{free}"))
            .unwrap(),
        "https://gateway.invalid".to_owned(),
        gateway(String::new()).await,
        gateway(format!("HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{{\"{TOKEN}")).await,
        gateway(format!("garbage {TOKEN}\r\n\r\n")).await,
        gateway(format!("HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/{TOKEN}\r\n\r\n")).await,
    ];
    let refused = gateway(answer(400, &echo)).await;
    addresses.push(refused.replace("http", "https"));
    addresses.push(refused);
    for (status, body) in [
        (400, format!("Cannot POST {path}")),
        (400, format!(r#"{{"path":"{path}","mess"#)),
        (200, format!(r#"{{"status":false,"reason":"bad {path}"}}"#)),
        (200, format!("<html>{path}</html>")),
        (401, path.clone()),
        (403, format!(r#"{{"message":"suspended {path}"}}"#)),
        (404, format!("<html>{path}</html>")),
        (418, path.clone()),
        (466, path.clone()),
        (500, path.clone()),
    ] {
        addresses.push(gateway(answer(status, &body)).await);
    }
    let patient = addresses.iter().map(|address| everything(address, Duration::from_secs(20)));
    let mut said = futures::future::join_all(patient).await.join("\n");
    said += &everything(&gateway("silence".to_owned()).await, Duration::from_millis(100)).await;
    assert!(!said.contains(TOKEN), "{said}");
    // What happened is still told.
    assert!(said.contains("Validation failed") && said.contains("HTTP 418"), "{said}");

    let logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let logged = String::from_utf8_lossy(&logged);
    assert!(logged.contains("the gateway answered") && logged.contains("log "), "something was logged");
    let leaks: Vec<_> = logged.lines().filter(|line| line.contains(TOKEN)).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}
