//! YClients' answers that carry no data: the errors, in the shapes the documentation gives them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// `success:false` with a message, under any status: 200 is known to happen.
pub(crate) fn failure(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "success": false, "data": null, "meta": { "message": message } }))).into_response()
}

pub(crate) fn too_many_requests(status: StatusCode) -> Response {
    failure(status, "Превышен лимит запросов, попробуйте повторить запрос через 0 секунд.")
}

/// The older shape that the call for one company still answers.
pub(crate) fn company_failure(status: StatusCode, message: &str) -> Response {
    let code = status.as_u16();
    let body = json!({ "errors": { "code": code, "message": message }, "meta": { "message": message } });
    (status, Json(body)).into_response()
}

pub(crate) fn forbidden() -> Response {
    failure(StatusCode::FORBIDDEN, "Нет прав на управление компанией")
}

pub(crate) fn not_found() -> Response {
    failure(StatusCode::NOT_FOUND, "Не найдено")
}

/// A record that is not there; `meta` was seen as an object with a message, as `{}` and as `[]`.
pub(crate) fn record_not_found(id: i64) -> Response {
    let meta = match id.rem_euclid(3) {
        0 => json!({ "message": "Не найдено" }),
        1 => json!({}),
        _ => json!([]),
    };
    (StatusCode::NOT_FOUND, Json(json!({ "success": false, "data": null, "meta": meta }))).into_response()
}

pub(crate) fn unprocessable(field: &str, message: &str) -> Response {
    let errors = json!([{ "field": field, "message": message }]);
    let body = json!({
        "success": false,
        "data": null,
        "meta": { "message": "Произошла ошибка", "errors": errors },
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

/// The ordinary answer.
pub(crate) fn success(data: &Value, meta: &Value) -> Response {
    Json(json!({ "success": true, "data": data, "meta": meta })).into_response()
}
