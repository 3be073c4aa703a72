//! The text of an answer, whatever befell its characters on the way.
//!
//! Somewhere before us a title may be cut by its bytes, in the middle of a letter, or by
//! its UTF-16, in the middle of an emoji. Neither is JSON any more, and one comment must
//! not cost a page of bookings, nor one title its booking: what is broken reads as U+FFFD.

/// The body as text, with U+FFFD for each character that is not whole.
pub(crate) fn text_of(body: Vec<u8>) -> String {
    let text = String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    if text.contains(r"\ud") || text.contains(r"\uD") { with_whole_escapes(&text) } else { text }
}

/// Half of a character that is written as two escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// `\ud83d`
const ESCAPE: usize = 6;

fn with_whole_escapes(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        let escape = &rest[at..];
        let end = match half(escape) {
            Some(Half::First) if half(&escape[ESCAPE..]) == Some(Half::Second) => 2 * ESCAPE,
            Some(_) => {
                whole.push_str(r"\ufffd");
                rest = &escape[ESCAPE..];
                continue;
            }
            // The second backslash of two begins no escape.
            None => escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end),
        };
        whole.push_str(&escape[..end]);
        rest = &escape[end..];
    }
    whole + rest
}

fn half(escape: &str) -> Option<Half> {
    let digits = escape.strip_prefix(r"\u")?.get(..ESCAPE - 2)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::First),
        0xdc00..=0xdfff => Some(Half::Second),
        _ => None,
    }
}
