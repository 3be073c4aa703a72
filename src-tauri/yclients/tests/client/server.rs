//! A server with the shapes of the real one, and the client that asks it.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};
use yclients::{Client, Config};

pub(crate) const PARTNER: &str = "partner-5e1f";
pub(crate) const USER: &str = "user-9c2d";
/// The server's clock in its answers.
pub(crate) const DATE: &str = "Sun, 22 Nov 2026 09:00:00 GMT";

pub(crate) fn config(base: &str) -> Config {
    Config {
        request_gap: Duration::ZERO,
        request_timeout: Duration::from_secs(20),
        ..Config::new(format!("{base}/api/v1/"))
    }
}

pub(crate) fn client(base: &str) -> Client {
    Client::new(&config(base), PARTNER.into(), USER.into()).unwrap()
}

/// A server that gives one answer to every question.
pub(crate) async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::any()).respond_with(template).mount(&server).await;
    server
}

pub(crate) fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("date", DATE).set_body_json(body)
}

/// An answer that comes compressed.
pub(crate) fn gzip(bytes: &[u8]) -> ResponseTemplate {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    let body = encoder.finish().unwrap();
    ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(body)
}

pub(crate) fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html><body>Nope</body></html>", "text/html")
}

pub(crate) fn refusal(status: u16, message: &str) -> ResponseTemplate {
    json(status, &json!({ "success": false, "data": null, "meta": { "message": message } }))
}

/// A staff-made booking of branch 31.
pub(crate) fn row(id: usize) -> Value {
    json!({
        "id": id, "company_id": 31, "date": "2026-12-01 12:00:00",
        "create_date": "2026-11-21T12:00:00+0300", "online": false, "attendance": 0, "created_user_id": 5,
        "client": { "id": 1, "name": "Пётр", "phone": "+79160000001" },
    })
}

pub(crate) fn rows(ids: impl IntoIterator<Item = usize>) -> Vec<Value> {
    ids.into_iter().map(row).collect()
}

/// What the server is asked to do with `page` and `count`.
pub(crate) struct Pages<F>(pub(crate) F);

/// One page: its rows and what `meta` says.
pub(crate) type Page = (Vec<Value>, Value);

impl<F: Fn(usize, usize) -> Page + Send + Sync> Respond for Pages<F> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let number = |name: &str| {
            let pair = request.url.query_pairs().find(|(key, _)| key == name);
            pair.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
        };
        let (rows, meta) = (self.0)(number("page"), number("count"));
        json(200, &json!({ "success": true, "data": rows, "meta": meta }))
    }
}

/// A server whose listings are cut by `pages(page, count)`.
pub(crate) async fn paging(pages: impl Fn(usize, usize) -> Page + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::path("/api/v1/records/31")).respond_with(Pages(pages)).mount(&server).await;
    server
}

/// The slice of `all` that page `page` of `count` holds.
pub(crate) fn slice(all: &[Value], page: usize, count: usize) -> Vec<Value> {
    all.iter().skip((page - 1) * count).take(count).cloned().collect()
}
