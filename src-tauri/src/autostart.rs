//! Whether the program starts with the session: the resident executable beside this one, without a window.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(any(windows, target_os = "macos"))]
use auto_launch::{AutoLaunch, AutoLaunchBuilder, MacOSLaunchMode, WindowsEnableMode};

#[cfg(not(any(windows, target_os = "macos")))]
mod xdg;

const RESIDENT: &str = "booking-monitor";

/// Whether it is on; off where that cannot be known.
#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) fn is_on() -> bool {
    xdg::Places::of_session().is_some_and(|places| places.is_on())
}

/// Switches it on or off for a data directory.
#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) fn set(on: bool, dir: &Path) -> io::Result<()> {
    let places = xdg::Places::of_session().ok_or(io::ErrorKind::NotFound)?;
    let unusual = unusual(dir);
    places.set(on, &xdg::command(&resident()?, unusual), unusual.is_none())
}

/// Whether it is on; off where that cannot be known.
#[cfg(any(windows, target_os = "macos"))]
pub(crate) fn is_on() -> bool {
    entry(&["--hidden".to_owned()])
        .and_then(|entry| entry.is_enabled().map_err(io::Error::other))
        .unwrap_or(false)
}

/// Switches it on or off for a data directory.
#[cfg(any(windows, target_os = "macos"))]
pub(crate) fn set(on: bool, dir: &Path) -> io::Result<()> {
    let mut arguments = vec!["--hidden".to_owned()];
    if let Some(dir) = unusual(dir) {
        // The crate joins arguments with spaces.
        arguments.extend(["--data-dir".to_owned(), format!("\"{}\"", dir.display())]);
    }
    let entry = entry(&arguments)?;
    let done = match (on, entry.is_enabled().map_err(io::Error::other)?) {
        (true, _) => entry.enable(),
        (false, true) => entry.disable(),
        (false, false) => Ok(()),
    };
    done.map_err(io::Error::other)
}

/// As the system takes it. On Windows it is the beginning of a command line, and its place has a blank in it.
#[cfg(any(windows, target_os = "macos"))]
fn path(resident: &Path) -> String {
    if cfg!(windows) { format!("\"{}\"", resident.display()) } else { resident.display().to_string() }
}

#[cfg(any(windows, target_os = "macos"))]
fn entry(arguments: &[String]) -> io::Result<AutoLaunch> {
    AutoLaunchBuilder::new()
        .set_app_name("Booking Monitor")
        .set_app_path(&path(&resident()?))
        .set_args(arguments)
        .set_macos_launch_mode(MacOSLaunchMode::LaunchAgent)
        // For this person, not for everybody on the computer.
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
        .map_err(io::Error::other)
}

fn resident() -> io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(format!("{RESIDENT}{}", env::consts::EXE_SUFFIX)))
}

/// The directory, where it must be named: the usual one need not be, so that it may move with the user's home.
fn unusual(dir: &Path) -> Option<&Path> {
    (crate::args::usual_data_dir().as_deref() != Some(dir)).then_some(dir)
}
