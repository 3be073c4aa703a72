//! What is wrong with a setting. The engine names the key and says it in English
//! for whoever edits the file; here is what the screen says under the field.

use engine::settings::{Language, SettingsError};

use super::either;

/// The field of the screen that a key of the file belongs to.
pub(crate) fn settings_field(key: &str) -> String {
    match key {
        "yclients.base_url" => "yclients_base_url",
        "whatsapp.base_url" => "whatsapp_base_url",
        "whatsapp.proxy" => "whatsapp_proxy",
        // A branch's own keep their prefix: `branches.quiet_hours`.
        key if key.starts_with("branches") => key,
        key => key.rsplit('.').next().unwrap_or(key),
    }
    .to_owned()
}

/// The sentence under the field; for a file broken elsewhere, the place in it.
pub(crate) fn settings(error: &SettingsError, language: Language) -> String {
    let key = error.key.as_deref().unwrap_or_default();
    let name = key.rsplit('.').next().unwrap_or_default();
    let allowed = match (key, name) {
        ("BOOKING_MONITOR_ENABLED" | "BOOKING_MONITOR_INTERVAL" | "BOOKING_NOTIFICATION_DELAY", _) => {
            return say!(
                language,
                "Переменная окружения {key} задана неверно. Исправьте её и запустите программу снова.",
                "The environment variable {key} is not right. Correct it and start the program again.",
            );
        }
        (_, "poll_interval_ms") => {
            either(language, "Интервал опроса — от 5 секунд до суток.", "The interval is 5 seconds to a day.")
        }
        (_, "notification_delay_ms") => either(
            language,
            "Окно времени — от 0 до 30 минут, или «вручную».",
            "The window of time is 0 to 30 minutes, or \"manual\".",
        ),
        (_, "min_lead_minutes") => either(
            language,
            "Запас до визита — от 0 минут до недели.",
            "The time ahead of a visit is 0 minutes to a week.",
        ),
        (_, "burst") => either(
            language,
            "Предел новых сообщений за минуту — от 0 до 10 000.",
            "The limit of new messages a minute is 0 to 10,000.",
        ),
        (_, "request_gap_ms" | "send_gap_ms") => {
            either(language, "Пауза — от 0 до 10 минут.", "The pause is 0 to 10 minutes.")
        }
        (_, "quiet_hours") => either(
            language,
            "Тихие часы пишут так: 21:00-09:00. Начало и конец должны различаться.",
            "Quiet hours are written 21:00-09:00. Beginning and end must differ.",
        ),
        (_, "base_url") => either(
            language,
            "Адрес должен начинаться с https:// и не содержать ни имени, ни пароля, ни «?», ни «#».",
            "The address must begin with https:// and hold no name, password, \"?\" or \"#\".",
        ),
        (_, "proxy") => either(
            language,
            "Прокси пишут так: http://10.0.0.1:3128 — без имени, пароля и пути.",
            "A proxy is written http://10.0.0.1:3128, without a name, a password or a path.",
        ),
        (_, "instance_id") => either(
            language,
            "Номер инстанса состоит из одних цифр; он есть в кабинете console.green-api.com.",
            "The instance's number is digits only; it stands in console.green-api.com.",
        ),
        (_, "phone_region") => either(
            language,
            "Страна — две буквы, например RU или KZ.",
            "The country is two letters, such as RU or KZ.",
        ),
        (_, "company_id" | "integration_user_ids") => either(
            language,
            "Номер — целое число больше нуля, и каждый филиал может быть только один раз.",
            "The number is whole and above zero, and each branch stands once.",
        ),
        (_, "template") => {
            either(language, "По этому шаблону сообщение не составить.", "This template makes no message.")
        }
        (_, "theme") => {
            either(language, "Тема — системная, светлая или тёмная.", "The theme is system, light or dark.")
        }
        (_, "") => {
            let what = error.to_string();
            return say!(
                language,
                "Файл настроек не удалось прочитать или записать, ничего не сохранено: {what}",
                "The settings file could not be read or written; nothing was saved: {what}",
            );
        }
        _ => either(language, "Такое значение не подходит.", "This value is not allowed."),
    };
    say!(
        language,
        "{allowed} Ничего не сохранено, действует прежнее.",
        "{allowed} Nothing was saved; the old one holds."
    )
}

/// What the screen does not offer, though the file may have it.
pub(crate) const fn poll_interval_on_screen(language: Language) -> &'static str {
    either(
        language,
        "Интервал опроса — от 5 секунд до суток. Ничего не сохранено, действует прежнее.",
        "The interval is 5 seconds to a day. Nothing was saved; the old one holds.",
    )
}
