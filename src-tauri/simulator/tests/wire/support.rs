//! A client for the tests: plain requests with the right headers, and nothing clever.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::Value;
use simulator::{Options, Simulator};

pub(crate) const BRANCH: i64 = 962_302;
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn start() -> Simulator {
    start_with(Options::default()).await
}

pub(crate) async fn start_with(options: Options) -> Simulator {
    Simulator::start(options).await.expect("a port on loopback")
}

pub(crate) fn http() -> reqwest::Client {
    // The client wants a provider even where nothing is encrypted; a second installation is refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client without TLS")
}

/// A request to YClients with everything it must bring.
pub(crate) async fn yclients(simulator: &Simulator, path: &str) -> (u16, Value) {
    let response = http()
        .get(format!("{}{path}", simulator.yclients_url()))
        .header("Accept", "application/vnd.yclients.v2+json")
        .header("Authorization", "Bearer partner, User user")
        .send()
        .await
        .expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// The ids of a page of records.
pub(crate) async fn ids(simulator: &Simulator, query: &str) -> Vec<i64> {
    let (status, body) = yclients(simulator, &format!("/records/{BRANCH}?count=200&{query}")).await;
    assert_eq!(status, 200, "{body}");
    body["data"].as_array().expect("rows").iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

pub(crate) async fn gateway(
    simulator: &Simulator,
    verb: Method,
    method: &str,
    body: Option<Value>,
) -> Response {
    let (name, rest) = method.split_once(['?', '/']).unwrap_or((method, ""));
    let separator = if method.contains('?') { "?" } else { "/" };
    let tail = if rest.is_empty() { String::new() } else { format!("{separator}{rest}") };
    let url = format!("{}/waInstance1103000001/{name}/green-token{tail}", simulator.green_api_url());
    let request = http().request(verb, url);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    request.send().await.expect("an answer")
}

pub(crate) async fn get(simulator: &Simulator, method: &str) -> Value {
    gateway(simulator, Method::GET, method, None).await.json().await.expect("JSON")
}

pub(crate) async fn post(simulator: &Simulator, method: &str, body: Value) -> Value {
    gateway(simulator, Method::POST, method, Some(body)).await.json().await.expect("JSON")
}

/// Receives and deletes the next notification.
pub(crate) async fn next_notification(simulator: &Simulator) -> Value {
    let notification = get(simulator, "receiveNotification?receiveTimeout=5").await;
    let receipt = notification["receiptId"].as_u64().expect("a receipt");
    let answer = gateway(simulator, Method::DELETE, &format!("deleteNotification/{receipt}"), None).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["result"], true);
    notification["body"].clone()
}
