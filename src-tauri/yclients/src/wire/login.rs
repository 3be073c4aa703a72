//! The two answers to a login.

use secrecy::SecretString;
use serde_json::Value;

use super::lenient;

/// What a login came to. No Debug: it holds a token.
pub(crate) enum Login {
    Token(SecretString),
    SecondFactor { uuid: String, recipient: String, attempts_left: Option<i64>, refresh_seconds: Option<i64> },
}

/// The token stands in the bare object or inside `data`; a demand for a code only
/// inside `data`. `None`: neither.
pub(crate) fn login(body: &str) -> Option<Login> {
    let body: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).ok()?;
    let data = body.get("data").filter(|data| data.is_object()).unwrap_or(&body);
    let text = |name: &str| data.get(name).map(lenient::to_text).filter(|text| !text.is_empty());
    if let Some(token) = text("user_token") {
        return Some(Login::Token(token.into()));
    }
    Some(Login::SecondFactor {
        uuid: text("uuid")?,
        recipient: data.pointer("/transport/recipient").map(lenient::to_text).unwrap_or_default(),
        attempts_left: data.get("attempts_left").and_then(lenient::to_int),
        refresh_seconds: data.get("refresh_ttl_sec").and_then(lenient::to_int),
    })
}
