//! `quit`: the program ends as it does with the session. An installer asks for it before it replaces files.

use std::thread;
use std::time::Duration;

use engine::desk::OwnerLock;
use serde_json::json;

use crate::failure::Failure;
use crate::session::Session;
use crate::words;

/// Longer than the owner waits for a message on its way.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(20);
/// An owner gives a sign of life oftener. One that was killed is not asked: its number may be another's by now.
const ALIVE: chrono::TimeDelta = chrono::TimeDelta::minutes(1);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let was_running = OwnerLock::is_held(&session.dir);
    let asked_at = session.now();
    let mut asked = false;
    while OwnerLock::is_held(&session.dir) {
        // One that has just taken the lock has no number in the database yet.
        asked = asked || ask(session);
        if session.now() - asked_at > PATIENCE {
            return Err(Failure::StillRunning);
        }
        thread::sleep(LOOK_EVERY);
    }
    if session.json {
        return session.out.json(&json!({ "was_running": was_running }));
    }
    session.out.line(words::desk::ended(was_running, session.language()))
}

/// Whether the owner could be asked. A database that cannot be read is waited for.
fn ask(session: &Session) -> bool {
    let desk = session.outbox().and_then(|outbox| Ok(outbox.desk()?));
    let owner = desk.ok().and_then(|desk| desk.owner);
    owner.is_some_and(|owner| session.now() - owner.alive_at < ALIVE && ask_process(owner.pid))
}

#[cfg(unix)]
fn ask_process(pid: u32) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

#[cfg(windows)]
fn ask_process(pid: u32) -> bool {
    win32::ask_to_end(pid)
}
