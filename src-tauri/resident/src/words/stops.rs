//! `stops`, and what `status` and `check` say of what came in.

use engine::outbox::{AsideCount, StopWish};
use engine::phone;
use engine::settings::Language;

use super::either;

pub(crate) const fn none(language: Language) -> &'static str {
    either(language, "Никто не написал того, о чём нужно решать.", "Nobody wrote anything to decide about.")
}

pub(crate) fn what(wish: &StopWish, language: Language) -> String {
    if wish.sure {
        let of_whom = if wish.likely.is_empty() {
            either(
                language,
                "чат не показывает номер; за сутки до этого никому не писали",
                "the chat shows no number, and nobody was written to within a day before",
            )
        } else {
            either(
                language,
                "чат не показывает номер; сообщения тем, кто ниже, ждут",
                "the chat shows no number; messages to those below wait",
            )
        };
        return say!(language, "«стоп»: {of_whom}", "\"stop\": {of_whom}");
    }
    let from = if wish.phone.is_empty() {
        either(language, "чат без номера", "a chat without a number").to_owned()
    } else {
        phone::shown(&wish.phone)
    };
    let text = wish.text.replace(['\n', '\r'], " ");
    say!(language, "{from}: «{text}»", "{from}: \"{text}\"")
}

pub(crate) fn told_at(at: &str, language: Language) -> String {
    say!(language, "писали {at}", "written to {at}")
}

pub(crate) const fn how(language: Language) -> &'static str {
    either(
        language,
        "Чей это «стоп»: booking-monitor stops of НОМЕР_СТРОКИ +79161234567. Не просьба: booking-monitor stops dismiss НОМЕР_СТРОКИ",
        "Whose it is: booking-monitor stops of ID +79161234567. Not a wish: booking-monitor stops dismiss ID",
    )
}

pub(crate) fn is_of(phone: &str, language: Language) -> String {
    say!(
        language,
        "{phone}: больше не пишем. Остальные сообщения, что из-за этого ждали, снова в очереди.",
        "{phone}: never written to again. The other messages that waited because of it go on.",
    )
}

pub(crate) const fn dismissed(language: Language) -> &'static str {
    either(
        language,
        "Отмечено: не просьба. Сообщения, что из-за этого ждали, снова в очереди.",
        "Noted: not a wish. Messages that waited because of it go on.",
    )
}

/// Under `status`, and a line of `check`.
pub(crate) fn undecided(number: i64, language: Language) -> String {
    say!(
        language,
        "клиенты написали «стоп» или похожее, решить нужно вам: {number} (booking-monitor stops)",
        "clients wrote \"stop\" or the like, and you must decide: {number} (booking-monitor stops)",
    )
}

pub(crate) fn aside(all: &[AsideCount], language: Language) -> String {
    let kinds: Vec<String> =
        all.iter().map(|one| format!("{} ({}) {}", one.kind, one.why, one.count)).collect();
    let kinds = kinds.join(", ");
    say!(
        language,
        "не разобрано и отложено из того, что прислал шлюз: {kinds} (booking-monitor aside)",
        "of what the gateway pushed, not worked through and put aside: {kinds} (booking-monitor aside)",
    )
}

pub(crate) const fn incoming(language: Language) -> &'static str {
    either(language, "Входящее", "Incoming")
}

pub(crate) const fn decide(language: Language) -> &'static str {
    either(language, "Посмотрите: booking-monitor stops", "Look: booking-monitor stops")
}

pub(crate) const fn keep_aside(language: Language) -> &'static str {
    either(
        language,
        "Хранится месяц. Обновите программу; если повторится, напишите нам, какого это рода. Убрать отсюда: booking-monitor aside dismiss",
        "It is kept for a month. Update the program; should it come again, tell us of which kind it is. To have it counted no more: booking-monitor aside dismiss",
    )
}

pub(crate) const fn nothing_aside(language: Language) -> &'static str {
    either(language, "Отложенного нет.", "Nothing lies aside.")
}

pub(crate) const fn how_aside(language: Language) -> &'static str {
    either(
        language,
        "Содержимое не показывается: в нём имена и номера. Убрать из счёта: booking-monitor aside dismiss [НОМЕР_СТРОКИ]",
        "The content is not shown: names and numbers are in it. To count it no more: booking-monitor aside dismiss [ID]",
    )
}

pub(crate) fn aside_dismissed(seen: usize, language: Language) -> String {
    say!(
        language,
        "Убрано из счёта: {seen}. Как пришло, хранится месяц.",
        "Counted no more: {seen}. As it came, it is kept for a month.",
    )
}
