//! What only the window says, every sentence with both languages side by side.
//! Sentences about states, reasons and faults are the engine's.

/// The sentence in the language asked for. Both have the same holes.
macro_rules! say {
    ($language:expr, $ru:literal, $en:literal $(,)?) => {
        match $language {
            engine::settings::Language::Ru => format!($ru),
            engine::settings::Language::En => format!($en),
        }
    };
}

mod refusals;
mod settings;
mod setup;
mod template;

use engine::settings::Language;
use engine::words::Explanation;

pub(crate) use refusals::{cancel_too_late, code, code_of, refused};
pub(crate) use settings::{poll_interval_on_screen, settings, settings_field};
pub(crate) use setup::{account_notes, another_monitor, gateway_state, missing_right, missing_setting};
pub(crate) use template::{placeholders, template};

/// One of two, without holes.
pub(crate) const fn either(language: Language, ru: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

/// The program that polls and sends is not there.
pub(crate) const fn nobody_works(language: Language) -> Explanation {
    match language {
        Language::Ru => Explanation {
            what: "Программа, которая следит за записями, не запущена.",
            means: "Новых записей никто не видит, сообщения не уходят. Очередь сохранена.",
            do_next: "Запустите Booking Monitor из меню программ. Что опоздает, подождёт вашего решения.",
        },
        Language::En => Explanation {
            what: "The program that watches the bookings is not running.",
            means: "Nobody sees new bookings and no message goes out. The queue is kept.",
            do_next: "Start Booking Monitor from the menu of programs. What is late will wait for your word.",
        },
    }
}

/// The settings' file has a mistake.
pub(crate) const fn broken_settings(language: Language) -> Explanation {
    match language {
        Language::Ru => Explanation {
            what: "В файле настроек ошибка.",
            means: "Действуют прежние настройки: сообщения уходят по ним.",
            do_next: "Исправьте файл settings.toml; строка названа в подробностях ниже.",
        },
        Language::En => Explanation {
            what: "The settings file has a mistake.",
            means: "The settings from before still hold, and messages go out by them.",
            do_next: "Correct settings.toml; the details below name the line.",
        },
    }
}

/// What the test message says.
pub(crate) const fn test_message(language: Language) -> &'static str {
    either(
        language,
        "Это проверка Booking Monitor. Если вы читаете это в WhatsApp, всё настроено.",
        "This is a test from Booking Monitor. If you read it on WhatsApp, everything is set up.",
    )
}

/// The banner where no small window may be placed: how many messages count down.
pub(crate) fn banner(waiting: usize, language: Language) -> String {
    match (language, waiting) {
        (_, 1) => {
            either(language, "Новое сообщение ждёт отправки", "A new message waits to be sent").to_owned()
        }
        _ => say!(language, "Ждут отправки: {waiting}", "Waiting to be sent: {waiting}"),
    }
}

/// The heads of the CSV's columns.
pub(crate) const fn columns(language: Language) -> [&'static str; 11] {
    match language {
        Language::Ru => [
            "Время",
            "Состояние",
            "Клиент",
            "Телефон",
            "Визит",
            "Мастер",
            "Услуги",
            "Филиал",
            "Текст",
            "Кто правил",
            "Причина",
        ],
        Language::En => [
            "Time",
            "State",
            "Client",
            "Phone",
            "Visit",
            "Master",
            "Services",
            "Branch",
            "Text",
            "Edited by",
            "Reason",
        ],
    }
}

#[cfg(test)]
mod tests;
