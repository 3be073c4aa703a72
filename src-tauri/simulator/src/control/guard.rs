//! Who may drive the simulator: whoever addresses it by its own loopback name.
//!
//! A page of another site can reach loopback, by its address or by a name of its own that is pointed
//! there. The first cannot send JSON without asking leave, which is never given; the second gives
//! itself away by its `Host`.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::Shared;

pub(crate) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let ports = shared.read(|world| world.ports.clone());
    if !is_own_host(request.headers(), &ports) {
        return refusal(StatusCode::FORBIDDEN, "the Host must be 127.0.0.1 or localhost with this port");
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_json(request.headers()) {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send Content-Type: application/json");
    }
    next.run(request).await
}

fn is_own_host(headers: &HeaderMap, ports: &[u16]) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    ports.iter().any(|port| host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim() == "application/json"
}

pub(crate) fn refusal(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

pub(crate) fn no_such(what: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, &format!("there is no such {what}"))
}

/// Reads a body, or says what is wrong with it.
#[expect(clippy::result_large_err, reason = "the error is the answer, made once a request")]
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    serde_json::from_slice(body).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))
}

/// The same value with some of its fields replaced by those of `body`.
#[expect(clippy::result_large_err, reason = "the error is the answer, made once a request")]
pub(crate) fn merged<T: Serialize + DeserializeOwned>(current: &T, body: &[u8]) -> Result<T, Response> {
    let fields: serde_json::Map<String, Value> = read(body)?;
    let unreadable = |error: serde_json::Error| refusal(StatusCode::BAD_REQUEST, &error.to_string());
    let mut whole = serde_json::to_value(current).map_err(unreadable)?;
    for (name, value) in fields {
        whole[name] = value;
    }
    serde_json::from_value(whole).map_err(unreadable)
}
