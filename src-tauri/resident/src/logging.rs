//! The log: on standard error, and in the data directory a file a day.
//!
//! The gateway's token is a part of every address it is asked at, so the layers
//! below that print addresses (`hyper`, `reqwest`, `rustls`, `h2` and their kin)
//! are silent at every level, whatever the filter says. Our own crates log no
//! address. The log is in English and holds neither texts nor numbers.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use engine::clock::{Clock as _, SystemClock};
use tracing::{Level, Metadata};
use tracing_appender::rolling::{RollingFileAppender, RollingWriter, Rotation};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// What is logged, in `tracing`'s own words, such as `info,engine=debug`.
const VARIABLE: &str = "BOOKING_MONITOR_LOG";
const DIRECTORY: &str = "logs";
/// Two weeks.
const FILES: usize = 14;
/// Of one day. A busy day at `debug` is a tenth of it.
const DAY: u64 = 64 << 20;
const FULL: &[u8] = b"the log is full for today; it goes on tomorrow (UTC)\n";

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

/// A file a day, and no more than so many bytes in it.
struct Capped {
    files: RollingFileAppender,
    limit: u64,
    /// Counted from 1970, as the files are: in UTC.
    today: Box<dyn Fn() -> i64 + Send + Sync>,
    /// The day, and the bytes that it has.
    written: Mutex<(i64, u64)>,
}

struct Line<'a> {
    log: &'a Capped,
    file: RollingWriter<'a>,
}

impl<'a> MakeWriter<'a> for Capped {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { log: self, file: self.files.make_writer() }
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = (self.log.today)();
        let mut written = self.log.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.0 != today {
            *written = (today, 0);
        }
        let before = written.1;
        written.1 = before.saturating_add(bytes.len() as u64);
        if written.1 <= self.log.limit {
            self.file.write_all(bytes)?;
        } else if before <= self.log.limit {
            self.file.write_all(FULL)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(dir: &Path) -> io::Result<Capped> {
    let clock = SystemClock::new();
    let today = Box::new(move || clock.now().timestamp().div_euclid(86_400));
    open_with(dir, DAY, today)
}

fn open_with(dir: &Path, limit: u64, today: Box<dyn Fn() -> i64 + Send + Sync>) -> io::Result<Capped> {
    let logs = dir.join(DIRECTORY);
    fs::create_dir_all(&logs)?;
    #[cfg(unix)]
    fs::set_permissions(&logs, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("booking-monitor")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(&logs)
        .map_err(io::Error::other)?;
    // What a worker before this one wrote today counts.
    let already = newest(&logs).and_then(|path| fs::metadata(path).ok()).map_or(0, |file| file.len());
    let written = Mutex::new((today(), already));
    Ok(Capped { files, limit, today, written })
}

/// The day stands in the name, in an order that sorts.
fn newest(logs: &Path) -> Option<std::path::PathBuf> {
    fs::read_dir(logs).ok()?.filter_map(|entry| Some(entry.ok()?.path())).max()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn all(dir: &Path) -> Vec<String> {
        let mut files: Vec<_> =
            fs::read_dir(dir.join(DIRECTORY)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    #[test]
    fn a_day_has_so_many_bytes_also_over_two_workers_and_the_next_day_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let day = Arc::new(AtomicI64::new(20_000));
        let open = || {
            let day = Arc::clone(&day);
            open_with(dir.path(), 100, Box::new(move || day.load(Ordering::Relaxed))).unwrap()
        };
        let line = [b'x'; 30];
        let first = open();
        first.make_writer().write_all(&line).unwrap();
        drop(first);
        let second = open();
        for _ in 0..50 {
            second.make_writer().write_all(&line).unwrap();
        }
        let full = std::str::from_utf8(FULL).unwrap();
        assert_eq!(all(dir.path()), [format!("{}{full}", "x".repeat(90))], "and it says so once");
        day.store(20_001, Ordering::Relaxed);
        second.make_writer().write_all(b"morning").unwrap();
        assert!(all(dir.path())[0].ends_with("morning"));
    }

    #[test]
    fn two_weeks_of_files_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join(DIRECTORY);
        fs::create_dir_all(&logs).unwrap();
        for day in 1..=28 {
            fs::write(logs.join(format!("booking-monitor.2026-02-{day:02}.log")), "old").unwrap();
        }
        open(dir.path()).unwrap().make_writer().write_all(b"new").unwrap();
        let left = all(dir.path());
        assert_eq!(left.len(), FILES);
        assert!(left.contains(&"new".to_owned()));
    }

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
