//! What no template and no data can do.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{at, built_in, irina, own};
use crate::template::{built_in as texts, plain, wording, *};

#[test]
fn mistakes_are_named() {
    let mistakes = [
        "Привет, {client}!",
        "Привет, {{ clinet }}!",
        "Привет, {{ client }!",
        "А\nБ [[ {{ client }}",
        "А ]]",
        "[[Адрес]] {{ when }}",
        "{{ client.name }}",
        "{% for visit in visits %}{{ visit.master }}{{ visit.price_total }}{% endfor %}",
        "{% if client %}А",
        "[[{% if client %}{{ client }}{% endif %}]]",
        "{{ visits }}",
        "[[{{ client }}]]",
        "",
        "{{ }}",
        "{{ client|shout }}",
        "{{ client ~ client }}",
        "{{ client * 1000 }}",
        "{% set a = client %}",
        "{% include 'x' %}",
        "{{ range(10) }}",
        "{{ client.upper() }}",
        "{{ (loop)(visits) }}",
        "{% for visit in visits recursive %}{{ visit.time }}{% endfor %}",
        "{{ 'a\\'b' }}",
        "{{ 'a\\\\b' }}",
        "{{ '{name}' }}",
        "{{ 'a\u{7}' }}",
        "\u{e000}{{ when }}",
        "Ждём {{ when }}\nСтриж\u{fffd}а",
    ];
    let answers: Vec<_> = mistakes
        .iter()
        .map(|text| format!("{} → {}", text.escape_debug(), check(text).unwrap_err()))
        .collect();
    assert_snapshot!(answers.join("\n"), @r#"
    Привет, {client}! → line 1: a variable is written with two braces, {{ client }}; single braces are not allowed
    Привет, {{ clinet }}! → there is no variable "clinet"; there are client, branch, address, when, schedule, day, weekday, date, time, year, services, service_count, master, price, visits, visit_count
    Привет, {{ client }! → line 1: "}}" is missing
    А\nБ [[ {{ client }} → line 2: the clause in [[ ]] has no end
    А ]] → line 1: the clause in [[ ]] ends without a beginning
    [[Адрес]] {{ when }} → line 1: the clause in [[ ]] holds no variable
    {{ client.name }} → line 1: a name is not known there; a visit has when, weekday, date, time, year, services, master, price
    {% for visit in visits %}{{ visit.master }}{{ visit.price_total }}{% endfor %} → line 1: a name is not known there; a visit has when, weekday, date, time, year, services, master, price
    {% if client %}А → line 1: unexpected end of input, expected end of block
    [[{% if client %}{{ client }}{% endif %}]] → line 1: the clause in [[ ]] holds a {% %} tag; it may hold text and variables
    {{ visits }} → line 1: this is no text; a list is read with {% for %}
    [[{{ client }}]] → the message is empty when all its variables are
     → the message is empty when all its variables are
    {{ }} → line 1: there is no variable between the braces
    {{ client|shout }} → line 1: filter shout is unknown
    {{ client ~ client }} → line 1: "~" cannot be used in a message
    {{ client * 1000 }} → line 1: "*" cannot be used in a message
    {% set a = client %} → line 1: {% set %} cannot be used in a message
    {% include \'x\' %} → line 1: {% include %} cannot be used in a message
    {{ range(10) }} → line 1: a call cannot be used in a message
    {{ client.upper() }} → line 1: a call cannot be used in a message
    {{ (loop)(visits) }} → line 1: a call cannot be used in a message
    {% for visit in visits recursive %}{{ visit.time }}{% endfor %} → line 1: a recursive loop cannot be used in a message
    {{ \'a\\\'b\' }} → line 1: "}}" is missing
    {{ \'a\\\\b\' }} → line 1: a backslash, a brace or an unprintable character in a quoted text cannot be used in a message
    {{ \'{name}\' }} → line 1: a backslash, a brace or an unprintable character in a quoted text cannot be used in a message
    {{ \'a\u{7}\' }} → line 1: a backslash, a brace or an unprintable character in a quoted text cannot be used in a message
    \u{e000}{{ when }} → line 1: an unprintable character cannot be used in a message
    Ждём {{ when }}\nСтриж�а → line 2: a character is broken (�); write it anew
    "#);
}

#[test]
fn a_template_ends_however_it_loops() {
    let mut nested = "{{ when }}".to_owned();
    for _ in 0..12 {
        nested = format!("{{% for visit in visits %}}{nested}{{% endfor %}}");
    }
    assert!(compose(Some(&nested), Language::Ru, &texts::samples()[3]).is_err());
    let mut idle = "x".to_owned();
    for _ in 0..12 {
        idle = format!("{{% for a in visits %}}{{% if client == '' %}}{idle}{{% endif %}}{{% endfor %}}");
    }
    assert!(check(&idle).is_err());
    let long = "ы".repeat(MAX_MESSAGE_CHARS + 1);
    assert_eq!(check(&long), Err(TemplateError::TooLong));
    assert_eq!(check(&"А{{ address }}".repeat(100)), Err(TemplateError::TooLong));
    let deep = format!("{{{{ {}client{} }}}}", "(".repeat(1500), ")".repeat(1500));
    assert!(check(&deep).is_err());
    assert!(check(&format!("{}{{{{ when }}}}{}", "[[".repeat(400), "]]".repeat(400))).is_err());
    assert!(check(&"{% if client %}".repeat(250)).is_err());
    let nested_ifs = format!("{}{{{{ when }}}}{}", "{% if when %}".repeat(140), "{% endif %}".repeat(140));
    let _ = check(&nested_ifs);
    // Whatever the engine makes of them, it must not run out of stack.
    for piece in [
        "not ",
        "(",
        "[",
        "client if client else ",
        "client and ",
        "client == ",
        "client in ",
        "client.",
        "client|",
    ] {
        let _ = check(&format!("{{{{ {}client }}}}", piece.repeat(4000 / piece.len())));
        let _ = check(&format!("{{% if {}client %}}", piece.repeat(4000 / piece.len())));
    }
    let elifs = format!("{{% if when %}}{}{{% endif %}}", "{% elif when %}".repeat(260));
    let _ = check(&elifs);
}

#[test]
fn no_visit_is_an_error() {
    let mut confirmation = irina();
    confirmation.visits.clear();
    assert_eq!(compose(None, Language::Ru, &confirmation), Err(TemplateError::NoVisit));
}

#[test]
fn the_variables_are_the_documented_ones() {
    let context = wording::context(Language::Ru, &irina()).unwrap();
    let json = serde_json::to_value(&context).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |names: &[&str]| {
        let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(keys(&json), sorted(wording::VARIABLES));
    assert_eq!(keys(&json["visits"][0]), sorted(wording::VISIT_VARIABLES));
}

#[test]
fn values_stay_what_they_say() {
    let plain = |value: &str| plain::plain(value, 20);
    assert_eq!(plain("  Анна   Мария "), "Анна Мария");
    assert_eq!(plain("*Анна* _М_ ~x~ `y`"), "∗Анна∗ М ∼x∼ ’y’");
    assert_eq!(plain("Анна\nвторая\tстрока"), "Анна вторая строка");
    assert_eq!(plain("> цитата"), "› цитата");
    assert_eq!(plain("- пункт"), "– пункт");
    assert_eq!(plain("\u{202e}аннА\u{200b}\u{feff}"), "аннА");
    assert_eq!(plain("{name}"), "(name)");
    for nothing in ["", " ", "-", "...", "***", "undefined", "NULL", "\u{200b}", "\u{2800}"] {
        assert_eq!(plain(nothing), "", "{nothing:?}");
    }
    assert_eq!(plain("👨‍👩‍👧 семья 👑"), "👨‍👩‍👧 семья 👑");
    assert_eq!(plain("❤️ 1️⃣ 🇷🇺"), "❤️ 1️⃣ 🇷🇺");
    assert_eq!(plain("а\u{200d}б\u{fe0f}"), "аб");
    assert_eq!(plain("ы".repeat(2000).as_str()), format!("{}…", "ы".repeat(19)));
    assert_eq!(plain(&format!("{}👨‍👩‍👧", "ы".repeat(17))), format!("{}👨…", "ы".repeat(17)));
}

#[test]
fn links_are_broken_and_other_dots_are_not() {
    let plain = |value: &str| plain::plain(value, 100);
    assert_eq!(plain("https://t.me/spam"), "https: //t. me/spam");
    assert_eq!(plain("Анна www.example.com"), "Анна www. example. com");
    assert_eq!(plain("пиши на a@b.ru"), "пиши на a@b. ru");
    assert_eq!(plain("сайт.рф"), "сайт. рф");
    assert_eq!(plain("г.Москва, ул.Ленина, д.2.5, А.С. Пушкин"), "г.Москва, ул.Ленина, д.2.5, А.С. Пушкин");
}

#[test]
fn nobody_is_greeted_by_a_number() {
    for name in ["79161234567", "+7 (916)", "👑", "?", "№1"] {
        let mut confirmation = irina();
        confirmation.client_name = name.to_owned();
        assert!(built_in(Language::Ru, &confirmation).starts_with("Здравствуйте! "), "{name}");
    }
}

/// A text with a broken character waits for a person, who must see where it is.
#[test]
fn a_broken_character_is_never_swallowed() {
    let break_one: [fn(&mut Confirmation, &str); 6] = [
        |confirmation, broken| confirmation.client_name = broken.to_owned(),
        |confirmation, broken| confirmation.branch_title = broken.to_owned(),
        |confirmation, broken| confirmation.branch_address = broken.to_owned(),
        |confirmation, broken| confirmation.currency = broken.to_owned(),
        |confirmation, broken| confirmation.visits[0].master = broken.to_owned(),
        |confirmation, broken| confirmation.visits[0].services[0].title = broken.to_owned(),
    ];
    for broken in [
        "Стриж\u{fffd}",
        "\u{fffd}ка",
        "\u{fffd}",
        "\u{fffd}\u{fffd}",
        "79\u{fffd}",
        "\u{fffd}*_",
        "-\u{fffd}",
    ] {
        for (place, break_it) in break_one.iter().enumerate() {
            let mut confirmation = irina();
            break_it(&mut confirmation, broken);
            for language in [Language::Ru, Language::En] {
                let text = built_in(language, &confirmation);
                assert!(text.contains('\u{fffd}'), "{broken:?} in place {place}: {text}");
            }
        }
    }
    // Of what is cut off because it is too long nothing is said at all.
    assert!(!plain::plain(&format!("{}\u{fffd}", "ы".repeat(20)), 20).contains('\u{fffd}'));
}

/// What a message must never hold, wherever it came from.
fn is_harmless(text: &str) -> bool {
    let mut lines = text.split('\n');
    !text.contains(['*', '_', '~', '`', '{', '}'])
        && text.chars().all(|c| c == '\n' || !c.is_control())
        && !text.contains([
            '\u{202a}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{200e}', '\u{feff}', '\u{e000}', '\u{2028}',
        ])
        && !text.contains("://")
        && !text.contains("undefined")
        && lines.all(|line| !line.starts_with(['>', '-']))
        && !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= MAX_MESSAGE_CHARS
}

fn any_text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "*",
        "_",
        "~",
        "`",
        "> ",
        "- ",
        "\n",
        "\r",
        "\t",
        "\0",
        "{{ client }}",
        "{% if %}",
        "[[",
        "]]",
        "{name}",
        "\u{202e}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{e000}",
        "https://",
        "t.me",
        "👨‍👩‍👧",
        "Анна",
        " ",
        "1",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(nasty, 0..12).prop_map(|parts| parts.concat()),
        "[а-яА-Я ]{0,300}",
    ]
}

prop_compose! {
    fn any_visit()(
        minutes in 0..2_000_000_u32,
        master in any_text(),
        services in prop::collection::vec((any_text(), any::<i64>(), any::<i64>()), 0..4),
    ) -> Visit {
        let services = services.into_iter().map(|(title, amount, price)| Service { id: 1, title, amount, price });
        Visit {
            starts_local: at(1, 0) + chrono::TimeDelta::minutes(minutes.into()),
            master,
            services: services.collect(),
        }
    }
}

prop_compose! {
    fn any_confirmation()(
        client_name in any_text(),
        branch_title in any_text(),
        branch_address in any_text(),
        currency in any_text(),
        year in 2024..2032,
        visits in prop::collection::vec(any_visit(), 1..5),
    ) -> Confirmation {
        Confirmation { client_name, branch_title, branch_address, currency, year, visits }
    }
}

proptest! {
    #[test]
    fn no_data_ever_becomes_markup(confirmation in any_confirmation()) {
        for language in [Language::Ru, Language::En] {
            let text = built_in(language, &confirmation);
            prop_assert!(is_harmless(&text), "{text:?}");
        }
        let bare = "{{ when }}\n{{ client }}\n{{ services }}\n{{ master }}\n{{ branch }}\n{{ address }}";
        let text = own(bare, &confirmation);
        prop_assert!(is_harmless(&text), "{text:?}");
    }

    #[test]
    fn no_template_makes_it_panic(template in any_text(), pieces in prop::collection::vec(prop::sample::select(vec![
        "{{ ", " }}", "{% if ", " %}", "{% endif %}", "{% for v in visits %}", "{% endfor %}", "[[", "]]", "client",
        "v.time", "'", "(", ")", "|upper", "|first", "-", "\n", "ы", ".", " is ", " in ", "[0]", "99999999999999999999",
    ]), 0..14)) {
        let _ = check(&template);
        let _ = check(&pieces.concat());
        let _ = compose(Some(&pieces.concat()), Language::En, &irina());
    }
}
