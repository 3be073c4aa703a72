use std::fmt::Write as _;

use chrono_tz::Tz;
use engine::error::FaultCode;

use super::super::view::Wanting;
use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn quiet() -> TrayView {
    TrayView {
        state: TrayState::Working,
        pending: 0,
        rows: Vec::new(),
        needs_you: 0,
        paused: None,
        enabled: true,
        wanting: None,
        trouble: None,
        note: None,
        sent_today: 12,
        last_poll: Some(at("2026-11-23T11:05:00Z")),
        zone: Some(Tz::Europe__Moscow),
        training: false,
    }
}

fn row(id: i64, client: &str) -> PendingRow {
    let visit = "2026-11-24T15:00:00".parse().ok();
    PendingRow { id: NotificationId(id), client: client.to_owned(), visit }
}

fn busy() -> TrayView {
    TrayView {
        state: TrayState::NeedsYou,
        pending: 2,
        rows: vec![row(7, "Ирина"), row(8, "")],
        needs_you: 1,
        ..quiet()
    }
}

fn drawn(entries: &[Entry], depth: usize) -> String {
    let mut text = String::new();
    for entry in entries {
        let indent = "    ".repeat(depth);
        let _ = match entry {
            Entry::Separator => writeln!(text, "{indent}──"),
            Entry::Label(label) => writeln!(text, "{indent}({label})"),
            Entry::Act(label, act) => writeln!(text, "{indent}{label}  → {act:?}"),
            Entry::Submenu(label, entries) => {
                write!(text, "{indent}{label} ▸\n{}", drawn(entries, depth + 1))
            }
        };
    }
    text
}

fn all(view: &TrayView, language: Language) -> String {
    format!("{}\n{}", drawn(&menu(view, language), 0), tooltip(view, language))
}

#[test]
fn the_menu_when_nothing_waits() {
    insta::assert_snapshot!(all(&quiet(), Language::Ru));
}

#[test]
fn the_menu_with_messages_on_their_way() {
    insta::assert_snapshot!("the_menu_with_messages_on_their_way_ru", all(&busy(), Language::Ru));
    insta::assert_snapshot!("the_menu_with_messages_on_their_way_en", all(&busy(), Language::En));
}

#[test]
fn the_menu_in_a_pause() {
    let paused = TrayView {
        state: TrayState::Paused,
        paused: Some(PauseEnd::At(at("2026-11-23T12:00:00Z"))),
        ..quiet()
    };
    insta::assert_snapshot!(all(&paused, Language::Ru));
}

#[test]
fn the_status_line_says_what_is_the_matter() {
    let since = at("2026-11-23T11:05:00Z");
    let with = |trouble| status(&TrayView { trouble: Some(trouble), ..quiet() }, Language::Ru);
    assert_eq!(with(Trouble::Offline(since)), "Нет связи с 14:05");
    assert_eq!(with(Trouble::Unwell(since)), "Перебои с 14:05");
    assert_eq!(with(Trouble::Stuck(2)), "Не уходят вовремя: 2 сообщения");
    assert_eq!(with(Trouble::Worker("Диск полон.".to_owned())), "Диск полон.");
    let fault = engine::words::fault(FaultCode::GatewayNotLinked, Language::Ru).what;
    assert_eq!(with(Trouble::Fault(FaultCode::GatewayNotLinked)), fault);
    let off = TrayView { enabled: false, ..quiet() };
    assert_eq!(status(&off, Language::En), "Switched off in the settings");
    for wanting in [Wanting::Branches, Wanting::Gateway, Wanting::Tokens] {
        let view = TrayView { wanting: Some(wanting), trouble: Some(Trouble::Stuck(1)), ..quiet() };
        assert!(status(&view, Language::Ru).starts_with("Не настроено"), "{wanting:?}");
    }
    let early = TrayView { zone: None, trouble: Some(Trouble::Offline(since)), ..quiet() };
    assert_eq!(status(&early, Language::En), "Offline since 11:05 UTC");
}

#[test]
fn every_note_stands_in_the_menu_and_in_the_tooltip() {
    for note in [Note::WindowMissing, Note::WindowFailed, Note::NoWebView, Note::Settings] {
        for language in [Language::Ru, Language::En] {
            let words = say::note(&note, language);
            let view = TrayView { note: Some(note.clone()), ..quiet() };
            assert!(menu(&view, language).contains(&Entry::Label(words.to_owned())));
            assert!(tooltip(&view, language).contains(words));
        }
    }
}

#[test]
fn a_name_from_outside_is_one_short_line() {
    let long = "а".repeat(10_000);
    for (name, shown) in [
        ("Ирина\nПетровна\t", "Ирина Петровна"),
        ("\u{202e}злой", "злой"),
        ("<b>Ира</b> & _Co_", "<b>Ира</b> & _Co_"),
        (" \u{7} ", "Без имени"),
        (&long, &format!("{}…", "а".repeat(40))),
    ] {
        assert_eq!(say::row(name, None, Language::Ru), shown);
    }
}

#[test]
fn numbers_agree_with_their_nouns() {
    let waiting = |number| say::waiting(number, Language::Ru);
    for (number, words) in [(1, "1 ждёт"), (2, "2 ждут"), (5, "5 ждут"), (11, "11 ждут"), (21, "21 ждёт")]
    {
        assert_eq!(waiting(number), words);
    }
    for (number, words) in
        [(1, "1 сообщение не уйдёт"), (3, "3 сообщения не уйдут"), (11, "11 сообщений не уйдут")]
    {
        assert!(say::will_not_leave(number, Language::Ru).starts_with(words), "{number}");
    }
}
