//! The YClients side: bookings, branches, users, rights and signing in.
//!
//! The shapes are those of the official specification where live servers keep to it, and those of
//! live servers where they don't. It knows nothing about gateways.

mod answers;
mod auth;
mod behaviour;
mod booking;
mod catalogue;
mod directory;
mod gate;
mod journal;
mod records;
mod wire;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use answers::{failure, not_found, record_not_found, too_many_requests};
pub use behaviour::{AuthForm, Behaviour, RateLimit, Rights};
pub use booking::{Booking, Change, Client, NewBooking, Service, Staff, Start};
pub use catalogue::{BranchChange, ServiceChange};
pub(crate) use journal::Journal;

use crate::world::Shared;

/// Everything below `/api/v1`.
pub(crate) fn router(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/auth", post(auth::sign_in))
        .route("/companies", get(directory::companies))
        .route("/companies/", get(directory::companies))
        .route("/company/{id}", get(directory::company))
        .route("/company/{id}/", get(directory::company))
        .route("/company/{id}/users", get(directory::users))
        .route("/user/permissions/{id}", get(directory::permissions))
        .route("/records/{id}", get(records::list))
        .route("/record/{company}/{id}", get(records::one))
        .fallback(async || answers::not_found())
        .layer(axum::middleware::from_fn_with_state(shared.clone(), gate::check))
}
