//! `begin-anew`.

use engine::outbox::Doubt;
use engine::settings::Language;

use super::{counted, either};

pub(crate) const fn begun(doubt: Doubt, language: Language) -> &'static str {
    match doubt {
        Doubt::Restored => either(
            language,
            "Начато заново с возвращённой копией базы данных. Филиалы будут прочитаны заново:",
            "Begun anew with the copy that was put back. The branches are read anew:",
        ),
        Doubt::Copied => either(
            language,
            "Начато заново на этом компьютере. Филиалы будут прочитаны заново:",
            "Begun anew on this computer. The branches are read anew:",
        ),
        Doubt::Unknown => either(
            language,
            "Начато заново с этой базой данных. Филиалы будут прочитаны заново:",
            "Begun anew with this database. The branches are read anew:",
        ),
    }
}

pub(crate) fn branch(title: &str, read: Option<&str>, language: Language) -> String {
    match read {
        Some(read) => say!(
            language,
            "{title}: о записях, сделанных с {read} и до этой минуты, сами не напишем: о них могли написать. Список: booking-monitor queue list --all",
            "{title}: nobody is written to by itself about bookings made from {read} until now: they may have been told. The list: booking-monitor queue list --all",
        ),
        None => say!(
            language,
            "{title}: о записях, сделанных до этой минуты, сами не напишем.",
            "{title}: nobody is written to by itself about bookings made until now.",
        ),
    }
}

pub(crate) fn waiting(count: usize, language: Language) -> String {
    let messages = counted(count, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    say!(
        language,
        "Вашего решения ждёт {messages}: посмотрите в чате, не ушло ли уже, потом отправьте или отмените.",
        "Waiting for your word: {messages}. Look into the chat whether it went out, then send it or cancel it.",
    )
}

pub(crate) const fn one_computer(language: Language) -> &'static str {
    either(
        language,
        "На прежнем компьютере программу больше не запускайте: иначе клиентам напишут дважды.",
        "Do not run the program on the old computer any more, or clients are written to twice.",
    )
}
