//! What every request to YClients must bring before it is looked at: room under the limit, an
//! `Accept`, and an `Authorization` that is right to the letter.

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use super::answers;
use super::journal::Credentials;
use crate::world::Shared;

pub(crate) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (admitted, credentials) =
        shared.change(|world| (world.journal.admit(Instant::now()), world.journal.credentials.clone()));
    if !admitted {
        return answers::too_many_requests(StatusCode::TOO_MANY_REQUESTS);
    }
    // Seen live: without it the answer has an older shape, or is refused. The harder of the two.
    if !accepts_v2(request.headers()) {
        return answers::failure(StatusCode::BAD_REQUEST, "Bad Request: Accept");
    }
    let path = request.uri().path().trim_end_matches('/');
    let needs_user = path != "/auth";
    let one_company = path.starts_with("/company/") && !path.ends_with("/users");
    match refusal(request.headers(), &credentials, needs_user) {
        Some(message) if one_company => answers::company_failure(StatusCode::UNAUTHORIZED, message),
        Some(message) => answers::failure(StatusCode::UNAUTHORIZED, message),
        None => next.run(request).await,
    }
}

fn accepts_v2(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["application/vnd.yclients.v2+json", "application/vnd.api.v2+json"]
        .iter()
        .any(|kind| accept.contains(kind))
}

fn refusal(headers: &HeaderMap, credentials: &Credentials, needs_user: bool) -> Option<&'static str> {
    let Some(given) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return Some("Не указаны авторизационные данные");
    };
    let mut parts = given.splitn(2, ", ");
    let partner = parts.next().and_then(|part| part.strip_prefix("Bearer ")).unwrap_or_default();
    let user = parts.next().and_then(|part| part.strip_prefix("User "));
    if partner.is_empty() {
        return Some("Не указан идентификатор партнера");
    }
    let user_is_right = !needs_user || user == Some(credentials.user_token.as_str());
    (partner != credentials.partner_token || !user_is_right).then_some("Необходима авторизация")
}
