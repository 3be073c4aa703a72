//! The rest of the control API: faults, the network, the clock, the log.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::guard::{no_such, read, refusal};
use crate::faults::{ArmedFault, Fault, Side};
use crate::world::{Shared, Summary, World};

pub(crate) async fn summary(State(shared): State<Shared>) -> Json<Summary> {
    Json(shared.read(World::summary))
}

pub(crate) async fn requests(State(shared): State<Shared>) -> Json<Value> {
    Json(shared.read(|world| json!({ "requests": world.log.seen(), "totals": world.log.totals() })))
}

pub(crate) async fn forget_requests(State(shared): State<Shared>) -> StatusCode {
    shared.change(|world| world.log.clear());
    StatusCode::NO_CONTENT
}

pub(crate) async fn list(State(shared): State<Shared>) -> Json<Vec<ArmedFault>> {
    Json(shared.read(|world| world.faults.armed().to_vec()))
}

pub(crate) async fn arm(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Fault>(&body) {
        Ok(fault) => {
            let id = shared.change(|world| world.faults.arm(fault));
            (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
        }
        Err(refusal) => refusal,
    }
}

pub(crate) async fn clear(State(shared): State<Shared>) -> StatusCode {
    shared.change(|world| world.faults.clear());
    StatusCode::NO_CONTENT
}

pub(crate) async fn clear_one(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    if shared.change(|world| world.faults.clear_one(id)) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        no_such("fault")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_seconds: i64,
}

pub(crate) async fn clock(State(shared): State<Shared>, body: Bytes) -> Response {
    let offset = match read::<Offset>(&body) {
        Ok(asked) => TimeDelta::try_seconds(asked.offset_seconds),
        Err(refusal) => return refusal,
    };
    let Some(offset) = offset else {
        return refusal(StatusCode::BAD_REQUEST, "`offset_seconds` leaves the calendar");
    };
    shared.change(|world| {
        world.clock.set_offset(offset);
        Json(json!({ "now": world.clock.now() })).into_response()
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Auto {
    on: bool,
}

pub(crate) async fn auto(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Auto>(&body) {
        Ok(Auto { on }) => shared.change(|world| {
            world.auto = on;
            Json(world.summary()).into_response()
        }),
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offline {
    on: bool,
    /// None: both.
    #[serde(default)]
    side: Option<Side>,
}

pub(crate) async fn offline(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Offline>(&body) {
        Ok(Offline { on, side }) => shared.change(|world| {
            world.set_offline(side, on);
            Json(world.summary()).into_response()
        }),
        Err(refusal) => refusal,
    }
}
