//! What a client reads.

mod safety;

use chrono::{NaiveDate, NaiveDateTime};
use insta::assert_snapshot;

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
        year: 2026,
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

/// Irina's next visit, on Thursday, 14 January 2027, and a week later.
fn next_year() -> Confirmation {
    let january = |day| NaiveDate::from_ymd_opt(2027, 1, day).unwrap().and_hms_opt(15, 0, 0).unwrap();
    let haircut = [service("Мужская стрижка", 1, 1500)];
    Confirmation {
        visits: [14, 21].map(|day| visit(january(day), "Олег", &haircut)).to_vec(),
        branch_address: String::new(),
        ..irina()
    }
}

#[test]
fn a_visit_in_another_year_says_the_year() {
    let mut confirmation = next_year();
    confirmation.visits.truncate(1);
    let first_line = |language| built_in(language, &confirmation).lines().next().unwrap().to_owned();
    assert_snapshot!(first_line(Language::Ru), @"Здравствуйте, Ирина! Вы записаны в четверг, 14 января 2027 года, в 15:00.");
    assert_snapshot!(first_line(Language::En), @"Hello, Ирина! You are booked on Thursday, 14 January 2027, at 15:00.");
    // What is a date and nothing else stays one: a template may have the year behind it.
    assert_snapshot!(own("{{ weekday }}, {{ date }} {{ year }} г., {{ time }}", &confirmation), @"четверг, 14 января 2027 г., 15:00");
    confirmation.year = 2027;
    assert_snapshot!(built_in(Language::En, &confirmation).lines().next().unwrap(), @"Hello, Ирина! You are booked on Thursday, 14 January, at 15:00.");
}

#[test]
fn of_visits_in_two_years_each_in_the_other_one_says_it() {
    let mut confirmation = next_year();
    confirmation.visits.push(visit(at(13, 15), "", &[]));
    assert_snapshot!(built_in(Language::Ru, &confirmation), @r#"
    Здравствуйте, Ирина! Вы записаны:
    четверг, 13 августа, 15:00
    четверг, 14 января 2027 года, 15:00 — Мужская стрижка, мастер Олег
    четверг, 21 января 2027 года, 15:00 — Мужская стрижка, мастер Олег
    Стоимость: 3 000 ₽
    Барбершоп «Усы»
    "#);
    assert_snapshot!(built_in(Language::En, &confirmation), @r#"
    Hello, Ирина! You are booked:
    Thursday, 13 August, 15:00
    Thursday, 14 January 2027, 15:00 — Мужская стрижка, with Олег
    Thursday, 21 January 2027, 15:00 — Мужская стрижка, with Олег
    Price: 3 000 ₽
    Барбершоп «Усы»
    "#);
    assert_snapshot!(own("{{ when }}", &confirmation), @"в четверг, 13 августа, в 15:00; в четверг, 14 января 2027 года, в 15:00; в четверг, 21 января 2027 года, в 15:00");
    let each = "{% for visit in visits %}{{ visit.when }}; {{ visit.date }} {{ visit.year }}\n{% endfor %}";
    assert_snapshot!(own(each, &confirmation), @r#"
    в четверг, 13 августа, в 15:00; 13 августа 2026
    в четверг, 14 января 2027 года, в 15:00; 14 января 2027
    в четверг, 21 января 2027 года, в 15:00; 21 января 2027
    "#);
    confirmation.visits = [15, 16].map(|hour| visit(at(13, hour), "", &[])).to_vec();
    confirmation.year = 2025;
    assert_snapshot!(own("[[{{ day }}]]\n{{ schedule }}", &confirmation), @r#"
    в четверг, 13 августа 2026 года
    15:00
    16:00
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
    assert_eq!(price(&[150_000], "$"), "Итог: 1 500 $");
    assert_eq!(price(&[150_000], " р. "), "Итог: 1 500 р.");
    assert_eq!(price(&[150_000], "бел. руб."), "Итог: 1 500 бел. руб.");
    assert_eq!(price(&[150_000], "-"), "Итог");
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
fn a_required_clause_makes_no_message_without_its_value_and_names_it() {
    let template = "{{ when }}[[!, {{ master|upper }}]]\n[[!Адрес: {{ address }}, {{ branch }}]][[ {{ client }}[[! {{ price }}]]]]";
    let thursday = "в четверг, 13 августа, в 15:00";
    let everything =
        format!("{thursday}, ОЛЕГ\nАдрес: ул. Ленина, 1, Барбершоп «Усы» Ирина 1\u{a0}500\u{a0}₽");
    assert_eq!(own(template, &irina()), everything);
    assert_eq!(check(template), Ok(()), "that some visits lack it is no mistake of the template");
    let missing = |confirmation: &Confirmation| match compose(Some(template), Language::Ru, confirmation) {
        Err(TemplateError::Missing { names }) => names,
        other => panic!("{other:?}"),
    };
    let mut confirmation = irina();
    confirmation.visits[0].services.clear();
    assert_eq!(missing(&confirmation), ["price"]);
    confirmation.client_name = String::new();
    assert!(own(template, &confirmation).ends_with("«Усы»"), "a clause that drops out requires nothing");
    (confirmation.branch_address, confirmation.visits[0].master) = (" ".to_owned(), String::new());
    assert_eq!(missing(&confirmation), ["master", "address"]);
    let never = TemplateError::Missing { names: vec![String::new()] };
    assert_eq!(check("{{ when }}[[! {{ '' }}]]"), Err(never), "nobody would ever be written to");
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
