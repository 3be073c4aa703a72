//! What somebody wrote to the shop, in whatever form it came.
//!
//! Typed, as an answer, under a picture, edited afterwards, or tapped on a button: it is the same word.

use engine::ports::GatewayEvent;
use serde_json::Value;

use super::journal::{instant, text};
use super::number;

/// Where a message says something, by what it is. What stands beside (the title of a page that a link
/// leads to, the message that is answered) nobody said.
const PLACES: [&str; 16] = [
    "/textMessageData/textMessage",
    "/extendedTextMessageData/text",
    "/fileMessageData/caption",
    "/editedMessageData/textMessage",
    "/editedMessageData/caption",
    "/buttonsResponseMessage/selectedButtonText",
    "/buttonsResponseMessage/selectedButtonId",
    "/templateButtonReplyMessage/selectedDisplayText",
    "/templateButtonReplyMessage/selectedId",
    "/listResponseMessage/title",
    "/listResponseMessage/singleSelectReply/selectedRowId",
    "/interactiveButtonsResponse/selectedDisplayText",
    "/interactiveButtonsResponse/selectedId",
    "/interactiveButtonsReply/selectedDisplayText",
    "/interactiveButtonsReply/selectedId",
    "/buttonReply/title",
];

/// Where it names the message that it answers.
const ANSWERED: [&str; 6] = [
    "/quotedMessage/stanzaId",
    "/extendedTextMessageData/stanzaId",
    "/buttonsResponseMessage/stanzaId",
    "/templateButtonReplyMessage/stanzaId",
    "/listResponseMessage/stanzaId",
    "/interactiveButtonsResponse/stanzaId",
];

/// Where the sender's number may stand beside a chat that hides it.
const NUMBERS: [&str; 5] = [
    "/senderData/sender",
    "/senderData/senderPhoneNumber",
    "/senderData/phoneNumber",
    "/senderData/senderPn",
    "/senderData/chatPhoneNumber",
];

/// Somebody wrote to the shop itself; what is said in a group is no word to us.
pub(super) fn event(body: &Value) -> Option<GatewayEvent> {
    let chat = text(body, "/senderData/chatId").or_else(|| text(body, "/chatId"))?;
    if number::is_group(&chat) || chat.ends_with("@broadcast") || chat.ends_with("@newsletter") {
        return Some(GatewayEvent::Other { kind: "incomingMessageReceived".into() });
    }
    // A chat that hides its number may still name the sender's.
    let mut phone = number::phone(&chat);
    if phone.is_empty() {
        phone = NUMBERS.iter().find_map(|place| named(body.pointer(place)?)).unwrap_or_default();
    }
    Some(GatewayEvent::Incoming { phone, text: said(body, &chat), at: instant(body.get("timestamp")) })
}

/// The id of the message that it answers; empty where it says none.
pub(super) fn answered(body: &Value) -> String {
    let data = body.get("messageData").unwrap_or(&Value::Null);
    ANSWERED.iter().find_map(|place| text(data, place)).unwrap_or_default()
}

/// A number as a chat, or as bare digits.
fn named(value: &Value) -> Option<String> {
    let word = match value {
        Value::String(word) => word.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let phone = number::phone(&word);
    if !phone.is_empty() {
        return Some(phone);
    }
    let phone = format!("+{}", word.strip_prefix('+').unwrap_or(&word));
    number::digits(&phone).is_some().then_some(phone)
}

fn said(body: &Value, chat: &str) -> String {
    let data = body.get("messageData").unwrap_or(&Value::Null);
    let spoken: Vec<String> = PLACES.iter().filter_map(|place| text(data, place)).collect();
    if spoken.is_empty() { chosen(data, body, chat) } else { spoken.join("\n") }
}

/// What was chosen in a poll: an option that has the one who wrote among its voters.
fn chosen(data: &Value, body: &Value, chat: &str) -> String {
    let sender = text(body, "/senderData/sender").unwrap_or_default();
    let is_theirs = |voter: &Value| voter.as_str().is_some_and(|voter| voter == chat || voter == sender);
    let votes = data.pointer("/pollMessageData/votes").and_then(Value::as_array);
    let options = votes.into_iter().flatten().filter(|option| {
        option.get("optionVoters").and_then(Value::as_array).is_some_and(|all| all.iter().any(is_theirs))
    });
    options.filter_map(|option| text(option, "/optionName")).collect::<Vec<_>>().join("\n")
}
