//! The YClients side of the control API: bookings, what they show, branches, rights, behaviour.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::guard::{merged, no_such, read};
use crate::world::Shared;
use crate::yclients::{Booking, BranchChange, Change, NewBooking, ServiceChange};

pub(crate) async fn list(State(shared): State<Shared>) -> Json<Vec<Booking>> {
    Json(shared.read(|world| world.journal.bookings().to_vec()))
}

pub(crate) async fn make(State(shared): State<Shared>, body: Bytes) -> Response {
    let new: NewBooking = match read(if body.is_empty() { b"{}" } else { &body }) {
        Ok(new) => new,
        Err(refusal) => return refusal,
    };
    shared.change(|world| {
        let id = world.journal.book(new, world.clock.now());
        match id.and_then(|id| world.journal.booking(id)) {
            Some(booking) => (StatusCode::CREATED, Json(booking)).into_response(),
            None => no_such("branch"),
        }
    })
}

pub(crate) async fn change(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    let change: Change = match read(&body) {
        Ok(change) => change,
        Err(refusal) => return refusal,
    };
    changed(&shared, id, change)
}

/// A deletion leaves its trace with the server. With the body `{"vanish": true}` it leaves none.
pub(crate) async fn delete(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    let vanish = serde_json::from_slice::<serde_json::Value>(&body).is_ok_and(|body| body["vanish"] == true);
    if vanish {
        let gone = shared.change(|world| world.journal.vanish(id));
        return if gone { Json(json!({ "vanished": id })).into_response() } else { no_such("booking") };
    }
    changed(&shared, id, Change { deleted: Some(true), ..Change::default() })
}

fn changed(shared: &Shared, id: i64, change: Change) -> Response {
    shared.change(|world| {
        let now = world.clock.now();
        world.journal.change(id, change, now);
        match world.journal.booking(id) {
            Some(booking) => Json(booking).into_response(),
            None => no_such("booking"),
        }
    })
}

pub(crate) async fn branch(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    let change: BranchChange = match read(&body) {
        Ok(change) => change,
        Err(refusal) => return refusal,
    };
    shared.change(|world| match world.journal.change_branch(id, change) {
        Some(branch) => Json(branch).into_response(),
        None => no_such("branch"),
    })
}

pub(crate) async fn service(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    match read::<ServiceChange>(&body) {
        Ok(change) => shown(shared.change(|world| world.journal.change_service(id, &change)), "service"),
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

pub(crate) async fn staff(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    match read::<Name>(&body) {
        Ok(Name { name }) => shown(shared.change(|world| world.journal.rename_staff(id, &name)), "master"),
        Err(refusal) => refusal,
    }
}

/// The catalogue is what bookings show: what none shows is not there.
fn shown(bookings: usize, what: &str) -> Response {
    if bookings == 0 { no_such(what) } else { Json(json!({ "bookings": bookings })).into_response() }
}

pub(crate) async fn rights(State(shared): State<Shared>, Path(id): Path<i64>, body: Bytes) -> Response {
    shared.change(|world| {
        let Some(rights) = world.journal.rights_mut(id) else { return no_such("branch") };
        match merged(rights, &body) {
            Ok(new) => {
                *rights = new;
                Json(&*rights).into_response()
            }
            Err(refusal) => refusal,
        }
    })
}

pub(crate) async fn behaviour(State(shared): State<Shared>, body: Bytes) -> Response {
    shared.change(|world| match merged(&world.journal.behaviour, &body) {
        Ok(new) => {
            world.journal.behaviour = new;
            Json(&world.journal.behaviour).into_response()
        }
        Err(refusal) => refusal,
    })
}
