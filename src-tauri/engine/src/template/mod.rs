//! The text of a confirmation.
//!
//! A template is text with variables in double braces:
//!
//! ```text
//! Здравствуйте[[, {{ client }}]]! Вы записаны {{ when }}.
//! [[Мастер: {{ master }}]]
//! [[Адрес: {{ address }}]]
//! ```
//!
//! **A clause in double brackets drops out whole when any variable in it is
//! empty**: without an address the third line is not there, and without a name
//! the greeting is just «Здравствуйте!». A line that holds nothing after that
//! goes too. Clauses nest; the space before a clause belongs inside it.
//!
//! **A clause that begins with an exclamation mark is required**: where a
//! variable in `[[! … ]]` is empty no message is made, and a person is asked
//! instead ([`TemplateError::Missing`]). In a clause that drops out it asks for
//! nothing.
//!
//! | variable | |
//! |---|---|
//! | `when` | «в четверг, 14 августа, в 15:00»; all visits, if several were gathered |
//! | `schedule` | several visits, a line each; empty for one |
//! | `day` | «в четверг, 14 августа», when all visits are on one day |
//! | `weekday` `date` `time` `year` | «четверг», «14 августа», «15:00», «2026» of the first visit |
//! | `services` | «Мужская стрижка ×2, Борода», over all visits |
//! | `service_count` | how many different ones |
//! | `master` | over all visits, each name once |
//! | `price` | «1 500 ₽», over all visits; empty at 0 |
//! | `client` `branch` `address` | as YClients has them, or empty |
//! | `visits` | a list to loop over; each visit has `when`, `weekday`, `date`, `time`, `year`, `services`, `master`, `price` |
//! | `visit_count` | how many visits |
//!
//! `{% if … %}`, `{% for visit in visits %}` and the filters `upper`, `lower`,
//! `trim`, `first`, `last` and `length` work as in Jinja; nothing else does, so
//! that no template can run for ever or grow without end. A template that names
//! none of `when`, `schedule` and `visits` speaks of one visit: several gathered
//! ones get the built-in text, or a client would learn of one and miss the other.
//!
//! **A visit in another year than the message's own says the year**, in `when`,
//! `schedule` and `day`: «в четверг, 14 января 2027 года, в 15:00». `date` never
//! does, for a template may have `year` behind it.
//!
//! What comes from YClients is data, never markup: see `plain`. All dates are
//! the branch's wall clock as the caller gives it; nothing here knows a zone or
//! the present time: of the same bookings the text is the same in any year.

mod built_in;
mod plain;
mod render;
mod source;
#[cfg(test)]
mod tests;
mod wording;

use chrono::NaiveDateTime;

use crate::booking::Service;
use crate::notification::Reason;
use crate::settings::Language;

/// What most branches take payment in.
pub const RUBLE: &str = "₽";

/// The longest message a gateway takes, in characters.
pub const MAX_MESSAGE_CHARS: usize = 4096;

/// What a confirmation speaks of. Texts are as YClients has them, raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// As the booking names the client; empty when it does not.
    pub client_name: String,
    pub branch_title: String,
    pub branch_address: String,
    /// The sign behind a price ([`RUBLE`]). Empty where it is not known: then no price is named.
    pub currency: String,
    /// In which the message is made, on the branch's wall clock. A visit in another one says so.
    pub year: i32,
    /// At least one, in any order.
    pub visits: Vec<Visit>,
}

/// One booking of a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// On the branch's wall clock.
    pub starts_local: NaiveDateTime,
    /// The master's name, or empty.
    pub master: String,
    pub services: Vec<Service>,
}

