//! The gateway's side of the control API: messages, state, delays, single numbers.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::guard::{merged, read, refusal};
use crate::green_api::{self, NumberPlan, TakenMessage};
use crate::world::Shared;

pub(crate) async fn messages(State(shared): State<Shared>) -> Json<Vec<TakenMessage>> {
    Json(shared.read(|world| world.gateway.taken()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewState {
    state: String,
    /// Until when a restriction lasts, in seconds since 1970.
    #[serde(default)]
    suspended_until: Option<i64>,
}

pub(crate) async fn state(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<NewState>(&body) {
        Ok(NewState { state, suspended_until }) => shared.change(|world| {
            world.gateway.suspended_until =
                suspended_until.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            let now = world.clock.now();
            world.gateway.set_state(&state, now);
            Json(world.gateway.summary()).into_response()
        }),
        Err(refusal) => refusal,
    }
}

/// Sets what `setSettings` would, and also what it would refuse.
pub(crate) async fn settings(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Map<String, Value>>(&body) {
        Ok(fields) => shared.change(|world| {
            world.gateway.settings.extend(fields);
            Json(&world.gateway.settings).into_response()
        }),
        Err(refusal) => refusal,
    }
}

pub(crate) async fn delivery(State(shared): State<Shared>, body: Bytes) -> Response {
    shared.change(|world| match merged(&world.gateway.delivery, &body) {
        Ok(new) => {
            world.gateway.delivery = new;
            Json(&world.gateway.delivery).into_response()
        }
        Err(refusal) => refusal,
    })
}

pub(crate) async fn number(State(shared): State<Shared>, body: Bytes) -> Response {
    let mut fields: Map<String, Value> = match read(&body) {
        Ok(fields) => fields,
        Err(refusal) => return refusal,
    };
    let Some(Value::String(phone)) = fields.remove("phone") else {
        return refusal(StatusCode::BAD_REQUEST, "`phone` is missing");
    };
    match serde_json::from_value::<NumberPlan>(Value::Object(fields)) {
        Ok(plan) => shared.change(|world| {
            world.gateway.set_number(green_api::digits(&phone), plan);
            Json(world.gateway.summary()).into_response()
        }),
        Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

/// Puts any body into the queue of notifications.
pub(crate) async fn notification(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Value>(&body) {
        Ok(body) => {
            let receipt = shared.change(|world| green_api::push(&mut world.gateway, body));
            Json(json!({ "receipt": receipt })).into_response()
        }
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    gateway: Option<String>,
}

/// Other tokens, as after a change of the password: the old ones are refused from now on.
pub(crate) async fn tokens(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Tokens>(&body) {
        Ok(Tokens { user, gateway }) => {
            shared.change(|world| {
                if let Some(user) = user {
                    world.journal.credentials.user_token = user;
                }
                if let Some(gateway) = gateway {
                    world.gateway.token = gateway;
                }
            });
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    phone: String,
    text: String,
    #[serde(default)]
    name: String,
}

/// A client writes to the shop.
pub(crate) async fn incoming(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Written>(&body) {
        Ok(Written { phone, text, name }) => {
            let id = shared.change(|world| green_api::incoming(world, &phone, &name, &text));
            Json(json!({ "id": id })).into_response()
        }
        Err(refusal) => refusal,
    }
}

/// Another program sends through the same instance.
pub(crate) async fn echo(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<Written>(&body) {
        Ok(Written { phone, text, .. }) => {
            let id = shared.change(|world| green_api::foreign(world, &phone, &text));
            Json(json!({ "id": id })).into_response()
        }
        Err(refusal) => refusal,
    }
}
