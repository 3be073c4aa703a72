//! Sentences for people, in every language the program speaks.
//!
//! A code is for the program, a sentence is for the person at the desk: what
//! happened, what that means for the clients, what to do now. Every match is
//! exhaustive, so that no new fault, reason or state comes without its words.
//! Russian addresses the reader with a lower-case «вы».
//!
//! Nothing here decides anything, and no sentence holds a client's data.

mod en;
mod parts;
pub mod reasons;
pub mod ru;
pub mod states;
pub mod unreadable;

use serde::Serialize;

pub use parts::part;
pub use reasons::{reason, why};
pub use ru::plural;
pub use states::state;

use crate::error::FaultCode;
use crate::settings::Language;

/// A fault as a person needs it told, each part a sentence or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What happened.
    pub what: &'static str,
    /// What it means for the clients and their messages.
    pub means: &'static str,
    /// What to do now, or that nothing needs doing.
    pub do_next: &'static str,
}

/// What to say about a fault.
pub const fn fault(code: FaultCode, language: Language) -> Explanation {
    match language {
        Language::Ru => ru::fault(code),
        Language::En => en::fault(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_explained_in_whole_sentences() {
        for code in FaultCode::ALL {
            for language in [Language::Ru, Language::En] {
                let Explanation { what, means, do_next } = fault(*code, language);
                for part in [what, means, do_next] {
                    // A command stands last and without a full stop, or it would be copied with it.
                    let ends_in_command =
                        part.rsplit_once(": ").is_some_and(|(_, last)| last.starts_with("booking-monitor "));
                    assert!(part.ends_with('.') || ends_in_command, "{code}: {part}");
                    assert!(part.starts_with(|first: char| first.is_uppercase()), "{code}: {part}");
                    assert!(part.chars().count() <= 240, "{code} is long: {part}");
                    assert!(!part.contains("  ") && !part.contains('!'), "{code}: {part}");
                }
                let whole = format!("{what} {means} {do_next}");
                let cyrillic = whole.chars().filter(|c| ('а'..='я').contains(c)).count();
                assert_eq!(language == Language::Ru, cyrillic > 40, "{code}: {whole}");
                if language == Language::Ru {
                    let polite = ["Вам", "Вас", "Ваш", "Вы "].iter().any(|word| whole.contains(word));
                    assert!(!polite, "{code}: «вы» is in lower case: {whole}");
                }
            }
        }
    }

    #[test]
    fn a_missing_token_is_explained_with_the_place_where_to_get_it() {
        for code in [FaultCode::YclientsPartnerToken, FaultCode::GatewayToken, FaultCode::SecretMissing] {
            for language in [Language::Ru, Language::En] {
                let text = fault(code, language).do_next;
                assert!(
                    text.contains("developers.yclients.com") || text.contains("console.green-api.com"),
                    "{text}"
                );
            }
        }
    }
}
