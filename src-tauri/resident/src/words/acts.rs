//! What an act of a person came to.

use engine::notification::{Notification, State};
use engine::settings::Language;

use super::either;
use crate::cli::{Queue, Resolve};

/// The act in the past tense: it is printed only when it is true.
pub(crate) fn done(act: &Queue, row: &Notification, language: Language) -> &'static str {
    match act {
        Queue::List { .. } => "",
        Queue::Edit { .. } if row.held => either(
            language,
            "Текст сохранён; сообщение по-прежнему удержано.",
            "The text is saved; the message is still held.",
        ),
        Queue::Edit { .. } => either(language, "Текст сохранён.", "The text is saved."),
        Queue::Cancel { .. } => either(
            language,
            "Отменено: сообщение не уйдёт. Вернуть можно командой restore.",
            "Cancelled: it will not be sent. `restore` brings it back.",
        ),
        Queue::Send { .. } => either(language, "Отправится сейчас.", "It goes out now."),
        Queue::Hold { .. } => either(
            language,
            "Удержано: не уйдёт, пока его не отпустят.",
            "Held: it will not go out until it is released.",
        ),
        Queue::Release { .. } => {
            either(language, "Отпущено; отсчёт начат заново.", "Released; its window begins anew.")
        }
        Queue::Restore { .. } if row.state == State::Waiting => either(
            language,
            "Возвращено; теперь оно ждёт вашего решения.",
            "Brought back; it waits for your decision.",
        ),
        Queue::Restore { .. } => either(language, "Возвращено в очередь.", "Back in the queue."),
        Queue::LookAgain { .. } => either(
            language,
            "Запись будет прочитана ещё раз. Если она в силе, сообщение вернётся в очередь само.",
            "The booking will be read again. If it stands, the message comes back by itself.",
        ),
        Queue::Resolve { word: Resolve::Arrived, .. } => {
            either(language, "Отмечено: дошло.", "Noted: it arrived.")
        }
        Queue::Resolve { word: Resolve::Again, .. } => either(
            language,
            "Отправится ещё раз; клиент может получить его дважды.",
            "It goes out again; the client may get it twice.",
        ),
        Queue::Resolve { word: Resolve::Drop, .. } => {
            either(language, "Оставлено как есть.", "Left as it is.")
        }
        Queue::Resend { .. } => either(
            language,
            "Новое сообщение о том же визите поставлено в очередь.",
            "A new message about the same visit is in the queue.",
        ),
    }
}
