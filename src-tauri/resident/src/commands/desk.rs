//! What is asked of the whole desk: `poll`, `pause`, `resume`.

use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::desk::OwnerLock;
use engine::notification::Notification;
use engine::outbox::{Actor, Outbox, RequestKind};
use serde::Serialize;

use crate::commands::lists;
use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::pause_for::PauseFor;
use crate::session::{Session, acting_person};
use crate::views::{BranchView, Branches, PauseView};
use crate::when::{self, rfc3339};
use crate::words;

/// How long the owner may take to poll every branch.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One branch's answer to `poll`.
#[derive(Serialize)]
struct Polled {
    #[serde(flatten)]
    branch: BranchView,
    /// Rows that the poll brought, the skipped ones too.
    new: usize,
}

pub(super) fn poll(session: &mut Session) -> Result<(), Failure> {
    let settings = session.settings()?;
    let language = settings.language;
    if settings.branches.is_empty() {
        return Err(Failure::NoBranches);
    }
    if !settings.enabled {
        return Err(Failure::SwitchedOff);
    }
    let outbox = session.outbox()?;
    if !OwnerLock::is_held(&session.dir) {
        return Err(Failure::NoOwner);
    }
    if let Some((doubt, _)) = outbox.desk()?.doubt {
        return Err(Failure::Doubted(doubt));
    }
    let asked_at = session.now();
    let before = outbox.last_event()?;
    let request = outbox.ask(RequestKind::Poll, "", asked_at)?;
    while !outbox.is_answered(request)? {
        if !OwnerLock::is_held(&session.dir) {
            return Err(Failure::NoOwner);
        }
        if session.now() - asked_at > PATIENCE {
            return Err(Failure::NoAnswer);
        }
        thread::sleep(LOOK_EVERY);
    }
    let new = new_since(&outbox, before, asked_at)?;
    let mut branches = Branches::new(&outbox);
    let mut polled = Vec::new();
    for branch in &settings.branches {
        let company = branch.company_id;
        let new = new.iter().filter(|row| row.company == company).count();
        polled.push(Polled { branch: BranchView::of(&branches.seen(company)?, &settings), new });
    }
    if session.json {
        session.out.json(&polled)?;
    } else {
        for Polled { branch, new } in &polled {
            let name =
                if branch.title.is_empty() { branch.company_id.to_string() } else { branch.title.clone() };
            let line = match &branch.error {
                Some(error) => paint(Tone::Bad, format!("✗ {name}: {}", error.message)),
                None => format!("{} {name}: {}", paint(Tone::Good, "✓"), words::desk::polled(*new, language)),
            };
            session.out.line(line)?;
        }
        let now = session.now();
        for row in &new {
            lists::print_row(&mut session.out, row, &mut branches, now, language)?;
        }
    }
    if polled.iter().any(|polled| polled.branch.error.is_some()) { Err(Failure::Reported) } else { Ok(()) }
}

/// The rows that came into the outbox since.
fn new_since(outbox: &Outbox, before: i64, asked_at: DateTime<Utc>) -> Result<Vec<Notification>, Failure> {
    let (_, mut rows) = outbox.changed_after(before)?;
    rows.retain(|row| row.enqueued_at >= asked_at);
    Ok(rows)
}

pub(super) fn pause(session: &mut Session, length: Option<PauseFor>) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let now = session.now();
    let zone = match session.settings() {
        Ok(settings) => Branches::new(&outbox).desk_zone(&settings)?,
        Err(_) => None,
    };
    let until = match length {
        None => None,
        Some(PauseFor::For(length)) => Some(now + length),
        Some(PauseFor::Tomorrow) => Some(when::next_day(zone.ok_or(Failure::NoZone)?, now)),
    };
    outbox.pause(until, &Actor::Person(acting_person()), now)?;
    if session.json {
        let paused = PauseView { since: rfc3339(now), until: until.map(rfc3339) };
        return session.out.json(&serde_json::json!({ "paused": paused }));
    }
    let language = session.language();
    let until = until.map(|until| match zone {
        Some(zone) => when::short(until.with_timezone(&zone).naive_local(), language),
        None => when::short_utc(until, language),
    });
    session.out.line(words::desk::paused(until.as_deref(), language))
}

pub(super) fn resume(session: &mut Session) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let was_paused = outbox.resume(&Actor::Person(acting_person()), session.now())?;
    if session.json {
        return session.out.json(&serde_json::json!({ "paused": null, "was_paused": was_paused }));
    }
    let language = session.language();
    session.out.line(words::desk::resumed(was_paused, language))
}
