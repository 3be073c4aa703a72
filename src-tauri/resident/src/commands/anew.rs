//! `begin-anew`: a person goes on with a database that was restored or copied.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use credentials::Keyring;
use engine::desk::{self, BegunAnew};
use engine::notification::{Reason, State};
use engine::outbox::{Actor, Outbox};
use engine::ports::Secrets;
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::{Session, acting_person};
use crate::views::Branches;
use crate::when::{self, rfc3339};
use crate::{runtime, words, world};

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let now = session.now();
    let begun = runtime::block_on(async {
        let keyring = Keyring::open().await?;
        let place = world::place(&Ok(Arc::new(keyring) as Arc<dyn Secrets>), &session.dir);
        Ok(desk::begin_anew(&outbox, &place, &Actor::Person(acting_person()), now).await?)
    })?;
    let Some(begun) = begun else { return Err(Failure::NothingToBeginAnew) };
    let waiting = outbox.in_state(State::Waiting)?;
    let waiting = waiting.iter().filter(|row| row.reason == Reason::Restored).count();
    if session.json {
        let branches: Vec<_> = begun
            .branches
            .iter()
            .map(|(company, read)| json!({ "company_id": company.0, "read_before": read.map(rfc3339) }))
            .collect();
        return session.out.json(&json!({
            "found": begun.doubt.as_str(),
            "begun_at": rfc3339(now),
            "branches": branches,
            "waiting": waiting,
        }));
    }
    print(session, &outbox, &begun, waiting)
}

fn print(session: &mut Session, outbox: &Outbox, begun: &BegunAnew, waiting: usize) -> Result<(), Failure> {
    let language = session.language();
    session.out.line(words::anew::begun(begun.doubt, language))?;
    let mut branches = Branches::new(outbox);
    for (company, read) in &begun.branches {
        let (title, zone) = (branches.title(*company)?, branches.zone(*company)?);
        let read = read.map(|read: DateTime<Utc>| match zone {
            Some(zone) => when::short(read.with_timezone(&zone).naive_local(), language),
            None => when::short_utc(read, language),
        });
        session.out.line(format!("  {}", words::anew::branch(&title, read.as_deref(), language)))?;
    }
    if waiting > 0 {
        session.out.line(words::anew::waiting(waiting, language))?;
    }
    session.out.line(paint(Tone::Attention, words::anew::one_computer(language)))
}
