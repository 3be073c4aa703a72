//! `provision`.

use std::path::Path;

use engine::ports::SecretName;
use engine::settings::{Language, Put};

use super::{counted, either, secret};

/// The comment at the head of an exported file.
pub(crate) const fn head(language: Language) -> &'static str {
    either(
        language,
        "Настройки Booking Monitor без секретов. На новом компьютере:\n\
         booking-monitor provision ЭТОТ_ФАЙЛ\n\
         Для другого салона замените instance_id (у каждого телефона свой) и филиалы в конце файла.\n\
         Филиалы:",
        "Settings of Booking Monitor, without secrets. On the new computer:\n\
         booking-monitor provision THIS_FILE\n\
         For another shop change instance_id (each phone has its own) and the branches at the end.\n\
         Branches:",
    )
}

pub(crate) fn prompt(name: SecretName, is_stored: bool, language: Language) -> String {
    if !is_stored {
        return secret::prompt(name, language);
    }
    let name = name.as_str();
    say!(
        language,
        "Значение {name} (на экране не видно; Enter — оставить сохранённое): ",
        "Value of {name} (not shown; Enter keeps the stored one): ",
    )
}

pub(crate) fn secret_in_file(path: &Path, line: usize, key: &str, language: Language) -> String {
    let path = path.display();
    if key.is_empty() {
        return say!(
            language,
            "{path}, строка {line}: здесь записан секрет. Ничего не сделано. Уберите его из файла; \
             если файл кому-то показывали, замените секрет на новый.",
            "{path}, line {line}: a secret stands here. Nothing was done. Take it out of the file; \
             if anybody was shown the file, replace the secret by a new one.",
        );
    }
    say!(
        language,
        "{path}, строка {line}: {key} похож на секрет, а секретам в файле не место. Ничего не сделано. \
         Удалите эту строку: программа спросит секреты сама или прочтёт их со стандартного ввода. \
         Если файл кому-то показывали, замените секрет на новый.",
        "{path}, line {line}: {key} looks like a secret, and secrets do not belong into a file. Nothing was done. \
         Remove this line: the program asks for secrets itself, or reads them from standard input. \
         If anybody was shown the file, replace the secret by a new one.",
    )
}

pub(crate) fn secret_line(line: usize, language: Language) -> String {
    let names = SecretName::ALL.map(SecretName::as_str).join(", ");
    say!(
        language,
        "Строка {line} стандартного ввода не подходит. Ничего не сделано. Нужно ИМЯ=ЗНАЧЕНИЕ, каждое имя один раз: {names}",
        "Line {line} of standard input does not fit. Nothing was done. It must be NAME=VALUE, each name once: {names}",
    )
}

pub(crate) fn missing(names: &[SecretName], language: Language) -> String {
    let list = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let hints = names.iter().map(|name| secret::where_from(*name, language)).collect::<Vec<_>>().join(" ");
    say!(
        language,
        "Не заданы секреты: {list}. Ничего не сделано. {hints}",
        "Secrets are missing: {list}. Nothing was done. {hints}",
    )
}

pub(crate) const fn no_instance(language: Language) -> &'static str {
    either(
        language,
        "В файле нет instance_id в разделе [whatsapp]. Ничего не сделано. Номер инстанса — в кабинете console.green-api.com.",
        "The file has no instance_id in [whatsapp]. Nothing was done. The instance's number is in your account at console.green-api.com.",
    )
}

pub(crate) const fn refused(language: Language) -> &'static str {
    either(
        language,
        "Ничего не сохранено: исправьте отмеченное ✗ и повторите.",
        "Nothing was stored: mend what is marked ✗ and try again.",
    )
}

pub(crate) const fn nothing_new(language: Language) -> &'static str {
    either(
        language,
        "Всё уже так и есть, ничего не изменено.",
        "Everything is like that already; nothing was changed.",
    )
}

pub(crate) const fn only_tried(language: Language) -> &'static str {
    either(
        language,
        "Проверено, ничего не записано. Было бы сделано:",
        "Checked, nothing was written. It would do this:",
    )
}

pub(crate) fn settings(put: &Put, dry_run: bool, language: Language) -> String {
    match put {
        Put::Unchanged => either(language, "Настройки не меняются.", "The settings stay.").to_owned(),
        Put::New if dry_run => either(language, "Настройки: новый файл.", "Settings: a new file.").to_owned(),
        Put::New => either(language, "Настройки записаны.", "The settings are written.").to_owned(),
        Put::Changed { kept_as: Some(kept) } => {
            let kept = kept.display();
            say!(
                language,
                "Настройки записаны, прежние сохранены: {kept}",
                "The settings are written; the old ones are kept: {kept}",
            )
        }
        Put::Changed { kept_as: None } => either(
            language,
            "Настройки: изменения в имеющемся файле, прежний сохранился бы рядом.",
            "Settings: changes in the file that is there; the old one would be kept beside it.",
        )
        .to_owned(),
    }
}

pub(crate) fn secret(name: SecretName, dry_run: bool, language: Language) -> String {
    let name = name.as_str();
    if dry_run {
        say!(language, "{name}: в связку ключей.", "{name}: into the keyring.")
    } else {
        say!(language, "{name} сохранён в связке ключей.", "{name} is stored in the keyring.")
    }
}

pub(crate) fn wanting(count: usize, language: Language) -> String {
    let things = counted(count, ["строка", "строки", "строк"], ["line", "lines"], language);
    say!(
        language,
        "До первого сообщения осталось исправить отмеченное ✗: {things}. Проверить потом: booking-monitor check",
        "Before the first message mend what is marked ✗: {things}. To check then: booking-monitor check",
    )
}

pub(crate) fn exported(file: &Path, language: Language) -> String {
    let file = file.display();
    say!(
        language,
        "Настройки записаны в {file}, без секретов.",
        "The settings are written to {file}, without secrets.",
    )
}
