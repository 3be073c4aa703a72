//! The control API and the small page on top of it.
//!
//! It changes the simulated world and can do nothing else. Still it must not be driven by a page
//! that happens to be open in a browser on the same computer, so it answers to its own host name
//! only and demands a content type that no form can send.
//!
//! Bodies are JSON; a name that nobody knows is refused with that name. What YClients shows:
//!
//! | request below `/control/` | body | does |
//! |---|---|---|
//! | `POST bookings` | [`NewBooking`](crate::NewBooking) | makes a booking |
//! | `PATCH bookings/ID` | [`Change`](crate::Change) | moves, cancels (`attendance`), deletes, puts back (`"deleted": false`) … |
//! | `DELETE bookings/ID` | `{}` or `{"vanish": true}` | deletes it; or it was never there |
//! | `PATCH services/ID` | `{"title", "cost"}` | the same service otherwise, in every booking |
//! | `PATCH staff/ID` | `{"name"}` | the same master otherwise, in every booking |
//! | `PATCH branches/ID` | [`BranchChange`](crate::BranchChange) | title, public title, address, phone, currency |
//! | `PATCH branches/ID/rights` | [`Rights`](crate::Rights), in part | what the user may do there |
//! | `POST yclients` | [`Behaviour`](crate::Behaviour), in part | how the server behaves |
//! | `POST faults` | [`Fault`](crate::Fault) | such as one 404 for one booking: `{"target": {"record_id": 7}, "kind": "not_found", "times": 1}` |

mod bookings;
mod faults;
mod gateway;
mod guard;
mod page;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::world::Shared;

pub(crate) fn router(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/", get(page::html))
        .route("/control/page.css", get(page::css))
        .route("/control/page.js", get(page::script))
        .route("/control/summary", get(faults::summary))
        .route("/control/bookings", get(bookings::list).post(bookings::make))
        .route("/control/bookings/{id}", patch(bookings::change).delete(bookings::delete))
        .route("/control/services/{id}", patch(bookings::service))
        .route("/control/staff/{id}", patch(bookings::staff))
        .route("/control/branches/{id}", patch(bookings::branch))
        .route("/control/branches/{id}/rights", patch(bookings::rights))
        .route("/control/yclients", post(bookings::behaviour))
        .route("/control/messages", get(gateway::messages))
        .route("/control/gateway/state", post(gateway::state))
        .route("/control/gateway/settings", post(gateway::settings))
        .route("/control/gateway/delivery", post(gateway::delivery))
        .route("/control/gateway/numbers", post(gateway::number))
        .route("/control/notifications", post(gateway::notification))
        .route("/control/tokens", post(gateway::tokens))
        .route("/control/incoming", post(gateway::incoming))
        .route("/control/echo", post(gateway::echo))
        .route("/control/requests", get(faults::requests).delete(faults::forget_requests))
        .route("/control/faults", get(faults::list).post(faults::arm).delete(faults::clear))
        .route("/control/faults/{id}", axum::routing::delete(faults::clear_one))
        .route("/control/clock", post(faults::clock))
        .route("/control/offline", post(faults::offline))
        .route("/control/auto", post(faults::auto))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), guard::check))
}
