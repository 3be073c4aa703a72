//! A small parent of the resident program, which starts it again when it crashed.
//!
//! The first process of `booking-monitor` becomes it and starts itself once more as the program: so
//! whoever started it has one process to watch, and no system's restart has to be set up. It opens
//! neither queue nor keyring and draws nothing. What it does:
//!
//! - A crash (a fault of the processor, an abort, a panic that came out, `kill -9`) brings the program back
//!   without a window, three times in five minutes at the most; the fourth time it says so and ends too.
//! - Any other end is somebody's word: quit, the session's end, an update, a removal. It is passed on.
//! - A signal to end is passed on, and so is its own end, however it comes: the program holds the other
//!   end of a pipe, and ends in order when that breaks.
//!
//! An update becomes the new version in the program's own process, so the parent stays, and what it
//! starts after a crash is whatever lies in its place by then.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use engine::settings::Language;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::output::complain;
use crate::runtime::{self, stopped};
use crate::{tray, words};

/// Tells the program whose child it is. Its own children do not hear of it.
const WATCHED: &str = "BOOKING_MONITOR_WATCHED_BY";
/// Tells the program that it crashed and is back.
const RETURNED: &str = "BOOKING_MONITOR_RETURNED";
const HIDDEN: &str = "--hidden";

/// So often in so long.
const COMEBACKS: usize = 3;
const WITHIN: Duration = Duration::from_mins(5);
/// Before the first one of these, doubled with each further one.
const PAUSE: Duration = Duration::from_millis(500);
/// What a panic that came out of `main` ends with.
const PANICKED: i32 = 101;

/// Whether this process is the program itself, with a watchman over it.
pub(crate) fn is_watched() -> bool {
    let by = env::var(WATCHED).ok().and_then(|pid| pid.parse().ok());
    #[cfg(unix)]
    // A process that the program started may have the variable from it.
    return by.is_some_and(|by: i32| {
        rustix::process::getppid().is_some_and(|parent| parent.as_raw_nonzero().get() == by)
    });
    #[cfg(not(unix))]
    return by.is_some_and(|_: u32| true);
}

/// Whether the program was there before, and crashed.
pub(crate) fn has_returned() -> bool {
    is_watched() && env::var_os(RETURNED).is_some()
}

/// What is told to the program's children: nothing of this.
pub(crate) fn keep_to_oneself(command: &mut std::process::Command) {
    command.env_remove(WATCHED).env_remove(RETURNED);
}

/// Turns true when the watchman is gone. Never where there is none.
pub(crate) fn gone() -> watch::Receiver<bool> {
    let (tell, gone) = watch::channel(false);
    // A teller that is gone would be heard as one who tells.
    std::mem::forget(tell.clone());
    let watching = move || {
        // Nothing is ever written there.
        let mut byte = [0];
        while matches!(io::stdin().read(&mut byte), Ok(1..)) {}
        let _ = tell.send(true);
    };
    if is_watched() {
        // Without it the program goes on alone when the watchman is killed.
        let _ = std::thread::Builder::new().name("watchman".to_owned()).spawn(watching);
    }
    gone
}

/// Watches over the program until it ends for good, and ends with it. Comes back only where it cannot
/// be started.
pub(crate) fn watch(language: Language) -> Failure {
    let program = match Program::of_process() {
        Ok(program) => program,
        Err(error) => return Failure::Runtime(error),
    };
    let begun = runtime::block_on(async {
        // Before there is anything to pass a signal on to.
        let stop = runtime::stop_signal()?;
        let child = program.start(false).map_err(Failure::Runtime)?;
        Ok(keep(&program, child, stop, language).await)
    });
    match begun {
        Ok(code) => std::process::exit(code),
        Err(failure) => failure,
    }
}

/// How this process was called, to call it so again.
struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// The program, and the pipe that breaks when its watchman ends.
struct Running {
    child: Child,
    pipe: Option<tokio::process::ChildStdin>,
}

impl Program {
    /// By its place: what lies there after an update is the new version.
    fn of_process() -> io::Result<Self> {
        Ok(Self { path: env::current_exe()?, arguments: env::args_os().skip(1).collect() })
    }

    fn start(&self, again: bool) -> io::Result<Running> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::piped()).env(WATCHED, std::process::id().to_string());
        if again {
            // Where something counts down, the program brings its window by itself.
            if !self.arguments.iter().any(|argument| argument == HIDDEN) {
                command.arg(HIDDEN);
            }
            command.env(RETURNED, "1");
        }
        let mut child = command.spawn()?;
        let pipe = child.stdin.take();
        Ok(Running { child, pipe })
    }
}

