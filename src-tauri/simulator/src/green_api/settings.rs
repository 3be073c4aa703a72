//! The settings of the instance, and linking it to a phone.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::numbers::chat_of_phone;
use super::{answers, dispatch::Call, gateway::Gateway};

/// The smallest picture there is: a client shows it, nobody scans it.
const QR_PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

pub(crate) fn initial(phone: &str, fresh: bool) -> Map<String, Value> {
    let wanted = if fresh { "no" } else { "yes" };
    let settings = json!({
        "wid": chat_of_phone(phone),
        "countryInstance": "",
        "typeAccount": "",
        "webhookUrl": "",
        "webhookUrlToken": "",
        "delaySendMessagesMilliseconds": 500,
        "markIncomingMessagesReaded": "no",
        "markIncomingMessagesReadedOnReply": "no",
        "sharedSession": "no",
        "proxyInstance": "system proxy",
        "outgoingWebhook": wanted,
        "outgoingMessageWebhook": wanted,
        "outgoingAPIMessageWebhook": wanted,
        "incomingWebhook": wanted,
        "deviceWebhook": "no",
        "statusInstanceWebhook": "no",
        "stateWebhook": wanted,
        "enableMessagesHistory": "no",
        "keepOnlineStatus": "no",
        "pollMessageWebhook": "no",
        "incomingBlockWebhook": "no",
        "incomingCallWebhook": "no",
        "editedMessageWebhook": "no",
        "deletedMessageWebhook": "no",
    });
    if let Value::Object(settings) = settings { settings } else { Map::new() }
}

pub(crate) fn is_on(gateway: &Gateway, flag: &str) -> bool {
    gateway.settings.get(flag).is_some_and(|value| value == "yes")
}

pub(crate) fn webhook_is_set(gateway: &Gateway) -> bool {
    gateway.settings.get("webhookUrl").and_then(Value::as_str).is_some_and(|url| !url.is_empty())
}

pub(crate) fn get(call: &Call) -> Response {
    answers::data(call.shared.read(|world| json!(world.gateway.settings)))
}

/// Takes the settings it knows and checks the flags; what it does not know it leaves.
pub(crate) fn set(call: &Call) -> Response {
    let Value::Object(asked) = &call.body else { return call.refused("bad request data") };
    let is_flag = |current: &Value| current == "yes" || current == "no";
    let known = call.shared.read(|world| world.gateway.settings.clone());
    for (name, value) in asked {
        if known.get(name).is_some_and(is_flag) && !is_flag(value) {
            return call.invalid(&format!("'{name}' must be one of [yes, no]"));
        }
    }
    call.shared.change(|world| {
        for (name, value) in asked {
            if !matches!(name.as_str(), "wid" | "typeInstance") && known.contains_key(name) {
                world.gateway.settings.insert(name.clone(), value.clone());
            }
        }
    });
    answers::data(json!({ "saveSettings": true }))
}

/// What WhatsApp itself says of the account. An instance without a phone has none to name.
pub(crate) fn of_whatsapp(call: &Call) -> Response {
    answers::data(call.shared.read(|world| {
        let gateway = &world.gateway;
        let linked = gateway.is_linked();
        let shown = |text: String| if linked { text } else { String::new() };
        let mut settings = json!({
            "avatar": "",
            "phone": shown(gateway.phone.clone()),
            "stateInstance": gateway.state(),
            "deviceId": shown(format!("{}:8@s.whatsapp.net", gateway.phone)),
        });
        if let Some(until) = gateway.suspended_until {
            settings["suspendedUntil"] = json!(until.timestamp());
        }
        settings
    }))
}

pub(crate) fn qr(call: &Call) -> Response {
    let linked = call.shared.read(|world| world.gateway.is_authorized());
    answers::data(if linked {
        json!({ "type": "alreadyLogged", "message": "instance account already authorized" })
    } else {
        json!({ "type": "qrCode", "message": QR_PICTURE })
    })
}

pub(crate) fn authorization_code(call: &Call) -> Response {
    if !call.body["phoneNumber"].is_u64() {
        return call.invalid("'phoneNumber' must be a number");
    }
    let linked = call.shared.read(|world| world.gateway.is_authorized());
    if linked {
        return answers::text(StatusCode::BAD_REQUEST, "instance account already authorized");
    }
    answers::data(json!({ "status": true, "code": "SIMU1234" }))
}

pub(crate) fn logout(call: &Call) -> Response {
    call.shared.change(|world| {
        let now = world.clock.now();
        world.gateway.set_state("notAuthorized", now);
    });
    answers::data(json!({ "isLogout": true }))
}
