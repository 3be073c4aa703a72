//! `migrate --dry-run`.

use engine::db::Rehearsal;
use engine::settings::Language;

use super::{counted, either};

pub(crate) fn schema(done: &Rehearsal, language: Language) -> String {
    let Rehearsal { found, known, steps, took, .. } = done;
    if *found == 0 {
        return say!(
            language,
            "Базы ещё нет: она появится при первом запуске (схема {known}).",
            "There is no database yet: it is made at the first start (schema {known}).",
        );
    }
    if steps.is_empty() {
        return say!(
            language,
            "База уже в схеме этой версии ({known}): менять нечего.",
            "The database has this version's schema already ({known}): there is nothing to do.",
        );
    }
    let number = counted(steps.len(), ["шаг", "шага", "шагов"], ["step", "steps"], language);
    let (names, milliseconds) = (steps.join(", "), took.as_millis());
    say!(
        language,
        "База в схеме {found}, эта версия переведёт её в схему {known}: {number} ({names}), на копии за {milliseconds} мс.",
        "The database has schema {found}, this version would bring it to {known}: {number} ({names}), {milliseconds} ms on a copy.",
    )
}

/// A table's rows before and after.
pub(crate) fn rows(table: &str, before: i64, after: i64, language: Language) -> String {
    let count = |rows: i64| {
        let rows = usize::try_from(rows).unwrap_or_default();
        counted(rows, ["строка", "строки", "строк"], ["row", "rows"], language)
    };
    let (was, is) = (count(before), count(after));
    if before == after {
        return format!("  {table}: {is}");
    }
    say!(language, "  {table}: было {was}, станет {is}", "  {table}: {was} before, {is} after")
}

pub(crate) const fn nothing_is_done(language: Language) -> &'static str {
    either(
        language,
        "Проверено на копии, она удалена. Сама база не изменена.",
        "Tried on a copy, which is deleted. The database itself is as it was.",
    )
}
