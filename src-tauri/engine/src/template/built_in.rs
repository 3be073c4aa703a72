//! The texts that hold when the owner wrote none, and the samples an owner's
//! text is tried with. The built-in texts name the visit and nothing else: no
//! offers, no links.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::plain::{ADDRESS_CHARS, NAME_CHARS};
use super::{Confirmation, RUBLE, Visit};
use crate::booking::Service;
use crate::settings::Language;

const RU_ONE: &str = "\
Здравствуйте[[, {{ client }}]]! Вы записаны {{ when }}.
[[{{ 'Услуга' if service_count == 1 else 'Услуги' }}: {{ services }}]]
[[Мастер: {{ master }}]]
[[Стоимость: {{ price }}]]
[[Адрес: {{ address }}]]
[[{{ branch }}]]";

const RU_SEVERAL: &str = "\
Здравствуйте[[, {{ client }}]]! Вы записаны[[ {{ day }}]]:
{{ schedule }}
[[Стоимость: {{ price }}]]
[[Адрес: {{ address }}]]
[[{{ branch }}]]";

const EN_ONE: &str = "\
Hello[[, {{ client }}]]! You are booked {{ when }}.
[[{{ 'Service' if service_count == 1 else 'Services' }}: {{ services }}]]
[[With: {{ master }}]]
[[Price: {{ price }}]]
[[Address: {{ address }}]]
[[{{ branch }}]]";

const EN_SEVERAL: &str = "\
Hello[[, {{ client }}]]! You are booked[[ {{ day }}]]:
{{ schedule }}
[[Price: {{ price }}]]
[[Address: {{ address }}]]
[[{{ branch }}]]";

pub(super) const fn text(language: Language, visits: usize) -> &'static str {
    match (language, visits) {
        (Language::Ru, 0 | 1) => RU_ONE,
        (Language::Ru, _) => RU_SEVERAL,
        (Language::En, 0 | 1) => EN_ONE,
        (Language::En, _) => EN_SEVERAL,
    }
}

/// Everything known; nothing known but the time; two visits on one day; three on
/// different days; everything as long as it can be; visits of two years.
pub(super) fn samples() -> Vec<Confirmation> {
    // Any time will do; nothing here can be out of range.
    let starts =
        NaiveDate::from_ymd_opt(2026, 8, 14).and_then(|day| day.and_hms_opt(15, 0, 0)).unwrap_or_default();
    let full =
        confirmation("Ирина", "Барбершоп «Усы»", "ул. Ленина, 1", vec![visit(starts, "Олег", "Стрижка", 1)]);
    let empty = confirmation(
        "",
        "",
        "",
        vec![Visit { starts_local: starts, master: String::new(), services: Vec::new() }],
    );
    let later = starts + TimeDelta::hours(1);
    let mut day = full.clone();
    day.visits.push(visit(later, "Пётр", "Борода", 2));
    let mut series = full.clone();
    series.visits.extend([1, 2].map(|weeks| visit(starts + Days::new(7 * weeks), "Олег", "Стрижка", 1)));
    let name = "Щ".repeat(NAME_CHARS);
    let long = confirmation(
        &name,
        &name,
        &"Щ".repeat(ADDRESS_CHARS),
        vec![Visit {
            starts_local: starts,
            master: name.clone(),
            services: (0..4).map(|id| service(id, &name, 2)).collect(),
        }],
    );
    let mut turn = series.clone();
    turn.year -= 1;
    turn.visits.push(visit(starts - Days::new(365), "Олег", "Стрижка", 1));
    vec![full, empty, day, series, long, turn]
}

fn confirmation(client: &str, branch: &str, address: &str, visits: Vec<Visit>) -> Confirmation {
    Confirmation {
        client_name: client.to_owned(),
        branch_title: branch.to_owned(),
        branch_address: address.to_owned(),
        currency: RUBLE.to_owned(),
        year: 2026,
        visits,
    }
}

fn visit(starts_local: NaiveDateTime, master: &str, title: &str, amount: i64) -> Visit {
    Visit { starts_local, master: master.to_owned(), services: vec![service(1, title, amount)] }
}

fn service(id: i64, title: &str, amount: i64) -> Service {
    Service { id, title: title.to_owned(), amount, price: 150_000 }
}
