//! `worker`.

use std::io;
use std::path::Path;

use engine::settings::Language;

use super::either;

/// The one line when it begins.
pub(crate) fn ready(pid: u32, branches: &[i64], gateway: &str, language: Language) -> String {
    let ids: Vec<String> = branches.iter().map(i64::to_string).collect();
    let branches =
        if ids.is_empty() { either(language, "нет", "none").to_owned() } else { ids.join(", ") };
    let gateway =
        if gateway.is_empty() { either(language, "не настроен", "not set up") } else { gateway };
    say!(
        language,
        "Booking Monitor работает: процесс {pid}, филиалы: {branches}, шлюз: {gateway}. Остановить: Ctrl+C",
        "Booking Monitor is running: process {pid}, branches: {branches}, gateway: {gateway}. To stop it: Ctrl+C",
    )
}

pub(crate) fn no_branches(path: &Path, language: Language) -> String {
    let path = path.display();
    say!(
        language,
        "Филиалов в настройках нет, опрашивать нечего. Добавьте в {path}:\n\n    [[branches]]\n    company_id = 962302\n\n\
         Номер филиала виден в адресе его страницы в YClients. Перезапуск не нужен.",
        "There are no branches in the settings, so nothing is polled. Add to {path}:\n\n    [[branches]]\n    company_id = 962302\n\n\
         The branch's number stands in the address of its page in YClients. No restart is needed.",
    )
}

pub(crate) fn no_log(error: &io::Error, language: Language) -> String {
    say!(
        language,
        "Журнал в файл не пишется: {error}. Работа продолжается.",
        "No log file can be written: {error}. The work goes on.",
    )
}
