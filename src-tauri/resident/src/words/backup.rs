//! `backup` and `restore`.

use std::path::Path;

use engine::backup::BackupError;
use engine::settings::Language;

use super::{either, failures};

pub(crate) fn made(file: &Path, bytes: u64, language: Language) -> String {
    let (file, kilobytes) = (file.display(), bytes.div_ceil(1024));
    say!(
        language,
        "Копия сделана и проверена: {file} ({kilobytes} КБ).",
        "The copy is made and checked: {file} ({kilobytes} KB).",
    )
}

pub(crate) const fn keep_it_safe(language: Language) -> &'static str {
    either(
        language,
        "В ней имена, телефоны и тексты клиентов, а секретов нет. Храните её так, чтобы её не прочёл посторонний.",
        "It holds clients' names, numbers and texts, and no secrets. Keep it where no stranger reads it.",
    )
}

pub(crate) fn restored(made_at: &str, language: Language) -> String {
    say!(language, "Возвращена копия от {made_at}.", "The copy of {made_at} is back.")
}

pub(crate) fn replaced(replaced: &Path, language: Language) -> String {
    let replaced = replaced.display();
    say!(
        language,
        "Что было до этого, лежит здесь: {replaced}. Когда всё проверено, удалите.",
        "What was there before lies here: {replaced}. Delete it once everything is checked.",
    )
}

pub(crate) const fn begin_anew(language: Language) -> &'static str {
    either(
        language,
        "Пока программа ничего не читает и не отправляет: она не знает, что ушло после этой копии. \
         Начать заново: booking-monitor begin-anew",
        "The program reads and sends nothing for now: it does not know what went out after this copy. \
         To begin anew: booking-monitor begin-anew",
    )
}

pub(crate) const fn in_use(language: Language) -> &'static str {
    either(
        language,
        "Booking Monitor сейчас работает с этими данными. Ничего не изменено. \
         Закройте окно, выйдите через меню значка и повторите.",
        "Booking Monitor works on this data just now. Nothing was changed. \
         Close the window, quit from the icon's menu, and try again.",
    )
}

pub(crate) fn failed(error: &BackupError, language: Language) -> String {
    match error {
        BackupError::Exists(path) => {
            let path = path.display();
            say!(
                language,
                "Файл {path} уже есть. Он не тронут; назовите другой.",
                "{path} exists already. It was left alone; name another.",
            )
        }
        BackupError::NotABackup(path) => {
            let path = path.display();
            say!(
                language,
                "{path} — не копия Booking Monitor. Ничего не изменено.",
                "{path} is no backup of Booking Monitor. Nothing was changed.",
            )
        }
        BackupError::Damaged(what) => say!(
            language,
            "Копия повреждена ({what}). Ничего не изменено; возьмите другую.",
            "The backup is damaged ({what}). Nothing was changed; take another.",
        ),
        BackupError::File { path, error } => {
            let path = path.display();
            say!(
                language,
                "Не получилось с {path}: {error}. Ничего не изменено.",
                "It did not work with {path}: {error}. Nothing was changed.",
            )
        }
        BackupError::Storage(error) => failures::storage(error, language),
    }
}