/// Until it ends for good: with what.
async fn keep(
    program: &Program,
    mut running: Running,
    mut stop: watch::Receiver<bool>,
    language: Language,
) -> i32 {
    let mut comebacks = Comebacks::default();
    loop {
        let ended = tokio::select! {
            ended = running.child.wait() => ended,
            () = stopped(&mut stop) => {
                pass_on(&mut running);
                return running.child.wait().await.map_or(1, code);
            }
        };
        let status = match ended {
            Ok(status) if crashed(status) => status,
            Ok(status) => return code(status),
            Err(_) => return 1,
        };
        let Some(pause) = comebacks.next(Instant::now()) else {
            let (title, body) = words::tray::gave_up(language);
            complain(format!("{title}. {body} ({status})"));
            tray::tell_and_leave(title, body, language).await;
            return code(status);
        };
        complain(words::tray::crashed(&status.to_string(), language));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stopped(&mut stop) => return 0,
        }
        running = match program.start(true) {
            Ok(running) => running,
            // Removed meanwhile, or half there.
            Err(error) => {
                complain(error);
                return code(status);
            }
        };
    }
}

/// Asks it to end in order.
fn pass_on(running: &mut Running) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process};
        let pid = running.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // One that has just ended by itself is as good.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
    running.pipe = None;
}

/// When it came back.
#[derive(Debug, Default)]
struct Comebacks(Vec<Instant>);

impl Comebacks {
    /// One more: after which pause. None: there were enough.
    fn next(&mut self, now: Instant) -> Option<Duration> {
        self.0.retain(|at| now.duration_since(*at) < WITHIN);
        if self.0.len() >= COMEBACKS {
            return None;
        }
        let pause = PAUSE * (1 << self.0.len());
        self.0.push(now);
        Some(pause)
    }
}

/// Whether nobody meant it to end so.
pub(crate) fn crashed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        use rustix::process::Signal;
        return [
            Signal::ABORT,
            Signal::BUS,
            Signal::FPE,
            Signal::ILL,
            Signal::KILL,
            Signal::SEGV,
            Signal::SYS,
            Signal::TRAP,
        ]
        .iter()
        .any(|crash| crash.as_raw() == signal);
    }
    status.code().is_some_and(|code| code == PANICKED || (cfg!(windows) && is_exception(code)))
}

/// Windows ends a process with the exception that it died of. Not the end of the session, nor Ctrl+C; and
/// whoever ends it in the task manager, or an installer by force, means it.
const fn is_exception(code: i32) -> bool {
    const CONTROL_C: u32 = 0xC000_013A;
    const NO_START_AT_SHUTDOWN: u32 = 0xC000_0142;
    const NO_START_AT_LOGOFF: u32 = 0xC000_026B;
    let code = code.cast_unsigned();
    code >= 0xC000_0000 && !matches!(code, CONTROL_C | NO_START_AT_SHUTDOWN | NO_START_AT_LOGOFF)
}

/// What to end with as it did; a signal as shells say it.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    status.code().or(by_signal).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_comebacks_in_five_minutes_each_within_ten_seconds_and_then_none_until_they_are_old() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut comebacks = Comebacks::default();
        let pauses: Vec<_> = [0, 1, 2].into_iter().filter_map(|at| comebacks.next(after(at))).collect();
        assert_eq!(pauses, [500, 1000, 2000].map(Duration::from_millis));
        assert_eq!(comebacks.next(after(3)), None);
        assert_eq!(comebacks.next(after(299)), None);
        assert_eq!(comebacks.next(after(301)), Some(Duration::from_secs(1)), "the first two are old");
    }

    #[cfg(unix)]
    #[test]
    fn a_crash_is_told_from_an_end_that_somebody_meant() {
        use std::os::unix::process::ExitStatusExt as _;
        let by = |signal| crashed(ExitStatus::from_raw(signal));
        let with = |code: i32| crashed(ExitStatus::from_raw(code << 8));
        // Segfault, abort, `kill -9`, bus error; hang-up, interrupt, terminate.
        assert_eq!([11, 6, 9, 7].map(by), [true; 4]);
        assert_eq!([1, 2, 15].map(by), [false; 3]);
        assert!(with(101), "a panic that came out");
        assert_eq!([0, 1, 2, 3].map(with), [false; 4]);
    }

    #[test]
    fn on_windows_an_exception_is_a_crash_and_a_logoff_is_none() {
        let of = |code: u32| is_exception(code.cast_signed());
        // Access violation, stack overflow, abort.
        assert_eq!([0xC000_0005, 0xC000_00FD, 0xC000_0409].map(of), [true; 3]);
        // In order, by the task manager, by Ctrl+C, at shutdown and logoff.
        assert_eq!([0, 1, 0xC000_013A, 0xC000_0142, 0xC000_026B].map(of), [false; 5]);
    }
}
