//! The log: on standard error, and in the data directory a file a day.
//!
//! The gateway's token is a part of every address it is asked at, so the layers
//! below that print addresses (`hyper`, `reqwest`, `rustls`, `h2` and their kin)
//! are silent at every level, whatever the filter says. Our own crates log no
//! address. The log is in English and holds neither texts nor numbers.

use std::fs;
use std::io;
use std::path::Path;

use tracing::{Level, Metadata};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// What is logged, in `tracing`'s own words, such as `info,engine=debug`.
const VARIABLE: &str = "BOOKING_MONITOR_LOG";
const DIRECTORY: &str = "logs";
/// Two weeks.
const FILES: usize = 14;

/// Whose events may be logged at any level.
const OURS: [&str; 6] = ["booking_monitor", "credentials", "engine", "messaging", "simulator", "yclients"];
/// Who may print the address of a request, in events or in the spans around ours.
const KNOW_ADDRESSES: [&str; 9] =
    ["h2", "h3", "hyper", "hyper_util", "reqwest", "rustls", "tower", "tower_http", "url"];

/// Starts the log. Without a directory it goes to standard error alone. Answers
/// why there is no file, if there should be one.
pub(crate) fn start(dir: Option<&Path>) -> io::Result<()> {
    let filter = || EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let (file, trouble) = match dir.map(open).transpose() {
        Ok(file) => (file, None),
        Err(error) => (None, Some(error)),
    };
    // When nobody reads the log any more, that is no reason to complain where nobody reads either.
    let to_file = file.map(|file| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .log_internal_errors(false)
            .with_writer(file)
            .with_filter(filter())
    });
    let to_terminal = tracing_subscriber::fmt::layer()
        .with_ansi(colours())
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .with_filter(filter());
    // Another subscriber can only be a test's.
    let _ = tracing_subscriber::registry()
        .with(filter_fn(may_be_logged))
        .with(to_file)
        .with(to_terminal)
        .try_init();
    trouble.map_or(Ok(()), Err)
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    is_allowed(metadata.target(), *metadata.level())
}

fn is_allowed(target: &str, level: Level) -> bool {
    let of = |names: &[&str]| names.iter().any(|name| target.split("::").next() == Some(*name));
    of(&OURS) || (!of(&KNOW_ADDRESSES) && level <= Level::WARN)
}

fn colours() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

fn open(dir: &Path) -> io::Result<RollingFileAppender> {
    let logs = dir.join(DIRECTORY);
    fs::create_dir_all(&logs)?;
    #[cfg(unix)]
    fs::set_permissions(&logs, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("booking-monitor")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(logs)
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_knows_an_address_is_silent_at_every_level() {
        for target in
            ["hyper_util::client::legacy", "reqwest::connect", "rustls::client", "h2", "hyper::proto"]
        {
            assert!(!is_allowed(target, Level::ERROR), "{target}");
            assert!(!is_allowed(target, Level::TRACE), "{target}");
        }
    }

    #[test]
    fn ours_are_heard_and_others_only_when_something_is_wrong() {
        assert!(is_allowed("engine::sender", Level::TRACE));
        assert!(is_allowed("booking_monitor", Level::DEBUG));
        assert!(is_allowed("zbus", Level::WARN));
        assert!(!is_allowed("zbus::connection", Level::INFO));
        assert!(!is_allowed("enginelike", Level::INFO));
    }
}
