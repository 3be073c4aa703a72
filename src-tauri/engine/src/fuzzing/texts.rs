//! A template and what it is filled with: no value becomes markup, and every
//! template ends.

use chrono::{NaiveDateTime, TimeDelta};

use super::SEPARATOR;
use crate::booking::Service;
use crate::settings::Language;
use crate::template::{Confirmation, MAX_MESSAGE_CHARS, TemplateError, Visit, check, compose};

/// Of the values alone, each at the beginning of a line.
const BARE: &str =
    "{{ when }}\n{{ client }}\n{{ services }}\n{{ master }}\n{{ branch }}\n{{ address }}\n{{ price }}";
const MARKUP: [char; 7] = ['*', '_', '~', '`', '{', '}', '\u{e000}'];

/// Makes a message. The input is a template, then client, branch, address and
/// currency, then for each visit its start in minutes, its master and one service.
///
/// # Panics
///
/// When a property does not hold.
pub fn message(input: &str) {
    let mut parts = input.split(SEPARATOR);
    let template = parts.next().unwrap_or_default();
    let mut next = || parts.next().map(str::to_owned);
    let mut confirmation = Confirmation {
        client_name: next().unwrap_or_default(),
        branch_title: next().unwrap_or_default(),
        branch_address: next().unwrap_or_default(),
        currency: next().unwrap_or_default(),
        year: 1970,
        visits: Vec::new(),
    };
    while let Some(minutes) = next() {
        let minutes: i64 = minutes.trim().parse().unwrap_or_default();
        let starts = TimeDelta::try_minutes(minutes)
            .and_then(|after| NaiveDateTime::default().checked_add_signed(after));
        let master = next().unwrap_or_default();
        let title = next().unwrap_or_default();
        let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse();
        let (amount, price) = (number(&master).unwrap_or(1), number(&title).unwrap_or(150_000));
        confirmation.visits.push(Visit {
            starts_local: starts.unwrap_or(NaiveDateTime::MAX),
            services: vec![Service { id: 1, title, amount, price }],
            master,
        });
    }
    if confirmation.visits.is_empty() {
        assert_eq!(compose(None, Language::Ru, &confirmation), Err(TemplateError::NoVisit));
        let starts_local = NaiveDateTime::default();
        confirmation.visits.push(Visit { starts_local, master: String::new(), services: Vec::new() });
    }

    for language in [Language::Ru, Language::En] {
        let text = compose(None, language, &confirmation).expect("the built-in text always works");
        check_harmless(&text);
        let bare = compose(Some(BARE), language, &confirmation).expect("the values alone");
        check_harmless(&bare);
        check_own(template, language, &confirmation);
    }
}

fn check_own(template: &str, language: Language, confirmation: &Confirmation) {
    let checked = check(template);
    if let Err(error) = &checked {
        let shown = error.to_string();
        assert!(shown.chars().count() < MAX_MESSAGE_CHARS + 1000, "{} characters", shown.chars().count());
    }
    match compose(Some(template), language, confirmation) {
        Ok(text) => {
            check_bounds(&text);
            // What the author wrote is the author's; the rest must be harmless.
            let plain =
                |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | ':' | '!' | '«' | '»' | '\n');
            let author: String = outside_of_tags(template);
            if author.chars().all(plain) && !template.contains(['"', '\'', '|', '[']) {
                check_harmless(&text);
            }
        }
        Err(error) => {
            // A name nobody knows is found by the check, and not with the first client.
            let found = checked.is_err();
            let by_data = matches!(
                error,
                TemplateError::TooMuchWork
                    | TemplateError::TooLong
                    | TemplateError::Empty
                    | TemplateError::UnknownAttribute { .. }
                    | TemplateError::Syntax { .. }
            );
            assert!(found || by_data, "{error} was not found by the check");
        }
    }
}

fn outside_of_tags(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        text.push_str(&rest[..at]);
        let end =
            rest[at..].find("}}").into_iter().chain(rest[at..].find("%}")).chain(rest[at..].find("#}")).min();
        let Some(end) = end else { return "*".to_owned() };
        rest = &rest[at + end + 2..];
    }
    text + rest
}

fn check_bounds(text: &str) {
    assert!(!text.is_empty() && text.trim() == text, "{text:?}");
    assert!(text.chars().count() <= MAX_MESSAGE_CHARS);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

/// What no value may bring into a message.
fn check_harmless(text: &str) {
    check_bounds(text);
    assert!(!text.contains(MARKUP), "{text:?}");
    let hides = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(!text.contains(hides), "{text:?}");
    assert!(!text.contains("://"), "{text:?}");
    assert!(text.lines().all(|line| !line.starts_with(['>', '-'])), "{text:?}");
}
