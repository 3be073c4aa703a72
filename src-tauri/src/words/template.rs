//! What a template may name, and what is wrong with one.

use engine::settings::Language;
use engine::template::TemplateError;

use super::either;
use crate::contract::Placeholder;

/// Name; meaning and example in both languages.
const PLACEHOLDERS: [(&str, [&str; 2], [&str; 2]); 14] = [
    ("client", ["Имя клиента", "Client's name"], ["Ирина", "Irina"]),
    (
        "when",
        ["Когда визит, словами", "When the visit is, in words"],
        ["в четверг, 14 августа, в 15:00", "on Thursday, 14 August, at 15:00"],
    ),
    (
        "schedule",
        ["Несколько визитов списком", "Several visits, a line each"],
        ["14 августа, 15:00 — стрижка", "14 August, 15:00 — haircut"],
    ),
    ("day", ["День визита", "Day of the visit"], ["в четверг, 14 августа", "on Thursday, 14 August"]),
    ("weekday", ["День недели", "Weekday"], ["четверг", "Thursday"]),
    ("date", ["Дата", "Date"], ["14 августа", "14 August"]),
    ("time", ["Время начала", "Time of the start"], ["15:00", "15:00"]),
    ("services", ["Услуги", "Services"], ["Мужская стрижка, Борода", "Haircut, Beard"]),
    ("master", ["Мастер", "Master"], ["Олег", "Oleg"]),
    ("price", ["Стоимость", "Price"], ["1 500 ₽", "1 500 ₽"]),
    ("branch", ["Название филиала", "Branch's name"], ["Барбершоп «Усы»", "Barbershop"]),
    ("address", ["Адрес филиала", "Branch's address"], ["ул. Ленина, 1", "1 High Street"]),
    ("year", ["Год", "Year"], ["2026", "2026"]),
    ("visit_count", ["Сколько визитов", "How many visits"], ["1", "1"]),
];

pub(crate) fn placeholders(language: Language) -> Vec<Placeholder> {
    let of = |texts: [&'static str; 2]| either(language, texts[0], texts[1]).to_owned();
    PLACEHOLDERS
        .into_iter()
        .map(|(name, meaning, example)| Placeholder {
            name: name.to_owned(),
            meaning: of(meaning),
            example: of(example),
        })
        .collect()
}

/// What is wrong and how it is written rightly.
pub(crate) fn template(error: &TemplateError, language: Language) -> String {
    match error {
        TemplateError::Syntax { line, .. } => say!(
            language,
            "Строка {line}: шаблон не разобрать. Проверьте, что скобки закрыты.",
            "Line {line}: the template cannot be read. See that the brackets are closed.",
        ),
        TemplateError::SingleBrace { line } => say!(
            language,
            "Строка {line}: переменную пишут в двух скобках, например {{{{ client }}}}.",
            "Line {line}: a variable stands in two braces, such as {{{{ client }}}}.",
        ),
        TemplateError::NotAllowed { line, what } => say!(
            language,
            "Строка {line}: {what} в сообщении нельзя.",
            "Line {line}: {what} cannot be used in a message.",
        ),
        TemplateError::Clause { line, .. } => say!(
            language,
            "Строка {line}: внутри [[ ]] должна быть переменная, и скобки должны закрываться.",
            "Line {line}: [[ ]] must hold a variable, and the brackets must be closed.",
        ),
        TemplateError::UnknownVariable { name, .. } => say!(
            language,
            "Переменной «{name}» нет. Выберите из списка.",
            "There is no variable \"{name}\". Choose one from the list.",
        ),
        TemplateError::UnknownAttribute { line, .. } => {
            say!(language, "Строка {line}: такого у визита нет.", "Line {line}: a visit has no such thing.",)
        }
        TemplateError::Missing { names } => {
            let names = names.join(", ");
            say!(
                language,
                "Шаблон требует того, чего здесь нет: {names}.",
                "The template requires what is missing here: {names}.",
            )
        }
        TemplateError::BrokenCharacter { line } => say!(
            language,
            "Строка {line}: испорченный символ (\u{fffd}). Напишите это место заново.",
            "Line {line}: a character is broken (\u{fffd}). Write that place anew.",
        ),
        TemplateError::TooLong => either(
            language,
            "Сообщение выходит длиннее 4096 знаков. Сократите шаблон.",
            "The message gets longer than 4096 characters. Shorten the template.",
        )
        .to_owned(),
        TemplateError::Empty => either(
            language,
            "Без данных клиента от сообщения ничего не остаётся. Добавьте слова.",
            "Without the client's data nothing is left of the message. Add words.",
        )
        .to_owned(),
        TemplateError::TooMuchWork => either(
            language,
            "Шаблон слишком сложен. Упростите его.",
            "The template is too complicated. Make it simpler.",
        )
        .to_owned(),
        TemplateError::NoVisit => {
            either(language, "В сообщении должен быть визит.", "The message must have a visit.").to_owned()
        }
    }
}
