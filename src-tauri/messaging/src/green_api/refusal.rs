//! What a refusal means, by its status and its words.
//!
//! The gateway refuses in three manners: with a status and nothing else, with a
//! status and a text (plain, or JSON with a `message`), and with status 200 and
//! `{"status": false, "reason": …}`.

use std::time::Duration;

use engine::error::MessengerError;
use serde_json::Value;

/// How much of a text is repeated.
const QUOTE: usize = 200;
/// Fewer are a time or a limit.
const DIGITS_OF_A_NUMBER: usize = 7;

/// The refusals that the gateway documents, or was seen to make: a request with
/// one of these statuses was certainly not carried out. None for every other
/// status, from which nothing of the kind follows: a proxy on the way can make up
/// a 405 or a 413 after it has passed the request on.
pub(super) fn documented(status: u16, text: &str, retry_after: Option<Duration>) -> Option<MessengerError> {
    match status {
        400 => Some(by_words(text)),
        401 => Some(MessengerError::Token),
        403 if text.to_lowercase().contains("suspended") => Some(MessengerError::Suspended),
        403 | 404 => Some(MessengerError::Instance { status }),
        429 => Some(MessengerError::RateLimited { retry_after }),
        466 => Some(MessengerError::Quota),
        469 => Some(MessengerError::CheckLimit),
        _ => None,
    }
}

/// Of a 400, or of a `reason` inside a 200.
pub(super) fn by_words(text: &str) -> MessengerError {
    let words = text.to_lowercase();
    let has = |word: &str| words.contains(word);
    if has("starting process") {
        MessengerError::Starting
    } else if has("not authorized") || has("notauthorized") {
        MessengerError::NotAuthorised
    } else if has("suspended") {
        MessengerError::Suspended
    } else if has("expired") || has("instance is deleted") {
        MessengerError::Expired(text.to_owned())
    } else if has("custom webhook url") {
        MessengerError::WebhookSet
    } else if has("contact info limit") {
        MessengerError::CheckLimit
    } else if has("quota has been exceeded") || has("quote_exceeded") || has("quota_exceeded") {
        MessengerError::Quota
    } else if has("too many requests") || has("rate limit") {
        MessengerError::RateLimited { retry_after: None }
    } else {
        MessengerError::Refused(text.to_owned())
    }
}

/// Whether the answer to an acknowledgement says that there is nothing to acknowledge any more.
pub(super) fn is_gone(status: u16, body: &str) -> bool {
    let words = body.to_lowercase();
    // Its own stumble over a message that it has not got. No status of a proxy's has that word.
    let stumbles = status >= 400 && words.contains("findunackedmessage");
    stumbles || (status == 400 && words.contains("receiptid") && words.contains("not found"))
}

/// `{"status": false, "reason": …}`: the reason of a failure inside a 200.
pub(super) fn reason(answer: &Value) -> Option<String> {
    if answer.get("status") != Some(&Value::Bool(false)) {
        return None;
    }
    Some(answer.get("reason").and_then(Value::as_str).unwrap_or("no reason given").to_owned())
}

/// The text of a refusal. Of JSON only its message, for the `path` beside it holds
/// the token; of a web page nothing.
pub(super) fn text(body: &str) -> String {
    let body = body.trim_start_matches('\u{feff}').trim();
    match body.as_bytes().first() {
        Some(b'{' | b'[' | b'"') => {
            serde_json::from_str(body).ok().and_then(|body| message(&body)).unwrap_or_default()
        }
        None | Some(b'<') => String::new(),
        Some(_) => body.to_owned(),
    }
}

fn message(body: &Value) -> Option<String> {
    match body {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            ["message", "reason", "error"].iter().find_map(|name| message(fields.get(*name)?))
        }
        Value::Array(parts) => Some(parts.iter().filter_map(message).collect::<Vec<_>>().join("; ")),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// A text fit to be shown and logged: one line, short, without the token, and
/// without anything that looks like a number of a person.
pub(super) fn quotable(text: &str, token: &str) -> String {
    let text = text.replace(token, "…");
    without_numbers(&text).join(" ").chars().take(QUOTE).collect()
}

/// The words, with `…` for whatever may be somebody's number, in one word or in
/// several: `8 (916) 123 45 67`.
fn without_numbers(text: &str) -> Vec<&str> {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let is_part = |word: &str| digits(word) > 0 && !word.contains(char::is_alphabetic);
    let words: Vec<&str> = text.split_whitespace().collect();
    let runs = words.chunk_by(|a, b| is_part(a) && is_part(b));
    let shown = runs.map(|run| {
        let count: usize = run.iter().map(|word| digits(word)).sum();
        if count >= DIGITS_OF_A_NUMBER { &["…"][..] } else { run }
    });
    shown.flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_by_its_words() {
        use MessengerError as E;
        for (words, error) in [
            ("instance in starting process try later", E::Starting),
            ("instance is starting or not authorized", E::NotAuthorised),
            ("instance account not authorized", E::NotAuthorised),
            ("Your account is suspended", E::Suspended),
            ("User get contact info limit reached", E::CheckLimit),
        ] {
            assert_eq!(by_words(words), error);
        }
        assert!(matches!(by_words("Instance account is expired. Renew it"), E::Expired(_)));
        assert!(matches!(by_words("Instance is deleted"), E::Expired(_)));
        assert!(matches!(by_words("bad request data"), E::Refused(_)));
        assert!(matches!(by_words(""), E::Refused(_)));
    }

    #[test]
    fn the_text_is_found_in_every_manner_of_refusal() {
        assert_eq!(text("bad request data"), "bad request data");
        assert_eq!(
            text(r#"{"statusCode":400,"path":"/waInstance1/sendMessage/t0k","message":"no chat"}"#),
            "no chat"
        );
        assert_eq!(text(r#"{"message":["a","b"]}"#), "a; b");
        assert_eq!(text(r#""quoted""#), "quoted");
        for nothing in
            ["", "<html>404</html>", r#"{"path":"/sendMessage/t0k"}"#, r#"{"path":"/sendMessage/t0"#]
        {
            assert_eq!(text(nothing), "");
        }
    }

    #[test]
    fn a_quoted_text_has_no_token_and_no_number() {
        assert_eq!(quotable("for 79161234567@c.us\nat /t0k/", "t0k"), "for … at /…/");
        assert_eq!(quotable("to 8 (916) 123 45 67 in 5 s", "t0k"), "to … in 5 s");
    }
}
