//! What an act of a person came to.

use chrono::{DateTime, Utc};
use engine::notification::{Notification, State};
use engine::outbox::DeskState;
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
        Queue::Send { .. } if row.state == State::Waiting => either(
            language,
            "Не отправлено: оно ждёт вашего решения.",
            "Not sent: it waits for your decision.",
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

/// What keeps everything in the queue at the moment, whoever lets a message go.
pub(crate) fn not_yet(
    desk: &DeskState,
    running: bool,
    now: DateTime<Utc>,
    language: Language,
) -> Option<&'static str> {
    Some(if desk.doubt.is_some() {
        either(
            language,
            "Но сейчас ничего не отправляется: база под сомнением (см. status).",
            "But nothing is sent at the moment: the database is in doubt (see `status`).",
        )
    } else if desk.rival.is_some() {
        either(
            language,
            "Но отсюда сейчас ничего не отправляется: для салона работает ещё один Booking Monitor (см. status).",
            "But nothing is sent from here at the moment: another Booking Monitor works for the shop (see `status`).",
        )
    } else if !running {
        either(
            language,
            "Но программа не запущена: уйдёт, когда она заработает.",
            "But the program is not running: it goes once it does.",
        )
    } else if desk.paused(now).is_some() {
        either(
            language,
            "Но отправка приостановлена: уйдёт, когда её продолжат (resume).",
            "But sending is paused: it goes once that is over (`resume`).",
        )
    } else if !desk.gateway.fault.is_empty() {
        either(
            language,
            "Но WhatsApp сейчас не может отправлять (см. status): уйдёт, когда сможет.",
            "But WhatsApp cannot send at the moment (see `status`): it goes once it can.",
        )
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use engine::booking::CompanyId;
    use engine::db::Db;
    use engine::notification::{Kind, Made, NotificationId};
    use engine::outbox::{Actor, Outbox};

    use super::*;

    #[test]
    fn what_waits_is_not_said_to_go_out() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let made = Made {
            text: "Ждём вас".to_owned(),
            phone: "+79161234567".to_owned(),
            client_id: 5,
            client_name: "Ирина".to_owned(),
            starts_at: now,
        };
        let row = |state| Notification::new(Kind::Confirmation, CompanyId(1), state, made.clone(), now);
        let send = Queue::Send { id: NotificationId(1) };
        assert_eq!(done(&send, &row(State::Queued), Language::En), "It goes out now.");
        assert_eq!(done(&send, &row(State::Waiting), Language::En), "Not sent: it waits for your decision.");
    }

    #[test]
    fn what_holds_the_whole_queue_is_said_with_the_act() {
        let (dir, now) = (tempfile::tempdir().unwrap(), DateTime::<Utc>::UNIX_EPOCH);
        let outbox = Outbox::new(Arc::new(Db::open(dir.path()).unwrap()));
        let said = |running| not_yet(&outbox.desk().unwrap(), running, now, Language::En).unwrap_or_default();
        assert_eq!(said(true), "");
        assert!(said(false).contains("not running"));
        outbox.pause(None, &Actor::Person("Анна".to_owned()), now).unwrap();
        assert!(said(true).contains("paused"));
    }
}
