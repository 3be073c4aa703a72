//! `migrate --dry-run`: what this version would do with the database of this computer.

use engine::db;
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::Session;
use crate::words::migrate as say;

pub(super) fn rehearse(session: &mut Session) -> Result<(), Failure> {
    let done = db::rehearse(&session.dir, session.computer.as_ref())?;
    if session.json {
        let rows = done
            .rows
            .iter()
            .map(|(table, before, after)| json!({ "table": table, "before": before, "after": after }));
        return session.out.json(&json!({
            "found": done.found,
            "known": done.known,
            "steps": done.steps,
            "rows": rows.collect::<Vec<_>>(),
            "loses_nothing": done.loses_nothing(),
            "took_ms": u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX),
        }));
    }
    let language = session.language();
    session.out.line(say::schema(&done, language))?;
    for (table, before, after) in done.rows.iter().filter(|(_, before, after)| before.max(after) > &0) {
        session.out.line(say::rows(table, *before, *after, language))?;
    }
    let tone = if done.loses_nothing() { Tone::Good } else { Tone::Attention };
    session.out.line(paint(tone, say::nothing_is_done(language)))
}
