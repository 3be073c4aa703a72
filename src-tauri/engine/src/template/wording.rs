//! What the variables of a template say, in Russian and English.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::Serialize;

use super::plain::{ADDRESS_CHARS, NAME_CHARS, greeting_name, plain, shorten};
use super::{Confirmation, Visit};
use crate::booking::Service;
use crate::settings::Language;
use crate::words::ru::plural;

/// Of a series; the rest is counted.
const MAX_VISITS: usize = 15;
/// Of one visit, and of all together.
const SERVICES_CHARS: usize = 400;
const CURRENCY_CHARS: usize = 16;

/// What a template may name. A test compares it with [`Context`].
pub(super) const VARIABLES: &[&str] = &[
    "client",
    "branch",
    "address",
    "when",
    "schedule",
    "day",
    "weekday",
    "date",
    "time",
    "year",
    "services",
    "service_count",
    "master",
    "price",
    "visits",
    "visit_count",
];
pub(super) const VISIT_VARIABLES: &[&str] =
    &["when", "weekday", "date", "time", "year", "services", "master", "price"];

/// The variables of one message, all harmless.
#[derive(Debug, Serialize)]
pub(super) struct Context {
    client: String,
    branch: String,
    address: String,
    when: String,
    schedule: String,
    day: String,
    weekday: &'static str,
    date: String,
    time: String,
    year: String,
    services: String,
    service_count: usize,
    master: String,
    price: String,
    visits: Vec<VisitContext>,
    pub(super) visit_count: usize,
}

#[derive(Debug, Serialize)]
struct VisitContext {
    when: String,
    weekday: &'static str,
    date: String,
    time: String,
    year: String,
    services: String,
    master: String,
    price: String,
}

/// None without a visit.
pub(super) fn context(language: Language, confirmation: &Confirmation) -> Option<Context> {
    let mut visits: Vec<&Visit> = confirmation.visits.iter().collect();
    visits.sort_by_key(|visit| visit.starts_local);
    let first = visits.first()?.starts_local;
    let year = confirmation.year;
    let one_day = visits.iter().all(|visit| visit.starts_local.date() == first.date());
    let services = merged(visits.iter().flat_map(|visit| &visit.services));
    let sum = |visits: &[&Visit]| {
        let services = visits.iter().flat_map(|visit| &visit.services);
        price(
            services.fold(0, |sum, service| service.price.saturating_add(sum)),
            language,
            &confirmation.currency,
        )
    };
    let mut masters: Vec<String> = Vec::new();
    for visit in &visits {
        let master = plain(&visit.master, NAME_CHARS);
        if !master.is_empty() && !masters.contains(&master) {
            masters.push(master);
        }
    }
    Some(Context {
        client: greeting_name(&confirmation.client_name),
        branch: plain(&confirmation.branch_title, NAME_CHARS),
        address: plain(&confirmation.branch_address, ADDRESS_CHARS),
        when: when(language, &visits, year),
        schedule: if visits.len() > 1 { schedule(language, &visits, one_day, year) } else { String::new() },
        day: if one_day { on_day(language, first.date(), year) } else { String::new() },
        weekday: weekday(language, first.date()),
        date: day_and_month(language, first.date()),
        time: time(first),
        year: first.year().to_string(),
        service_count: services.len(),
        services: listed(&services),
        master: shorten(&masters.join(", "), SERVICES_CHARS),
        price: sum(&visits),
        visit_count: visits.len(),
        visits: visits
            .iter()
            .take(MAX_VISITS)
            .map(|visit| VisitContext {
                when: when(language, &[visit], year),
                weekday: weekday(language, visit.starts_local.date()),
                date: day_and_month(language, visit.starts_local.date()),
                time: time(visit.starts_local),
                year: visit.starts_local.year().to_string(),
                services: listed(&merged(&visit.services)),
                master: plain(&visit.master, NAME_CHARS),
                price: sum(&[visit]),
            })
            .collect(),
    })
}

/// «в четверг, 14 августа, в 15:00 и 16:00; во вторник, 19 августа, в 12:00».
fn when(language: Language, visits: &[&Visit], year: i32) -> String {
    let mut days: Vec<(NaiveDate, Vec<String>)> = Vec::new();
    for visit in visits.iter().take(MAX_VISITS) {
        let (date, time) = (visit.starts_local.date(), time(visit.starts_local));
        match days.last_mut() {
            Some((day, times)) if *day == date => {
                if !times.contains(&time) {
                    times.push(time);
                }
            }
            _ => days.push((date, vec![time])),
        }
    }
    let (at, and) = match language {
        Language::Ru => ("в", "и"),
        Language::En => ("at", "and"),
    };
    let mut phrases: Vec<String> = days
        .into_iter()
        .map(|(day, times)| {
            let times = match times.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, others)) => format!("{} {and} {last}", others.join(", ")),
                None => String::new(),
            };
            format!("{}, {at} {times}", on_day(language, day, year))
        })
        .collect();
    phrases.extend(more(language, visits.len()));
    phrases.join("; ")
}

