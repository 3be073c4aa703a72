//! `POST /auth`: signing in, in one step or in two.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answers;
use super::behaviour::AuthForm;
use crate::world::Shared;

const FLOW_ID: &str = "5f0c3f5e-7c11-4b0e-9d43-0c6a6a1d2b77";

pub(crate) async fn sign_in(State(shared): State<Shared>, body: Bytes) -> Response {
    let (credentials, behaviour) =
        shared.read(|world| (world.journal.credentials.clone(), world.journal.behaviour.clone()));
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return answers::failure(StatusCode::BAD_REQUEST, "Bad Request");
    };
    for field in ["login", "password"] {
        if asked[field].as_str().is_none_or(str::is_empty) {
            return answers::unprocessable(field, "Поле обязательно для заполнения");
        }
    }
    if asked["login"] != credentials.login.as_str() || asked["password"] != credentials.password.as_str() {
        return answers::failure(StatusCode::UNAUTHORIZED, "Неверный логин или пароль");
    }
    if behaviour.two_factor {
        let second = &asked["2fa"];
        if second.is_null() {
            return two_factor_needed();
        }
        if second["uuid"] != FLOW_ID || second["secret"] != credentials.two_factor_code.as_str() {
            return answers::failure(StatusCode::UNAUTHORIZED, "Неверный код подтверждения");
        }
    }
    let user = json!({
        "id": 501,
        "user_token": credentials.user_token,
        "name": "Ольга, администратор",
        "phone": "79990000001",
        "login": credentials.login,
        "email": "admin@example.com",
        "avatar": "https://example.com/avatar.png",
        "is_approved": true,
        "is_email_confirmed": true,
        "0": [],
        "meta": [],
    });
    let body = match behaviour.auth_form {
        AuthForm::Bare => user,
        AuthForm::Wrapped => json!({ "success": true, "data": user, "meta": [] }),
    };
    (StatusCode::CREATED, Json(body)).into_response()
}

fn two_factor_needed() -> Response {
    let data = json!({
        "uuid": FLOW_ID,
        "flow": "login",
        "transport": { "type": "email", "recipient": "adm***@example.com" },
        "refresh_ttl_sec": 60,
        "attempts_left": 3,
    });
    answers::success(&data, &json!([]))
}
