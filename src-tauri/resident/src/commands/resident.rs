//! Without a subcommand: the resident program, or, if it runs already, its window.

use std::sync::Arc;
use std::time::Duration;

use engine::desk::OwnerLock;
use engine::outbox::RequestKind;
use engine::settings::Environment;

use crate::commands::window;
use crate::failure::Failure;
use crate::output::complain;
use crate::renewal::Executable;
use crate::resident::{Ended, Resident};
use crate::session::Session;
use crate::tray::menu::Page;
use crate::tray::{on_main_thread, window_is_open};
use crate::{logging, runtime, storage, watchman, words};

/// An owner looks at what is asked of it at least every second.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) fn run(session: &mut Session, hidden: bool) -> Result<(), Failure> {
    if hidden && nobody_has_set_it_up(session) {
        return Ok(());
    }
    // Before there is anything that a crash could end. Whoever runs already is asked for its window below.
    if !watchman::is_watched() && !OwnerLock::is_held(&session.dir) {
        let language = session.language();
        complain(words::failure(&watchman::watch(language), language));
    }
    let lock = match storage::take_lock(&session.dir) {
        Ok(lock) => lock,
        Err(Failure::SecondOwner { .. }) => return second(session, hidden),
        Err(failure) => return Err(failure),
    };
    if let Err(error) = logging::start(Some(&session.dir)) {
        complain(words::worker::no_log(&error, session.language()));
    }
    storage::warn_of_share(&session.dir);
    if watchman::has_returned() {
        tracing::warn!("the program crashed and is back");
    }
    let resident = Resident {
        dir: session.dir.clone(),
        environment: Environment::of_process(),
        // A mistake in the file is said in the tray, where whoever can mend it looks.
        settings: session.settings().unwrap_or_default(),
        computer: Arc::clone(&session.computer),
        hidden,
        training: None,
        secrets: None,
    };
    let executable = Executable::of_process().map_err(Failure::Runtime)?;
    on_main_thread(move || {
        let outcome = runtime::block_on(resident.run(&executable));
        drop(lock);
        match outcome? {
            Ended::ForGood => Ok(()),
            Ended::Replaced { window } => Err(Failure::Runtime(executable.start_anew(Some(window)))),
        }
    })
}

/// A package of Linux starts the program with everybody's session; for whoever has never opened it,
/// on a computer that others use too, there is nothing to do.
fn nobody_has_set_it_up(session: &Session) -> bool {
    cfg!(all(unix, not(target_os = "macos"))) && !session.dir.exists()
}

/// The first one shows its window. An owner that has none is a bare worker: then this process starts one.
fn second(session: &mut Session, hidden: bool) -> Result<(), Failure> {
    let language = session.language();
    if hidden {
        return say(session, words::tray::runs_already(language));
    }
    let outbox = session.outbox()?;
    let asked_at = session.now();
    let request = outbox.ask(RequestKind::ShowWindow, Page::Queue.as_str(), asked_at)?;
    while session.now() - asked_at <= PATIENCE {
        if outbox.is_answered(request)? {
            return say(session, words::tray::shown_by_first(language));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    if !window_is_open(&session.dir) {
        outbox.answer(request, session.now())?;
        window::start(session, Page::Queue.as_str())?;
    }
    say(session, words::tray::shown_by_first(language))
}

fn say(session: &mut Session, words: &str) -> Result<(), Failure> {
    if session.json {
        session.out.json(&serde_json::json!({ "already_running": true }))
    } else {
        session.out.line(words)
    }
}
