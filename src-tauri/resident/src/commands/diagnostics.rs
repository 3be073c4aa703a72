//! `diagnostics`: one file for whoever supports the shop.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use engine::backup::BackupError;
use engine::private_file;
use serde_json::json;

use crate::diagnostics;
use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::Session;
use crate::words::diagnostics as say;

pub(super) fn run(session: &mut Session, file: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Backup(BackupError::Exists(file.to_owned())),
        _ => Failure::Backup(BackupError::File { path: file.to_owned(), error }),
    };
    // Nothing is asked of anybody before it is clear where the answer goes.
    let mut out = private_file().write(true).create_new(true).open(file).map_err(failed)?;
    let written = diagnostics::gather(session).and_then(|text| {
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
        Ok(text.len())
    });
    if written.is_err() {
        // Half of it would be taken for the whole.
        let _ = fs::remove_file(file);
    }
    let bytes = written?;
    if session.json {
        return session.out.json(&json!({ "file": file.display().to_string(), "bytes": bytes }));
    }
    let language = session.language();
    session.out.line(say::made(file, bytes, language))?;
    session.out.line(paint(Tone::Quiet, say::holds_nobody(language)))
}
