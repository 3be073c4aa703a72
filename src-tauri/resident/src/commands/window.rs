//! `window`: shows the window, which is an executable of its own beside this one.

use std::io::ErrorKind;
use std::process::{Child, Stdio};

use engine::outbox::RequestKind;

use crate::failure::Failure;
use crate::session::Session;
use crate::tray::{window_command, window_is_open};
use crate::words;

const FIRST_PAGE: &str = "queue";

pub(super) fn run(session: &mut Session, page: Option<&str>) -> Result<(), Failure> {
    let page = page.unwrap_or(FIRST_PAGE);
    let language = session.language();
    // One window on a data directory: the one that is open shows the page.
    if window_is_open(&session.dir) {
        session.outbox()?.ask(RequestKind::ShowWindow, page, session.now())?;
        return if session.json {
            session.out.json(&serde_json::json!({ "pid": null }))
        } else {
            session.out.line(words::desk::window_shown(language))
        };
    }
    let child = start(session, page)?;
    if session.json {
        session.out.json(&serde_json::json!({ "pid": child.id() }))
    } else {
        session.out.line(words::desk::window_started(language))
    }
}

/// Starts the window and leaves it: it outlives this command.
pub(super) fn start(session: &Session, page: &str) -> Result<Child, Failure> {
    let mut command = window_command(&session.dir).map_err(Failure::Window)?;
    command.args(["--page", page]).stderr(Stdio::null()).spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::NoWindow,
        _ => Failure::Window(error),
    })
}
