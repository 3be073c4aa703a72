//! How the window is started. It is the resident program that starts it, or
//! `booking-monitor window`.

use std::path::PathBuf;

use clap::Parser;
use directories::ProjectDirs;

use crate::contract::Page;

const VARIABLE: &str = "BOOKING_MONITOR_DATA_DIR";

/// Booking Monitor's window.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "booking-monitor-window", version)]
pub(crate) struct Args {
    /// Where settings and database lie.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The page to show.
    #[arg(long, value_enum, value_name = "PAGE")]
    page: Option<Page>,
    /// The same, as `booking-monitor window PAGE` passes it on.
    #[arg(value_enum, value_name = "PAGE", conflicts_with = "page", hide = true)]
    page_named: Option<Page>,
    /// Only the small window, for as long as a message counts down.
    #[arg(long)]
    pub small: bool,
}

impl Args {
    pub(crate) fn page(&self) -> Page {
        self.page.or(self.page_named).unwrap_or_default()
    }

    /// The directory asked for, else the environment's, else the system's place for it; None where the system names none.
    pub(crate) fn dir(&self) -> Option<PathBuf> {
        let set = |dir: &PathBuf| !dir.as_os_str().is_empty();
        let asked = self.data_dir.clone().filter(set);
        let named = || std::env::var_os(VARIABLE).map(PathBuf::from).filter(set);
        asked.or_else(named).or_else(usual_data_dir).map(|dir| std::path::absolute(&dir).unwrap_or(dir))
    }
}

/// Where the data lies when nobody says otherwise.
pub(crate) fn usual_data_dir() -> Option<PathBuf> {
    ProjectDirs::from("", "", "booking-monitor").map(|dirs| dirs.data_dir().to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &[&str]) -> Args {
        Args::try_parse_from(["booking-monitor-window"].iter().chain(line)).unwrap()
    }

    #[test]
    fn a_page_is_named_with_and_without_its_flag() {
        Args::command().debug_assert();
        assert_eq!(parse(&["--page", "today"]).page(), Page::Today);
        assert_eq!(parse(&["settings"]).page(), Page::Settings);
        assert_eq!(parse(&[]).page(), Page::Queue);
        assert!(parse(&["--small"]).small);
        assert!(Args::try_parse_from(["booking-monitor-window", "--page", "nowhere"]).is_err());
    }

    #[test]
    fn a_directory_is_made_absolute() {
        assert_eq!(parse(&["--data-dir", "/tmp/x"]).dir(), Some(PathBuf::from("/tmp/x")));
        assert!(parse(&["--data-dir", "x"]).dir().unwrap().is_absolute());
    }
}
