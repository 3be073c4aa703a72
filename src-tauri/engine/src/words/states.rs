//! A word for each state of a notification.

use crate::notification::State;
use crate::settings::Language;

/// The state as lists show it. "Sent" is no state: what was accepted is not yet
/// on the client's phone, and is never called more than it is.
pub const fn state(state: State, language: Language) -> &'static str {
    let (ru, en) = match state {
        State::Queued => ("Ждёт", "Queued"),
        State::Sending => ("Отправляется", "Sending"),
        State::Waiting => ("Требует решения", "Needs you"),
        State::Unknown => ("Неизвестно", "Unknown"),
        State::Failed => ("Не удалось", "Failed"),
        State::Accepted => ("Принято", "Accepted"),
        State::Delivered => ("Доставлено", "Delivered"),
        State::Read => ("Прочитано", "Read"),
        State::Undelivered => ("Не доставлено", "Undelivered"),
        State::Cancelled => ("Отменено", "Cancelled"),
        State::Expired => ("Просрочено", "Expired"),
        State::Skipped => ("Пропущено", "Skipped"),
    };
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}
