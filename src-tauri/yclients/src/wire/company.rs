//! Branches, users and rights on the wire.

use engine::booking::{BranchFacts, CompanyId};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient;
use crate::setup::{Company, Permissions, User};

/// Longer than any sign or short name of a currency.
const LONGEST_CURRENCY: usize = 16;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CompanyCard {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    title: String,
    #[serde(deserialize_with = "lenient::text")]
    public_title: String,
    #[serde(deserialize_with = "lenient::text")]
    address: String,
    #[serde(deserialize_with = "lenient::text")]
    city: String,
    #[serde(deserialize_with = "lenient::text")]
    phone: String,
    #[serde(deserialize_with = "lenient::any")]
    phones: Value,
    #[serde(deserialize_with = "lenient::text")]
    timezone_name: String,
    #[serde(deserialize_with = "lenient::text")]
    currency_short_title: String,
    #[serde(deserialize_with = "lenient::flag")]
    active: Option<bool>,
}

impl CompanyCard {
    fn facts(self) -> BranchFacts {
        let first = self.phones.get(0).map(lenient::to_text).unwrap_or_default();
        BranchFacts {
            // `title` may be what the staff calls it among themselves.
            title: if self.public_title.is_empty() { self.title } else { self.public_title },
            address: self.address,
            city: self.city,
            phone: if self.phone.is_empty() { first } else { self.phone },
            time_zone: self.timezone_name,
            currency: currency(self.currency_short_title),
        }
    }
}

/// A price without its currency is not told, which is better than one with a number or
/// a sentence behind it.
fn currency(sign: String) -> String {
    let is_sign = sign.chars().count() <= LONGEST_CURRENCY && !sign.contains(char::is_numeric);
    if is_sign { sign } else { String::new() }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserCard {
    #[serde(deserialize_with = "lenient::int")]
    id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    name: String,
    #[serde(deserialize_with = "lenient::text")]
    firstname: String,
    #[serde(deserialize_with = "lenient::text")]
    login: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rights {
    #[serde(deserialize_with = "lenient::object")]
    timetable: Option<Timetable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Timetable {
    #[serde(rename = "timetable_access", deserialize_with = "lenient::flag")]
    access: Option<bool>,
    #[serde(deserialize_with = "lenient::int")]
    master_id: Option<i64>,
    #[serde(deserialize_with = "lenient::int")]
    position_id: Option<i64>,
    #[serde(rename = "timetable_phones_access", deserialize_with = "lenient::flag")]
    phones_access: Option<bool>,
}

/// One branch's facts.
pub(crate) fn company(data: &RawValue, asked: CompanyId) -> Result<BranchFacts, String> {
    let card: CompanyCard = object(data)?;
    if card.id.is_some_and(|id| id != asked.0) {
        return Err("it is about another branch".into());
    }
    Ok(card.facts())
}

/// Every branch that can be read; the rest is left out, for it is only a list to choose from.
pub(crate) fn companies(rows: &[&RawValue]) -> Vec<Company> {
    let company = |row: &&RawValue| {
        let card: CompanyCard = object(row).ok()?;
        Some(Company { id: CompanyId(card.id?), active: card.active.unwrap_or(true), facts: card.facts() })
    };
    rows.iter().filter_map(company).collect()
}

/// Every user that can be read. An older form has `firstname` and `login` for `name`.
pub(crate) fn users(rows: &[&RawValue]) -> Vec<User> {
    let user = |row: &&RawValue| {
        let card: UserCard = object(row).ok()?;
        let name = [card.name, card.firstname, card.login].into_iter().find(|name| !name.is_empty());
        Some(User { id: card.id?, name: name.unwrap_or_default() })
    };
    rows.iter().filter_map(user).collect()
}

pub(crate) fn permissions(data: &RawValue) -> Result<Permissions, String> {
    let rights: Rights = object(data)?;
    let timetable = rights.timetable.ok_or("it says nothing about the journal")?;
    Ok(Permissions {
        timetable: timetable.access,
        only_staff: timetable.master_id.filter(|id| *id != 0),
        only_position: timetable.position_id.filter(|id| *id != 0),
        phones: timetable.phones_access,
    })
}

fn object<'de, T: Deserialize<'de>>(raw: &'de RawValue) -> Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("its data is no object".into());
    }
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}
