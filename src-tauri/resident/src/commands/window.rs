//! `window`: starts the window, which is an executable of its own beside this one.

use std::env;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::session::Session;
use crate::words;

const NAME: &str = "booking-monitor-window";

pub(super) fn run(session: &mut Session, page: Option<&str>) -> Result<(), Failure> {
    let here = env::current_exe().map_err(Failure::Window)?;
    let window = here.with_file_name(format!("{NAME}{}", env::consts::EXE_SUFFIX));
    let started = Command::new(window)
        .arg("--data-dir")
        .arg(&session.dir)
        .args(page)
        // It outlives this command, and must not keep a pipe of ours open.
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(child) if session.json => session.out.json(&serde_json::json!({ "pid": child.id() })),
        Ok(_) => {
            let language = session.language();
            session.out.line(words::desk::window_started(language))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::NoWindow),
        Err(error) => Err(Failure::Window(error)),
    }
}