/// What is wrong with a template. Reads on after a file and a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("line {line}: {message}")]
    Syntax { line: usize, message: String },
    /// `{name}`: the client would read exactly that.
    #[error(
        "line {line}: a variable is written with two braces, {{{{ client }}}}; single braces are not allowed"
    )]
    SingleBrace { line: usize },
    #[error("line {line}: {what} cannot be used in a message")]
    NotAllowed { line: usize, what: String },
    #[error("line {line}: the clause in [[ ]] {problem}")]
    Clause { line: usize, problem: &'static str },
    #[error("there is no variable \"{name}\"; there are {known}", known = known.join(", "))]
    UnknownVariable { name: String, known: &'static [&'static str] },
    #[error("line {line}: a name is not known there; a visit has {known}", known = known.join(", "))]
    UnknownAttribute { line: usize, known: &'static [&'static str] },
    /// Not a mistake of the template: these visits lack what it requires.
    #[error("the template requires what is not known: {}", names.join(", "))]
    Missing { names: Vec<String> },
    /// U+FFFD: every message with it would wait for a person.
    #[error("line {line}: a character is broken (\u{fffd}); write it anew")]
    BrokenCharacter { line: usize },
    #[error("the message is longer than {MAX_MESSAGE_CHARS} characters")]
    TooLong,
    #[error("the message is empty when all its variables are")]
    Empty,
    #[error("the template has too much to compute")]
    TooMuchWork,
    #[error("a confirmation needs a visit")]
    NoVisit,
}

impl TemplateError {
    /// Why a row without its text waits, and the row's detail.
    pub(crate) fn why_waiting(&self) -> (Reason, String) {
        match self {
            Self::Missing { names } => (Reason::ValueMissing, names.join(", ")),
            other => (Reason::TextFailed, other.to_string()),
        }
    }
}

/// The message: trimmed, not empty, at most [`MAX_MESSAGE_CHARS`].
///
/// `template` None is the built-in text, which fails only without a visit. A
/// template that passed [`check`] does not fail either, short of one that
/// depends on its data in a way the samples do not show.
pub fn compose(
    template: Option<&str>,
    language: Language,
    confirmation: &Confirmation,
) -> Result<String, TemplateError> {
    let context = wording::context(language, confirmation).ok_or(TemplateError::NoVisit)?;
    let source = match template {
        Some(own) => {
            let source = source::translate(own)?;
            if context.visit_count > 1 && !render::covers_all_visits(&source)? {
                source::translate(built_in::text(language, context.visit_count))?
            } else {
                source
            }
        }
        None => source::translate(built_in::text(language, context.visit_count))?,
    };
    render::render(&source, &context)
}

/// The text that holds where the owner wrote none, for one visit: what an own one is begun from.
pub const fn built_in(language: Language) -> &'static str {
    built_in::text(language, 1)
}

/// What a template can be shown with when no booking is at hand: everything known, one visit.
pub fn sample() -> Option<Confirmation> {
    built_in::samples().into_iter().next()
}

/// Whether a template can be used: renders it with everything known, with
/// nothing known but the time, with several visits, and with the longest texts.
/// A broken character of its own is named last: what else is wrong is worse.
pub fn check(template: &str) -> Result<(), TemplateError> {
    let source = source::translate(template)?;
    render::check_names(&source)?;
    let mut missing = None;
    for sample in built_in::samples() {
        for language in [Language::Ru, Language::En] {
            let context = wording::context(language, &sample).ok_or(TemplateError::NoVisit)?;
            match render::render(&source, &context) {
                Ok(_) => missing = Some(Ok(())),
                // As it should be, as long as not every visit lacks it.
                Err(error @ TemplateError::Missing { .. }) => {
                    missing.get_or_insert(Err(error));
                }
                Err(error) => return Err(error),
            }
        }
    }
    missing.unwrap_or(Ok(()))?;
    broken_line(template).map_or(Ok(()), |line| Err(TemplateError::BrokenCharacter { line }))
}

/// The first line with a character that came in pieces into the template itself, counted from 1.
pub(crate) fn broken_line(template: &str) -> Option<usize> {
    template.lines().position(|line| line.contains(char::REPLACEMENT_CHARACTER)).map(|index| index + 1)
}
