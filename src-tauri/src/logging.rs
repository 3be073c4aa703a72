//! The log: in the data directory a file a day, beside the resident program's own.
//!
//! The gateway's token is a part of every address it is asked at, so whoever
//! prints addresses is silent at every level, as in the resident program.

use std::fs;
use std::path::Path;

use tracing::Metadata;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

const VARIABLE: &str = "BOOKING_MONITOR_LOG";
const DIRECTORY: &str = "logs";
const FILES: usize = 14;
/// Nobody else's events are of use in this log.
const OURS: [&str; 5] = ["booking_monitor_window", "credentials", "engine", "messaging", "yclients"];

/// Starts the log. Without a directory, or where none can be written, there is none.
pub(crate) fn start(dir: Option<&Path>) {
    let Some(file) = dir.and_then(open) else { return };
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .log_internal_errors(false)
        .with_writer(file)
        .with_filter(filter);
    // Another subscriber can only be a test's.
    let _ = tracing_subscriber::registry().with(filter_fn(is_ours)).with(layer).try_init();
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    OURS.contains(&metadata.target().split("::").next().unwrap_or_default())
}

fn open(dir: &Path) -> Option<RollingFileAppender> {
    engine::db::make_private(dir).ok()?;
    let logs = dir.join(DIRECTORY);
    fs::create_dir_all(&logs).ok()?;
    #[cfg(unix)]
    fs::set_permissions(&logs, std::os::unix::fs::PermissionsExt::from_mode(0o700)).ok()?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("booking-monitor-window")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(logs)
        .ok()
}
