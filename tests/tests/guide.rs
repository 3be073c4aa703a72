//! The guide for the desk says what the screen says: in both languages, with the
//! same headings, pictures that are there, and the buttons' own words.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use engine::error::FaultCode;
use engine::notification::Reason;
use engine::settings::Language;

const LANGUAGES: [Language; 2] = [Language::Ru, Language::En];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn guide(language: Language) -> String {
    fs::read_to_string(workspace().join(format!("docs/guide.{}.md", language.as_str()))).unwrap()
}

/// Everything the window and the tray can show in a language, as it is written in their sources.
fn sources(language: Language) -> String {
    let words = workspace().join("ui/src/lib/i18n").join(language.as_str());
    let mut text: String = fs::read_dir(words)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    text += &fs::read_to_string(workspace().join("src-tauri/resident/src/words/tray.rs")).unwrap();
    text
}

/// What stands between two of these marks.
fn between<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark).skip(1).step_by(2).collect()
}

/// The level of each heading, in order.
fn headings(text: &str) -> Vec<usize> {
    let lines = text.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| line.chars().take_while(|letter| *letter == '#').count()).collect()
}

/// The pictures, without language.
fn pictures(text: &str, language: Language) -> Vec<String> {
    let own = format!("-{}-", language.as_str());
    let names = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    names.filter(|name| name.contains(".png")).map(|name| name.replace(&own, "-")).collect()
}

#[test]
fn every_picture_exists_and_is_of_the_guide_s_own_language() {
    for language in LANGUAGES {
        let text = guide(language);
        let names: Vec<_> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(names.len() >= 10, "{names:?}");
        for name in names {
            assert!(workspace().join("docs").join(name).exists(), "{name}");
            assert!(name.contains(&format!("-{}-", language.as_str())), "{name}");
        }
    }
}

#[test]
fn every_bold_word_stands_on_the_screen() {
    for language in LANGUAGES {
        let (text, shown) = (guide(language), sources(language));
        for word in between(&text, "**") {
            let quoted = ['\'', '"'].map(|quote| format!("{quote}{word}{quote}"));
            assert!(quoted.iter().any(|word| shown.contains(word)), "{language:?}: {word}");
        }
    }
}

#[test]
fn both_guides_have_the_same_headings_pictures_and_buttons_in_the_same_order() {
    let (ru, en) = (guide(Language::Ru), guide(Language::En));
    assert_eq!(headings(&ru), headings(&en));
    assert_eq!(pictures(&ru, Language::Ru), pictures(&en, Language::En));
    for (ru, en) in ru.split("\n#").zip(en.split("\n#")) {
        let heading = ru.lines().next().unwrap_or_default();
        assert_eq!(between(ru, "**").len(), between(en, "**").len(), "{heading}");
        assert_eq!(between(ru, "`"), between(en, "`"), "{heading}");
        assert_eq!(ru.matches("\n| ").count(), en.matches("\n| ").count(), "{heading}");
    }
}

#[test]
fn every_fault_and_every_reason_is_explained() {
    for language in LANGUAGES {
        let text = guide(language);
        for code in FaultCode::ALL {
            let words = engine::words::fault(*code, language);
            assert!(text.contains(&format!("| {} | ", words.what)), "{language:?}: {}", words.what);
        }
        for reason in Reason::ALL {
            let words = engine::words::reason(*reason, language);
            assert!(words.is_empty() || text.contains(&format!("| {words} | ")), "{language:?}: {words}");
        }
    }
}

#[test]
fn what_a_button_refuses_with_is_quoted_as_the_window_says_it() {
    let said = fs::read_to_string(workspace().join("src-tauri/src/words/refusals.rs")).unwrap();
    for (language, heading) in
        [(Language::Ru, "### Когда кнопка отвечает отказом"), (Language::En, "### When a button refuses")]
    {
        let text = guide(language);
        let (_, section) = text.split_once(heading).unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let rows: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("| ")).skip(1).collect();
        assert!(rows.len() >= 10, "{rows:?}");
        for row in rows {
            let words = row.split(" | ").next().unwrap();
            assert!(said.contains(words), "{language:?}: {words}");
        }
    }
}

#[test]
fn what_the_window_says_of_the_program_s_state_is_explained() {
    for (language, words) in [
        (
            Language::Ru,
            ["Программа не работает", "Отправка выключена в настройках", "Программа ещё не настроена"],
        ),
        (
            Language::En,
            [
                "The program is not running",
                "Sending is switched off in the settings",
                "The program is not set up yet",
            ],
        ),
    ] {
        let (text, shown) = (guide(language), sources(language));
        for words in words {
            assert!(
                shown.contains(&format!("'{words}'")) && text.contains(&format!("| {words} | ")),
                "{words}"
            );
        }
    }
}
