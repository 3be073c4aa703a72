//! `worker`: the monitor alone, until it is told to end.

use std::sync::Arc;

use engine::settings::{Environment, Settings};
use serde_json::json;
use tokio::sync::watch;

use crate::failure::Failure;
use crate::output::{Out, complain};
use crate::renewal::Executable;
use crate::runtime::stopped;
use crate::session::Session;
use crate::worker::{self, LogDesktop, Vault, Worker};
use crate::{logging, runtime, storage, words, world};

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let lock = storage::take_lock(&session.dir)?;
    let settings = session.settings()?;
    let outbox = storage::open_sound(&session.dir, session.now())?;
    if let Err(error) = logging::start(Some(&session.dir)) {
        complain(words::worker::no_log(&error, settings.language));
    }
    storage::warn_of_share(&session.dir);
    let worker = Worker {
        dir: &session.dir,
        environment: Environment::of_process(),
        outbox,
        vault: Vault::system(),
        computer: Arc::clone(&session.computer),
        desktop: Arc::new(LogDesktop::new(settings.language)),
        settings,
    };
    let (dir, out, as_json) = (&session.dir, &mut session.out, session.json);
    let executable = Executable::of_process().map_err(Failure::Runtime)?;
    let replaced = runtime::block_on(async {
        let mut signal = runtime::stop_signal()?;
        let (end, stop) = watch::channel(false);
        let work = worker::serve(worker, stop, |settings| {
            // Whoever started it may not listen; the work does not depend on it.
            let _ = announce(out, settings, dir, as_json);
        });
        tokio::pin!(work);
        let replaced = tokio::select! {
            outcome = &mut work => return outcome.map(|()| false),
            () = stopped(&mut signal) => false,
            () = executable.replaced() => true,
        };
        let _ = end.send(true);
        tokio::select! {
            outcome = &mut work => outcome.map(|()| replaced),
            // Whoever asks for the end meanwhile gets it.
            () = stopped(&mut signal), if replaced => work.await.map(|()| false),
        }
    })?;
    drop(lock);
    if replaced { Err(Failure::Runtime(executable.start_anew(None))) } else { Ok(()) }
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
