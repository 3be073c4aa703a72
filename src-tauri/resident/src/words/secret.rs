//! `secret`.

use engine::ports::SecretName;
use engine::settings::Language;

use super::either;

pub(crate) fn prompt(name: SecretName, language: Language) -> String {
    let name = name.as_str();
    say!(language, "Значение {name} (на экране не видно): ", "Value of {name} (not shown): ")
}

pub(crate) fn stored(name: SecretName, language: Language) -> String {
    let name = name.as_str();
    say!(
        language,
        "{name} сохранён в связке ключей. Проверить всё: booking-monitor check",
        "{name} is stored in the keyring. To check everything: booking-monitor check",
    )
}

pub(crate) fn removed(name: SecretName, was_there: bool, language: Language) -> String {
    let name = name.as_str();
    if was_there {
        say!(language, "{name} удалён из связки ключей.", "{name} is removed from the keyring.")
    } else {
        say!(language, "{name} и не был сохранён.", "{name} was not stored.")
    }
}

pub(crate) fn listed(name: SecretName, set: bool, language: Language) -> String {
    if set {
        either(language, "сохранён", "stored").to_owned()
    } else {
        let hint = where_from(name, language);
        say!(language, "не задан. {hint}", "not set. {hint}")
    }
}

/// Where a person gets it.
pub(crate) const fn where_from(name: SecretName, language: Language) -> &'static str {
    match name {
        SecretName::YclientsPartnerToken => either(
            language,
            "Токен партнёра — в кабинете разработчика: developers.yclients.com.",
            "The partner token is in the developer's account: developers.yclients.com.",
        ),
        SecretName::YclientsUserToken => either(
            language,
            "Токен пользователя YClients выдаётся после входа под его логином (POST /auth).",
            "The YClients user token is given after signing in as that user (POST /auth).",
        ),
        SecretName::GreenApiToken => either(
            language,
            "apiTokenInstance — в личном кабинете: console.green-api.com.",
            "apiTokenInstance is in your account: console.green-api.com.",
        ),
    }
}
