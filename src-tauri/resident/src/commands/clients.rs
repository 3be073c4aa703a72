//! What a client may ask for: to hear nothing, to hear again, to be forgotten.

use std::fs;
use std::path::{Path, PathBuf};

use engine::db;
use engine::monitor::known;
use engine::outbox::{Actor, Outbox, phone_key};
use engine::phone::{self, Phone};
use engine::settings::Settings;
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::{Session, acting_person};
use crate::when::{self, rfc3339};
use crate::words::clients as say;

/// What the stop list and the audit call it.
const BY_HAND: &str = "person";

/// As much of a hash as tells two apart.
const SHOWN: usize = 12;

pub(super) fn opt_out(session: &mut Session, number: &str) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let phone = number_of(session, &outbox, number)?;
    let new = outbox.opt_outs()?.iter().all(|one| one.phone_key != phone_key(phone.as_str()));
    outbox.opt_out(phone.as_str(), BY_HAND, &Actor::Person(acting_person()), session.now())?;
    if session.json {
        return session.out.json(&json!({ "phone": phone.as_str(), "new": new }));
    }
    let language = session.language();
    session.out.line(say::opted_out(&phone::shown(phone.as_str()), new, language))
}

pub(super) fn opt_in(session: &mut Session, number: &str) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let phone = number_of(session, &outbox, number)?;
    let was = outbox.opt_in(phone.as_str(), &Actor::Person(acting_person()), session.now())?;
    if session.json {
        return session.out.json(&json!({ "phone": phone.as_str(), "was_on_list": was }));
    }
    let language = session.language();
    session.out.line(say::opted_in(&phone::shown(phone.as_str()), was, language))
}

pub(super) fn stop_list(session: &mut Session) -> Result<(), Failure> {
    let list = session.outbox()?.opt_outs()?;
    if session.json {
        let rows: Vec<_> = list
            .iter()
            .map(|one| json!({ "hash": one.phone_key, "since": rfc3339(one.since), "source": one.source }))
            .collect();
        return session.out.json(&rows);
    }
    let language = session.language();
    session.out.line(say::on_the_list(list.len(), language))?;
    for one in list {
        let hash = one.phone_key.get(..SHOWN).unwrap_or(&one.phone_key);
        let line =
            format!("  {}  {}", when::short_utc(one.since, language), say::source(&one.source, language));
        session.out.line(format!("{line}  {}", paint(Tone::Quiet, hash)))?;
    }
    Ok(())
}

pub(super) fn forget(session: &mut Session, number: &str) -> Result<(), Failure> {
    let outbox = session.outbox()?;
    let phone = number_of(session, &outbox, number)?;
    let (now, person) = (session.now(), acting_person());
    let done = outbox.forget(&phone, &Actor::Person(person.clone()), now)?;
    let left = old_copies(&session.dir);
    if session.json {
        let mut act = serde_json::to_value(done).map_err(|error| Failure::Output(error.into()))?;
        act["phone"] = json!(phone::masked(&phone));
        act["at"] = json!(rfc3339(now));
        act["by"] = json!(person);
        act["old_copies"] = left.iter().map(|path| path.display().to_string()).collect();
        return session.out.json(&act);
    }
    let language = session.language();
    for line in say::act(&phone, &when::short_utc(now, language), &person, &done, language) {
        session.out.line(line)?;
    }
    if !done.journal_emptied {
        session.out.line(paint(Tone::Attention, say::journal_in_use(language)))?;
    }
    for copy in left {
        session.out.line(paint(Tone::Attention, say::old_copy(&copy, language)))?;
    }
    Ok(())
}

/// What the program itself put aside, here and beside the directory. No act reaches into those.
fn old_copies(dir: &Path) -> Vec<PathBuf> {
    let damaged = format!("{}.damaged-", db::FILE_NAME);
    let replaced = dir.file_name().map(|name| format!("{}.replaced-", name.to_string_lossy()));
    let mut found = begin_with(dir, &damaged);
    if let (Some(parent), Some(replaced)) = (dir.parent(), replaced) {
        found.extend(begin_with(parent, &replaced));
    }
    found.sort();
    found
}

fn begin_with(dir: &Path, start: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let paths = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
    paths.map(|entry| entry.path()).collect()
}

/// The number as the queue has it. One without a country is read in the country of the first branch that has one.
pub(super) fn number_of(session: &Session, outbox: &Outbox, number: &str) -> Result<Phone, Failure> {
    // Broken settings must not keep a client from being forgotten.
    let settings = session.settings().unwrap_or_else(|_| Settings::default());
    let mut region = None;
    for branch in &settings.branches {
        let state = outbox.db().read(|connection| known::branch_in(connection, branch.company_id))?;
        let facts = state.unwrap_or_default().facts;
        region = phone::region_of_branch(branch.phone_region.as_deref(), &facts.phone, &facts.time_zone);
        if region.is_some() {
            break;
        }
    }
    phone::read(number, region.as_deref()).or_else(|fault| {
        // Nobody is written to at a landline, and still somebody may want to be forgotten.
        let digits: String =
            number.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
        Phone::try_from(digits).map_err(|_| Failure::BadPhone(fault))
    })
}
