//! What this executable says, every sentence with both languages side by side.
//!
//! Sentences about states, reasons and faults are the engine's; here is what
//! only the command line says. Help texts are `clap`'s and in English: they are
//! printed before any setting is read.

/// The sentence in the language asked for. Both have the same holes.
macro_rules! say {
    ($language:expr, $ru:literal, $en:literal $(,)?) => {
        match $language {
            engine::settings::Language::Ru => format!($ru),
            engine::settings::Language::En => format!($en),
        }
    };
}

pub(crate) mod acts;
pub(crate) mod anew;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod clients;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod diagnostics;
mod failures;
pub(crate) mod lists;
pub(crate) mod migrate;
pub(crate) mod provision;
pub(crate) mod secret;
pub(crate) mod status;
pub(crate) mod stops;
pub(crate) mod tray;
pub(crate) mod worker;

use engine::error::FaultCode;
use engine::ports::SecretsError;
use engine::settings::Language;
use engine::words::plural;

pub(crate) use failures::failure;

/// One of two, without holes.
pub(crate) const fn either(language: Language, ru: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

/// A number with its noun: `1 запись`, `2 записи`, `5 записей`; `1 booking`, `2 bookings`.
pub(crate) fn counted(number: usize, ru: [&str; 3], en: [&str; 2], language: Language) -> String {
    let many = u64::try_from(number).unwrap_or(u64::MAX);
    let noun = match language {
        Language::Ru => plural(many, ru[0], ru[1], ru[2]),
        Language::En => en[usize::from(number != 1)],
    };
    format!("{number} {noun}")
}

/// What a stored fault code means and what to do about it.
pub(crate) fn fault_word(code: &str, language: Language) -> String {
    FaultCode::parse(code).map_or_else(|| code.to_owned(), |code| fault(code, language))
}

/// What happened and what to do.
pub(crate) fn fault(code: FaultCode, language: Language) -> String {
    let words = engine::words::fault(code, language);
    format!("{} {}", words.what, words.do_next)
}

/// The same of the keyring.
pub(crate) fn secrets_fault(error: &SecretsError, language: Language) -> String {
    fault(error.code(), language)
}
