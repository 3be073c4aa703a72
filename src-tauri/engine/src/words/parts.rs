//! What the program's own loops are called at the desk.

use crate::settings::Language;
use crate::supervision::Part;

/// A loop, as a person would name what it does.
pub fn part(part: Part, language: Language) -> String {
    let (ru, en) = match part {
        Part::Branch(company) => {
            return match language {
                Language::Ru => format!("опрос филиала {company}"),
                Language::En => format!("polls of branch {company}"),
            };
        }
        Part::Sending => ("отправка сообщений", "sending messages"),
        Part::Account => ("наблюдение за аккаунтом WhatsApp", "watching the WhatsApp account"),
        Part::Receiving => ("приём новостей от WhatsApp", "hearing from WhatsApp"),
        Part::Following => ("сверка доставки", "following delivery"),
        Part::Inbox => ("часы и команды", "clocks and commands"),
        Part::Time => ("сверка времени", "asking for the time"),
        Part::Retention => ("удаление старых имён и номеров", "letting go of old names and numbers"),
        Part::Keyring => ("отметка в хранилище ключей", "the mark in the keyring"),
        Part::Desk => ("работа в целом", "the work as a whole"),
        Part::Tray => ("значок и меню", "icon and menu"),
        Part::Wakes => ("пробуждение компьютера", "hearing the computer wake"),
    };
    match language {
        Language::Ru => ru.to_owned(),
        Language::En => en.to_owned(),
    }
}
