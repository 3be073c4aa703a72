//! What became of a message: every fate of the request, as one of four.
//!
//! | what happened | outcome |
//! |---|---|
//! | name, connection or TLS failed | not sent |
//! | the permit had ended when the connection stood | not sent |
//! | 2xx with an id | accepted |
//! | 200 with `{"status": false}` and a reason that is documented as "not accepted" | by its reason, as a 400 |
//! | 200 with `{"status": false}` and any other reason, or none | ambiguous |
//! | 400 because the instance is starting or not linked | not sent |
//! | 400 or 403 because the account is expired, deleted or suspended | rejected |
//! | every other 400: this message is refused, and would be again | rejected |
//! | 466: the month's quota is used up | rejected |
//! | 401, every other 403, 404, 429, 469 | not sent |
//! | time-out or reset after the connection stood | ambiguous |
//! | 2xx without an id, or that cannot be read, or that broke off | ambiguous |
//! | every other status, known or not | ambiguous |
//!
//! A status nobody documents is ambiguous even if it begins with 4: it may come
//! from something between us and the gateway that has passed the request on. The
//! price of asking a person once too often is a minute, the price of a wrong
//! "not sent" is a second message to a client.

use engine::error::MessengerError;
use engine::ports::SendOutcome;
use serde_json::Value;

use super::http::{Failure, Http, Reply};
use super::refusal;

pub(super) fn of(http: &Http, result: Result<Reply, Failure>) -> SendOutcome {
    match result {
        Ok(reply) if (200..300).contains(&reply.status) => of_success(http, &reply),
        Ok(reply) => match refusal::documented(reply.status, &http.text(&reply), reply.retry_after) {
            Some(error) => refused(error),
            None => SendOutcome::Ambiguous { why: format!("HTTP {}", reply.status) },
        },
        Err(Failure::NotWritten(error)) => SendOutcome::NotSent { retry_after: None, error },
        Err(Failure::Lost(why)) => SendOutcome::Ambiguous { why },
    }
}

fn of_success(http: &Http, reply: &Reply) -> SendOutcome {
    let ambiguous = |why: &str| SendOutcome::Ambiguous { why: format!("HTTP {}: {why}", reply.status) };
    if !reply.whole {
        return ambiguous("the answer broke off");
    }
    let Ok(answer) = reply.json() else {
        return ambiguous("the answer is not JSON");
    };
    let id = answer.get("idMessage").and_then(Value::as_str).map(str::trim).filter(|id| !id.is_empty());
    match (id, refusal::reason(&answer)) {
        (Some(id), None) => SendOutcome::Accepted { id: id.to_owned() },
        (None, Some(reason)) => match refusal::by_words(&http.quotable(&reason)) {
            // Words that nobody documents: it may have been taken all the same.
            MessengerError::Refused(reason) => ambiguous(&format!("a refusal of an unknown kind: {reason}")),
            error => refused(error),
        },
        (Some(_), Some(_)) => ambiguous("an id and a refusal in one answer"),
        (None, None) => ambiguous("the answer has no id"),
    }
}

/// A definite refusal. Final is what is said of this very message, and what only a
/// person can mend with money or with WhatsApp: by then the message is out of date,
/// so whether it still goes is for that person to say. The rest ends by itself, or
/// with a token, an address or a link put right.
fn refused(error: MessengerError) -> SendOutcome {
    match error {
        MessengerError::Refused(_)
        | MessengerError::Quota
        | MessengerError::Suspended
        | MessengerError::Expired(_) => SendOutcome::Rejected { error },
        error => SendOutcome::NotSent { retry_after: error.retry_after(), error },
    }
}
