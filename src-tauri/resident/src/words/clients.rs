//! `opt-out`, `opt-in` and `forget`.

use std::path::Path;

use engine::outbox::Forgotten;
use engine::phone::{self, Phone, PhoneFault};
use engine::settings::Language;

use super::{counted, either};

pub(crate) fn bad_phone(fault: PhoneFault, language: Language) -> String {
    say!(
        language,
        "Это не телефон, на который можно писать ({fault}). Ничего не сделано. Напишите с кодом страны: +79161234567",
        "This is no number that can be written to ({fault}). Nothing was done. Write it with the country's code: +79161234567",
    )
}

pub(crate) fn opted_out(phone: &str, new: bool, language: Language) -> String {
    if new {
        say!(
            language,
            "{phone}: больше не пишем. Что стояло в очереди, снято.",
            "{phone}: never written to again. What was queued is off the queue.",
        )
    } else {
        say!(language, "{phone} и так в стоп-листе.", "{phone} was on the stop list already.")
    }
}

pub(crate) fn opted_in(phone: &str, was: bool, language: Language) -> String {
    if was {
        say!(
            language,
            "{phone}: о новых записях снова пишем.",
            "{phone}: written to about new bookings again.",
        )
    } else {
        say!(language, "{phone} не было в стоп-листе.", "{phone} was not on the stop list.")
    }
}

pub(crate) fn on_the_list(count: usize, language: Language) -> String {
    let numbers = counted(count, ["номер", "номера", "номеров"], ["number", "numbers"], language);
    say!(
        language,
        "В стоп-листе {numbers}. Сами номера не хранятся, только отпечатки.",
        "On the stop list: {numbers}. The numbers themselves are not kept, only their hashes.",
    )
}

/// How a number came onto the list.
pub(crate) fn source(word: &str, language: Language) -> String {
    match word {
        "person" => either(language, "отмечено сотрудником", "by a person here").to_owned(),
        "keyring" => either(language, "из связки ключей", "from the keyring").to_owned(),
        "message" | "incoming" => {
            either(language, "клиент написал «стоп»", "the client wrote \"stop\"").to_owned()
        }
        other => other.to_owned(),
    }
}

/// The act: what was removed, by whom and when, to be printed and kept. It names nobody.
pub(crate) fn act(
    phone: &Phone,
    at: &str,
    person: &str,
    done: &Forgotten,
    language: Language,
) -> Vec<String> {
    let number = phone::masked(phone);
    let Forgotten { messages, cancelled, bookings, attempts, gateway_events, number_checks, .. } = done;
    let mut lines = vec![
        say!(language, "Акт об удалении данных клиента {number}", "Act on the deletion of the data of client {number}"),
        say!(language, "{at}, удалил(а) {person}", "{at}, deleted by {person}"),
        say!(
            language,
            "  Имя, телефон и текст удалены из сообщений: {messages} (из них отменено: {cancelled})",
            "  Name, number and text removed from messages: {messages} (of those cancelled: {cancelled})",
        ),
        say!(
            language,
            "  Копий записей из YClients удалено: {bookings}",
            "  Copies of bookings of YClients removed: {bookings}",
        ),
        say!(
            language,
            "  Попыток отправки очищено: {attempts}, ответов шлюза: {gateway_events}, проверок номера: {number_checks}",
            "  Attempts to send emptied: {attempts}, words of the gateway: {gateway_events}, checks of the number: {number_checks}",
        ),
        either(
            language,
            "  Файл базы переписан без удалённого. В журнале программы имён, номеров и текстов нет.",
            "  The database's file was written anew without what was deleted. The log has no names, numbers or texts.",
        )
        .to_owned(),
        either(
            language,
            "Осталось: номера записей и сообщений, чтобы ничего не ушло дважды.",
            "Kept: the ids of bookings and messages, so that nothing goes out twice.",
        )
        .to_owned(),
    ];
    if done.on_stop_list {
        lines.push(
            either(
                language,
                "Осталось: отпечаток номера в стоп-листе, чтобы клиенту не написали снова.",
                "Kept: the number's hash on the stop list, so that the client is not written to again.",
            )
            .to_owned(),
        );
    }
    if done.visits_ahead > 0 {
        lines.push(
            either(
                language,
                "У клиента есть будущий визит: удалите его и в YClients. Программа о нём больше ничего не хранит и не пишет.",
                "The client has a visit ahead: delete it in YClients too. The program keeps and sends nothing more about it.",
            )
            .to_owned(),
        );
    }
    lines.push(
        either(
            language,
            "Удалите сами: карточку клиента в YClients, чат в телефоне салона, сохранённые таблицы и копии (booking-monitor backup).",
            "Delete yourself: the client's card in YClients, the chat on the shop's phone, saved tables and copies (booking-monitor backup).",
        )
        .to_owned(),
    );
    lines
}

pub(crate) const fn journal_in_use(language: Language) -> &'static str {
    either(
        language,
        "Другая программа всё это время читала базу: закройте Booking Monitor и повторите, чтобы очистить и её журнал.",
        "Another program was reading the database all the while: close Booking Monitor and repeat, to empty its journal too.",
    )
}

pub(crate) fn old_copy(copy: &Path, language: Language) -> String {
    let copy = copy.display();
    say!(
        language,
        "Старая копия базы, в ней клиент мог остаться. Удалите её: {copy}",
        "An old copy of the database, which may still hold the client. Delete it: {copy}",
    )
}
