//! Finds the method a request means: `/waInstance{id}/{method}/{token}`.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::{answers, history, notifications, sending, settings};
use crate::world::Shared;

/// More than any request of ours may carry.
const MAX_BODY: usize = 1 << 20;

/// A request that got past instance, token and verb.
pub(crate) struct Call {
    pub(crate) shared: Shared,
    /// The path as it came, with the token, for the answers that echo it.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn invalid(&self, details: &str) -> Response {
        answers::validation(&self.path, details, self.shared.read(|world| world.clock.now()))
    }

    pub(crate) fn refused(&self, message: &str) -> Response {
        answers::bad_request(&self.path, message, self.shared.read(|world| world.clock.now()))
    }

    /// A value of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, v)| v)
    }
}

/// Answers everything below `/waInstance`, and whatever else nobody answers.
pub(crate) async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let Some(rest) = path.strip_prefix("/waInstance") else { return answers::no_such_place() };
    let parts: Vec<&str> = rest.split('/').collect();
    let (instance, method, token, receipt) = match parts.as_slice() {
        [instance, method, token] => (*instance, *method, *token, None),
        [instance, method, token, receipt] => (*instance, *method, *token, Some(*receipt)),
        _ => return answers::no_such_place(),
    };
    let (right_instance, right_token) =
        shared.read(|world| (world.gateway.instance_id == instance, world.gateway.token == token));
    if !right_instance {
        let is_id = !instance.is_empty() && instance.chars().all(|c| c.is_ascii_digit());
        // Both are known of an id that is not there; a path that is no id never reaches the gateway.
        return if is_id { answers::text(StatusCode::FORBIDDEN, "") } else { answers::no_such_place() };
    }
    let Some(verb) = verb_of(method, receipt.is_some()) else { return answers::no_such_place() };
    if *request.method() != verb {
        return answers::no_such_place();
    }
    if !right_token {
        return answers::text(StatusCode::UNAUTHORIZED, "");
    }
    let bytes = to_bytes(request.into_body(), MAX_BODY).await.unwrap_or_default();
    let body = if verb == Method::POST { serde_json::from_slice(&bytes) } else { Ok(Value::Null) };
    let method = method.to_owned();
    let receipt = receipt.map(str::to_owned);
    let mut call = Call { shared, path, query, body: Value::Null };
    match body {
        Ok(body) => call.body = body,
        Err(error) => {
            return call.refused(&format!("Unexpected token in JSON at position {}", error.column()));
        }
    }
    run(&call, &method, receipt.as_deref()).await
}

async fn run(call: &Call, method: &str, receipt: Option<&str>) -> Response {
    match method {
        "sendMessage" => sending::send_message(call).await,
        "checkWhatsapp" => sending::check_whatsapp(call),
        "showMessagesQueue" => sending::show_queue(call),
        "clearMessagesQueue" => sending::clear_queue(call),
        "getMessagesCount" => sending::count_queue(call),
        "getWebhooksCount" => notifications::count(call),
        "clearWebhooksQueue" => notifications::clear(call),
        "getMessage" => history::get_message(call),
        "getChatHistory" => history::chat_history(call),
        "lastOutgoingMessages" => history::last(call, false),
        "lastIncomingMessages" => history::last(call, true),
        "receiveNotification" => notifications::receive(call).await,
        "deleteNotification" => notifications::delete(call, receipt.unwrap_or_default()),
        "getSettings" => settings::get(call),
        "setSettings" => settings::set(call),
        "getWaSettings" => settings::of_whatsapp(call),
        "getStateInstance" => answers::data(call.shared.read(|world| world.gateway.state_answer())),
        "getStatusInstance" => answers::data(call.shared.read(|world| {
            json!({ "statusInstance": if world.gateway.is_authorized() { "online" } else { "offline" } })
        })),
        "qr" => settings::qr(call),
        "getAuthorizationCode" => settings::authorization_code(call),
        "reboot" => answers::data(json!({ "isReboot": true })),
        "logout" => settings::logout(call),
        _ => answers::no_such_place(),
    }
}

fn verb_of(method: &str, with_receipt: bool) -> Option<Method> {
    match (method, with_receipt) {
        ("deleteNotification", true) | ("clearWebhooksQueue", false) => Some(Method::DELETE),
        (
            "sendMessage"
            | "checkWhatsapp"
            | "getMessage"
            | "getChatHistory"
            | "setSettings"
            | "getAuthorizationCode",
            false,
        ) => Some(Method::POST),
        (
            "getStateInstance"
            | "getStatusInstance"
            | "getSettings"
            | "receiveNotification"
            | "showMessagesQueue"
            | "clearMessagesQueue"
            | "getMessagesCount"
            | "getWebhooksCount"
            | "getWaSettings"
            | "lastOutgoingMessages"
            | "lastIncomingMessages"
            | "qr"
            | "reboot"
            | "logout",
            false,
        ) => Some(Method::GET),
        _ => None,
    }
}
