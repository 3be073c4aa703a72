//! `aside`: what the gateway pushed and this program could not work through, until a person has seen it.

use engine::outbox::{Actor, AsideSeen};
use serde_json::json;

use crate::cli::Aside;
use crate::failure::{self, Failure};
use crate::output::{Tone, paint};
use crate::session::{Session, acting_person};
use crate::when::{self, rfc3339};
use crate::words::stops as say;

pub(super) fn run(session: &mut Session, act: Option<Aside>) -> Result<(), Failure> {
    match act {
        None => list(session),
        Some(Aside::Dismiss { id: Some(id) }) => dismiss(session, AsideSeen::One(id)),
        Some(Aside::Dismiss { id: None }) => {
            let last = session.outbox()?.aside_rows()?.last().map(|row| row.id);
            match last {
                Some(id) => dismiss(session, AsideSeen::UpTo(id)),
                None => none(session),
            }
        }
    }
}

fn list(session: &mut Session) -> Result<(), Failure> {
    let rows = session.outbox()?.aside_rows()?;
    if session.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| json!({ "id": row.id, "at": rfc3339(row.at), "kind": row.kind, "why": row.why }))
            .collect();
        return session.out.json(&rows);
    }
    let language = session.language();
    if rows.is_empty() {
        return session.out.line(say::nothing_aside(language));
    }
    for row in rows {
        let at = paint(Tone::Quiet, when::short_utc(row.at, language));
        session.out.line(format!("{}  {at}  {} ({})", row.id, row.kind, row.why))?;
    }
    session.out.line(paint(Tone::Quiet, say::how_aside(language)))
}

fn dismiss(session: &mut Session, which: AsideSeen) -> Result<(), Failure> {
    let person = Actor::Person(acting_person());
    let seen = session.outbox()?.aside_is_seen(which, &person, session.now());
    let seen = seen.map_err(|error| failure::of_list(error, "aside"))?;
    if session.json {
        return session.out.json(&json!({ "dismissed": seen }));
    }
    let language = session.language();
    session.out.line(say::aside_dismissed(seen, language))
}

fn none(session: &mut Session) -> Result<(), Failure> {
    if session.json {
        return session.out.json(&json!({ "dismissed": 0 }));
    }
    let language = session.language();
    session.out.line(say::nothing_aside(language))
}
