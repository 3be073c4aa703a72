//! The branches, their users, and what the signed-in user may do.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answers;
use crate::options::Branch;
use crate::world::Shared;

pub(crate) async fn companies(State(shared): State<Shared>) -> Response {
    let list: Vec<Value> = shared.read(|world| {
        let mine = world.journal.branches().iter().filter(|branch| branch.rights.access);
        mine.map(|branch| company_json(branch, true)).collect()
    });
    answers::success(&json!(list), &json!({ "total_count": list.len() }))
}

pub(crate) async fn company(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    shared.read(|world| match world.journal.branch(id) {
        None => answers::company_failure(StatusCode::NOT_FOUND, "Компания не найдена"),
        Some(branch) if !branch.rights.access => {
            answers::company_failure(StatusCode::FORBIDDEN, "Доступ запрещен.")
        }
        Some(branch) => answers::success(&company_json(branch, false), &json!([])),
    })
}

pub(crate) async fn users(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    shared.read(|world| match world.journal.branch(id) {
        Some(branch) if branch.rights.access && branch.rights.users_access => {
            let users: Vec<Value> = branch.users.iter().map(|user| user_json(user.id, &user.name)).collect();
            answers::success(&json!(users), &json!({ "count": users.len() }))
        }
        _ => answers::failure(StatusCode::FORBIDDEN, "Доступ запрещен."),
    })
}

pub(crate) async fn permissions(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    shared.read(|world| match world.journal.branch(id) {
        Some(branch) if branch.rights.access => {
            let rights = &branch.rights;
            let data = json!({
                "timetable": {
                    "timetable_access": rights.timetable_access,
                    "master_id": rights.master_id,
                    "position_id": 0,
                    "last_days_count": -1,
                    "schedule_edit_access": true,
                    "timetable_phones_access": rights.phones_access,
                    "timetable_transferring_record_access": true,
                    "timetable_statistics_access": false,
                },
                "record_form": { "record_form_access": true, "record_form_client_access": true },
                "clients": { "clients_access": true, "client_phones_access": rights.phones_access },
            });
            answers::success(&data, &json!([]))
        }
        _ => answers::forbidden(),
    })
}

/// The list and the single answer differ in how numbers are written, as live servers' do.
fn company_json(branch: &Branch, in_list: bool) -> Value {
    let id = branch.company_id;
    let as_text = in_list && id % 2 == 0;
    json!({
        "id": if as_text { json!(id.to_string()) } else { json!(id) },
        "title": branch.title,
        "public_title": branch.public_title.as_ref().unwrap_or(&branch.title),
        "short_descr": "Барбершоп",
        "logo": "",
        "active": if in_list { json!("1") } else { json!(1) },
        "phone": branch.phone,
        "phones": [branch.phone],
        "country_id": 1,
        "country": "Россия",
        "city_id": 2,
        "city": "",
        "timezone": "3",
        "timezone_name": branch.zone.name(),
        "schedule": "",
        "address": branch.address,
        "coordinate_lat": if in_list { json!("55.759") } else { json!(55.759) },
        "coordinate_lon": if in_list { json!("37.645") } else { json!(37.645) },
        "phone_confirmation": false,
        "currency_short_title": branch.currency,
        "access": { "title": true, "address": true, "phones": branch.rights.phones_access },
        "social": { "whatsapp": "", "telegram": "" },
        "app_ios": null,
    })
}

/// An older form of the answer has `firstname` and `login` instead of `name`.
fn user_json(id: i64, name: &str) -> Value {
    if id % 2 == 0 {
        return json!({ "id": id, "firstname": name, "login": format!("user{id}"), "email": "" });
    }
    json!({
        "id": id,
        "name": name,
        "phone": "79990000000",
        "email": "",
        "information": "",
        "is_approved": true,
        "is_non_deletable": false,
        "user_role_slug": "administrator",
    })
}
