//! Puts the window together: one process on a data directory, its commands, its watcher.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use engine::desk::{LockError, WindowLock};
use engine::outbox::RequestKind;
use tauri::{AppHandle, Emitter as _, Manager as _, RunEvent, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::args::Args;
use crate::commands;
use crate::session::Session;
use crate::training::Training;
use crate::watcher::{self, Front};
use crate::windows::{self, MAIN, SMALL, SmallState, Unsaved};

/// The simulator's control address; set by `booking-monitor demo`.
const TRAINING: &str = "BOOKING_MONITOR_TRAINING";
/// `absent` where the desktop has no tray: closing the window minimises it.
const TRAY: &str = "BOOKING_MONITOR_TRAY";
/// Set by whoever drives the page from outside; `WebKit` then lets them.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// The exit code where the system has no web view; the resident program says so in words.
#[cfg(windows)]
const NO_WEB_VIEW: u8 = 4;

/// Starts the window, or shows the one that is open already.
pub(crate) fn start(args: &Args) -> ExitCode {
    let Some(dir) = args.dir() else {
        eprintln!("The system names no place for data. Name a directory: --data-dir DIR");
        return ExitCode::FAILURE;
    };
    let training = match env::var(TRAINING).ok().filter(|control| !control.is_empty()) {
        Some(control) => match Training::new(&control) {
            Ok(training) => Some(training),
            Err(error) => {
                eprintln!("{TRAINING}: {error}");
                return ExitCode::FAILURE;
            }
        },
        None => None,
    };
    if automation_is_refused(cfg!(debug_assertions), training.is_some(), env::var_os(AUTOMATION).is_some()) {
        eprintln!("{AUTOMATION} is set: another program could read and press everything here. Not started.");
        return ExitCode::FAILURE;
    }
    // Without one tauri would panic.
    #[cfg(windows)]
    if let Err(error) = tauri::webview_version() {
        let download = "https://go.microsoft.com/fwlink/p/?LinkId=2124703";
        eprintln!("The window needs Microsoft Edge WebView2: {download} ({error})");
        tracing::error!(%error, "WebView2 is not installed");
        return ExitCode::from(NO_WEB_VIEW);
    }
    // What cannot be made is said by whoever opens something in it.
    #[cfg(windows)]
    let _ = win32::make_private(&dir);
    let opened =
        Session::open(&dir, training).and_then(|session| Ok((watcher::watching(&session)?, session)));
    let (watching, session) = match opened {
        Ok(opened) => opened,
        Err(error) => return cannot_open(&error),
    };
    let lock = match WindowLock::take(&dir) {
        Ok(lock) => Some(lock),
        Err(LockError::Held) if args.small => return ExitCode::SUCCESS,
        Err(LockError::Held) => {
            let asked = session.outbox.ask(RequestKind::ShowWindow, args.page().as_str(), session.now());
            return match asked {
                Ok(_) => ExitCode::SUCCESS,
                Err(error) => cannot_open(&error),
            };
        }
        Err(LockError::Io(error)) => {
            // A directory without locks: two windows do no harm.
            tracing::warn!(%error, "whether another window is open could not be found out");
            None
        }
    };
    session.set_page(args.page());
    let code = run(&Arc::new(session), Arc::new(watching), args);
    drop(lock);
    code
}

/// The database cannot be opened. The resident program says so in words; here there is no screen yet.
fn cannot_open(error: &engine::db::StorageError) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

/// Who may be driven by another program: test builds, and the training, where nothing is real.
const fn automation_is_refused(debug: bool, training: bool, asked: bool) -> bool {
    asked && !debug && !training
}

fn run(session: &Arc<Session>, watching: Arc<Session>, args: &Args) -> ExitCode {
    let page = args.page();
    let small = args.small;
    let without_tray = env::var_os(TRAY).is_some_and(|word| word == "absent");
    let remembered = StateFlags::all() - StateFlags::VISIBLE - StateFlags::DECORATIONS;
    let front = Arc::new(Front::default());
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_state_flags(remembered)
        .with_denylist(&[SMALL])
        .build();
    let built = tauri::Builder::default()
        .plugin(window_state)
        .manage(Arc::clone(session))
        .manage(SmallState::default())
        .manage(Unsaved::default())
        .manage(Arc::clone(&front))
        .invoke_handler(tauri::generate_handler![
            commands::program::command::program,
            commands::acts::command::desk,
            commands::acts::command::send_now,
            commands::acts::command::cancel,
            commands::acts::command::extend,
            commands::acts::command::hold,
            commands::acts::command::release,
            commands::acts::command::restore,
            commands::acts::command::look_again,
            commands::acts::command::resolve,
            commands::acts::command::resend,
            commands::acts::command::seen,
            commands::acts::command::edit_begin,
            commands::acts::command::edit_draft,
            commands::acts::command::edit_save,
            commands::acts::command::edit_leave,
            commands::acts::command::pause,
            commands::acts::command::resume,
            commands::acts::command::poll_now,
            commands::lists::command::list,
            commands::lists::command::export_csv,
            commands::lists::command::overview,
            commands::stops::command::stop_of,
            commands::stops::command::stop_dismiss,
            commands::stops::command::aside_dismiss,
            commands::support::command::diagnostics,
            commands::settings::command::settings,
            commands::settings::command::save_settings,
            commands::settings::command::bots_preview,
            commands::setup::command::secrets,
            commands::setup::command::secret_set,
            commands::setup::command::secret_remove,
            commands::setup::command::yclients_login,
            commands::setup::command::yclients_branches,
            commands::setup::command::yclients_users,
            commands::setup::command::yclients_rights,
            commands::gateway::command::gateway_check,
            commands::gateway::command::gateway_mend,
            commands::gateway::command::take_over,
            commands::gateway::command::gateway_qr,
            commands::gateway::command::gateway_clear,
            commands::template::command::template_info,
            commands::template::command::template_preview,
            commands::template::command::test_message,
            commands::program::command::first_run_done,
            commands::program::command::show_main,
            commands::program::command::unsaved,
            commands::program::command::close_main,
            commands::program::command::hide_small,
            commands::training::command::training,
            commands::training::command::training_act,
        ])
        .on_window_event(move |window, event| heard(window, event, &front, without_tray))
        .setup(move |app| {
            let handle = app.handle().clone();
            if !small {
                windows::show_main(&handle, page)?;
            }
            std::thread::Builder::new()
                .name("watcher".to_owned())
                .spawn(move || watcher::keep(&handle, &watching, small))?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(stay_while_needed);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What happened to the main window.
fn heard(window: &Window, event: &WindowEvent, front: &Front, without_tray: bool) {
    if window.label() != MAIN {
        return;
    }
    match event {
        WindowEvent::Focused(focused) => front.set(*focused),
        WindowEvent::Destroyed => front.set(false),
        // Closed it could not be found again.
        WindowEvent::CloseRequested { api, .. } if without_tray => {
            api.prevent_close();
            let _ = window.minimize();
        }
        // The page asks what to do with it. A second cross closes, whatever the page does.
        WindowEvent::CloseRequested { api, .. } if window.state::<Unsaved>().take() => {
            api.prevent_close();
            let _ = window.emit_to(MAIN, "close", ());
        }
        _ => {}
    }
}

/// The last window's end is not the process's: the watcher ends it when nothing is left to show,
/// which is at once unless a message counts down.
fn stay_while_needed(_: &AppHandle, event: RunEvent) {
    if let RunEvent::ExitRequested { api, code: None, .. } = event {
        api.prevent_exit();
    }
}

#[cfg(test)]
mod tests {
    use super::automation_is_refused;

    #[test]
    fn nobody_drives_the_window_of_a_real_desk() {
        assert!(automation_is_refused(false, false, true));
        assert!(!automation_is_refused(true, false, true));
        assert!(!automation_is_refused(false, true, true));
        assert!(!automation_is_refused(false, false, false));
    }
}
