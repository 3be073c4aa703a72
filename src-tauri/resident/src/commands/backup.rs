//! `backup` and `restore`: the data directory in one file, and back.

use std::path::Path;

use engine::backup;
use engine::desk::WindowLock;
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::Session;
use crate::storage;
use crate::when::{self, rfc3339};
use crate::words::backup as say;

pub(super) fn make(session: &mut Session, file: &Path) -> Result<(), Failure> {
    let bytes = backup::make(session.outbox()?.db(), &session.dir, file, session.now())?;
    if session.json {
        return session.out.json(&json!({ "file": file.display().to_string(), "bytes": bytes }));
    }
    let language = session.language();
    session.out.line(say::made(file, bytes, language))?;
    session.out.line(paint(Tone::Attention, say::keep_it_safe(language)))
}

pub(super) fn restore(session: &mut Session, file: &Path) -> Result<(), Failure> {
    // A window works on the database too, and would go on with the one that was replaced.
    if WindowLock::is_held(&session.dir) {
        return Err(Failure::InUse);
    }
    let _lock = storage::take_lock(&session.dir).map_err(|failure| match failure {
        Failure::SecondOwner { .. } => Failure::InUse,
        other => other,
    })?;
    let restored = backup::restore(file, &session.dir, session.now())?;
    if session.json {
        return session.out.json(&json!({
            "made_at": rfc3339(restored.made_at),
            "replaced": restored.replaced.map(|path| path.display().to_string()),
            "waiting": restored.waiting,
        }));
    }
    let language = session.language();
    session.out.line(say::restored(&when::short_utc(restored.made_at, language), language))?;
    if let Some(replaced) = &restored.replaced {
        session.out.line(say::replaced(replaced, language))?;
    }
    session.out.line(paint(Tone::Attention, say::begin_anew(language)))
}
