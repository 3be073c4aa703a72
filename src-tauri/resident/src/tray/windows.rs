//! The window: an executable of its own beside this one, started, watched, and never waited for.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use engine::desk::WindowLock;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::watchman;

const NAME: &str = "booking-monitor-window";
/// The control page of a simulator: the window is for training.
const TRAINING: &str = "BOOKING_MONITOR_TRAINING";
/// Set to `absent` where the desktop has no tray: then the window minimises instead of closing.
const TRAY: &str = "BOOKING_MONITOR_TRAY";
/// Whether GTK draws by OpenGL.
const GL: &str = "GDK_GL";
/// An end with an error within this time is no window that was closed.
const EARLY: Duration = Duration::from_secs(10);
/// What the window ends with on Windows without `WebView2`.
const NO_WEB_VIEW: i32 = 4;

/// Where the window's executable must be.
pub(crate) fn executable() -> io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(format!("{NAME}{}", env::consts::EXE_SUFFIX)))
}

/// Whether a window is open on this data directory.
pub(crate) fn is_open(dir: &Path) -> bool {
    WindowLock::is_held(dir)
}

/// What to run for a window on this data directory. It must not keep a pipe of ours open.
pub(crate) fn command(dir: &Path) -> io::Result<std::process::Command> {
    let mut command = std::process::Command::new(executable()?);
    // GTK on Linux: a page of rows and words needs no graphics card, and without one each window takes
    // some 60 MB less and is there sooner. Who sets it otherwise is obeyed.
    if cfg!(target_os = "linux") && env::var_os(GL).is_none() {
        command.env(GL, "disable");
    }
    watchman::keep_to_oneself(&mut command);
    command.arg("--data-dir").arg(dir).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

/// What became of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Closed by a person, or ended by itself after it had worked.
    Closed,
    /// It did not come up.
    Failed,
    /// It did not come up, for the system has nothing to show pages with.
    NoWebView,
    /// The small one, of which nobody need know.
    Small,
    /// One of them crashed: whatever it showed is not seen any more.
    Crashed,
}

/// The windows this process started.
pub(super) struct Windows {
    dir: PathBuf,
    training: Option<String>,
    main: Option<(Child, Instant)>,
    small: Option<(Child, Instant)>,
    /// The small one does not come up here: it is not tried again.
    small_fails: bool,
}

impl Windows {
    pub(super) const fn new(dir: PathBuf, training: Option<String>) -> Self {
        Self { dir, training, main: None, small: None, small_fails: false }
    }

    pub(super) fn is_open(&self) -> bool {
        self.main.is_some() || is_open(&self.dir)
    }

    /// Starts the window on a page.
    pub(super) fn start(&mut self, page: &str, has_tray: bool) -> io::Result<()> {
        let child = self.spawn([OsStr::new("--page"), OsStr::new(page)], has_tray)?;
        self.main = Some((child, Instant::now()));
        Ok(())
    }

    /// Shows the small window. False when it cannot be shown.
    pub(super) fn start_small(&mut self) -> bool {
        if self.small.is_none() && !self.small_fails {
            let started = self.spawn([OsStr::new("--small")], true).ok();
            self.small = started.map(|child| (child, Instant::now()));
            self.small_fails = self.small.is_none();
        }
        self.small.is_some()
    }

    fn spawn<const N: usize>(&self, arguments: [&OsStr; N], has_tray: bool) -> io::Result<Child> {
        let mut command = Command::from(command(&self.dir)?);
        command.args(arguments);
        if let Some(url) = &self.training {
            command.env(TRAINING, url);
        }
        if !has_tray {
            command.env(TRAY, "absent");
        }
        command.spawn()
    }

    /// Waits until one of them ends; for ever when there is none.
    pub(super) async fn ended(&mut self) -> Ended {
        let (status, is_small) = tokio::select! {
            status = wait(self.main.as_mut()) => (status, false),
            status = wait(self.small.as_mut()) => (status, true),
        };
        let which = if is_small { &mut self.small } else { &mut self.main };
        let early = which.take().is_some_and(|(_, since)| since.elapsed() < EARLY);
        let code = status.as_ref().and_then(ExitStatus::code);
        if is_small {
            let failed = code != Some(0);
            self.small_fails |= failed && early;
            return if failed { Ended::Crashed } else { Ended::Small };
        }
        match code {
            Some(NO_WEB_VIEW) if cfg!(windows) => Ended::NoWebView,
            Some(0) => Ended::Closed,
            _ if early => Ended::Failed,
            _ if status.is_some_and(watchman::crashed) => Ended::Crashed,
            _ => Ended::Closed,
        }
    }

    /// Ends what this process started. Drafts are in the database.
    pub(super) async fn close(&mut self) {
        for (mut child, _) in self.main.take().into_iter().chain(self.small.take()) {
            // One that has ended by itself is as good.
            let _ = child.kill().await;
        }
    }
}

/// How it ended; None where nobody can tell.
async fn wait(started: Option<&mut (Child, Instant)>) -> Option<ExitStatus> {
    match started {
        Some((child, _)) => child.wait().await.ok(),
        None => std::future::pending().await,
    }
}