/// «15:00 — Мужская стрижка, мастер Олег», a line each.
fn schedule(language: Language, visits: &[&Visit], one_day: bool, year: i32) -> String {
    let mut lines: Vec<String> = visits
        .iter()
        .take(MAX_VISITS)
        .map(|visit| {
            let starts = visit.starts_local;
            let time = time(starts);
            let head = if one_day {
                time
            } else {
                let date = starts.date();
                format!("{}, {}, {time}", weekday(language, date), dated(language, date, year))
            };
            let master = plain(&visit.master, NAME_CHARS);
            let who = match language {
                _ if master.is_empty() => master,
                Language::Ru => format!("мастер {master}"),
                Language::En => format!("with {master}"),
            };
            let what = [listed(&merged(&visit.services)), who].into_iter().filter(|part| !part.is_empty());
            let what = what.collect::<Vec<_>>().join(", ");
            if what.is_empty() { head } else { format!("{head} — {what}") }
        })
        .collect();
    lines.extend(more(language, visits.len()));
    lines.join("\n")
}

/// What did not fit.
fn more(language: Language, visits: usize) -> Option<String> {
    let rest = visits.checked_sub(MAX_VISITS).filter(|rest| *rest > 0)?;
    Some(match language {
        Language::Ru => format!("и ещё {rest} {}", plural(rest as u64, "визит", "визита", "визитов")),
        Language::En => format!("and {rest} more"),
    })
}

/// Titles with their amounts, equal ones together, in their first order.
fn merged<'a>(services: impl IntoIterator<Item = &'a Service>) -> Vec<(String, i64)> {
    let mut merged: Vec<(String, i64)> = Vec::new();
    for service in services {
        let title = plain(&service.title, NAME_CHARS);
        let amount = service.amount.max(1);
        match merged.iter_mut().find(|(known, _)| *known == title) {
            _ if title.is_empty() => {}
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => merged.push((title, amount)),
        }
    }
    merged
}

/// «Мужская стрижка ×2, Борода». A title is never declined: it is a name.
fn listed(services: &[(String, i64)]) -> String {
    let each = services.iter().map(|(title, amount)| match amount {
        2..=999 => format!("{title} ×{amount}"),
        _ => title.clone(),
    });
    shorten(&each.collect::<Vec<_>>().join(", "), SERVICES_CHARS)
}

/// «1 500 ₽» of hundredths, with spaces that do not break; empty when there is nothing to pay.
fn price(hundredths: i64, language: Language, currency: &str) -> String {
    let currency = match currency.trim() {
        // As a name it would say nothing.
        "$" => "$".to_owned(),
        sign => plain(sign, CURRENCY_CHARS),
    };
    if hundredths <= 0 || currency.is_empty() {
        return String::new();
    }
    let whole = (hundredths / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    let point = match language {
        Language::Ru => ',',
        Language::En => '.',
    };
    match hundredths % 100 {
        0 => format!("{grouped}\u{a0}{currency}"),
        rest => format!("{grouped}{point}{rest:02}\u{a0}{currency}"),
    }
}

fn time(starts: NaiveDateTime) -> String {
    starts.format("%H:%M").to_string()
}

/// «в четверг, 14 августа», or «в четверг, 14 января 2027 года» outside of `year`.
fn on_day(language: Language, date: NaiveDate, year: i32) -> String {
    const RU: [&str; 7] =
        ["в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"];
    let date_words = dated(language, date, year);
    match language {
        Language::Ru => format!("{}, {date_words}", RU[index_of_weekday(date)]),
        Language::En => format!("on {}, {date_words}", weekday(language, date)),
    }
}

fn weekday(language: Language, date: NaiveDate) -> &'static str {
    const RU: [&str; 7] = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    match language {
        Language::Ru => RU[index_of_weekday(date)],
        Language::En => EN[index_of_weekday(date)],
    }
}

fn index_of_weekday(date: NaiveDate) -> usize {
    date.weekday().num_days_from_monday() as usize
}

/// The date, with its year if that is not `year`.
fn dated(language: Language, date: NaiveDate, year: i32) -> String {
    let day = day_and_month(language, date);
    match language {
        _ if date.year() == year => day,
        Language::Ru => format!("{day} {} года", date.year()),
        Language::En => format!("{day} {}", date.year()),
    }
}

fn day_and_month(language: Language, date: NaiveDate) -> String {
    const RU: [&str; 12] = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = match language {
        Language::Ru => RU[date.month0() as usize],
        Language::En => EN[date.month0() as usize],
    };
    format!("{} {month}", date.day())
}
