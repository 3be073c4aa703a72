//! Numbers and chats: `+79161234567` and `79161234567@c.us`.

/// The digits of an E.164 number.
pub(super) fn digits(phone: &str) -> Option<&str> {
    let digits = phone.strip_prefix('+')?;
    let right = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    right.then_some(digits)
}

/// The chat with a number.
pub(super) fn chat(phone: &str) -> Option<String> {
    Some(format!("{}@c.us", digits(phone)?))
}

/// The number of a chat; empty for a group, and for the kind of chat that hides
/// its number (`@lid`).
pub(super) fn phone(chat: &str) -> String {
    // A second device of the same person: `79161234567:12@c.us`.
    let digits = chat.strip_suffix("@c.us").or_else(|| chat.strip_suffix("@s.whatsapp.net"));
    let digits = digits.map(|name| name.split_once(':').map_or(name, |(number, _)| number));
    match digits {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("+{digits}")
        }
        _ => String::new(),
    }
}

/// Whether it is the chat of a person, named in the way that hides the number.
pub(super) fn hides_number(chat: &str) -> bool {
    chat.strip_suffix("@lid").is_some_and(|name| !name.is_empty())
}

pub(super) fn is_group(chat: &str) -> bool {
    chat.ends_with("@g.us")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_makes_a_chat_and_a_chat_a_number() {
        assert_eq!(chat("+79161234567").as_deref(), Some("79161234567@c.us"));
        assert_eq!(phone("79161234567@c.us"), "+79161234567");
    }

    #[test]
    fn what_is_no_number_makes_no_chat() {
        for odd in ["", "+", "79161234567", "+7916", "+7916123456x", "+1234567890123456", "+7 916 123"] {
            assert_eq!(chat(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_chat_that_hides_its_number_has_none() {
        for odd in ["123456789@lid", "12036304@g.us", "", "@c.us", "abc@c.us"] {
            assert_eq!(phone(odd), "", "{odd}");
        }
    }
}
