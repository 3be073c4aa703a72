//! A gateway that does one thing with every request, and counts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use messaging::green_api::{Config, GreenApi};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TOKEN: &str = "d75b3a66374942c5b3c019c698abc2067e151558acbd412345";
pub(crate) const PHONE: &str = "+79161234567";

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// These bytes are answered.
    Raw(Vec<u8>),
    /// The connection is closed before anything is read.
    CloseUnread,
    /// It is closed after the whole request was read.
    CloseRead,
    /// It is reset after the whole request was read.
    Reset,
    /// These bytes are answered, and then the connection is closed.
    Broken(&'static str),
    /// The request is read, and nothing follows.
    Silence,
    /// These bytes are answered when so much time has passed.
    After(Duration, Vec<u8>),
}

/// An answer with a length.
pub(crate) fn answer(status: u16, body: &str) -> Fate {
    answer_with(status, "", body)
}

/// An answer with more header lines.
pub(crate) fn answer_with(status: u16, headers: &str, body: &str) -> Fate {
    Fate::Raw(
        format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes(),
    )
}

#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) address: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Gateway {
    pub(crate) async fn with(fate: Fate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let server = gateway.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, fate.clone(), Arc::clone(&server.requests)));
            }
        });
        gateway
    }

    pub(crate) async fn answering(status: u16, body: &str) -> Self {
        Self::with(answer(status, body)).await
    }

    pub(crate) fn client(&self) -> GreenApi {
        client(&self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Request lines without the version, and bodies, in their order.
    pub(crate) fn requests(&self) -> Vec<(String, String)> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request: its line, and its body as JSON (null when there was none).
    pub(crate) fn request(&self) -> (String, Value) {
        let requests = self.requests();
        assert_eq!(requests.len(), 1);
        (requests[0].0.clone(), serde_json::from_str(&requests[0].1).unwrap_or_default())
    }
}

/// A client that waits long enough on the slowest computer.
pub(crate) fn client(address: &str) -> GreenApi {
    client_with(address, Duration::from_secs(20))
}

/// A client for what never comes.
pub(crate) fn impatient(address: &str) -> GreenApi {
    client_with(address, Duration::from_millis(300))
}

fn client_with(address: &str, patience: Duration) -> GreenApi {
    let config = Config {
        connect_timeout: patience,
        request_timeout: patience,
        ..Config::new(format!("{address}/"), "1103000001")
    };
    GreenApi::new(&config, TOKEN.into()).unwrap()
}

async fn serve(mut stream: TcpStream, fate: Fate, requests: Arc<Mutex<Vec<(String, String)>>>) {
    if matches!(fate, Fate::CloseUnread) {
        return;
    }
    while let Some(request) = read_request(&mut stream).await {
        requests.lock().unwrap().push(request);
        match &fate {
            Fate::Raw(bytes) => {
                if stream.write_all(bytes).await.is_err() {
                    return;
                }
            }
            Fate::Broken(bytes) => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                return;
            }
            Fate::Silence => std::future::pending().await,
            Fate::After(passed, bytes) => {
                tokio::time::pause();
                tokio::time::advance(*passed).await;
                tokio::time::resume();
                let _ = stream.write_all(bytes).await;
            }
            Fate::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Fate::CloseRead | Fate::CloseUnread => return,
        }
    }
}

/// The request's line without its version, and its body; None when the connection ended.
async fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
            return Some((line.to_owned(), body.to_owned()));
        }
    }
}
