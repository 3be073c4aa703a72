//! What may be said to a stranger: the program's own words, and numbers that are no telephone's.
//!
//! A log holds no text and no number by the way it is written. This does not rely on that: whatever stands
//! in a line, by a fault of ours or in the words of a server, a word that the program's own sources do not
//! have is left out, and so is every word of a name in the database.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// Stands for what is left out.
const LEFT_OUT: char = '▮';

/// Longer runs of digits, however they are divided, may be a telephone number.
const DIGITS: usize = 6;

/// Numbers behind these words are ids, and may be so long.
const IDS: [&str; 4] = ["booking", "branch", "company_id", "notification"];
const ID_DIGITS: usize = 9;

/// Between two groups of digits of one number stand no more signs than this.
const DIVIDERS: usize = 3;

/// Words of the systems and libraries below.
const OF_SYSTEMS: &str = "os error Connection refused reset by peer timed out No such file or directory Permission denied \
    dns failed to lookup address information Name service not known Temporary failure in name resolution Network is \
    unreachable host Broken pipe tls certificate handshake connect body decoding response request operation closed before \
    message completed invalid expired unexpected end of UTC INFO WARN ERROR DEBUG TRACE http https Linux Windows macOS Debian Ubuntu Mint Fedora GNU x86 \
    x86_64 aarch64 linux windows macos unix ms kB MB GB";

static VOCABULARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let own = include_str!(concat!(env!("OUT_DIR"), "/vocabulary.txt")).lines();
    own.chain(OF_SYSTEMS.split_whitespace()).collect()
});

/// A line without what it must not say.
pub(super) fn said(line: &str, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut rest = line;
    let mut before = "";
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let (run, digits) = run_of_digits(rest);
            let short =
                digits <= DIGITS || (digits <= ID_DIGITS && run.len() == digits && is_id(&out, before));
            if short {
                out.push_str(run);
            } else {
                leave_out(&mut out);
            }
            before = "";
            rest = &rest[run.len()..];
        } else if is_letter(first) {
            let word = &rest[..rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len())];
            if VOCABULARY.contains(word) && !names.contains(word) {
                out.push_str(word);
            } else {
                leave_out(&mut out);
            }
            before = word;
            rest = &rest[word.len()..];
        } else {
            // Signs of other scripts may be letters by another name.
            if first.is_ascii() && !first.is_ascii_control() {
                out.push(first);
            } else {
                leave_out(&mut out);
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_id(out: &str, before: &str) -> bool {
    out.ends_with('=') && IDS.contains(&before)
}

fn leave_out(out: &mut String) {
    if !out.ends_with(LEFT_OUT) {
        out.push(LEFT_OUT);
    }
}

/// Digits with whatever divides them, and how many there are. What is glued to letters is one word with
/// them, unless it is a number with its unit.
fn run_of_digits(text: &str) -> (&str, usize) {
    let (mut end, mut digits, mut dividers) = (0, 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '0'..='9' => {
                (end, digits, dividers) = (at + 1, digits + 1, 0);
            }
            letter if is_letter(letter) || dividers == DIVIDERS => break,
            _ => dividers += 1,
        }
    }
    let glued =
        &text[end..text[end..].find(|letter| !is_letter(letter)).map_or(text.len(), |length| end + length)];
    match glued {
        "" | "s" | "ms" | "kB" | "MB" | "T" | "Z" => (&text[..end], digits),
        // A piece of a token.
        odd => (&text[..end + odd.len()], usize::MAX),
    }
}

/// Without these words, wherever and in whatever they stand.
pub(super) fn without(text: String, secrets: &[String]) -> String {
    secrets.iter().filter(|secret| secret.len() >= DIGITS).fold(text, |text, secret| {
        if text.contains(secret.as_str()) {
            text.replace(secret.as_str(), &LEFT_OUT.to_string())
        } else {
            text
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        said(line, &BTreeSet::from(["Mark".to_owned()]))
    }

    #[test]
    fn the_program_s_own_words_stay() {
        for line in [
            "INFO engine::sender: the account is ready",
            "branch=962302 booking=123456789 status=500 in 1500ms",
            "connect: Connection refused (os error 111)",
        ] {
            assert_eq!(plain(line), line);
        }
    }

    #[test]
    fn no_number_name_or_text_is_said_in_any_spelling() {
        for planted in [
            "+79167654321",
            "8 (916) 765-43-21",
            "916 765 43 21",
            "765-43-21",
            "7/916/765/43/21",
            "7.916.7654321",
            "booking=79167654321",
            "tel=9167654",
            "Евпраксия",
            "Eupraxia",
            "ЕВПРАКСИЯ",
            "%D0%95%D0%B2",
            "\\u0415\\u0432",
            "gateway-token-e19a7c35d8",
            "e19a7c35d8",
            "Z2F0ZXdheS10b2tlbg",
            "Mark",
            "7916765４３２１",
            "79167654321@c.us",
            "tel79167654321",
            "79167654321tel",
        ] {
            let line = plain(&format!("WARN engine: {planted} refused"));
            assert!(line.contains(LEFT_OUT), "{planted}: {line}");
            assert!(!line.contains(planted), "{planted}: {line}");
        }
        let ten: String = plain("9167654321 916 765-43-21").chars().filter(char::is_ascii_digit).collect();
        assert_eq!(ten, "");
    }

    #[test]
    fn a_secret_goes_wherever_it_stands() {
        let text =
            without("the account-is-ready token".to_owned(), &["account-is-ready".to_owned(), String::new()]);
        assert_eq!(text, "the ▮ token");
    }
}
