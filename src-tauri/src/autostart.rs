//! Whether the program starts with the session: the resident executable beside this one, without a window.

use std::env;
use std::path::{Path, PathBuf};

use auto_launch::{
    AutoLaunch, AutoLaunchBuilder, Error, LinuxLaunchMode, MacOSLaunchMode, WindowsEnableMode,
};

const NAME: &str = "Booking Monitor";
const RESIDENT: &str = "booking-monitor";

/// Whether it is on; off where that cannot be known.
pub(crate) fn is_on() -> bool {
    entry(&["--hidden".to_owned()]).and_then(|entry| entry.is_enabled()).unwrap_or(false)
}

/// Switches it on or off for a data directory.
pub(crate) fn set(on: bool, dir: &Path) -> Result<(), Error> {
    let entry = entry(&arguments(dir))?;
    match (on, entry.is_enabled()?) {
        (true, _) => entry.enable(),
        (false, true) => entry.disable(),
        (false, false) => Ok(()),
    }
}

/// The usual directory needs no naming, so that it may move with the user's home.
fn arguments(dir: &Path) -> Vec<String> {
    let mut arguments = vec!["--hidden".to_owned()];
    if crate::args::usual_data_dir().as_deref() != Some(dir) {
        // The crate joins arguments with spaces.
        arguments.extend(["--data-dir".to_owned(), format!("\"{}\"", dir.display())]);
    }
    arguments
}

/// As the system takes it. On Windows it is the beginning of a command line, and its place has a blank in it.
fn path(resident: &Path) -> String {
    if cfg!(windows) { format!("\"{}\"", resident.display()) } else { resident.display().to_string() }
}

fn entry(arguments: &[String]) -> Result<AutoLaunch, Error> {
    let here: PathBuf = env::current_exe()?;
    let resident = here.with_file_name(format!("{RESIDENT}{}", env::consts::EXE_SUFFIX));
    AutoLaunchBuilder::new()
        .set_app_name(NAME)
        .set_app_path(&path(&resident))
        .set_args(arguments)
        .set_linux_launch_mode(LinuxLaunchMode::XdgAutostart)
        .set_macos_launch_mode(MacOSLaunchMode::LaunchAgent)
        // For this person, not for everybody on the computer.
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
}
