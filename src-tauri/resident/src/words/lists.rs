//! `queue list` and `sent`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::notification::{Notification, State};
use engine::settings::Language;

use super::{counted, either};
use crate::when::countdown;

pub(crate) const fn nothing_queued(all: bool, language: Language) -> &'static str {
    if all {
        either(
            language,
            "За последние семь дней сообщений не было.",
            "There were no messages in the last seven days.",
        )
    } else {
        either(language, "Очередь пуста: всё отправлено.", "The queue is empty: everything is sent.")
    }
}

pub(crate) const fn nothing_sent(language: Language) -> &'static str {
    either(language, "В этот день ничего не отправлено.", "Nothing went out on this day.")
}

pub(crate) const fn nameless(language: Language) -> &'static str {
    either(language, "без имени", "no name")
}

/// The state, with the time left while it counts down.
pub(crate) fn state(row: &Notification, now: DateTime<Utc>, language: Language) -> String {
    let word = engine::words::states::state(row.state, language);
    if row.state != State::Queued {
        return word.to_owned();
    }
    if row.held {
        return either(language, "Удержано", "Held").to_owned();
    }
    if row.is_leased(now) {
        return either(language, "Правится", "Being edited").to_owned();
    }
    let left = row.ready_at() - now;
    if left > TimeDelta::zero() { format!("{word} · {}", countdown(left)) } else { word.to_owned() }
}

pub(crate) const fn held(language: Language) -> &'static str {
    either(
        language,
        "Удержано человеком: не уйдёт, пока не отпустят.",
        "Held by a person until it is released.",
    )
}

pub(crate) fn edited(by: &str, language: Language) -> String {
    say!(language, "Текст правил: {by}.", "The text was written by {by}.")
}

pub(crate) const fn draft(language: Language) -> &'static str {
    either(language, "Есть несохранённый черновик.", "There is an unsaved draft.")
}

pub(crate) const fn cancel_asked(language: Language) -> &'static str {
    either(
        language,
        "Отмена пришла, когда сообщение уже уходило: если оно точно не ушло, будет отменено.",
        "The cancel came while it was going out: should it certainly not have gone, it will be cancelled.",
    )
}

pub(crate) const fn proposed(language: Language) -> &'static str {
    either(language, "По записи теперь вышло бы так:", "By the booking as it is now it would say:")
}

pub(crate) fn changed_after_sent(how: &str, language: Language) -> &'static str {
    match how {
        "moved" => either(
            language,
            "После отправки визит перенесли: resend напишет заново.",
            "The visit was moved after it went out: `resend` writes again.",
        ),
        "cancelled" => either(
            language,
            "После отправки запись отменили.",
            "The booking was cancelled after it went out.",
        ),
        _ => either(
            language,
            "После отправки запись изменили: resend напишет заново.",
            "The booking was changed after it went out: `resend` writes again.",
        ),
    }
}

/// `Отправлено 4 сообщения: прочитано 3, принято 1.`
pub(crate) fn total(sent: usize, by_state: &BTreeMap<State, usize>, language: Language) -> String {
    let messages = counted(sent, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    let parts: Vec<String> = by_state
        .iter()
        .rev()
        .map(|(state, number)| {
            format!("{} {number}", engine::words::states::state(*state, language).to_lowercase())
        })
        .collect();
    let parts = parts.join(", ");
    say!(language, "Всего {messages}: {parts}.", "{messages} in all: {parts}.")
}
