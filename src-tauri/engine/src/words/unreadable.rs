//! What is wrong with a booking that cannot be read.

use crate::booking::{BookingId, Flaw, FlawKind};
use crate::settings::Language;

/// A flaw in a few words, with the field's name as the wire has it.
pub fn flaw(flaw: &Flaw, language: Language) -> String {
    let (ru, en) = match flaw.kind {
        FlawKind::NoRecord => {
            ("пришло что-то другое вместо записи", "something else came in place of a booking")
        }
        FlawKind::NoId => ("у записи нет номера", "the booking has no number"),
        FlawKind::OtherBranch => ("это запись другого филиала", "it is another branch's booking"),
        FlawKind::Twice => ("поле указано дважды", "a field is there twice"),
        FlawKind::NoNumber => ("вместо числа другое", "something else in place of a number"),
        FlawKind::NoFlag => ("не «да» и не «нет»", "neither yes nor no"),
        FlawKind::NoText => ("вместо текста другое", "something else in place of a text"),
        FlawKind::NoObject | FlawKind::NoList => ("данные неизвестного вида", "data of an unknown shape"),
        FlawKind::NoDate => ("дата или время не читаются", "a date or time that is none"),
        FlawKind::UnknownValue => ("неизвестное значение", "a value that is not known"),
        FlawKind::TooDeep => ("слишком сложные данные", "data nested too deep"),
    };
    let words = match language {
        Language::Ru => ru,
        Language::En => en,
    };
    if flaw.field.is_empty() { words.to_owned() } else { format!("{words} ({})", flaw.field) }
}

/// Which booking, and what is wrong with it.
pub fn unread(id: Option<BookingId>, wrong: &Flaw, language: Language) -> String {
    let words = flaw(wrong, language);
    match (id, language) {
        (Some(id), Language::Ru) => format!("Запись № {id}: {words}."),
        (Some(id), Language::En) => format!("Booking {id}: {words}."),
        (None, Language::Ru) => format!("Запись без номера: {words}."),
        (None, Language::En) => format!("A booking without a number: {words}."),
    }
}

/// The same from a row's detail; empty when that says nothing of it.
pub(super) fn of_detail(detail: &str, language: Language) -> String {
    let read = detail.split_once(' ').and_then(|(id, wrong)| Some((id.parse().ok()?, Flaw::parse(wrong)?)));
    read.map_or_else(String::new, |(id, wrong)| unread(Some(BookingId(id)), &wrong, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_told_in_words_with_the_booking_s_number() {
        let told = of_detail("1500000123 unknown_value attendance", Language::Ru);
        assert_eq!(told, "Запись № 1500000123: неизвестное значение (attendance).");
        assert_eq!(of_detail("7 other_branch", Language::En), "Booking 7: it is another branch's booking.");
        assert_eq!(of_detail("", Language::Ru), "");
        for kind in FlawKind::ALL {
            for language in [Language::Ru, Language::En] {
                assert!(!flaw(&Flaw::whole(*kind), language).is_empty());
            }
        }
    }
}
