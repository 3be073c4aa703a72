use chrono::{NaiveDate, NaiveDateTime};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn at(day: u32, hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 8, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
}

fn service(title: &str, amount: i64, roubles: i64) -> Service {
    Service { id: 1, title: title.to_owned(), amount, price: roubles * 100 }
}

fn visit(starts_local: NaiveDateTime, master: &str, services: &[Service]) -> Visit {
    Visit { starts_local, master: master.to_owned(), services: services.to_vec() }
}

/// Irina's haircut on Thursday, 13 August 2026.
fn irina() -> Confirmation {
    Confirmation {
        client_name: "Ирина".to_owned(),
        branch_title: "Барбершоп «Усы»".to_owned(),
        branch_address: "ул. Ленина, 1".to_owned(),
        currency: RUBLE.to_owned(),
        visits: vec![visit(at(13, 15), "Олег", &[service("Мужская стрижка", 1, 1500)])],
    }
}

fn built_in(language: Language, confirmation: &Confirmation) -> String {
    compose(None, language, confirmation).unwrap()
}

fn own(template: &str, confirmation: &Confirmation) -> String {
    compose(Some(template), Language::Ru, confirmation).unwrap()
}

#[test]
fn one_visit_with_everything_known() {
    assert_snapshot!(built_in(Language::Ru, &irina()), @r#"
    Здравствуйте, Ирина! Вы записаны в четверг, 13 августа, в 15:00.
    Услуга: Мужская стрижка
    Мастер: Олег
    Стоимость: 1 500 ₽
    Адрес: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
    assert_snapshot!(built_in(Language::En, &irina()), @r#"
    Hello, Ирина! You are booked on Thursday, 13 August, at 15:00.
    Service: Мужская стрижка
    With: Олег
    Price: 1 500 ₽
    Address: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
}

#[test]
fn what_is_not_known_is_not_mentioned() {
    let mut bare = irina();
    bare.client_name = String::new();
    bare.branch_title = String::new();
    bare.branch_address = "  ".to_owned();
    bare.visits = vec![visit(at(11, 9), "", &[])];
    assert_snapshot!(built_in(Language::Ru, &bare), @"Здравствуйте! Вы записаны во вторник, 11 августа, в 09:00.");
    assert_snapshot!(built_in(Language::En, &bare), @"Hello! You are booked on Tuesday, 11 August, at 09:00.");
}

#[test]
fn several_services_and_amounts() {
    let mut confirmation = irina();
    confirmation.visits[0].services =
        vec![service("Мужская стрижка", 2, 3000), service("Борода", 1, 0), service("Воск", 1, 249)];
    assert_snapshot!(built_in(Language::Ru, &confirmation), @r#"
    Здравствуйте, Ирина! Вы записаны в четверг, 13 августа, в 15:00.
    Услуги: Мужская стрижка ×2, Борода, Воск
    Мастер: Олег
    Стоимость: 3 249 ₽
    Адрес: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
}

#[test]
fn several_visits_on_one_day() {
    let mut confirmation = irina();
    confirmation.visits.insert(0, visit(at(13, 16), "Пётр", &[service("Борода", 1, 700)]));
    assert_snapshot!(built_in(Language::Ru, &confirmation), @r#"
    Здравствуйте, Ирина! Вы записаны в четверг, 13 августа:
    15:00 — Мужская стрижка, мастер Олег
    16:00 — Борода, мастер Пётр
    Стоимость: 2 200 ₽
    Адрес: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
    assert_snapshot!(built_in(Language::En, &confirmation), @r#"
    Hello, Ирина! You are booked on Thursday, 13 August:
    15:00 — Мужская стрижка, with Олег
    16:00 — Борода, with Пётр
    Price: 2 200 ₽
    Address: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
}

#[test]
fn several_visits_on_different_days() {
    let mut confirmation = irina();
    confirmation.visits.push(visit(at(18, 12), "", &[]));
    confirmation.visits.push(visit(at(27, 15), "Олег", &[service("Мужская стрижка", 1, 1500)]));
    assert_snapshot!(built_in(Language::Ru, &confirmation), @r#"
    Здравствуйте, Ирина! Вы записаны:
    четверг, 13 августа, 15:00 — Мужская стрижка, мастер Олег
    вторник, 18 августа, 12:00
    четверг, 27 августа, 15:00 — Мужская стрижка, мастер Олег
    Стоимость: 3 000 ₽
    Адрес: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
    assert_snapshot!(built_in(Language::En, &confirmation), @r#"
    Hello, Ирина! You are booked:
    Thursday, 13 August, 15:00 — Мужская стрижка, with Олег
    Tuesday, 18 August, 12:00
    Thursday, 27 August, 15:00 — Мужская стрижка, with Олег
    Price: 3 000 ₽
    Address: ул. Ленина, 1
    Барбершоп «Усы»
    "#);
}

#[test]
fn a_series_is_counted_where_it_does_not_fit() {
    let mut confirmation = irina();
    confirmation.visits = (1..=17).map(|day| visit(at(day, 10), "", &[])).collect();
    let text = built_in(Language::Ru, &confirmation);
    assert!(text.contains("и ещё 2 визита"), "{text}");
    assert!(text.chars().count() < MAX_MESSAGE_CHARS);
    assert!(own("{{ when }}", &confirmation).ends_with("; и ещё 2 визита"));
}

#[test]
fn every_weekday_has_its_case() {
    let phrases: Vec<_> = (10..=16)
        .map(|day| {
            let mut confirmation = irina();
            confirmation.visits[0].starts_local = at(day, 9);
            own("{{ when }}", &confirmation)
        })
        .collect();
    assert_snapshot!(phrases.join("\n"), @r#"
    в понедельник, 10 августа, в 09:00
    во вторник, 11 августа, в 09:00
    в среду, 12 августа, в 09:00
    в четверг, 13 августа, в 09:00
    в пятницу, 14 августа, в 09:00
    в субботу, 15 августа, в 09:00
    в воскресенье, 16 августа, в 09:00
    "#);
}

#[test]
fn several_visits_in_one_phrase() {
    let mut confirmation = irina();
    confirmation.visits.push(visit(at(13, 16), "Пётр", &[service("Борода", 1, 700)]));
    confirmation.visits.push(visit(at(13, 18), "Олег", &[service("Борода", 1, 0)]));
    confirmation.visits.push(visit(at(18, 12), "", &[]));
    assert_snapshot!(own("{{ when }}\n{{ services }}\n{{ master }}\n{{ price }}", &confirmation), @r#"
    в четверг, 13 августа, в 15:00, 16:00 и 18:00; во вторник, 18 августа, в 12:00
    Мужская стрижка, Борода ×2
    Олег, Пётр
    2 200 ₽
    "#);
}

#[test]
fn a_text_for_one_visit_never_hides_the_second() {
    let template = "Ждём {{ weekday }} {{ date }} {{ time }}";
    let mut confirmation = irina();
    assert_eq!(own(template, &confirmation), "Ждём четверг 13 августа 15:00");
    confirmation.visits.push(visit(at(18, 12), "", &[]));
    let text = own(template, &confirmation);
    assert!(text.contains("15:00") && text.contains("18 августа") && text.contains("12:00"), "{text}");
}

#[test]
fn the_price_is_what_is_paid_and_never_nothing() {
    let price = |hundredths: &[i64], currency: &str| {
        let mut confirmation = irina();
        confirmation.currency = currency.to_owned();
        confirmation.visits[0].services =
            hundredths.iter().map(|price| Service { price: *price, ..service("Стрижка", 1, 0) }).collect();
        own("Итог[[: {{ price }}]]", &confirmation).replace('\u{a0}', " ")
    };
    assert_eq!(price(&[150_000], "₽"), "Итог: 1 500 ₽");
    assert_eq!(price(&[50_000, 25_050], "₽"), "Итог: 750,50 ₽");
    assert_eq!(price(&[123_456_700], "₸"), "Итог: 1 234 567 ₸");
    assert_eq!(price(&[0], "₽"), "Итог");
    assert_eq!(price(&[], "₽"), "Итог");
    assert_eq!(price(&[-100], "₽"), "Итог");
    assert_eq!(price(&[150_000], ""), "Итог");
    assert!(price(&[i64::MAX, i64::MAX], "₽").starts_with("Итог: 92 233"));
}

#[test]
fn a_clause_drops_out_with_its_line_and_its_spaces() {
    let mut confirmation = irina();
    confirmation.branch_address = String::new();
    let template = "А[[ {{ address }}]]!\n\n[[Адрес: {{ address }}]]\n[[{{ address }}]] [[{{ address }}]]\nБ [[{{ address }}]] В\n[[{{ address }}]] Г[[ {{ client }}[[ и {{ address }}]]]]";
    assert_eq!(own(template, &confirmation), "А!\n\nБ В\nГ Ирина");
    assert_eq!(own("[[{{ client }}, {{ address }}.]]Да", &confirmation), "Да");
}

#[test]
fn conditions_loops_and_comments_work_and_leave_no_empty_lines() {
    let mut confirmation = irina();
    confirmation.visits.push(visit(at(18, 12), "Пётр", &[]));
    let template = "{# для всех #}\n{% if client == 'Ирина' and not address|length == 0 %}\nПривет\n{% endif %}\n{% for visit in visits %}\n{{ loop.index }}) {{ visit.time }}[[, {{ visit.master|upper }}]]\n{% endfor %}\nКонец";
    assert_eq!(own(template, &confirmation), "Привет\n1) 15:00, ОЛЕГ\n2) 12:00, ПЁТР\nКонец");
    assert_eq!(check(template), Ok(()));
}

#[test]
fn the_documented_template_and_the_built_in_ones_pass_the_check() {
    let documented = "Здравствуйте[[, {{ client }}]]! Вы записаны {{ when }}.\n[[Мастер: {{ master }}]]\n[[Адрес: {{ address }}]]";
    assert_eq!(check(documented), Ok(()));
    for language in [Language::Ru, Language::En] {
        for visits in [1, 2] {
            let text = built_in::text(language, visits);
            let source = source::translate(text).unwrap();
            assert_eq!(render::check_names(&source), Ok(()));
        }
        for sample in built_in::samples() {
            built_in(language, &sample);
        }
    }
}

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
        "\u{e000}{{ when }}",
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
    \u{e000}{{ when }} → line 1: an unprintable character cannot be used in a message
    "#);
}

#[test]
fn a_template_ends_however_it_loops() {
    let mut nested = "{{ when }}".to_owned();
    for _ in 0..12 {
        nested = format!("{{% for visit in visits %}}{nested}{{% endfor %}}");
    }
    assert!(compose(Some(&nested), Language::Ru, &built_in::samples()[3]).is_err());
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
        visits in prop::collection::vec(any_visit(), 1..5),
    ) -> Confirmation {
        Confirmation { client_name, branch_title, branch_address, currency, visits }
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
