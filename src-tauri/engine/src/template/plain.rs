//! Makes plain text of what people typed into YClients.
//!
//! A client's name can hold anything, for clients type it themselves in the
//! online form. In a message it must stay a name: no WhatsApp markup, no line
//! of its own, no characters that turn or hide text, and no link. Links are
//! broken by a space, in every value: from the shop's own number a link reads
//! as the shop's word, and WhatsApp takes links to strangers for spam. Who wants
//! a link writes it into the template.
//!
//! What stands for a broken character (U+FFFD) is no such thing: it stays in the
//! text, so that it is found there before a client finds it.

/// What a person calls themselves, a service or a shop.
pub(super) const NAME_CHARS: usize = 120;
/// Addresses explain the way through a mall.
pub(super) const ADDRESS_CHARS: usize = 200;

/// Domains outside Latin letters that phones make links of.
const CYRILLIC_DOMAINS: &[&str] = &["рф", "рус", "бел", "укр", "қаз", "онлайн", "сайт", "дети", "орг", "ком"];

/// The value as harmless text of at most `limit` characters that reads the same.
/// Empty when it says nothing.
pub(super) fn plain(value: &str, limit: usize) -> String {
    let visible = without_control(value);
    let text = visible.trim();
    if says_nothing(text) {
        return String::new();
    }
    shorten(&without_links(&without_line_mark(text)), limit)
}

/// As [`plain`], for a name to greet with: `79161234567` or `👑` is none. What is
/// left of a broken one is kept: somebody must see that it is broken.
pub(super) fn greeting_name(value: &str) -> String {
    let name = plain(value, NAME_CHARS);
    let is_name = name.chars().any(|c| c.is_alphabetic() || c == char::REPLACEMENT_CHARACTER);
    if is_name { name } else { String::new() }
}

/// At most `limit` characters, the last one an ellipsis if any was lost.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    // Half of a joined emoji shows as a box.
    format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || is_emoji_joiner(c) || c == ','))
}

fn without_control(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let previous = text.chars().next_back();
        let replaced = match character {
            // The look-alikes are no markup to WhatsApp.
            '*' => '∗',
            '~' => '∼',
            '`' => '’',
            '{' => '(',
            '}' => ')',
            '_' => ' ',
            _ if character.is_whitespace() || character.is_control() => ' ',
            '\u{200d}' => {
                let joins =
                    previous.is_some_and(is_emoji) && characters.peek().copied().is_some_and(is_emoji);
                if !joins {
                    continue;
                }
                character
            }
            '\u{fe0f}' => {
                let before = previous
                    .is_some_and(|c| is_emoji(c) && !is_emoji_joiner(c) || c.is_ascii_digit() || c == '#');
                if !before {
                    continue;
                }
                character
            }
            _ if is_invisible(character) => continue,
            _ => character,
        };
        if replaced != ' ' || previous.is_some_and(|c| c != ' ') {
            text.push(replaced);
        }
    }
    text
}

/// Format characters, blanks in disguise, private characters.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}'
        | '\u{e0000}'..='\u{10ffff}')
}

/// Symbols that may stand in a joined emoji; generous, for nothing depends on it but a joiner.
fn is_emoji(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '©' | '®' | '‼' | '⁉' | '™' | 'ℹ')
        || is_emoji_joiner(character)
}

fn is_emoji_joiner(character: char) -> bool {
    matches!(character, '\u{200d}' | '\u{fe0f}')
}

/// `-`, `?`, `...` typed to get past a required field, or a programmer's nothing.
fn says_nothing(text: &str) -> bool {
    let marks = |c: char| {
        c.is_ascii_punctuation() || c.is_whitespace() || matches!(c, '–' | '—' | '∗' | '∼' | '’' | '…')
    };
    text.chars().all(marks) || ["undefined", "null", "nan"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// At the start of a line `>` quotes and `-` lists.
fn without_line_mark(text: &str) -> String {
    match text.chars().next() {
        Some('-') => text.replacen('-', "–", 1),
        Some('>') => text.replacen('>', "›", 1),
        _ => text.to_owned(),
    }
}

/// `t.me/x` becomes `t. me/x`: the same to a reader, and nothing to tap on.
fn without_links(text: &str) -> String {
    let text = text.replace("://", ": //");
    let mut broken = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        broken.push(character);
        if character == '.' && text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if is_domain(&rest[..end]) {
                broken.push(' ');
            }
        }
    }
    broken
}

/// `com`, but not the `С` of «А.С. Пушкин» nor the `5` of «2.5».
fn is_domain(word: &str) -> bool {
    let latin = word.len() >= 2 && word.starts_with(|c: char| c.is_ascii_alphabetic());
    latin || CYRILLIC_DOMAINS.contains(&word.to_lowercase().as_str())
}
