//! Where everything lies: settings, database, lock and log of one desk.

use std::env;
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::failure::Failure;

const VARIABLE: &str = "BOOKING_MONITOR_DATA_DIR";

/// The directory asked for, else the environment's, else the system's place for it.
pub(crate) fn find(asked: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let set = |dir: &PathBuf| !dir.as_os_str().is_empty();
    asked
        .filter(set)
        .or_else(|| env::var_os(VARIABLE).map(PathBuf::from).filter(set))
        .or_else(|| ProjectDirs::from("", "", "booking-monitor").map(|dirs| dirs.data_dir().to_owned()))
        .ok_or(Failure::NoDataDir)
        // The window is started with it from wherever it likes.
        .map(|dir| std::path::absolute(&dir).unwrap_or(dir))
}
