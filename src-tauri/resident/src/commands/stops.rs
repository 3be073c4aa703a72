//! `stops`: what clients wrote that may mean "stop", before a person who decides.

use engine::outbox::{Actor, StopWish};
use engine::phone;
use serde_json::json;

use super::clients::number_of;
use crate::cli::Stops;
use crate::failure::{self, Failure};
use crate::output::{Tone, paint};
use crate::session::{Session, acting_person};
use crate::when::{self, rfc3339};
use crate::words::stops as say;

pub(super) fn run(session: &mut Session, act: Option<Stops>) -> Result<(), Failure> {
    match act {
        None => list(session),
        Some(Stops::Of { id, phone }) => is_of(session, id, phone),
        Some(Stops::Dismiss { id }) => dismiss(session, id),
    }
}

fn list(session: &mut Session) -> Result<(), Failure> {
    let wishes = session.outbox()?.stop_wishes()?;
    if session.json {
        let rows: Vec<_> = wishes.iter().map(as_json).collect();
        return session.out.json(&rows);
    }
    let language = session.language();
    if wishes.is_empty() {
        return session.out.line(say::none(language));
    }
    for wish in wishes {
        let head = format!("{}  {}", wish.id, when::short_utc(wish.at, language));
        session.out.line(format!("{head}  {}", say::what(&wish, language)))?;
        for one in &wish.likely {
            let who = format!("    {}  {}", phone::shown(&one.phone), one.name);
            let told = say::told_at(&when::short_utc(one.told_at, language), language);
            session.out.line(format!("{who}  {}", paint(Tone::Quiet, told)))?;
        }
    }
    session.out.line(paint(Tone::Quiet, say::how(language)))
}

fn as_json(wish: &StopWish) -> serde_json::Value {
    let likely: Vec<_> = wish
        .likely
        .iter()
        .map(|one| json!({ "phone": one.phone, "client": one.name, "told_at": rfc3339(one.told_at) }))
        .collect();
    json!({
        "id": wish.id, "at": rfc3339(wish.at), "sure": wish.sure, "phone": wish.phone, "text": wish.text,
        "likely": likely,
    })
}

fn is_of(session: &mut Session, id: i64, number: Option<String>) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let known = || outbox.stop_wishes().map(|all| all.into_iter().find(|wish| wish.id == id));
    let number = match number {
        Some(number) => number,
        None => known()?.map(|wish| wish.phone).unwrap_or_default(),
    };
    let phone = number_of(session, &outbox, &number)?;
    let done = outbox.stop_is_of(id, phone.as_str(), &Actor::Person(acting_person()), session.now());
    done.map_err(|error| failure::of_list(error, "stops"))?;
    if session.json {
        return session.out.json(&json!({ "id": id, "phone": phone.as_str() }));
    }
    let language = session.language();
    session.out.line(say::is_of(&phone::shown(phone.as_str()), language))
}

fn dismiss(session: &mut Session, id: i64) -> Result<(), Failure> {
    let done = session.outbox()?.stop_is_no_wish(id, &Actor::Person(acting_person()), session.now());
    done.map_err(|error| failure::of_list(error, "stops"))?;
    if session.json {
        return session.out.json(&json!({ "id": id }));
    }
    let language = session.language();
    session.out.line(say::dismissed(language))
}
