//! `diagnostics`.

use std::path::Path;

use engine::settings::Language;

use super::either;

pub(crate) fn made(file: &Path, bytes: usize, language: Language) -> String {
    let (file, kilobytes) = (file.display(), bytes.div_ceil(1024));
    say!(
        language,
        "Файл для поддержки готов: {file} ({kilobytes} КБ).",
        "The file for support is made: {file} ({kilobytes} KB).",
    )
}

pub(crate) const fn holds_nobody(language: Language) -> &'static str {
    either(
        language,
        "В нём нет имён, номеров, текстов и секретов. Это обычный текст: прочтите его, прежде чем отправить.",
        "It holds no names, numbers, texts or secrets. It is plain text: read it before you send it.",
    )
}
