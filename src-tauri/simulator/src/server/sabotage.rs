//! Carries a fault out on one request.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Connection;
use crate::faults::{FaultKind, Place, Side};
use crate::world::Shared;
use crate::yclients;

const MEGABYTE: usize = 1 << 20;

pub(crate) async fn answer(
    shared: &Shared,
    connection: &Connection,
    place: &Place,
    fault: &FaultKind,
    request: Request,
    next: Next,
) -> Response {
    match fault {
        FaultKind::Status { status, body, content_type, retry_after } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let headers = headers(Some(content_type), retry_after.as_deref());
            (status, headers, body.clone()).into_response()
        }
        FaultKind::StatusAfter { status, body } => {
            next.run(request).await;
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, headers(Some("application/json"), None), body.clone()).into_response()
        }
        FaultKind::Html => {
            let page = "<!DOCTYPE html><html><head><title>Вход в сеть</title></head><body>…</body></html>";
            (headers(Some("text/html; charset=utf-8"), None), page).into_response()
        }
        FaultKind::SuccessFalse { message } => yclients::failure(StatusCode::OK, message),
        FaultKind::NotFound => place.record_id.map_or_else(yclients::not_found, yclients::record_not_found),
        FaultKind::StatusFalse { reason } => {
            Json(json!({ "status": false, "reason": reason })).into_response()
        }
        FaultKind::TooManyRequests { with_status, retry_after } => {
            let mut response = too_many(place.side, *with_status);
            response.headers_mut().extend(headers(None, retry_after.as_deref()));
            response
        }
        FaultKind::HugeBody { megabytes } => {
            let mut body = br#"{"success":true,"data":[],"filler":""#.to_vec();
            body.resize(body.len() + megabytes.saturating_mul(MEGABYTE), b'x');
            body.extend_from_slice(br#""}"#);
            (headers(Some("application/json"), None), body).into_response()
        }
        FaultKind::DeepJson { depth } => {
            let body = format!("{{\"success\":true,\"data\":{}{}}}", "[".repeat(*depth), "]".repeat(*depth));
            (headers(Some("application/json"), None), body).into_response()
        }
        FaultKind::TruncatedJson => shorten(next.run(request).await, |length| length / 2).await,
        FaultKind::EmptyBody => shorten(next.run(request).await, |_| 0).await,
        FaultKind::CutBefore => cut(connection),
        FaultKind::CutAfter => {
            next.run(request).await;
            cut(connection)
        }
        FaultKind::CutAnswer { bytes } => {
            let response = next.run(request).await;
            connection.cut_after(*bytes);
            response
        }
        FaultKind::Hang => {
            until_cleared(shared).await;
            cut(connection)
        }
        FaultKind::HangAfter => {
            next.run(request).await;
            until_cleared(shared).await;
            cut(connection)
        }
        // These do not decide the answer: the plan carries them beside it.
        FaultKind::Delay { .. }
        | FaultKind::DelayAnswer { .. }
        | FaultKind::SamePage
        | FaultKind::ChangedAfterUtc
        | FaultKind::ChangedAfterBlind { .. } => next.run(request).await,
    }
}

fn cut(connection: &Connection) -> Response {
    connection.cut_after(0);
    // Never written: the connection has nothing left to write with.
    ().into_response()
}

fn too_many(side: Side, with_status: bool) -> Response {
    match side {
        Side::Yclients if with_status => yclients::too_many_requests(StatusCode::TOO_MANY_REQUESTS),
        Side::Yclients => yclients::too_many_requests(StatusCode::OK),
        // The gateway was seen to say so without a body only.
        Side::Gateway => StatusCode::TOO_MANY_REQUESTS.into_response(),
    }
}

fn headers(content_type: Option<&str>, retry_after: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [(CONTENT_TYPE, content_type), (RETRY_AFTER, retry_after)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

async fn shorten(response: Response, to: impl FnOnce(usize) -> usize) -> Response {
    let (mut parts, body) = response.into_parts();
    // The length belongs to the whole body; hyper sets the one of what is left.
    parts.headers.remove(CONTENT_LENGTH);
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let length = to(bytes.len());
    Response::from_parts(parts, Body::from(bytes.slice(..length)))
}

async fn until_cleared(shared: &Shared) {
    let mut changes = shared.changes();
    let cleared = shared.read(|world| world.faults.cleared());
    while shared.read(|world| world.faults.cleared()) == cleared {
        if changes.changed().await.is_err() {
            return;
        }
    }
}
