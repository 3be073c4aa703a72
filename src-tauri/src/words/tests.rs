use super::*;
use crate::contract::ErrorCode;

fn is_russian(text: &str) -> bool {
    text.chars().any(|c| ('а'..='я').contains(&c))
}

#[test]
fn every_code_has_a_text_in_both_languages() {
    for each in ErrorCode::ALL {
        let (ru, en) = (code(each, Language::Ru), code(each, Language::En));
        assert!(is_russian(ru) && !is_russian(en), "{each:?}");
        for text in [ru, en] {
            assert!(
                text.ends_with('.') && text.matches(". ").count() >= 1,
                "what happened, and what to do: {text}"
            );
            assert!(text.chars().count() <= 240, "{each:?} is long: {text}");
        }
    }
}

#[test]
fn a_refusal_of_a_setting_names_what_is_allowed_under_the_screen_s_own_field() {
    let dir = tempfile::tempdir().unwrap();
    let load = |text: &str| {
        std::fs::write(engine::settings::file_path(dir.path()), text).unwrap();
        engine::settings::Settings::load(dir.path(), &engine::settings::Environment::default()).unwrap_err()
    };
    for (text, field, ru) in [
        ("poll_interval_ms = 5", "poll_interval_ms", "от 5 секунд"),
        ("[yclients]\nbase_url = \"http://x\"", "yclients_base_url", "https://"),
        ("[whatsapp]\nbase_url = \"x\"", "whatsapp_base_url", "https://"),
        ("[whatsapp]\ninstance_id = \"x\"", "instance_id", "из одних цифр"),
        ("[whatsapp]\nsend_gap_ms = -1", "send_gap_ms", "Пауза"),
        ("burst = 10001", "burst", "до 10 000"),
        ("quiet_hours = \"x\"", "quiet_hours", "21:00-09:00"),
        ("[[branches]]\ncompany_id = 1\nquiet_hours = \"x\"", "branches.quiet_hours", "21:00-09:00"),
        ("[window]\ntheme = \"pink\"", "theme", "Тема"),
    ] {
        let error = load(text);
        assert_eq!(settings_field(error.key.as_deref().unwrap()), field);
        let (russian, english) = (settings(&error, Language::Ru), settings(&error, Language::En));
        assert!(russian.contains(ru) && russian.contains("действует прежнее"), "{russian}");
        assert!(!is_russian(&english) && english.contains("the old one holds"), "{english}");
    }
}

#[test]
fn every_placeholder_makes_a_template_that_can_be_used() {
    for each in placeholders(Language::Ru) {
        let template = format!("Ждём вас[[, {{{{ {} }}}}]]. {{{{ when }}}}", each.name);
        engine::template::check(&template).unwrap();
        assert!(!each.meaning.is_empty() && !each.example.is_empty());
    }
}
