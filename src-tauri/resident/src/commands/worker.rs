//! `worker`: the monitor alone, until it is told to end.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use engine::clock::{Clock, SystemClock};
use engine::db::{self, Db, StorageError};
use engine::desk::{LockError, OwnerLock};
use engine::outbox::Outbox;
use engine::settings::{Environment, Settings};
use serde_json::json;
use tracing::warn;

use crate::failure::Failure;
use crate::output::{Out, complain};
use crate::session::Session;
use crate::worker::{self, LogDesktop, Vault, Worker};
use crate::{logging, runtime, words, world};

/// Whoever only asks whether the desk is owned holds the lock for an instant.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let _lock = take_lock(session)?;
    let settings = session.settings()?;
    let outbox = open(session)?;
    if let Err(error) = logging::start(Some(&session.dir)) {
        complain(words::worker::no_log(&error, settings.language));
    }
    if let Some(share) = db::network_share(&session.dir) {
        warn!(%share, "the data directory is on a network share: the database's locks cannot be trusted there");
    }
    let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&session.clock);
    let worker = Worker {
        dir: &session.dir,
        environment: Environment::of_process(),
        outbox,
        vault: Vault::system(),
        clock,
        desktop: Arc::new(LogDesktop::new(settings.language)),
        settings,
    };
    let (dir, out, as_json) = (&session.dir, &mut session.out, session.json);
    runtime::block_on(async {
        let stop = runtime::stop_signal()?;
        worker::serve(worker, stop, |settings| {
            // Whoever started it may not listen; the work does not depend on it.
            let _ = announce(out, settings, dir, as_json);
        })
        .await
    })
}

fn announce(out: &mut Out, settings: &Settings, dir: &std::path::Path, as_json: bool) -> Result<(), Failure> {
    let pid = std::process::id();
    let branches: Vec<i64> = settings.branches.iter().map(|branch| branch.company_id.0).collect();
    let gateway = world::instance(settings);
    if as_json {
        // One line: whoever started it reads lines.
        return out.line(json!({
            "ready": { "pid": pid, "branches": branches, "gateway": gateway, "data_dir": dir }
        }));
    }
    out.line(words::worker::ready(pid, &branches, &gateway, settings.language))?;
    if branches.is_empty() {
        out.line(words::worker::no_branches(&engine::settings::file_path(dir), settings.language))?;
    }
    if !settings.enabled {
        out.line(words::status::switched_off(settings.language))?;
    }
    Ok(())
}

fn take_lock(session: &Session) -> Result<OwnerLock, Failure> {
    for _ in 0..LOCK_TRIES {
        match OwnerLock::take(&session.dir) {
            Ok(lock) => return Ok(lock),
            Err(LockError::Held) => thread::sleep(LOCK_PAUSE),
            Err(LockError::Io(error)) => {
                return Err(match db::meaning(&error, &session.dir) {
                    StorageError::Failed(_) => Failure::Lock(error.to_string()),
                    found => Failure::Storage(found),
                });
            }
        }
    }
    let owner = session.outbox().ok().and_then(|outbox| outbox.desk().ok()).and_then(|desk| desk.owner);
    Err(Failure::SecondOwner { pid: owner.map(|owner| owner.pid) })
}

/// The database, sound. A damaged one is put aside and never written over.
fn open(session: &Session) -> Result<Outbox, Failure> {
    let opened = Db::open(&session.dir).map(|db| Outbox::new(Arc::new(db))).and_then(|outbox| {
        // The last owner did not go in order: power may have failed in the middle of a write.
        if outbox.desk()?.owner.is_some() {
            outbox.db().quick_check()?;
        }
        Ok(outbox)
    });
    match opened {
        Err(StorageError::Corrupt(what)) => {
            let to = db::put_aside(&session.dir, session.now())?;
            Err(Failure::PutAside { what, to })
        }
        other => Ok(other?),
    }
}
