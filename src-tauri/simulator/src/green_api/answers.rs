//! The gateway's answers that are not data: text here, JSON there, sometimes nothing at all.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

pub(crate) fn data(value: Value) -> Response {
    Json(value).into_response()
}

pub(crate) fn text(status: StatusCode, body: &'static str) -> Response {
    (status, body).into_response()
}

/// The nginx in front of the gateway knows no such place, or not by this verb.
pub(crate) fn no_such_place() -> Response {
    let page = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
                <center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// A bad request. The path it echoes has the token in it: seen live, and a trap for logs.
pub(crate) fn bad_request(path: &str, message: &str, now: DateTime<Utc>) -> Response {
    let body = json!({
        "statusCode": 400,
        "timestamp": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "path": path,
        "message": message,
    });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

pub(crate) fn validation(path: &str, details: &str, now: DateTime<Utc>) -> Response {
    bad_request(path, &format!("Validation failed. Details: {details}"), now)
}

/// No notification: the word `null`, or no byte at all. Both were seen.
pub(crate) fn nothing(empty: bool) -> Response {
    let json_type: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json; charset=utf-8")];
    (json_type, if empty { "" } else { "null" }).into_response()
}
